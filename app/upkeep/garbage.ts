import type { StoredFile } from '../storage/store.ts';
import type { Mentions } from './mentions.ts';

/** How long the store keeps what nothing names. */
export interface Ages {
  /** What was named within so many days stays: a rollback has to find its bytes. */
  readonly keepDays: number;
  /** What was stored within so many days stays, named or not: its ticket may be on its way. */
  readonly freshDays: number;
}

/** A stored file that may go. */
export interface Garbage {
  readonly sha256: string;
  /** In bytes. */
  readonly size: number;
  readonly because: string;
  /** Since when nothing names it. */
  readonly since: Date;
}

/** What becomes of the files of a store. */
export interface Sorting {
  /** Oldest first. */
  readonly garbage: readonly Garbage[];
  readonly kept: {
    /** Named by the record now. */
    readonly named: number;
    /** No longer named, but for less than the days that such files are kept. */
    readonly recent: number;
    /** Stored a few days ago at most, and named by nothing. */
    readonly fresh: number;
  };
}

const day = 86_400_000;

/** Tells which stored files may go, by what the record says of them at a time. */
export function sortOut(
  stored: readonly StoredFile[],
  mentions: Mentions,
  { keepDays, freshDays }: Ages,
  now: Date,
): Sorting {
  const garbage: Garbage[] = [];
  const kept = { named: 0, recent: 0, fresh: 0 };
  const isWithin = (days: number, then: Date): boolean => now.getTime() - then.getTime() < days * day;
  for (const { sha256, size, since } of stored) {
    const mention = mentions.get(sha256);
    if (mention && mention.until === undefined) kept.named += 1;
    else if (isWithin(freshDays, since)) kept.fresh += 1;
    else if (mention?.until && isWithin(keepDays, mention.until)) kept.recent += 1;
    else {
      garbage.push({
        sha256,
        size,
        because: mention ? `last named by ${mention.by}` : 'named by nothing in the record',
        // A content that came back into the store after it was last named is garbage since then.
        since: mention?.until && mention.until > since ? mention.until : since,
      });
    }
  }
  return {
    garbage: garbage.toSorted(
      (a, b) => a.since.getTime() - b.since.getTime() || (a.sha256 < b.sha256 ? -1 : 1),
    ),
    kept,
  };
}
