import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Decision } from '../../app/model/decision.ts';
import type { Facts, Input } from '../../app/model/facts.ts';
import type { Entry } from '../../app/model/journal.ts';
import { terminalStates } from '../../app/model/state.ts';
import { plan } from '../../app/plan/plan.ts';
import { decide } from '../../app/rollout/decide.ts';
import { due } from '../../app/rollout/timeline.ts';
import { type AnyAct, anyActs, happens, helps, passes } from './acts.ts';
import { factsAt } from './facts.ts';
import { configuration, people } from './people.ts';
import { comment, verification, review } from './said.ts';
import { SimulatedWorld, newWorld } from './world.ts';

type Of<K extends Entry['event']> = Extract<Entry, { event: K }>;
const is =
  <K extends Entry['event']>(...events: readonly K[]) =>
  (entry: Entry): entry is Of<K> =>
    (events as readonly string[]).includes(entry.event);

const providers = new Set<number>([people.oxana.id, people.pavel.id, people.kim.id]);
const { emergency } = configuration.policy.classes;

/** What was true when it was true, noted by the test itself and not by what it tests. */
class Witness {
  readonly wrong: string[] = [];
  readonly said = new Map<number, Input>();
  /** Contents that a site taking part rejected while the system could read it. */
  readonly rejectedInSight = new Set<string>();
  #ended: string | undefined;

  claim(holds: boolean, what: string): void {
    if (!holds) this.wrong.push(what);
  }

  /** Before each decision: what the system can see now. */
  looks(facts: Facts, decision: Decision): void {
    for (const input of facts.inputs) if (!this.said.has(input.id)) this.said.set(input.id, input);
    const { journal } = facts;
    const certified = journal.findLast(is('certified'));
    const begun = journal.findLastIndex(is('certified', 'voided'));
    const now = journal.slice(Math.max(0, begun));
    if (certified && !journal.some(is('merged'))) {
      for (const { site, at } of now.filter(is('accepted'))) {
        const reject = facts.inputs.find(
          (input) =>
            input.kind === 'review' &&
            !journal.some(({ source }) => source?.id === input.id) &&
            input.at >= at &&
            input.body.includes(`site: ${site}\n`) &&
            input.body.includes('outcome: reject') &&
            input.body.includes('issues: [{') &&
            input.body.includes(certified.digest) &&
            speaksFor(input.by, site),
        );
        const stands = !['rejected', 'withdrawn'].includes(decision.state);
        if (reject && stands && facts.ticket.digest === certified.digest)
          this.rejectedInSight.add(certified.digest);
      }
    }
    const state = decision.state;
    if (this.#ended !== undefined) this.claim(state === this.#ended, `${this.#ended} became ${state}`);
    if (terminalStates.has(state)) this.#ended = state;
    if (facts.shelf?.shelf === 'production') this.#production(facts);
    if (facts.shelf && facts.shelf.shelf !== 'withdrawn') this.#channel(facts, facts.shelf.manifest.digest);
    this.claim(
      !decision.todo.mergeTicket || facts.ticket.digest === certified?.digest,
      'it merges other content',
    );
    this.claim(new Set(decision.labels).size === decision.labels.length, 'a label twice');
  }

  /** Nothing is in a channel that was not pulled and certified as this very content. */
  #channel({ journal }: Facts, content: string): void {
    this.claim(
      journal.some((entry) => entry.event === 'pulled' && entry.digest === content),
      'content in a channel that was never pulled',
    );
  }

