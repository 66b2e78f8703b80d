import type { ComponentRelease, ReleaseStanding } from '../../app/model/component-release.ts';
import type { Decision } from '../../app/model/decision.ts';
import type { Facts } from '../../app/model/facts.ts';
import type { Entry } from '../../app/model/journal.ts';
import type { ReleaseClass } from '../../app/model/release-class.ts';
import { terminalStates } from '../../app/model/state.ts';
import { plan } from '../../app/plan/plan.ts';
import { decide } from '../../app/rollout/decide.ts';
import { factsAt, ticketOf } from '../rollout/facts.ts';
import { configuration } from '../rollout/people.ts';
import { newWorld } from '../rollout/world.ts';
import { type Release, atWork, chances, intentions, speakerOf } from './year-people.ts';

/*
 * A year of releases through the real core: tickets come, people act after a while or not at all, the clock goes from event to event. The
 * same seed gives the same year.
 */

const day = 86_400_000;
const iso = (instant: number): string => `${new Date(instant).toISOString().slice(0, 19)}Z`;
const begins = Date.parse('2026-01-05T08:00:00Z');

interface Ticket extends Release {
  readonly component: string;
  readonly version: string;
  readonly releaseClass: ReleaseClass;
  readonly planned: Set<string>;
  decision: Decision;
}

export interface Year {
  readonly ends: Readonly<Record<string, number>>;
  /** Days from certification to production, by class: how many, half of them, the longest. */
  readonly lead: Readonly<
    Record<string, { readonly count: number; readonly median: number; readonly longest: number }>
  >;
  readonly decisions: number;
  readonly effects: number;
  readonly entries: Readonly<Record<string, number>>;
  /** What should not be; empty when the year went well. */
  readonly wrong: readonly string[];
}

export interface YearOptions {
  readonly tickets: number;
  readonly sites: number;
  readonly seed: number;
}

export function simulateYear({ tickets: wanted, sites, seed }: YearOptions): Year {
  const chance = chances(seed);
  const settled = configurationOf(sites, Math.max(10, Math.ceil(wanted / 8)));
  const components = Object.keys(settled.catalogue.components);
  const tickets: Ticket[] = [];
  const wrong: string[] = [];
  let decisions = 0;
  const queue = new Queue<() => void>();
  let now = begins;

  const lookAt = (ticket: Ticket): void => {
    ticket.world.moment(iso(now));
    ticket.decision = ticket.world.settle();
    for (const { once, hours, does } of intentions(ticket, ticket.decision)) {
      if (ticket.planned.has(once)) continue;
      ticket.planned.add(once);
      const at = ticket.isEmergency ? now + hours * 3_600_000 : atWork(now, hours);
      queue.add(at, () => {
        if (terminalStates.has(ticket.decision.state)) return;
        ticket.world.moment(iso(now));
        does();
        lookAt(ticket);
      });
    }
    const { wakeAt } = ticket.decision;
    if (wakeAt !== undefined && !ticket.planned.has(wakeAt)) {
      ticket.planned.add(wakeAt);
      queue.add(Date.parse(wakeAt), () => {
        lookAt(ticket);
      });
    }
    if (terminalStates.has(ticket.decision.state) && ticket.world.facts.review?.open === true)
      queue.add(now + 3 * day, () => {
        ticket.world.moment(iso(now));
        ticket.world.reviews();
        lookAt(ticket);
      });
    // Every working day somebody looks, as the service's sweep does.
    const tomorrow = iso(now).slice(0, 10);
    if (!terminalStates.has(ticket.decision.state) && !ticket.planned.has(tomorrow)) {
      ticket.planned.add(tomorrow);
      queue.add(now + day, () => {
        lookAt(ticket);
      });
    }
  };

  const opens = (nth: number): void => {
    const free = components.filter(
      (name) =>
        !tickets.some((other) => other.component === name && !terminalStates.has(other.decision.state)),
    );
    const component = free[Math.floor(chance() * free.length)];
    if (component === undefined) {
      queue.add(now + day, () => {
        opens(nth);
      });
      return;
    }
    const history = tickets.filter((other) => other.component === component).map(remembered);
    const releaseClass = pickClass(chance());
    const version = nextVersion(history, releaseClass);
    const facts = factsOf(
      settled,
      component,
      version,
      releaseClass,
      nth,
      [baseline(component), ...history],
      iso(now),
    );
    const world = newWorld(facts);
    world.packagesAreRight = chance() > 0.02;
    world.watch = () => {
      decisions += 1;
    };
    const ticket: Ticket = {
      id: facts.ticket.id ?? '',
      world,
      component,
      version,
      releaseClass,
      isEmergency: releaseClass === 'emergency',
      chance,
      planned: new Set(),
      decision: decide(facts),
    };
    tickets.push(ticket);
    lookAt(ticket);
  };
  for (let nth = 0; nth < wanted; nth += 1) {
    const at = atWork(begins + chance() * 355 * day, 0.1);
    queue.add(at, () => {
      opens(nth);
    });
  }
  for (let next = queue.take(); next && next.at < begins + 600 * day; next = queue.take()) {
    now = Math.max(now, next.at);
    next.does();
  }
  for (const ticket of tickets) wrong.push(...oddities(ticket));
  return told(tickets, decisions, wrong);
}

