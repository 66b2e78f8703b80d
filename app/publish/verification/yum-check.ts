import { dirname } from 'node:path/posix';
import { gunzipSync } from 'node:zlib';
import { Refusal } from '../../repository/refusal.ts';
import { packagesOfPrimary } from '../../repository/rpm/primary-packages.ts';
import { parseRepomd } from '../../repository/rpm/repomd-reader.ts';
import { isPlainPath, snapshotFolder } from '../layout.ts';
import { verifyDetached } from '../signing/openpgp.ts';
import { vouchedIn, type RootCheck, type VouchedPackage } from './vouched.ts';

/** Unpacked metadata beyond this is taken for a bomb (trust.md T45). */
const maximumDocument = 1024 * 1024 * 1024;

/**
 * Checks a yum root: that `mirrorlist` points to a snapshot that the statement vouches for, that its `repomd.xml` is signed and lists documents
 * that are vouched for, and that `repodata/` says the same.
 */
export async function checkYumRoot(check: RootCheck): Promise<readonly VouchedPackage[] | undefined> {
  const { root, inspection, contents } = check;
  const mirrors = contents.get(`${root.path}/mirrorlist`);
  if (!mirrors) {
    if (!vouchedIn(check.statement, `${root.path}/mirrorlist`))
      inspection.note(`${root.path}/mirrorlist`, 'is not vouched for');
    return undefined;
  }
  const id = snapshotOf(root.path, mirrors);
  if (id === undefined) {
    inspection.note(`${root.path}/mirrorlist`, 'does not point to one snapshot of this root');
    return undefined;
  }
  const folders = [`${snapshotFolder(root.path, id)}/repodata`, `${root.path}/repodata`];
  const lists = [];
  for (const folder of folders) lists.push(await checkRepodata(check, folder));
  return lists[0];
}

/** The id of the one snapshot that a mirror list of a root points to; undefined when it is anything else. */
export function snapshotOf(rootPath: string, mirrors: Uint8Array): string | undefined {
  const [, name = ''] =
    /^https?:\/\/[^\s]+\/([A-Za-z0-9._-]+)\/\n$/.exec(new TextDecoder().decode(mirrors)) ?? [];
  const own = rootPath.slice(rootPath.lastIndexOf('/') + 1);
  const id = name.slice(own.length + 1);
  return name.startsWith(`${own}.`) && /^[0-9a-f]{16}$/.test(id) ? id : undefined;
}

/** Checks one folder of yum's metadata: its signature, and that it lists documents that are vouched for; gives the packages. */
export async function checkRepodata(
  { inspection, statement, keyring, now, contents, root }: RootCheck,
  folder: string,
): Promise<readonly VouchedPackage[] | undefined> {
  const [text, signature] = ['repomd.xml', 'repomd.xml.asc'].map((name) => {
    const path = `${folder}/${name}`;
    if (!vouchedIn(statement, path)) inspection.note(path, 'is not vouched for');
    return contents.get(path);
  });
  if (!text || !signature) return undefined;
  const verdict = await verifyDetached({
    bytes: text,
    signature,
    keyring,
    now,
  });
  if (!verdict.ok) inspection.note(`${folder}/repomd.xml.asc`, verdict.reason);
  try {
    const { data } = parseRepomd(new TextDecoder('utf-8', { fatal: true }).decode(text));
    for (const { type, href, sha256, size } of data) {
      const path = `${dirname(folder)}/${href}`;
      const file = vouchedIn(statement, path);
      if (file?.sha256 !== sha256 || file.size !== size)
        inspection.note(path, `is not vouched for as repomd.xml lists ${type}`);
    }
    const primary = data.find(({ type }) => type === 'primary');
    const packed = primary && contents.get(`${dirname(folder)}/${primary.href}`);
    if (!packed) {
      inspection.note(`${folder}/repomd.xml`, 'lists no primary that could be read');
      return undefined;
    }
    const document = gunzipSync(packed, { maxOutputLength: maximumDocument }).toString();
    return packagesOfPrimary(document).map(({ href, size, sha256 }) => ({
      path: placeOf(root.path, href),
      size,
      sha256,
    }));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    inspection.note(`${folder}/repomd.xml`, error.message);
    return undefined;
  }
}

/** Packages are named from a snapshot beside the root: `../<root>/pool/…`. */
function placeOf(rootPath: string, href: string): string {
  const own = rootPath.slice(rootPath.lastIndexOf('/') + 1);
  const path = href.slice(`../${own}/`.length);
  if (!href.startsWith(`../${own}/pool/`) || !isPlainPath(path))
    throw new Refusal('it lists a package outside the pool');
  return `${rootPath}/${path}`;
}
