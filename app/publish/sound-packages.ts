import type { Channel } from '../model/channel.ts';
import type { ChannelContents, ListedPackage } from './channel-contents.ts';
import { digestOf } from '../storage/digest.ts';
import type { Store } from '../storage/store.ts';
import type { Output, PlacedFile } from './output.ts';
import { keptFacts, readFacts, type IndexFacts } from './package-facts.ts';
import { PublishError } from './publish-error.ts';

/** How many packages are looked at at the same time. */
const parallel = 16;

/**
 * The facts of every package of the channel. A package that was not read yet is first compared with its digest, whole: what is published is
 * what was verified.
 * @throws PublishError `store-object-missing`, `store-object-corrupt`, `package-unreadable`; changes nothing.
 */
export async function soundPackages(
  { channel, roots }: ChannelContents,
  store: Store,
  cache: string,
): Promise<ReadonlyMap<string, IndexFacts>> {
  const listed = roots.flatMap(({ targets }) => targets.flatMap(({ packages }) => packages));
  const unique = [...new Map(listed.map((one) => [one.sha256, one])).values()];
  const facts = await inBatches(unique, async (one) => {
    const kept = await keptFacts(cache, one.sha256);
    if (kept) return [one.sha256, kept] as const;
    await checkStored(channel, one, store);
    return [one.sha256, await factsOf(channel, one, store, cache)] as const;
  });
  return new Map(facts);
}

/**
 * The packages that are not in their places yet, or are there with other bytes, each compared with its digest in the store.
 * @throws PublishError `store-object-missing`, `store-object-corrupt`; changes nothing.
 */
export async function unplacedPackages(
  channel: Channel,
  pooled: readonly { readonly path: string; readonly listed: ListedPackage }[],
  store: Store,
  output: Output,
): Promise<readonly PlacedFile[]> {
  const unplaced = await inBatches(pooled, async ({ path, listed }) => {
    const file = { path, storeFile: store.path?.(listed.sha256) ?? '' };
    if (await output.holds(file, listed)) return [];
    await checkStored(channel, listed, store);
    return [file];
  });
  return unplaced.flat();
}

async function inBatches<T, R>(items: readonly T[], act: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (let at = 0; at < items.length; at += parallel)
    results.push(...(await Promise.all(items.slice(at, at + parallel).map(act))));
  return results;
}

async function checkStored(
  channel: Channel,
  { release, file, size, sha256 }: ListedPackage,
  store: Store,
): Promise<void> {
  const content = await store.content(sha256);
  const stored = content && (await digestOf(content));
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
  store: Store,
  cache: string,
): Promise<IndexFacts> {
  const read = await readFacts(cache, sha256, store);
  if (read.ok) return read.value;
  throw new PublishError(channel, 'package-unreadable', `${file} of ${release}: ${read.reason}`);
}
