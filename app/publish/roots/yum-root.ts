import { basename } from 'node:path/posix';
import type { Pointer } from '../../storage/output.ts';
import { repomdText } from '../../repository/rpm/repomd.ts';
import type { RootContents } from '../channel-contents.ts';
import { snapshotFolder, type Place } from '../layout.ts';
import { textFile, vouched, type RenderedRoot, type RootSigning, type VouchedFile } from './rendered-root.ts';
import type { IndexDocument } from './root-documents.ts';

/**
 * What goes before the path of a package in yum's metadata. Snapshots stand beside the root, at the same depth, so that the same metadata
 * finds the packages from both.
 */
export function yumPrefix({ path }: Place): string {
  return `../${basename(path)}/`;
}

/**
 * Signs a yum root (createrepo_c's format): documents named by their digest, `repomd.xml` and its signature, once in an immutable folder of their
 * own, to which `mirrorlist` points in one step, and once in `repodata/` for those who give a plain `baseurl`. A client that began with the
 * snapshot before goes on with it; with a plain `baseurl` there is a moment when `repomd.xml` and its signature do not fit (channels.md).
 */
export async function signedYumRoot(
  { place, targets }: RootContents,
  documents: readonly IndexDocument[],
  { channel, url, number, issued, expires, signer }: RootSigning,
): Promise<RenderedRoot> {
  const [{ target }] = targets;
  const named = documents.map(({ name, pieces, packed }) => ({
    file: `${packed.sha256}-${name}.xml.gz`,
    name,
    pieces,
    packed,
  }));
  const text = repomdText({
    revision: String(number),
    // Metadata of yum has no expiry of its own (trust.md F4): a person can see it here, `rollout verify` reads it in channel.json.
    // So it is with whose metadata it is: nothing else in it tells the roots of a channel from each other.
    tags: {
      repo: [`channel:${channel}`, `target:${target.distribution}/${target.platform}/${target.arch}`],
      content: [`expires:${expires.toISOString().slice(0, 19)}Z`],
    },
    data: named.map(({ name, file, packed }) => ({
      type: name,
      href: `repodata/${file}`,
      ...packed,
      timestamp: Math.floor(issued.getTime() / 1000),
    })),
  });
  const signature = await signer.signDetached(Buffer.from(text), issued);
  const id = textFile('', text).sha256.slice(0, 16);
  const snapshot = `${snapshotFolder(place.path, id)}/repodata`;
  const live = `${place.path}/repodata`;
  const small = ['repomd.xml.asc', 'repomd.xml'].map((name) => ({
    name,
    text: name.endsWith('.asc') ? signature : text,
  }));
  const mirrors = textFile(`${place.path}/mirrorlist`, `${url}/${snapshotFolder(place.path, id)}/\n`);
  const copies = named.map(({ file }): Pointer => ({ path: `${live}/${file}`, from: `${snapshot}/${file}` }));
  // The switch first: whatever is read before the others follow is what it vouches for, or what it took the place of.
  const pointers: readonly Pointer[] = [
    mirrors,
    ...copies,
    ...small.map(({ name, text: content }) => textFile(`${live}/${name}`, content)),
  ];
  const files = [snapshot, live].flatMap((folder): readonly VouchedFile[] => [
    ...named.map(({ file, packed }) => ({ path: `${folder}/${file}`, ...packed })),
    ...small.map(({ name, text: content }) => vouched(textFile(`${folder}/${name}`, content))),
  ]);
  return {
    content: [
      ...named.map(({ file, pieces }) => ({ path: `${snapshot}/${file}`, pieces })),
      ...small.map(({ name, text: content }) => textFile(`${snapshot}/${name}`, content)),
    ],
    pointers,
    files: [...files, vouched(mirrors)],
  };
}
