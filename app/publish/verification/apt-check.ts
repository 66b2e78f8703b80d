import { gunzipSync } from 'node:zlib';
import { fieldValue, paragraphsOf, parseParagraph } from '../../repository/deb822.ts';
import { Refusal } from '../../repository/refusal.ts';
import { parseRelease, type Release } from '../../repository/release-file.ts';
import { sha256Of, type Digest } from '../../storage/digest.ts';
import { byHashFolder, isPlainPath } from '../layout.ts';
import { verifyCleartext, verifyDetached } from '../signing/openpgp.ts';
import { vouchedIn, type RootCheck, type VouchedPackage } from './vouched.ts';

/** Unpacked indexes beyond this are taken for bombs (trust.md T45), in bytes. */
export const maximumIndex = 1024 * 1024 * 1024;

/**
 * Checks an apt root: that `Release` says what the statement says, that both its signatures are good, and that its indexes agree with
 * each other. Notes what is wrong; gives the packages of its indexes, undefined when an index could not be read.
 */
export async function checkAptRoot(check: RootCheck): Promise<readonly VouchedPackage[] | undefined> {
  const release = await checkRelease(check);
  const lists = architecturesOf(check).map((arch) => {
    const name = `${check.root.component}/binary-${arch}/Packages`;
    const plain = release?.entries.find((entry) => entry.path === name);
    return plain && packagesOf(check, name, plain);
  });
  return lists.some((list) => list === undefined) ? undefined : lists.flatMap((list) => list ?? []);
}

function architecturesOf({ statement, root }: RootCheck): readonly string[] {
  return statement.roots.filter(({ path }) => path === root.path).map(({ arch }) => arch);
}

function suitePath({ root }: RootCheck): string {
  return `${root.path}/dists/${root.suite}`;
}

async function checkRelease(check: RootCheck): Promise<Release | undefined> {
  const { inspection, keyring, now, contents } = check;
  const suite = suitePath(check);
  const [release, detached, inRelease] = [
    `${suite}/Release`,
    `${suite}/Release.gpg`,
    `${suite}/InRelease`,
  ].map((path) => {
    const bytes = contents.get(path);
    if (!bytes && !vouchedIn(check.statement, path)) inspection.note(path, 'is not vouched for');
    return bytes;
  });
  const read = release && checkReleaseText(check, new TextDecoder().decode(release));
  if (release && detached) {
    const verdict = await verifyDetached({ bytes: release, signature: detached, keyring, now });
    if (!verdict.ok) inspection.note(`${suite}/Release.gpg`, verdict.reason);
  }
  if (release && inRelease) {
    const verdict = await verifyCleartext({ message: new TextDecoder().decode(inRelease), keyring, now });
    if (!verdict.ok) inspection.note(`${suite}/InRelease`, verdict.reason);
    else if (verdict.text !== new TextDecoder().decode(release))
      inspection.note(`${suite}/InRelease`, 'says something else than Release');
  }
  return read;
}

function checkReleaseText(check: RootCheck, text: string): Release | undefined {
  const { inspection, statement, now, root } = check;
  const path = `${suitePath(check)}/Release`;
  let release: Release;
  try {
    release = parseRelease(text);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    inspection.note(path, error.message);
    return undefined;
  }
  if (release.suite !== root.suite || release.component !== root.component)
    inspection.note(
      path,
      `is of ${release.suite} ${release.component}, not of ${root.suite} ${root.component}`,
    );
  if (release.date.getTime() !== Date.parse(root.issued))
    inspection.note(path, 'has not the date that the statement says');
  if (release.validUntil.getTime() <= now.getTime()) inspection.note(path, 'has expired');
  const architectures = architecturesOf(check);
  if (release.architectures.join(' ') !== architectures.join(' '))
    inspection.note(path, 'has not the architectures of the statement');
  const names = architectures.map((arch) => `${root.component}/binary-${arch}/Packages`);
  const expected = names.flatMap((name) => [name, `${name}.gz`]);
  if (release.entries.map((entry) => entry.path).join(' ') !== expected.join(' '))
    inspection.note(path, 'does not list the indexes of its architectures');
  for (const entry of release.entries.filter((one) => one.path.endsWith('.gz'))) {
    const plain = `${suitePath(check)}/${entry.path}`;
    for (const copy of [plain, `${byHashFolder(plain)}/${entry.sha256}`])
      if (vouchedIn(statement, copy)?.sha256 !== entry.sha256)
        inspection.note(copy, 'is not vouched for as Release lists it');
  }
  return release;
}

/** The packages of an index, unpacked as far as `Release` says and not further: it lists the unpacked index too. */
function packagesOf(
  check: RootCheck,
  name: string,
  plain: Release['entries'][number],
): readonly VouchedPackage[] | undefined {
  const { inspection, root, contents } = check;
  const path = `${suitePath(check)}/${name}.gz`;
  const packed = contents.get(path);
  if (!packed) return undefined;
  try {
    const bytes = unpackedIndex(packed, plain);
    if (!bytes) {
      inspection.note(path, 'does not unpack to the index that Release lists');
      return undefined;
    }
    return listedPackages(bytes).map(({ filename, size, sha256 }) => ({
      path: `${root.path}/${filename}`,
      size,
      sha256,
    }));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    inspection.note(path, error.message);
    return undefined;
  }
}

/** Unpacks a document of a known size and digest; undefined when it is something else. A bomb is cut at that size (trust.md T45). */
export function unpackedIndex(packed: Uint8Array, expected: Digest): Uint8Array | undefined {
  if (expected.size > maximumIndex) return undefined;
  try {
    const bytes = gunzipSync(packed, { maxOutputLength: expected.size + 1 });
    return bytes.length === expected.size && sha256Of(bytes) === expected.sha256 ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads the packages of a `Packages` file: where they are (relative to the apt root), how long, and their digests.
 * @throws Refusal when a paragraph is malformed or points outside the pool (trust.md T46, T47).
 */
export function listedPackages(
  packages: Uint8Array,
): readonly { filename: string; size: number; sha256: string }[] {
  return [...paragraphsOf(new TextDecoder('utf-8', { fatal: false }).decode(packages))].map((paragraph) => {
    const fields = parseParagraph(paragraph);
    const [filename = '', size = '', sha256 = ''] = ['Filename', 'Size', 'SHA256'].map((name) =>
      fieldValue(fields, name),
    );
    if (!filename.startsWith('pool/') || !isPlainPath(filename))
      throw new Refusal('it lists a package outside the pool');
    if (!/^\d{1,15}$/.test(size) || !/^[0-9a-f]{64}$/.test(sha256))
      throw new Refusal('it lists a package without size or sha256');
    return { filename, size: Number(size), sha256 };
  });
}
