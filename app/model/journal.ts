import type { Shelf } from './channel.ts';
import type { EarlyAdopterReport, VerificationReport } from './report.ts';

/** A GitHub account: the login is shown, the numeric id is what counts (a login can be given up and taken by somebody else, T14). */
export interface Person {
  readonly login: string;
  readonly id: number;
}

/** Where a person's act was read: a review or a comment, by its GitHub id; `part` counts the commands of one comment from 0. */
export interface Source {
  readonly kind: 'review' | 'comment';
  readonly id: number;
  readonly part?: number;
  /** SHA-256 of the body as it was read; a later edit shows. */
  readonly body: string;
}

/** What can happen to a release. Every event is one line of its journal. */
export type Event =
  | {
      /** T1: the ticket is complete and its provider marked it ready. The ticket itself is kept here, so that git alone can rebuild everything. */
      readonly event: 'certified';
      readonly pull: number;
      readonly head: string;
      readonly digest: string;
      readonly path: string;
      readonly ticket: string;
    }
  /** T2f: one try to pull the packages failed. */
  | {
      readonly event: 'pull-failed';
      readonly head: string;
      readonly reason: string;
      readonly message: string;
    }
  | { readonly event: 'retried' }
  | {
      readonly event: 'pulled';
      readonly digest: string;
      readonly packages: readonly { readonly file: string; readonly sha256: string; readonly size: number }[];
    }
  /** A promotion pull request was merged: the manifest now stands on this shelf. */
  | {
      readonly event: 'moved';
      readonly shelf: Shelf;
      readonly digest: string;
      readonly pull: number;
      readonly commit: string;
    }
  /** The channels that the move concerns were published, read back through their public address and verified. */
  | {
      readonly event: 'published';
      readonly shelf: Shelf;
      readonly digest: string;
      readonly number: number;
      readonly url: string;
    }
  /** T3, T3w, T4: the Technology Unit's review. */
  | {
      readonly event: 'verified';
      readonly digest: string;
      readonly head: string;
      readonly report: VerificationReport;
    }
  /** T4: `/reject` by the Technology Unit. */
  | { readonly event: 'rejected'; readonly reason: string }
  /** T12: taken back. */
  | { readonly event: 'withdrawn'; readonly reason: string }
  | { readonly event: 'called'; readonly issue: number }
  | { readonly event: 'taken' }
  /** T5, T6: a site takes part. `committed` tells commitment from volunteering (R-2.4-12.4). */
  | { readonly event: 'accepted'; readonly site: string; readonly committed: boolean }
  | { readonly event: 'deployed'; readonly site: string }
  | {
      readonly event: 'reported';
      readonly site: string;
      readonly digest: string;
      readonly report: EarlyAdopterReport;
    }
  /** T8, T10: the staged-rollout group closes. */
  | {
      readonly event: 'closed';
      readonly outcome: 'success' | 'warning' | 'reject';
      readonly summary: string;
      readonly head: string;
    }
  /** The ticket's pull request was merged and the evidence held as of the merge. */
  | { readonly event: 'merged'; readonly commit: string }
  /** The evidence did not hold; nothing moves until somebody closes again. */
  | { readonly event: 'held'; readonly because: string }
  /** T13: the content changed after it was pulled; everything that was said of the old content is void. */
  | { readonly event: 'voided'; readonly was: string; readonly now: string };

/** An entry as it is decided: what, when (UTC, whole seconds), by whom, read where. */
export type NewEntry = Event & {
  readonly at: string;
  /** `rollout` for what the system does by itself. */
  readonly by: Person | 'rollout';
  readonly source?: Source;
};

/** An entry as it stands in the journal: numbered from 1 and chained to the bytes of the line before it. */
export type Entry = NewEntry & { readonly n: number; readonly prev: string };
