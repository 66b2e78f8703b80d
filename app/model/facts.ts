import type { Catalogue } from './catalogue.ts';
import type { Channel, Shelf } from './channel.ts';
import type { ChannelsFile } from './channels-file.ts';
import type { ClosureFacts } from './closure.ts';
import type { ComponentRelease } from './component-release.ts';
import type { Criteria } from './criteria.ts';
import type { Distributions } from './distributions.ts';
import type { EarlyAdopters } from './early-adopters.ts';
import type { GocdbHost } from './gocdb.ts';
import type { Entry, Person } from './journal.ts';
import type { Manifest } from './manifest.ts';
import type { Policy } from './policy.ts';
import type { Problem } from './problem.ts';
import type { Ticket } from './ticket.ts';

/** The files of the main branch that say who may do what; read at one commit, never from the pull request (T23). */
export interface Configuration {
  readonly policy: Policy;
  readonly catalogue: Catalogue;
  readonly criteria: Criteria;
  readonly distributions: Distributions;
  readonly earlyAdopters: EarlyAdopters;
  readonly channelsFile: ChannelsFile;
}

/** One file that the pull request changes against the main branch. */
export interface Change {
  readonly path: string;
  readonly status: 'added' | 'modified' | 'deleted' | 'type-changed';
  /** git file mode of the new side, for example `100644`. */
  readonly mode: string;
}

/** What the pull request's head says: the ticket if it is complete, else everything that keeps it from being one. */
export interface TicketFacts {
  readonly path: string | undefined;
  readonly id: string | undefined;
  readonly text: string;
  readonly value: Ticket | undefined;
  /** Release digest (process.md 1.6), present exactly when `value` is: the shape is right, whatever rules it breaks. */
  readonly digest: string | undefined;
  readonly problems: readonly Problem[];
}

export interface PullFacts {
  readonly number: number;
  readonly author: Person;
  readonly title: string;
  readonly url: string;
  readonly draft: boolean;
  readonly open: boolean;
  readonly createdAt: string;
  readonly base: string;
  readonly head: string;
  readonly closedBy: Person | undefined;
  /** Logins named as author or committer by GitHub for the commits of the pull request. */
  readonly committers: readonly string[];
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
  readonly requestedTeams: readonly string[];
  readonly requestedUsers: readonly string[];
  readonly merge:
    | {
        readonly commit: string;
        readonly at: string;
        /** True when the first-parent difference of the merge is the ticket file and nothing else (T32). */
        readonly onlyTheTicket: boolean;
        /** Digest of the ticket as it stands in the merge. */
        readonly digest: string | undefined;
      }
    | undefined;
}

/** Something a person wrote: a review, or a comment in the ticket or in its call issue. */
export interface Input {
  readonly kind: 'review' | 'comment';
  readonly id: number;
  readonly where: 'ticket' | 'call';
  readonly by: Person;
  readonly bot: boolean;
  readonly at: string;
  readonly edited: boolean;
  readonly body: string;
  readonly bodySha256: string;
  /** Of a review: what its author chose. A dismissed review keeps no event of its own. */
  readonly review?: 'approved' | 'commented' | 'changes-requested' | 'dismissed';
  /** Of a review: the commit that it was written on. Recorded, never trusted (T18). */
  readonly commit?: string;
}

/** A comment of our own, with the marker that says what it is. */
export interface OwnComment {
  readonly id: number;
  readonly marker: string;
  readonly body: string;
  readonly at: string;
  readonly where: 'ticket' | 'call';
}

export interface SeenCheck {
  readonly id: number;
  readonly name: string;
  readonly status: 'queued' | 'in_progress' | 'completed';
  readonly conclusion: string | null;
  readonly title: string;
  readonly summary: string;
  /** True when the run is older than 13 days: GitHub gives up one that is not completed after 14. */
  readonly isOld?: boolean;
}

/** A promotion pull request of the system for this release whose branch still stands. */
export interface PromotionFacts {
  readonly branch: string;
  /** Undefined when the branch was pushed and the pull request was not opened, by a run that was cut off. */
  readonly number: number | undefined;
  readonly open: boolean;
  readonly head: string;
  readonly to: Shelf;
  readonly digest: string;
  /** What its own checks found wrong; empty when it may be merged. */
  readonly problems: readonly string[];
  readonly checks: readonly SeenCheck[];
}

/** Where the manifest of this release stands on the main branch. */
export interface ShelfFacts {
  readonly shelf: Shelf;
  readonly manifest: Manifest;
  /** The commit of the main branch at which it was read. */
  readonly commit: string;
  /** The promotion pull request that brought it there; 0 when its branch is gone. */
  readonly pull: number;
}

/** What a site would find in a channel right now. */
export type ReadBack =
  | { readonly ok: true; readonly number: number; readonly url: string }
  | { readonly ok: false; readonly reason: string };

/** What an effect of this very run brought back, before it is in the journal. */
export interface PullOutcome {
  readonly ok: boolean;
  readonly digest: string;
  readonly reason: string;
  readonly message: string;
}

/** Everything a decision rests on, as values. Reading it decides nothing. */
export interface Facts {
  readonly now: string;
  readonly organisation: string;
  readonly repository: string;
  readonly pull: PullFacts;
  readonly changes: readonly Change[];
  readonly ticket: TicketFacts;
  readonly configuration: Configuration;
  /** Anybody may read the repository: nothing in it is under embargo. */
  readonly isPublic: boolean;
  /** Role -> members of its team; `provider` is that of the ticket's provider, `experts` those of its stack (R-6-2). */
  readonly teams: Readonly<
    Record<
      'provider' | 'repository-managers' | 'technology-unit' | 'staged-rollout' | 'svg' | 'experts',
      readonly Person[]
    >
  >;
  readonly journal: readonly Entry[];
  /** The other releases of the same component, as their journals tell them; the same array as long as nothing changes. */
  readonly history: readonly ComponentRelease[];
  /** What has this release id already, if anything: another ticket, or an operator's import. */
  readonly otherTicket: number | 'import' | undefined;
  readonly inputs: readonly Input[];
  readonly ownComments: readonly OwnComment[];
  readonly checks: readonly SeenCheck[];
  readonly shelf: ShelfFacts | undefined;
  readonly promotion: PromotionFacts | undefined;
  readonly call: { readonly number: number; readonly open: boolean; readonly url: string } | undefined;
  /** The issue in which a release that an exception let through is reviewed. */
  readonly review: { readonly number: number; readonly open: boolean } | undefined;
  /** What GOCDB says of the nodes of reports that were not told of it yet, by host name in lower case (R-3-9); empty when it is not asked. */
  readonly gocdb: ReadonlyMap<string, GocdbHost>;
  /** Present only for the channels that a move concerns and that are not yet known to be published. */
  readonly readBack: Readonly<Partial<Record<Channel, ReadBack>>>;
  readonly pulled: PullOutcome | undefined;
  /** How the release stands in the channel that it would move to; undefined before its packages are here, and when it is on its way for good. */
  readonly closure: ClosureFacts | undefined;
  /** The ticket file is on the main branch (merged and not reverted). */
  readonly onMain: boolean;
}
