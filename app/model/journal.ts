import type { Channel, Shelf } from './channel.ts';
import type { ClockMark, ClockName } from './clock.ts';
import type { Closing, ExceptionRole, ExceptionRule } from './exception.ts';
import type { Pilot } from './pilot.ts';
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
  /** Present when it was written in the call issue and not in the ticket. */
  readonly where?: 'call';
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
  /** The call for early adopters stands; the sites that it names (R-2.4-12.1, R-3.2-5). */
  | { readonly event: 'called'; readonly issue: number; readonly invited?: readonly string[] }
  /** `/call`: a manager invites one more site, or a team of sites (R-2.4-12.3b). */
  | { readonly event: 'invited'; readonly who: string; readonly is: 'site' | 'team' }
  /** `/take`; with a reason also the hand-over from the stack's expert. */
  | { readonly event: 'taken'; readonly reason?: string }
  /** T5, T6: a site takes part. `committed` tells commitment from volunteering (R-2.4-12.4). */
  | { readonly event: 'accepted'; readonly site: string; readonly committed: boolean }
  | { readonly event: 'declined'; readonly site: string; readonly reason: string }
  | { readonly event: 'deployed'; readonly site: string }
  /** A site that had accepted takes no further part. */
  | { readonly event: 'left'; readonly site: string; readonly reason: string }
  /** A manager excuses a site that is overdue, or whose report was asked for and does not come (A-09, R-3.2-5). */
  | { readonly event: 'excused'; readonly site: string; readonly reason: string }
  | {
      readonly event: 'reported';
      readonly site: string;
      readonly digest: string;
      readonly report: EarlyAdopterReport;
    }
  /** T8, T10: the staged-rollout group closes. */
  | (Closing & {
      readonly event: 'closed';
      readonly head: string;
      /** The exception that let it close. */
      readonly exception?: string;
    })
  /** Somebody asks for an exception; it lifts nothing before the others have approved. */
  | {
      readonly event: 'asked';
      /** `E1`, `E2`, …, counted in this journal. */
      readonly exception: string;
      readonly rules: readonly ExceptionRule[];
      readonly reason: string;
      /** The roles that who asks has now: what they were then is what counts. */
      readonly as: readonly ExceptionRole[];
      /** The close that takes effect with the last approval. */
      readonly close?: Closing;
    }
  | { readonly event: 'approved'; readonly exception: string; readonly as: readonly ExceptionRole[] }
  /** `/freeze`: nothing of this release moves into production until `/unfreeze`. */
  | { readonly event: 'frozen'; readonly reason: string }
  | { readonly event: 'unfrozen' }
  | { readonly event: 'piloted'; readonly pilot: Pilot }
  /** `/advisory`: the advisory is public; what was embargoed no longer is. */
  | { readonly event: 'advised'; readonly link: string }
  /** The provider did its part of a countermeasure: the clock of step 2 runs on (R-2.4-11.2c). */
  | { readonly event: 'resumed'; readonly because: string }
  /** A clock told somebody of itself; `due` with the mark `due` or `late` is a breach by the role it belongs to (R-2.4-T3-5). */
  | {
      readonly event: 'reminded';
      readonly clock: ClockName;
      readonly mark: ClockMark;
      readonly who: string;
      /** When the clock began: with its name and `who` it says which one. */
      readonly since: string;
      readonly due: string;
      /** Working days that it is late. */
      readonly day: number;
    }
  /** A release that an exception let through is looked at again. */
  | { readonly event: 'review-opened'; readonly issue: number; readonly due: string }
  | { readonly event: 'reviewed' }
  /** The release leaves production again; what was before it stays there. */
  | { readonly event: 'rolled-back'; readonly reason: string }
  /** The ticket's pull request was merged and the evidence held as of the merge. */
  | { readonly event: 'merged'; readonly commit: string }
  /** The evidence did not hold; nothing moves until somebody closes again. */
  | { readonly event: 'held'; readonly because: string }
  /** An operator entered the release into a channel past the process, as an existing distribution moves in: the first entry, and its only one. */
  | {
      readonly event: 'imported';
      readonly shelf: Channel;
      readonly digest: string;
      /** Who did it, as the operator says. */
      readonly operator: string;
      readonly reason: string;
      /** How many packages the manifest lists. */
      readonly packages: number;
    }
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
