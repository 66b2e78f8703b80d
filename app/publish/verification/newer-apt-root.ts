import { gunzipSync } from 'node:zlib';
import { Refusal } from '../../repository/refusal.ts';
import { parseRelease, type Release } from '../../repository/release-file.ts';
import { checkAptRoot, listedPackages, maximumIndex } from './apt-check.ts';
import { inStatementForm, type StatementFile } from '../channel-statement.ts';
import { byHashFolder } from '../layout.ts';
import { verifyCleartext, verifyDetached } from '../signing/openpgp.ts';
import { clockSkew } from './statement-check.ts';
import { stated, vouchedIn, type NewerRoot, type RootCheck, type VouchedPackage } from './vouched.ts';

const maximumSignature = 16 * 1024;

/** An apt root whose `InRelease` is later than channel.json; see `newerRoot`. */
export async function newerAptRoot(check: RootCheck, inRelease: Uint8Array): Promise<NewerRoot | undefined> {
  const { inspection, statement, root, keyring, now } = check;
  const suite = `${root.path}/dists/${root.suite}`;
  const verdict = await verifyCleartext({ message: new TextDecoder().decode(inRelease), keyring, now });
  const release = verdict.ok ? readRelease(verdict.text) : undefined;
  if (!verdict.ok || !release || !isLater(release, check)) return undefined;

  const text = new TextEncoder().encode(verdict.text);
  const contents = new Map([
    [`${suite}/InRelease`, inRelease],
    [`${suite}/Release`, text],
  ]);
  const files: StatementFile[] = [...contents].map(([path, bytes]) => stated(path, bytes));
  const packed = release.entries.filter(({ path }) => path.endsWith('.gz'));
  for (const { path: name, size, sha256 } of packed) {
    const path = `${suite}/${name}`;
    const byHash = `${byHashFolder(path)}/${sha256}`;
    const bytes = await inspection.readAs(byHash, { size, sha256 });
    if (bytes) contents.set(path, bytes);
    files.push({ path, size, sha256 }, { path: byHash, size, sha256 });
    await inspection.compareWithAny(path, [vouchedIn(statement, path), { size, sha256 }]);
  }
  await inspection.compareWithAny(`${suite}/Release`, [
    vouchedIn(statement, `${suite}/Release`),
    stated('', text),
  ]);
  await checkDetached(check, `${suite}/Release.gpg`, text);
  const pointers = ['InRelease', 'Release', 'Release.gpg', ...packed.map(({ path }) => path)].map(
    (name) => `${suite}/${name}`,
  );
  const packages = await checkAptRoot({
    ...check,
    root: { ...root, issued: inStatementForm(release.date) },
    statement: {
      ...statement,
      roots: release.architectures.map((arch) => ({ ...root, arch })),
      // `Release.gpg` is judged above: it may still be the one before.
      files: [...files, stated(`${suite}/Release.gpg`, new Uint8Array(0))],
    },
    contents,
  });
  return {
    packages: packages && [...packages, ...(await packagesBefore(check))],
    pointers: new Set(pointers),
    files: files.map(({ path }) => path),
  };
}

function readRelease(text: string): Release | undefined {
  try {
    return parseRelease(text);
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/** The next publication of this very root: a root beside it has the same key, suite and component. */
function isLater(
  { suite, component, date, validUntil, description }: Release,
  { root, statement: { channel }, now }: RootCheck,
): boolean {
  return (
    suite === root.suite &&
    component === root.component &&
    description.endsWith(`, channel ${channel}: ${root.distribution} for ${root.platform}`) &&
    date.getTime() > Date.parse(root.issued) &&
    date.getTime() <= now.getTime() + clockSkew &&
    validUntil.getTime() > now.getTime()
  );
}

async function checkDetached(check: RootCheck, path: string, text: Uint8Array): Promise<void> {
  const { inspection, keyring, now, statement } = check;
  const bytes = await inspection.read(path, maximumSignature);
  if (!bytes || stated(path, bytes).sha256 === vouchedIn(statement, path)?.sha256) return;
  const verdict = await verifyDetached({ bytes: text, signature: bytes, keyring, now });
  if (!verdict.ok) inspection.note(path, `fits neither Release: ${verdict.reason}`);
}

/** What the statement's own indexes list: a client that began before still fetches it. */
async function packagesBefore({
  inspection,
  statement,
  root,
}: RootCheck): Promise<readonly VouchedPackage[]> {
  const packages: VouchedPackage[] = [];
  for (const file of statement.files) {
    if (!file.path.startsWith(`${root.path}/`) || !file.path.includes('/by-hash/')) continue;
    const packed = await inspection.peek(file.path, file.size);
    // When it is not as the statement says, that is noted where all of the statement's files are compared.
    if (!packed || stated('', packed).sha256 !== file.sha256) continue;
    for (const { filename, size, sha256 } of listedPackages(
      gunzipSync(packed, { maxOutputLength: maximumIndex }),
    ))
      packages.push({ path: `${root.path}/${filename}`, size, sha256 });
  }
  return packages;
}
