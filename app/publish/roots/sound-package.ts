import type { Channel } from '../../model/channel.ts';
import type { IndexEntry } from '../../repository/index-chunks.ts';
import { digestOf } from '../../storage/digest.ts';
import type { Store } from '../../storage/store.ts';
import { keptFacts, readFacts, type FactsOf, type ReadFormat } from './package-facts.ts';
import { PublishError } from '../publish-error.ts';

/**
 * The facts of a package of a channel. A package that was not read yet is first compared with its digest, whole: what is published is what was
 * verified.
 * @throws PublishError `store-object-missing`, `store-object-corrupt`, `package-unreadable`
 */
export async function soundFacts<F extends ReadFormat>(
  channel: Channel,
  format: F,
  entry: IndexEntry,
  store: Store,
  cache: string,
): Promise<FactsOf[F]> {
  const kept = await keptFacts(cache, format, entry.sha256);
  if (kept) return kept;
  await checkStored(channel, entry, store);
  const read = await readFacts(cache, format, entry.sha256, store);
  if (read.ok) return read.value;
  throw new PublishError(channel, 'package-unreadable', `${entry.file} of ${entry.release}: ${read.reason}`);
}

/**
 * Compares a package in the store with its digest, whole.
 * @throws PublishError `store-object-missing`, `store-object-corrupt`
 */
export async function checkStored(
  channel: Channel,
  { release, file, size, sha256 }: IndexEntry,
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
