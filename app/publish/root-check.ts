import { gunzipSync } from 'node:zlib';
import { fieldValue, paragraphsOf, parseParagraph } from '../repository/deb822.ts';
import { Refusal } from '../repository/refusal.ts';
import { parseRelease, type Release } from '../repository/release-file.ts';
import type { ChannelStatement, StatementFile } from './channel-statement.ts';
import type { Inspection } from './inspection.ts';
import { byHashFolder, isPlainPath } from './layout.ts';
import { verifyCleartext, verifyDetached, type Keyring } from './openpgp.ts';

/** A package that an index lists; `path` is relative to the folder of channel.json. */
export interface VouchedPackage {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
}

/** What the files of a root are checked against. */
export interface RootCheck {
  readonly inspection: Inspection;
  readonly statement: ChannelStatement;
  readonly keyring: Keyring;
  readonly now: Date;
  /** Path of the apt root, as the statement has it. */
  readonly root: string;
  /** The bytes of every file that the statement vouches for, found good. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

/**
 * Checks an apt root: that `Release` says what the statement says, that both its signatures are good, and that its indexes agree with
 * each other. Notes what is wrong; gives the packages of its indexes, undefined when an index could not be read.
 */
export async function checkRoot(check: RootCheck): Promise<readonly VouchedPackage[] | undefined> {
  const { statement, root, contents } = check;
  await checkRelease(check);
  const lists = statement.roots
    .filter(({ path }) => path === root)
    .map(({ arch }) => {
      const path = `${suitePath(check)}/main/binary-${arch}/Packages`;
      const text = contents.get(path);
      checkPacked(check, path);
      return text && packagesOf(check, path, text);
    });
  return lists.some((list) => list === undefined) ? undefined : lists.flatMap((list) => list ?? []);
}

function suitePath({ root, statement }: RootCheck): string {
  return `${root}/dists/${statement.channel}`;
}

async function checkRelease(check: RootCheck): Promise<void> {
  const { inspection, keyring, now, contents } = check;
  const suite = suitePath(check);
  const [release, detached, inRelease] = [
    `${suite}/Release`,
    `${suite}/Release.gpg`,
    `${suite}/InRelease`,
  ].map((path) => {
    const bytes = contents.get(path);
    if (!bytes && !check.statement.files.some((file) => file.path === path))
      inspection.note(path, 'is not vouched for');
    return bytes;
  });
  if (release) checkReleaseText(check, new TextDecoder().decode(release));
  if (release && detached) {
    const signature = new TextDecoder('latin1').decode(detached);
    const verdict = await verifyDetached({ bytes: release, signature, keyring, now });
    if (!verdict.ok) inspection.note(`${suite}/Release.gpg`, verdict.reason);
  }
  if (release && inRelease) {
    const verdict = await verifyCleartext({ message: new TextDecoder().decode(inRelease), keyring, now });
    if (!verdict.ok) inspection.note(`${suite}/InRelease`, verdict.reason);
    else if (verdict.text !== new TextDecoder().decode(release))
      inspection.note(`${suite}/InRelease`, 'says something else than Release');
  }
}

function checkReleaseText(check: RootCheck, text: string): void {
  const { inspection, statement, now } = check;
  const path = `${suitePath(check)}/Release`;
  let release: Release;
  try {
    release = parseRelease(text);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    inspection.note(path, error.message);
    return;
  }
  if (release.suite !== statement.channel)
    inspection.note(path, `is of the suite ${release.suite}, not of ${statement.channel}`);
  if (release.date.getTime() !== Date.parse(statement.issued))
    inspection.note(path, 'has not the date of the statement');
  if (release.validUntil.getTime() !== Date.parse(statement.expires))
    inspection.note(path, 'does not expire with the statement');
  if (release.validUntil.getTime() <= now.getTime()) inspection.note(path, 'has expired');
  const architectures = statement.roots.filter((root) => root.path === check.root).map(({ arch }) => arch);
  if (release.architectures.join(' ') !== architectures.join(' '))
    inspection.note(path, 'has not the architectures of the statement');
  const expected = architectures
    .flatMap((arch) => [`main/binary-${arch}/Packages`, `main/binary-${arch}/Packages.gz`])
    .map((entry) => describe(entry, vouched(statement, `${suitePath(check)}/${entry}`)));
  const listed = release.entries.map((entry) => describe(entry.path, entry));
  if (expected.join('\n') !== listed.join('\n'))
    inspection.note(path, 'does not list the indexes that the statement vouches for');
  for (const entry of release.entries) {
    const copy = `${byHashFolder(`${suitePath(check)}/${entry.path}`)}/${entry.sha256}`;
    if (vouched(statement, copy)?.sha256 !== entry.sha256) inspection.note(copy, 'is not vouched for');
  }
}

function vouched({ files }: ChannelStatement, path: string): StatementFile | undefined {
  return files.find((file) => file.path === path);
}

function describe(
  path: string,
  file: { readonly size: number; readonly sha256: string } | undefined,
): string {
  return file ? `${path} ${String(file.size)} ${file.sha256}` : `${path} missing`;
}

/** Packages.gz must be Packages and nothing more: a client may read either. */
function checkPacked({ inspection, contents }: RootCheck, path: string): void {
  const [plain, packed] = [contents.get(path), contents.get(`${path}.gz`)];
  if (!plain || !packed) return;
  try {
    if (gunzipSync(packed, { maxOutputLength: plain.length + 1 }).equals(plain)) return;
  } catch {
    // told below
  }
  inspection.note(`${path}.gz`, 'does not unpack to Packages');
}

function packagesOf(
  { inspection, root }: RootCheck,
  path: string,
  bytes: Uint8Array,
): readonly VouchedPackage[] | undefined {
  try {
    return listedPackages(bytes).map(({ filename, size, sha256 }) => ({
      path: `${root}/${filename}`,
      size,
      sha256,
    }));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    inspection.note(path, error.message);
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
