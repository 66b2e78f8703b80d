import { Refusal } from '../../repository/refusal.ts';
import type { Repomd } from '../../repository/rpm/repomd.ts';
import { parseRepomd } from '../../repository/rpm/repomd-reader.ts';
import { sha256Of } from '../../storage/digest.ts';
import { snapshotFolder } from '../layout.ts';
import { verifyDetached } from '../signing/openpgp.ts';
import { stated, vouchedIn, type NewerRoot, type RootCheck, type VouchedPackage } from './vouched.ts';
import { checkRepodata, checkYumRoot, snapshotOf } from './yum-check.ts';

const maximumRepomd = 1024 * 1024;
const maximumSignature = 16 * 1024;

/** A yum root whose `mirrorlist` points to a snapshot later than channel.json; see `newerRoot`. */
export async function newerYumRoot(check: RootCheck, mirrors: Uint8Array): Promise<NewerRoot | undefined> {
  const { inspection, statement, root, keyring, now } = check;
  const id = snapshotOf(root.path, mirrors);
  const before = id === undefined ? undefined : idBefore(check, mirrors, id);
  if (id === undefined || before === undefined) return undefined;
  const snapshot = `${snapshotFolder(root.path, id)}/repodata`;
  const live = `${root.path}/repodata`;
  const [text, signature] = await Promise.all([
    inspection.peek(`${snapshot}/repomd.xml`, maximumRepomd),
    inspection.peek(`${snapshot}/repomd.xml.asc`, maximumSignature),
  ]);
  if (!text || !signature) return undefined;
  const verdict = await verifyDetached({
    bytes: text,
    signature,
    keyring,
    now,
  });
  const repomd = verdict.ok ? readRepomd(text) : undefined;
  if (!repomd || !sha256Of(text).startsWith(id) || !isLater(repomd, check)) return undefined;

  const contents = new Map([[`${root.path}/mirrorlist`, mirrors]]);
  for (const [name, bytes] of [
    ['repomd.xml', text],
    ['repomd.xml.asc', signature],
  ] as const) {
    for (const folder of [snapshot, live]) contents.set(`${folder}/${name}`, bytes);
    const path = `${live}/${name}`;
    await inspection.compareWithAny(path, [vouchedIn(statement, path), stated(path, bytes)]);
  }
  const files = [...contents].map(([path, bytes]) => stated(path, bytes));
  const pointers = new Set(
    ['mirrorlist', 'repodata/repomd.xml', 'repodata/repomd.xml.asc'].map((name) => `${root.path}/${name}`),
  );
  for (const { href, type, size, sha256 } of repomd.data) {
    const [own = '', copy = ''] = [snapshotFolder(root.path, id), root.path].map(
      (folder) => `${folder}/${href}`,
    );
    files.push({ path: own, size, sha256 }, { path: copy, size, sha256 });
    if (type === 'primary') {
      const bytes = await inspection.readAs(own, { size, sha256 });
      if (bytes) for (const path of [own, copy]) contents.set(path, bytes);
    } else await inspection.compare(own, { size, sha256 });
    // Its copy follows the switch.
    await inspection.compareWithAny(copy, [vouchedIn(statement, copy), { size, sha256 }]);
    pointers.add(copy);
  }
  const packages = await checkYumRoot({ ...check, statement: { ...statement, files }, contents });
  return {
    packages: packages && [...packages, ...(await packagesBefore(check, before))],
    pointers,
    files: files.map(({ path }) => path),
  };
}

function readRepomd(text: Uint8Array): Repomd | undefined {
  try {
    return parseRepomd(new TextDecoder().decode(text));
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}

/**
 * The snapshot of the statement, if a mirror list differs from the statement's in nothing but the snapshot. A mirror list is not signed: one that leads
 * elsewhere would leave clients to somebody who can hold back what is newer.
 */
function idBefore({ statement, root }: RootCheck, mirrors: Uint8Array, id: string): string | undefined {
  const wanted = vouchedIn(statement, `${root.path}/mirrorlist`)?.sha256;
  const text = new TextDecoder().decode(mirrors);
  return statement.files
    .filter(({ path }) => path.startsWith(`${root.path}.`) && path.endsWith('/repodata/repomd.xml'))
    .map(({ path }) => path.slice(root.path.length + 1).split('/')[0] ?? '')
    .find((before) => sha256Of(text.replace(`.${id}/\n`, `.${before}/\n`)) === wanted);
}

function isLater({ revision, tags }: Repomd, { statement, root, now }: RootCheck): boolean {
  const expires = tags?.content?.find((tag) => tag.startsWith('expires:'))?.slice('expires:'.length);
  return (
    Number(revision) > statement.number &&
    tags?.repo?.includes(`channel:${statement.channel}`) === true &&
    tags.repo.includes(`target:${root.distribution}/${root.platform}/${root.arch}`) &&
    expires !== undefined &&
    Date.parse(expires) > now.getTime()
  );
}

/** What the statement's own snapshot lists: a client that began before still fetches it. */
async function packagesBefore(check: RootCheck, id: string): Promise<readonly VouchedPackage[]> {
  const { statement, inspection, root } = check;
  const folder = `${snapshotFolder(root.path, id)}/repodata`;
  const contents = new Map<string, Uint8Array>();
  // When a file is not as the statement says, that is noted where all of the statement's files are compared.
  const silent = inspection.branch();
  for (const file of statement.files) {
    if (!file.path.startsWith(`${folder}/`)) continue;
    const bytes = await silent.peek(file.path, file.size);
    if (bytes && stated('', bytes).sha256 === file.sha256) contents.set(file.path, bytes);
  }
  return (await checkRepodata({ ...check, inspection: silent, contents, root }, folder)) ?? [];
}