function pickClass(chance: number): ReleaseClass {
  return chance < 0.05 ? 'emergency' : chance < 0.6 ? 'revision' : 'minor';
}

function configurationOf(sites: number, many: number): Facts['configuration'] {
  const names = Array.from({ length: many }, (_, n) => `part-${String(n)}`);
  const debian12 = { title: 'Debian 12', format: 'deb' as const, architectures: ['amd64'] };
  return {
    ...configuration,
    catalogue: {
      ...configuration.catalogue,
      components: Object.fromEntries(
        names.map((name) => [name, { title: name, stack: 'arc', provider: 'nordugrid' }]),
      ),
    },
    distributions: {
      ...configuration.distributions,
      distributions: { 'umd/5': { title: 'UMD 5', platforms: { debian12 } } },
    },
    earlyAdopters: {
      ...configuration.earlyAdopters,
      sites: Array.from({ length: sites }, (_, n) => {
        const site = `site-${String(n)}`;
        const mine = names.filter(
          (_name, place) =>
            (place * 7) % sites === n || (place * 11 + 3) % sites === n || (place + 17) % sites === n,
        );
        return {
          site,
          github: [speakerOf(site).login],
          commitments: mine.map((component) => ({ stack: 'arc', component })),
        };
      }),
    },
  };
}

const baseline = (component: string): ComponentRelease => ({
  id: `arc-${component}-7.0.0`,
  pull: 1,
  provider: 'nordugrid',
  version: '7.0.0',
  class: 'minor',
  distribution: 'umd/5',
  targets: [{ platform: 'debian12', arch: 'amd64' }],
  issues: [],
  state: 'production',
  certifiedAt: '2025-06-02T08:00:00Z',
  productionAt: '2025-06-20T08:00:00Z',
});

const productionAt = (ticket: Ticket): string | undefined =>
  ticket.world.facts.journal.find((entry) => entry.event === 'published' && entry.shelf === 'production')?.at;

/** What later tickets of the component know of one that has ended. */
function remembered(ticket: Ticket): ComponentRelease {
  const { facts } = ticket.world;
  const at = productionAt(ticket);
  const { state } = ticket.decision;
  const standing: ReleaseStanding =
    at !== undefined ? 'production' : state === 'rejected' ? 'rejected' : 'withdrawn';
  const { productionAt: _, ...known } = baseline(ticket.component);
  return {
    ...known,
    id: ticket.id,
    pull: facts.pull.number,
    version: ticket.version,
    class: ticket.releaseClass,
    state: standing,
    certifiedAt: facts.journal[0]?.at ?? '',
    ...(at === undefined ? {} : { productionAt: at }),
  };
}

/** The next version of a class that nobody has used. */
function nextVersion(history: readonly ComponentRelease[], releaseClass: ReleaseClass): string {
  const numbers = ({ version }: ComponentRelease): readonly number[] => version.split('.').map(Number);
  const inProduction = history.filter(({ state }) => state === 'production').map(numbers);
  const minors = history.map((release) => numbers(release)[1] ?? 0);
  const last = Math.max(0, ...inProduction.map(([, minor]) => minor ?? 0));
  if (releaseClass === 'minor') return `7.${String(Math.max(0, ...minors) + 1)}.0`;
  const patches = history
    .map(numbers)
    .filter(([, minor]) => minor === last)
    .map(([, , patch]) => patch ?? 0);
  return `7.${String(last)}.${String(Math.max(0, ...patches) + 1)}`;
}

function factsOf(
  settled: Facts['configuration'],
  component: string,
  version: string,
  releaseClass: ReleaseClass,
  nth: number,
  history: readonly ComponentRelease[],
  now: string,
): Facts {
  const facts = factsAt('none', { now, configuration: settled, history }, releaseClass);
  const base = ticketOf(releaseClass);
  const id = `arc-${component}-${version}`;
  const path = `releases/arc/${component}/${version}.yml`;
  return {
    ...facts,
    pull: { ...facts.pull, number: 10 + nth, createdAt: now },
    changes: [{ path, status: 'added', mode: '100644' }],
    ticket: {
      ...facts.ticket,
      id,
      path,
      value: { ...base, metadata: { ...base.metadata, id, component }, spec: { ...base.spec, version } },
    },
  };
}