  /** I1, I10, I12: what is in production went through everything, bound to one content. */
  #production({ journal, shelf, pull }: Facts): void {
    const content = shelf?.manifest.digest ?? '';
    const begun = journal.findLastIndex((entry) => entry.event === 'certified' && entry.digest === content);
    const now = journal.slice(begun);
    const verified = now.findLast(is('verified'));
    const closed = now.findLast(is('closed'));
    const merged = now.findLast(is('merged'));
    this.claim(begun >= 0 && !now.some(is('voided')), 'in production with content that was voided');
    this.claim(verified?.digest === content && verified.report.outcome.startsWith('accept'), 'not verified');
    this.claim(closed !== undefined && closed.outcome !== 'reject', 'not closed');
    this.claim(
      merged !== undefined && pull.merge?.digest === content && pull.merge.onlyTheTicket,
      'not merged',
    );
    if (!verified || !closed) return;
    for (const { by } of [verified, closed]) {
      this.claim(by !== 'rollout' && !providers.has(by.id), 'the provider verified or closed');
    }
    this.claim(this.#byHand(verified, 'VerificationReport'), 'a verification that nobody wrote');
    this.claim(this.#byHand(closed, `/close ${closed.outcome}`), 'a close that nobody wrote');
    const accepted = [...new Set(now.filter(is('accepted')).map(({ site }) => site))];
    this.claim(accepted.length > 0, 'nobody accepted');
    this.claim(
      accepted.some((site) => site !== 'NDGF-T1'),
      'only the provider’s own site took part',
    );
    const exposure = now.filter(is('deployed')).map(({ at }) => at);
    const begins = exposure.length > 0 ? exposure : now.filter(is('accepted')).map(({ at }) => at);
    const start = begins.toSorted()[0] ?? '';
    this.claim(
      due(start, emergency.grace, 'wall', configuration.policy.calendar) <= closed.at,
      'grace not over',
    );
    for (const site of accepted) {
      const last = now.filter(is('reported')).findLast((entry) => entry.site === site);
      this.claim(last !== undefined, `${site} did not report`);
      if (!last) continue;
      this.claim(last.digest === content, `${site} reported on other content`);
      this.claim(last.report.outcome !== 'reject', `${site} rejected`);
      this.claim(last.at <= closed.at, 'closed before the last report');
      this.claim(this.#byHand(last, `site: ${site}`), 'a report that nobody wrote');
      this.claim(last.by !== 'rollout' && speaksFor(last.by, site), 'a stranger reported');
    }
    this.claim(!this.rejectedInSight.has(content), 'a Reject was seen and is forgotten');
    this.claim(
      !journal.some(
        (entry) =>
          entry.event === 'reported' && entry.digest === content && entry.report.outcome === 'reject',
      ),
      'a Reject is in the journal',
    );
  }

  #byHand({ by, at, source }: Entry, words: string): boolean {
    const input = this.said.get(source?.id ?? 0);
    return by !== 'rollout' && input?.by.id === by.id && input.at === at && input.body.includes(words);
  }
}

const speaksFor = (by: Input['by'], site: string): boolean =>
  configuration.earlyAdopters.sites.find((known) => known.site === site)?.github.includes(by.login) === true;

const begin = newWorld(factsAt('none', { now: '2026-03-02T08:00:00Z' }, 'emergency'));
begin.settle();
const unverified = begin.facts;
begin.moment('2026-03-02T09:00:00Z');
begin.says(review(people.tiziana, 'approved', verification('accept'), begin.facts.now));
begin.settle();
const verified = begin.facts;
begin.moment('2026-03-02T10:00:00Z');
begin.says(comment(people.carmen, '/accept CESGA\n/deployed CESGA', begin.facts.now));
begin.settle();
const beginnings = [factsAt('none', {}, 'emergency'), unverified, verified, begin.facts].map((facts) => ({
  facts,
  decision: decide(facts),
}));

const waitingSites = (decision: Decision): readonly string[] =>
  decision.sites
    .filter(
      ({ participation, tainted }) => participation === 'accepted' || participation === 'deployed' || tainted,
    )
    .map(({ site }) => site);

interface Played {
  readonly world: SimulatedWorld;
  readonly witness: Witness;
  readonly decision: Decision;
}

/** Plays acts in a world; the system is awake after those that it sees. */
function played(beginning: number, acts: readonly AnyAct[]): Played {
  const { facts: there, decision: then } = beginnings[beginning] ?? {
    facts: verified,
    decision: decide(verified),
  };
  const world = new SimulatedWorld(there);
  const witness = new Witness();
  world.watch = (facts, seen) => witness.looks(facts, seen);
  let decision = then;
  for (const act of acts) {
    passes(world, act.after);
    happens(world, act, decision.state, waitingSites(decision));
    if (act.seen) decision = world.settle();
  }
  decision = world.settle();
  return { world, witness, decision };
}

const anyBeginning = fc.nat(beginnings.length - 1);
const reached = new Map<string, number>();

describe('Whatever people do, in whatever order', () => {
  test('nothing reaches production but what was verified, tried, waited for and closed by the right people (R-2.2-13, R-2.5-1, R-2.5-5, R-2.4-F2)', () => {
    fc.assert(
      fc.property(anyBeginning, anyActs, (beginning, acts) => {
        const { witness, decision } = played(beginning, acts);
        reached.set(decision.state, (reached.get(decision.state) ?? 0) + 1);
        expect(witness.wrong).toEqual([]);
      }),
      { numRuns: 2000, seed: 20_260_302 },
    );
    // The acts are not so wild that nothing is ever tried: every end was seen many times.
    for (const end of ['success', 'warning', 'rejected', 'withdrawn', 'done', 'rolling-out']) {
      expect({ [end]: (reached.get(end) ?? 0) >= 20 }).toEqual({ [end]: true });
    }
  });

  test('the same facts give the same decision, in whatever order they are read, and planning again gives nothing', () => {
    fc.assert(
      fc.property(anyBeginning, anyActs, fc.integer(), (beginning, acts, turn) => {
        const { world } = played(
          beginning,
          acts.slice(0, 8).map((act) => ({ ...act, seen: false })),
        );
        const { facts } = world;
        expect(plan(facts, decide(facts))).toEqual([]);
        const unread: Facts = { ...facts, journal: [], ownComments: [] };
        for (const seen of [facts, unread]) {
          const at = Math.abs(turn) % Math.max(1, seen.inputs.length);
          const inputs = [...seen.inputs.slice(at), ...seen.inputs.slice(0, at)].toReversed();
          expect(decide({ ...seen, inputs })).toEqual(decide(seen));
        }
      }),
      { numRuns: 200, seed: 7 },
    );
  });

  test('a release that nothing stands against reaches production when people do their part', () => {
    let brought = 0;
    fc.assert(
      fc.property(anyBeginning, anyActs, (beginning, acts) => {
        const { world, decision: last } = played(beginning, acts);
        let decision = last;
        world.channelsAnswer = true;
        world.facts = { ...world.facts, teams: factsAt('none').teams };
        world.changePull(world.facts.pull.merge ? {} : { open: true, closedBy: undefined });
        decision = world.settle();
        for (let step = 0; step < 14 && !terminalStates.has(decision.state) && !decision.held; step += 1) {
          passes(world, 30);
          helps(world, decision.state, waitingSites(decision), 'success');
          decision = world.settle();
        }
        const rejected = world.facts.journal.some(
          (entry) =>
            entry.event === 'reported' &&
            entry.report.outcome === 'reject' &&
            entry.digest === world.facts.ticket.digest,
        );
        const stuck = !decision.held && !rejected && !terminalStates.has(decision.state);
        expect(stuck ? decision.state : 'not stuck').toBe('not stuck');
        if (decision.state === 'success') brought += 1;
      }),
      { numRuns: 200, seed: 11 },
    );
    expect(brought).toBeGreaterThan(80);
  });
});
