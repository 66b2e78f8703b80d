import { isPlainPath } from '../layout.ts';
import { verifyDetached } from '../signing/openpgp.ts';
import { parseTarIndex, type TarIndex } from '../roots/tar-index.ts';
import { lastingSignature, lastingSums } from '../roots/tar-root.ts';
import { stated, vouchedIn, type NewerRoot, type RootCheck, type VouchedPackage } from './vouched.ts';

const maximumSignature = 16 * 1024;
const maximumIndex = 256 * 1024 * 1024;

/**
 * A root of tarballs whose `SHA256SUMS` is later than channel.json; see `newerRoot`. As long as `index.json` does not follow, the sizes of its new
 * files are not known, and their bytes are only told by their digests.
 */
export async function newerTarRoot(check: RootCheck, sums: Uint8Array): Promise<NewerRoot | undefined> {
  const { inspection, statement, root, keyring, now } = check;
  const at = (name: string): string => `${root.path}/${name}`;
  const lasting = at(lastingSignature(stated('', sums).sha256));
  const judged = (signature: Uint8Array) => verifyDetached({ bytes: sums, signature, keyring, now });
  const signature = await inspection.peek(lasting, maximumSignature);
  const verdict = signature && (await judged(signature));
  if (!verdict?.ok || verdict.date.getTime() <= Date.parse(root.issued)) return undefined;
  const lines = listed(new TextDecoder().decode(sums));
  const ownIndex = lines?.get('index.json');
  if (!lines || ownIndex === undefined) return undefined;

  // The same list under its digest, for the publisher's own next run.
  const copy = at(lastingSums(stated('', sums).sha256));
  await inspection.compare(copy, stated(copy, sums));
  const usual = await inspection.read(at('SHA256SUMS.asc'), maximumSignature);
  if (usual && stated('', usual).sha256 !== vouchedIn(statement, at('SHA256SUMS.asc'))?.sha256) {
    const other = await judged(usual);
    if (!other.ok) inspection.note(at('SHA256SUMS.asc'), `fits neither SHA256SUMS: ${other.reason}`);
  }
  const index = await inspection.read(at('index.json'), maximumIndex);
  const pointers = ['SHA256SUMS', 'SHA256SUMS.asc', 'index.json'].map(at);
  const files = [...pointers, lasting, copy];
  const indexed = index && indexOf(check, index, ownIndex);
  if (!indexed) return { packages: undefined, pointers: new Set(pointers), files };

  const sizes = new Map(indexed.map(({ path, sha256, size }) => [`${sha256} ${path}`, size]));
  lines.delete('index.json');
  const packages: VouchedPackage[] = [];
  for (const [path, sha256] of lines) {
    const size = sizes.get(`${sha256} ${path}`);
    if (size === undefined) await inspection.compareDigest(at(path), sha256);
    else packages.push({ path: at(path), size, sha256 });
    files.push(at(path));
  }
  for (const { path, size, sha256 } of indexed) packages.push({ path: at(path), size, sha256 });
  return { packages, pointers: new Set(pointers), files };
}

/** The lines of a `SHA256SUMS` as path and digest; undefined when it is not written as this channel writes it. */
function listed(text: string): Map<string, string> | undefined {
  const lines = text.split('\n');
  if (lines.pop() !== '') return undefined;
  const found = new Map<string, string>();
  for (const line of lines) {
    const [, sha256, path] = /^([0-9a-f]{64}) {2}(\S{1,1024})$/.exec(line) ?? [];
    if (sha256 === undefined || path === undefined || !isPlainPath(path) || found.has(path)) return undefined;
    found.set(path, sha256);
  }
  return found;
}

/** The files of the index that is there, which is the statement's or the one that `SHA256SUMS` lists; notes what is wrong with it. */
function indexOf(
  { inspection, statement, root }: RootCheck,
  bytes: Uint8Array,
  newSha256: string,
): TarIndex['files'] | undefined {
  const path = `${root.path}/index.json`;
  const { sha256 } = stated(path, bytes);
  if (sha256 !== newSha256 && sha256 !== vouchedIn(statement, path)?.sha256) {
    inspection.note(path, 'is neither what channel.json vouches for nor what SHA256SUMS lists');
    return undefined;
  }
  const files = parseTarIndex(new TextDecoder().decode(bytes));
  if (files?.every((file) => isPlainPath(file.path))) return files;
  inspection.note(path, 'is not an index in canonical form');
  return undefined;
}