/** What should not be with a release at the end of the year. */
function oddities({ id, world, decision, releaseClass }: Ticket): readonly string[] {
  const { facts } = world;
  const { journal } = facts;
  const wrong: string[] = [];
  const claim = (holds: boolean, what: string): void => {
    if (!holds) wrong.push(`${id}: ${what}`);
  };
  const isOver = terminalStates.has(decision.state);
  claim(
    isOver,
    `is still ${decision.state}, for ${decision.awaiting.map((one) => `${one.who} (${one.for})`).join('; ')}`,
  );
  // Read anew a season later: of what is over nothing changes any more.
  const anew = { ...structuredClone(facts), now: iso(Date.parse(facts.now) + 90 * day) };
  const left = plan(anew, decide(anew)).map((effect) => effect.do);
  claim(!isOver || left.length === 0, `does not rest: ${left.join(', ')}`);
  const reminders = journal
    .filter((entry) => entry.event === 'reminded')
    .map(({ clock, who, since, mark, day: late }) => [clock, who, since, mark, late].join());
  claim(new Set(reminders).size === reminders.length, 'tells somebody something twice');
  const index = journal.findLastIndex(({ event }) => event === 'certified');
  const now = journal.slice(index);
  if (facts.shelf?.shelf === 'production') {
    const isSkipped = journal.some(({ event }) => event === 'approved');
    claim(isSkipped || now.some(({ event }) => event === 'verified'), 'is in production and not verified');
    claim(!isSkipped || releaseClass === 'emergency', 'skipped a stage and is no emergency');
    for (const entry of now)
      if (entry.event === 'accepted' && !isSkipped)
        claim(
          now.some(
            (other) =>
              ['reported', 'left', 'excused'].includes(other.event) &&
              'site' in other &&
              other.site === entry.site,
          ),
          `is in production, and ${entry.site} never reported`,
        );
    claim(
      !now.some((entry) => entry.event === 'reported' && entry.report.outcome === 'reject'),
      'is in production although a site rejected it',
    );
  } else
    claim(
      !isOver || facts.shelf === undefined || facts.shelf.shelf === 'withdrawn',
      'is over and still in a channel',
    );
  return wrong;
}

function told(tickets: readonly Ticket[], decisions: number, wrong: readonly string[]): Year {
  const count = (many: readonly string[]): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const one of many) counts[one] = (counts[one] ?? 0) + 1;
    return counts;
  };
  const lead: Record<string, { count: number; median: number; longest: number }> = {};
  for (const releaseClass of ['emergency', 'revision', 'minor'] as const) {
    const days = tickets
      .filter((ticket) => ticket.releaseClass === releaseClass)
      .flatMap((ticket) => {
        const end = productionAt(ticket);
        const start = ticket.world.facts.journal[0]?.at ?? '';
        return end === undefined ? [] : [(Date.parse(end) - Date.parse(start)) / day];
      })
      .toSorted((a, b) => a - b);
    const rounded = (number = 0): number => Math.round(number * 10) / 10;
    lead[releaseClass] = {
      count: days.length,
      median: rounded(days[days.length >> 1]),
      longest: rounded(days.at(-1)),
    };
  }
  const names = (entry: Entry): string =>
    entry.event === 'reminded' ? `reminded ${entry.mark}` : entry.event;
  return {
    ends: count(tickets.map(({ decision }) => decision.state)),
    lead,
    decisions,
    effects: tickets.reduce((sum, { world }) => sum + world.effects.length, 0),
    entries: count(tickets.flatMap(({ world }) => world.facts.journal.map(names))),
    wrong,
  };
}

/** What happens next: a heap by time, and by the order of adding. */
class Queue<T> {
  readonly #heap: { at: number; order: number; does: T }[] = [];
  #order = 0;

  add(at: number, does: T): void {
    const heap = this.#heap;
    heap.push({ at, order: (this.#order += 1), does });
    for (let child = heap.length - 1; child > 0;) {
      const parent = (child - 1) >> 1;
      if (!this.#isBefore(child, parent)) return;
      this.#swap(child, parent);
      child = parent;
    }
  }

  take(): { readonly at: number; readonly does: T } | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    heap[0] = last;
    for (let parent = 0; ;) {
      let least = parent;
      for (const child of [2 * parent + 1, 2 * parent + 2])
        if (child < heap.length && this.#isBefore(child, least)) least = child;
      if (least === parent) return first;
      this.#swap(parent, least);
      parent = least;
    }
  }

  #isBefore(one: number, other: number): boolean {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    return a !== undefined && b !== undefined && (a.at < b.at || (a.at === b.at && a.order < b.order));
  }

  #swap(one: number, other: number): void {
    const [a, b] = [this.#heap[one], this.#heap[other]];
    if (a && b) [this.#heap[one], this.#heap[other]] = [b, a];
  }
}
