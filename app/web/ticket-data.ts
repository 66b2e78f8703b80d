import type { Channel } from '../model/channel.ts';
import type {
  Decision,
  ExceptionStanding,
  ForecastStep,
  SiteStanding,
  Step,
  StepName,
} from '../model/decision.ts';
import type { Facts } from '../model/facts.ts';
import type { Entry, Source } from '../model/journal.ts';
import type { Pilot } from '../model/pilot.ts';
import type { ReleaseClass } from '../model/release-class.ts';
import type { Role, State } from '../model/state.ts';
import type { ChannelView, TicketView } from './board.ts';
import { explanation } from '../wording/status.ts';
import { entrySentence } from './history.ts';
import { type Breach, breachesOf } from './lateness.ts';
import { isPast } from './time.tsx';

/** Who is awaited, for what, until when. `late` is as of the time of asking: a deadline passes without anything happening. */
export interface AwaitedData {
  readonly who: string;
  readonly for: string;
  readonly due: string | null;
  readonly late: boolean;
}

/** `GET /api/tickets/N.json` (interfaces.md, HTTP). What is not known is null, never left out. Times are ISO 8601, sizes bytes. */
export interface TicketData {
  readonly number: number;
  readonly release: string | null;
  readonly digest: string | null;
  readonly state: State;
  readonly class: ReleaseClass | null;
  /** Nothing moves until a manager closes it again or rejects it. */
  readonly held: boolean;
  readonly waiting: Role | null;
  /** The one explanation that check run, status comment, `/explain` and `rollout explain` print: Markdown. */
  readonly explanation: string;
  readonly steps: readonly {
    readonly step: StepName;
    readonly met: boolean;
    readonly stands: Step['stands'];
    readonly title: string;
    readonly because: readonly string[];
    readonly rule: string;
    readonly due: string | null;
  }[];
  readonly awaiting: readonly AwaitedData[];
  readonly sites: readonly {
    readonly site: string;
    readonly participation: SiteStanding['participation'];
    readonly outcome: NonNullable<SiteStanding['outcome']> | null;
    readonly due: string | null;
    /** Committed to the component, or a volunteer. */
    readonly committed: boolean;
    /** Logins. */
    readonly people: readonly string[];
    /** Why it declined, left or was excused. */
    readonly reason: string | null;
    /** What it reported no longer stands as it was read: it has to report again. */
    readonly report_again: boolean;
  }[];
  /** The worst report: what it suggests as the outcome. */
  readonly suggestion: NonNullable<SiteStanding['outcome']> | null;
  /** Who was late so far, and for which role (R-2.4-T3-5). */
  readonly breaches: readonly Breach[];
  readonly exceptions: readonly (Omit<ExceptionStanding, 'waitsFor'> & {
    readonly waits_for: string | null;
  })[];
  readonly problems: readonly {
    readonly site: string;
    readonly severity: string;
    readonly summary: string;
    readonly bug: string | null;
    readonly workaround: string | null;
  }[];
  readonly pilots: readonly Pilot[];
  readonly advisories: readonly string[];
  /** Why nothing moves into production although it could. */
  readonly frozen: string | null;
  /** Why it was taken out of production again. */
  readonly rolled_back: string | null;
  readonly remarks: readonly string[];
  /** What is still to come, by whom, at the latest; when it is in production then, null while somebody is late; Table 3's total (A-18). */
  readonly forecast: {
    readonly steps: readonly ForecastStep[];
    readonly production: string | null;
    readonly soonest: string | null;
    readonly target: string | null;
  } | null;
  readonly packages: readonly PackageData[];
  readonly channels: Readonly<Partial<Record<Channel, ChannelStanding>>>;
  readonly commands: Decision['commands'];
  readonly history: readonly {
    readonly n: number;
    readonly at: string;
    readonly by: string;
    readonly event: Entry['event'];
    readonly text: string;
    readonly source: Source | null;
  }[];
}

export interface PackageData {
  readonly file: string;
  readonly sha256: string;
  readonly size: number;
  /** `<platform> <arch>`. */
  readonly target: string;
}

export interface ChannelStanding {
  readonly url: string;
  /** These very packages are in the channel now. */
  readonly published: boolean;
  /** When the channel was last read back with these packages in it. */
  readonly verified_at: string | null;
}

/** Everything that is known of one ticket, as programs read it. Takes the channels as they are published and the time. */
export function ticketData(
  { facts, decision }: TicketView,
  channels: readonly ChannelView[],
  now: string,
): TicketData {
  return {
    number: facts.pull.number,
    release: decision.release ?? null,
    digest: decision.digest ?? null,
    state: decision.state,
    class: facts.ticket.value?.spec.class ?? null,
    held: decision.held,
    waiting: decision.waiting ?? null,
    explanation: explanation(decision),
    steps: decision.steps.map(({ step, met, stands, title, because, rule, due }) => ({
      step,
      met,
      stands,
      title,
      because,
      rule,
      due: due ?? null,
    })),
    awaiting: awaitedAt(decision, now),
    sites: decision.sites.map((site) => ({
      site: site.site,
      participation: site.participation,
      outcome: site.outcome ?? null,
      due: site.due ?? null,
      committed: site.committed,
      people: site.people,
      reason: site.reason ?? null,
      report_again: site.tainted,
    })),
    suggestion: decision.suggestion ?? null,
    breaches: breachesOf(facts.journal),
    exceptions: decision.exceptions.map(({ waitsFor, ...exception }) => ({
      ...exception,
      waits_for: waitsFor === '' ? null : waitsFor,
    })),
    problems: decision.problems.map((problem) => ({
      ...problem,
      bug: problem.bug ?? null,
      workaround: problem.workaround ?? null,
    })),
    pilots: decision.pilots,
    advisories: decision.advisories,
    frozen: decision.frozen ?? null,
    rolled_back: decision.rolledBack ?? null,
    remarks: decision.remarks,
    forecast: decision.forecast
      ? {
          steps: decision.forecast.steps,
          production: decision.forecast.production ?? null,
          soonest: decision.forecast.soonest ?? null,
          target: decision.forecast.target ?? null,
        }
      : null,
    packages: packagesOf(facts),
    channels: Object.fromEntries(channels.map((view) => [view.channel, standingIn(view, facts, decision)])),
    commands: decision.commands,
    history: facts.journal.map((entry) => ({
      n: entry.n,
      at: entry.at,
      by: entry.by === 'rollout' ? 'rollout' : entry.by.login,
      event: entry.event,
      text: entrySentence(entry),
      source: entry.source ?? null,
    })),
  };
}

export const awaitedAt = (decision: Decision, now: string): readonly AwaitedData[] =>
  decision.awaiting.map(({ who, for: what, due, late }) => ({
    who,
    for: what,
    due: due ?? null,
    late: late || isPast(due, now),
  }));

/** The packages that the ticket lists, target by target. */
export const packagesOf = ({ ticket }: Facts): readonly PackageData[] =>
  (ticket.value?.spec.targets ?? []).flatMap(({ platform, arch, packages }) =>
    packages.map(({ file, sha256, size }) => ({ file, sha256, size, target: `${platform} ${arch}` })),
  );

/** Where the release of a ticket stands with respect to one channel. */
export function standingIn(view: ChannelView, facts: Facts, { release, digest }: Decision): ChannelStanding {
  const readBack = facts.journal.findLast(
    (entry) => entry.event === 'published' && entry.shelf === view.channel && entry.digest === digest,
  );
  return {
    url: view.url,
    published:
      digest !== undefined && view.releases.some((known) => known.id === release && known.digest === digest),
    verified_at: readBack?.at ?? null,
  };
}
