import type { Shelf } from './channel.ts';
import type { ExceptionRule } from './exception.ts';
import type { NewEntry, Person } from './journal.ts';
import type { Pilot } from './pilot.ts';
import type { Outcome } from './report.ts';
import type { Role, State } from './state.ts';

/** The steps of the process, each with a check run of its own. */
export const steps = ['ticket', 'intake', 'verification', 'staged rollout', 'close'] as const;
export type StepName = (typeof steps)[number];

/** Where one step stands, and why: the value that check run, status comment, page and JSON all print. */
export interface Step {
  readonly step: StepName;
  readonly met: boolean;
  /** `waiting` is not begun, `working` is under way, `failed` needs a person to mend something. */
  readonly stands: 'waiting' | 'working' | 'met' | 'failed';
  /** One line, the title of the check run. */
  readonly title: string;
  /** Sentences; plain text, foreign text already quoted. */
  readonly because: readonly string[];
  /** Requirement ids (`R-…`, `A-…`). */
  readonly rule: string;
  readonly due: string | undefined;
}

/** What a site's part can be, in the order in which it usually goes, then the ways out. */
export const participations = [
  'invited',
  'accepted',
  'deployed',
  'done',
  'no-answer',
  'declined',
  'withdrawn',
  'excused',
] as const;

/** One site's part in the rollout. */
export interface SiteStanding {
  readonly site: string;
  readonly participation: (typeof participations)[number];
  readonly committed: boolean;
  readonly people: readonly string[];
  readonly outcome: Outcome | undefined;
  readonly due: string | undefined;
  /** Why it declined, left or was excused, in its own words. */
  readonly reason: string | undefined;
  /** The report was edited after it was read, or the site said no since in a way that cannot be read: it holds the release back until the site reports again. */
  readonly tainted: boolean;
}

/** Who is awaited, for what, until when. */
export interface Awaited {
  readonly who: string;
  readonly for: string;
  readonly due: string | undefined;
  readonly late: boolean;
}

/** An exception, as everybody sees it: who stands behind it, for whom it waits, until when it may be used. */
export interface ExceptionStanding {
  readonly id: string;
  readonly rules: readonly ExceptionRule[];
  readonly reason: string;
  readonly by: readonly string[];
  readonly stands: 'waiting' | 'approved' | 'expired';
  readonly waitsFor: string;
  readonly expires: string;
}

/** A problem that a site found, with the bug that was opened for it (R-5-3) and the workaround it lives with (R-5-2). */
export interface FoundProblem {
  readonly site: string;
  readonly severity: string;
  readonly summary: string;
  readonly bug: string | undefined;
  readonly workaround: string | undefined;
}

/** What is still to happen, by whom, and by when at the latest. */
export interface ForecastStep {
  readonly what: string;
  readonly who: string;
  readonly by: string;
}

/**
 * When the release is in production, if everybody takes the time that MS402 gives them. Deadlines alone, nothing of the present moment:
 * it stands in comments, which are written anew only when something changed.
 */
export interface Forecast {
  readonly steps: readonly ForecastStep[];
  /** Undefined while somebody is late: nobody can tell then. */
  readonly production: string | undefined;
  /** With everybody at once and the shortest grace period; undefined before that has begun. */
  readonly soonest: string | undefined;
  /** Table 3's total: a target, not a limit (A-18). */
  readonly target: string | undefined;
}

/** An answer to one input, posted once. */
export interface Answer {
  /** Marker of the comment: `answer:<kind>:<id>:<part>`. */
  readonly marker: string;
  readonly where: 'ticket' | 'call';
  readonly to: Person;
  readonly body: string;
}

/** A comment that tells people of a step, posted once per marker. */
export interface Notice {
  readonly marker: string;
  readonly where: 'ticket' | 'call';
  readonly body: string;
}

/** The move of the manifest that the record asks for. */
export interface Move {
  readonly to: Shelf;
  readonly digest: string;
  /** The ticket file leaves the main branch together with the manifest (a held merge that was rejected). */
  readonly revertTicket: boolean;
  readonly reason: string | undefined;
}

/** What stands beside the steps of a release: exceptions, pilots, problems that sites found, oddities, and what is to come. */
export interface SideStandings {
  /** What the worst report suggests as the outcome; a person decides. */
  readonly suggestion: Outcome | undefined;
  readonly exceptions: readonly ExceptionStanding[];
  readonly pilots: readonly Pilot[];
  readonly advisories: readonly string[];
  readonly problems: readonly FoundProblem[];
  /** Why nothing moves into production although it could, if so. */
  readonly frozen: string | undefined;
  readonly rolledBack: string | undefined;
  /** Oddities that people should know of and that change nothing. */
  readonly remarks: readonly string[];
  readonly forecast: Forecast | undefined;
}

/** What the facts mean. Pure value: everything the plan and every page need. */
export interface Decision extends SideStandings {
  readonly state: State;
  readonly held: boolean;
  readonly release: string | undefined;
  readonly digest: string | undefined;
  readonly steps: readonly Step[];
  readonly waiting: Role | undefined;
  readonly awaiting: readonly Awaited[];
  readonly sites: readonly SiteStanding[];
  /** Entries that the journal lacks, in order. */
  readonly record: readonly NewEntry[];
  readonly answers: readonly Answer[];
  readonly notices: readonly Notice[];
  readonly labels: readonly string[];
  readonly assignees: readonly string[];
  readonly requestTeams: readonly string[];
  readonly requestUsers: readonly string[];
  /** What the system itself has to do next with packages, record and pull request. */
  readonly todo: {
    readonly pull: boolean;
    readonly move: Move | undefined;
    readonly mergeTicket: boolean;
    readonly closeTicket: boolean;
    readonly reopenTicket: boolean;
    readonly openCall: boolean;
    readonly closeCall: boolean;
    readonly openReview: boolean;
  };
  /** The commands that would work now, for whom (`/explain`, status comment, JSON). */
  readonly commands: readonly { readonly for: string; readonly text: string }[];
  /** When something will be due by the clock alone. */
  readonly wakeAt: string | undefined;
  /** Everything is done: the ticket needs no further look. */
  readonly settled: boolean;
}
