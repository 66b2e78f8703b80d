import type { Site } from './early-adopters.ts';
import type { Configuration, Input, OwnComment } from './facts.ts';
import type { Person } from './journal.ts';

/** What somebody wants of the registry of early adopters (R-3.1-3, R-3.2-4). */
export const wishes = ['join', 'change', 'end'] as const;
export type Wish = (typeof wishes)[number];

/** An issue, as far as its body is read; its title says nothing. */
export interface IssueFacts {
  readonly number: number;
  readonly author: Person;
  readonly open: boolean;
  /** Somebody opened it again by hand: it is not closed a second time. */
  readonly reopened: boolean;
  readonly labels: readonly string[];
  readonly body: string;
  readonly bodySha256: string;
  /** When the body was last edited, and by whom; undefined when it stands as it was written. */
  readonly edited: { readonly at: string; readonly by: string } | undefined;
}

/** A request that stands in the history of the registry: one signed commit. */
export interface RecordedRequest {
  readonly commit: string;
  readonly wish: Wish;
  readonly site: string;
  /** Login of who approved it; undefined when a site ended its own commitments. */
  readonly approvedBy: string | undefined;
}

/** Is a person in a team? `pending`: GitHub waits for them to join; `refused`: we may not add them. */
export interface Membership {
  readonly team: string;
  readonly login: string;
  readonly stands: 'active' | 'pending' | 'none' | 'refused';
}

/** Everything a decision about a registry request rests on. */
export interface RegistryFacts {
  readonly now: string;
  readonly organisation: string;
  readonly issue: IssueFacts;
  readonly configuration: Configuration;
  /** Text of `releases/early-adopters.yml` on the main branch; undefined when it cannot be read as what it should be. */
  readonly registryText: string | undefined;
  readonly managers: readonly Person[];
  /** Logins of the form, in lower case, that are people on GitHub. */
  readonly accounts: ReadonlySet<string>;
  /** Provider -> members of its team, for the components of the form. */
  readonly providers: Readonly<Record<string, readonly Person[]>>;
  readonly inputs: readonly Input[];
  readonly ownComments: readonly OwnComment[];
  readonly recorded: RecordedRequest | undefined;
  /** Of the recorded site's people in the teams of its commitments. */
  readonly memberships: readonly Membership[];
}

/** Something a person has to mend in the form: a field of it, what is wrong, how to mend it. */
export interface FormProblem {
  readonly field: string;
  readonly message: string;
  readonly mend: string;
}

/** The registry as the request wants it. */
export interface RegistryChange {
  readonly wish: Wish;
  readonly site: Site;
  readonly was: Site | undefined;
  readonly text: string;
}

/** What the facts of a registry request mean. */
export interface RegistryDecision {
  readonly stands: 'mistaken' | 'waiting' | 'approved' | 'declined' | 'recorded';
  readonly problems: readonly FormProblem[];
  readonly change: RegistryChange | undefined;
  readonly approvedBy: Person | undefined;
  /** Comments that have to be there: the status, edited in place, and those that are written once. */
  readonly status: string;
  readonly notices: readonly { readonly marker: string; readonly body: string }[];
  /** People to add to teams, when the system may. */
  readonly enrol: readonly { readonly team: string; readonly login: string }[];
  readonly close: 'completed' | 'not_planned' | undefined;
}

/** One change of the outside world for an issue: a registry request, or a problem in production. */
export type IssueEffect =
  | { readonly do: 'record'; readonly text: string; readonly message: string }
  | { readonly do: 'enrol'; readonly team: string; readonly login: string }
  | { readonly do: 'label'; readonly add: readonly string[]; readonly remove: readonly string[] }
  | { readonly do: 'comment'; readonly marker: string; readonly body: string }
  | { readonly do: 'edit-comment'; readonly id: number; readonly marker: string; readonly body: string }
  | { readonly do: 'close'; readonly reason: 'completed' | 'not_planned' };
