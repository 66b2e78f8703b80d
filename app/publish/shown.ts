import type { Output } from '../storage/output.ts';
import { sha256Of } from '../storage/digest.ts';
import type { RootContents } from './channel-contents.ts';
import { byHashFolder, snapshotFolder } from './layout.ts';
import { verifyCleartext, verifyDetached, type Keyring } from './signing/openpgp.ts';
import { lastingSignature, lastingSums } from './roots/tar-root.ts';

/**
 * The immutable index files that clients of a root are led to now, below the folder of all channels. After a run that was cut off these may be
 * of a publication that no statement tells of: clients have begun with it all the same. Only what is signed by `keyring` counts.
 */
export async function shownIndexes(
  output: Output,
  root: RootContents,
  keyring: Keyring,
  now: Date,
): Promise<readonly string[]> {
  const look: Looking = { output, root, keyring, now };
  if (root.format === 'deb') return shownApt(look);
  return root.format === 'rpm' ? shownYum(look) : shownTar(look);
}

interface Looking {
  readonly output: Output;
  readonly root: RootContents;
  readonly keyring: Keyring;
  readonly now: Date;
}

async function shownApt({ output, root: { place }, keyring, now }: Looking): Promise<readonly string[]> {
  const suite = `${place.path}/dists/${place.suite}`;
  const message = await textAt(output, `${suite}/InRelease`);
  const verdict = message === undefined ? undefined : await verifyCleartext({ message, keyring, now });
  if (verdict?.ok !== true) return [];
  const indexes = verdict.text.matchAll(/^ ([0-9a-f]{64}) +\d+ (\S+\/Packages)\.gz$/gm);
  return [...indexes].map(([, sha256 = '', index = '']) => `${byHashFolder(`${suite}/${index}`)}/${sha256}`);
}

async function shownYum({ output, root: { place }, keyring, now }: Looking): Promise<readonly string[]> {
  const id = /\.([0-9a-f]{16})\/\n$/.exec((await textAt(output, `${place.path}/mirrorlist`)) ?? '')?.[1];
  if (id === undefined) return [];
  const folder = snapshotFolder(place.path, id);
  const small = ['repomd.xml', 'repomd.xml.asc'].map((name) => `${folder}/repodata/${name}`);
  const [repomd, signature] = await Promise.all(small.map((path) => output.read(path)));
  if (!repomd || !signature) return [];
  const verdict = await verifyDetached({ bytes: repomd, signature, keyring, now });
  if (!verdict.ok) return [];
  const documents = new TextDecoder()
    .decode(repomd)
    .matchAll(/<location href="(repodata\/[0-9a-f]{64}-[a-z]+\.xml\.gz)"/g);
  return [...small, ...[...documents].map(([, file = '']) => `${folder}/${file}`)];
}

async function shownTar({ output, root: { place }, keyring, now }: Looking): Promise<readonly string[]> {
  const sums = await output.read(`${place.path}/SHA256SUMS`);
  if (!sums) return [];
  const sha256 = sha256Of(sums);
  const path = `${place.path}/${lastingSignature(sha256)}`;
  const signature = await output.read(path);
  if (!signature) return [];
  const verdict = await verifyDetached({ bytes: sums, signature, keyring, now });
  return verdict.ok ? [path, `${place.path}/${lastingSums(sha256)}`] : [];
}

async function textAt(output: Output, path: string): Promise<string | undefined> {
  const bytes = await output.read(path);
  return bytes && new TextDecoder().decode(bytes);
}
