import type { Store } from '../storage/store.ts';
import { sortOut, type Ages, type Sorting } from './garbage.ts';
import type { Mentions } from './mentions.ts';
import { everyFile } from './stored-bytes.ts';

export interface CollectionOptions extends Ages {
  readonly store: Store;
  /** Reads the record as it is now. What it throws ends the collection before anything is removed. */
  readonly readMentions: () => Promise<Mentions>;
  readonly now: Date;
  /** False: nothing is removed. */
  readonly remove: boolean;
  /** Told after each file that was removed. */
  readonly onRemoved?: (removed: number, of: number) => void;
}

/**
 * Takes out of the store what nothing refers to any more, and tells what that was; a dry run only tells. Record and store are read
 * once more right before anything goes: what was certified or stored meanwhile stays.
 * @throws what `readMentions` throws, with nothing removed; StorageOutage
 */
export async function collectGarbage(options: CollectionOptions): Promise<Sorting> {
  const look = async (): Promise<Sorting> =>
    sortOut(await everyFile(options.store), await options.readMentions(), options, options.now);
  const first = await look();
  if (!options.remove || first.garbage.length === 0) return first;
  const before = new Set(first.garbage.map(({ sha256 }) => sha256));
  const again = await look();
  const garbage = again.garbage.filter(({ sha256 }) => before.has(sha256));
  for (const [at, { sha256 }] of garbage.entries()) {
    await options.store.remove(sha256);
    options.onRemoved?.(at + 1, garbage.length);
  }
  return { garbage, kept: again.kept };
}
