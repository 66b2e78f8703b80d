import { isPlainPath } from '../layout.ts';
import { verifyDetached } from '../signing/openpgp.ts';
import { vouchedIn, type RootCheck, type VouchedPackage } from './vouched.ts';
import { lastingSignature } from '../roots/tar-root.ts';
import { parseTarIndex } from '../roots/tar-index.ts';

/** Checks a root of tarballs: that `SHA256SUMS` is signed, twice, and that `index.json` lists the same. */
export async function checkTarRoot(check: RootCheck): Promise<readonly VouchedPackage[] | undefined> {
  const { root, inspection, statement, contents, keyring, now } = check;
  const sumsPath = `${root.path}/SHA256SUMS`;
  const names = [
    'SHA256SUMS',
    'SHA256SUMS.asc',
    'index.json',
    lastingSignature(vouchedIn(statement, sumsPath)?.sha256 ?? ''),
  ];
  const [sums, signature, index, lasting] = names.map((name) => {
    const path = `${root.path}/${name}`;
    if (!vouchedIn(statement, path)) inspection.note(path, 'is not vouched for');
    return contents.get(path);
  });
  if (!sums || !index) return undefined;
  for (const [name, bytes] of [
    ['SHA256SUMS.asc', signature],
    [names[3] ?? '', lasting],
  ] as const) {
    if (!bytes) continue;
    const verdict = await verifyDetached({
      bytes: sums,
      signature: bytes,
      keyring,
      now,
    });
    if (!verdict.ok) inspection.note(`${root.path}/${name}`, verdict.reason);
  }
  const text = new TextDecoder().decode(index);
  const files = parseTarIndex(text);
  if (!files?.every(({ path }) => isPlainPath(path))) {
    inspection.note(`${root.path}/index.json`, 'is not an index in canonical form');
    return undefined;
  }
  const lines = [
    ...files.map(({ path, sha256 }) => `${sha256}  ${path}\n`),
    `${vouchedIn(statement, `${root.path}/index.json`)?.sha256 ?? ''}  index.json\n`,
  ];
  if (new TextDecoder().decode(sums) !== lines.join(''))
    inspection.note(sumsPath, 'does not list what index.json lists');
  return files.map(({ path, size, sha256 }) => ({ path: `${root.path}/${path}`, size, sha256 }));
}
