import type { Channel } from '../model/channel.ts';
import type { ChannelContents, ListedPackage } from './channel-contents.ts';
import { digestOfFile } from './file-digest.ts';
import { poolPath } from './layout.ts';
import { keptFacts, readFacts, type IndexFacts } from './package-facts.ts';
import { PublishError } from './publish-error.ts';

/** The content-addressed store as the publisher sees it. */
export interface PackageStore {
  has(sha256: string): Promise<boolean>;
  /** Where the file of a digest is. */
  path(sha256: string): string;
}

/**
 * The facts of every package of the channel. A package that is not in its place yet, or was not read yet, is first compared with its
 * digest, whole: what is published is what was verified. `present` has the sizes of the files published now.
 * @throws PublishError `store-object-missing`, `store-object-corrupt`, `package-unreadable`; changes nothing.
 */
export async function soundPackages(
  { channel, roots }: ChannelContents,
  present: ReadonlyMap<string, number>,
  store: PackageStore,
  cache: string,
): Promise<ReadonlyMap<string, IndexFacts>> {
  const facts = new Map<string, IndexFacts>();
  for (const { path, targets } of roots) {
    for (const listed of targets.flatMap(({ packages }) => packages)) {
      const known = facts.get(listed.sha256) ?? (await keptFacts(cache, listed.sha256));
      const isPlaced = present.get(`${path}/${poolPath(listed.component, listed.file)}`) === listed.size;
      if (!known || !isPlaced) await checkStored(channel, listed, store);
      facts.set(listed.sha256, known ?? (await factsOf(channel, listed, store, cache)));
    }
  }
  return facts;
}

async function checkStored(
  channel: Channel,
  { release, file, size, sha256 }: ListedPackage,
  store: PackageStore,
): Promise<void> {
  const stored = (await store.has(sha256)) ? await digestOfFile(store.path(sha256)) : undefined;
  if (!stored) {
    throw new PublishError(
      channel,
      'store-object-missing',
      `${file} of ${release} is not in the store (sha256 ${sha256})`,
    );
  }
  if (stored.sha256 !== sha256 || stored.size !== size) {
    throw new PublishError(
      channel,
      'store-object-corrupt',
      `${file} of ${release} is damaged in the store (sha256 ${sha256})`,
    );
  }
}

async function factsOf(
  channel: Channel,
  { release, file, sha256 }: ListedPackage,
  store: PackageStore,
  cache: string,
): Promise<IndexFacts> {
  const read = await readFacts(cache, sha256, store.path(sha256));
  if (read.ok) return read.value;
  throw new PublishError(channel, 'package-unreadable', `${file} of ${release}: ${read.reason}`);
}
