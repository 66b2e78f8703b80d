import type { Channel } from '../model/channel.ts';
import type { Decision, SiteStanding, StepName } from '../model/decision.ts';
import type { Facts } from '../model/facts.ts';
import type { Entry, Source } from '../model/journal.ts';
import type { ReleaseClass } from '../model/release-class.ts';
import type { Role, State } from '../model/state.ts';
import type { ChannelView, TicketView } from './board.ts';
import { entrySentence } from './history.ts';
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
  readonly waiting: Role | null;
  readonly steps: readonly {
    readonly step: StepName;
    readonly met: boolean;
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
  }[];
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
    waiting: decision.waiting ?? null,
    steps: decision.steps.map(({ step, met, because, rule, due }) => ({
      step,
      met,
      because,
      rule,
      due: due ?? null,
    })),
    awaiting: awaitedAt(decision, now),
    sites: decision.sites.map(({ site, participation, outcome, due }) => ({
      site,
      participation,
      outcome: outcome ?? null,
      due: due ?? null,
    })),
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
