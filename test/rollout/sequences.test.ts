import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Entry } from '../../app/model/journal.ts';
import { terminalStates } from '../../app/model/state.ts';
import { anyActs, helps, passes } from './acts.ts';
import { factsAt } from './facts.ts';
import { played, waitingSites } from './play.ts';
import { anySetting } from './settings.ts';

const reached = new Map<string, number>();
const noted = (what: string): void => {
  reached.set(what, (reached.get(what) ?? 0) + 1);
};

describe('Whatever people do, in whatever order', () => {
  test('nothing reaches production but what was verified, tried, waited for and closed by the right people, or let past by two of them (R-2.2-13, R-2.5-1, R-2.5-5, R-2.4-F2)', () => {
    fc.assert(
      fc.property(anySetting, anyActs, (setting, acts) => {
        const { witness, decision, world } = played(setting, acts);
        noted(decision.state);
        for (const event of new Set(world.facts.journal.map((entry: Entry) => entry.event))) noted(event);
        expect(witness.wrong).toEqual([]);
      }),
      { numRuns: 5000, seed: 20_260_302 },
    );
    // The acts are not so wild that nothing is ever tried: every end, and every kind of act, was seen many times.
    const ends = ['success', 'warning', 'rejected', 'withdrawn', 'done', 'rolling-out', 'closing'];
    const events = [
      'excused',
      'left',
      'declined',
      'invited',
      'approved',
      'frozen',
      'unfrozen',
      'resumed',
      'advised',
      'reminded',
      'held',
      'voided',
      'rolled-back',
      'review-opened',
    ];
    for (const what of [...ends, ...events])
      expect({ [what]: (reached.get(what) ?? 0) >= 5 }).toEqual({ [what]: true });
  }, 120_000);

  test('a release that nothing stands against reaches production when people do their part', () => {
    let brought = 0;
    fc.assert(
      fc.property(anySetting, anyActs, (setting, acts) => {
        const { world, decision: last } = played(setting, acts);
        let decision = last;
        world.channelsAnswer = true;
        const { experts } = world.facts.teams;
        world.facts = { ...world.facts, teams: { ...factsAt('none').teams, experts } };
        world.changePull(world.facts.pull.merge ? {} : { open: true, closedBy: undefined });
        if (world.facts.ticket.digest === undefined) world.pushes('f'.repeat(64));
        decision = world.settle();
        for (let step = 0; step < 14 && !terminalStates.has(decision.state) && !decision.held; step += 1) {
          passes(world, 30);
          helps(world, decision.state, waitingSites(decision), 'success');
          decision = world.settle();
        }
        const { journal, history, ticket } = world.facts;
        const rejected = journal.some(
          (entry) =>
            entry.event === 'reported' && entry.report.outcome === 'reject' && entry.digest === ticket.digest,
        );
        const overtaken = history.some(({ version }) => version > '7.0.1');
        const stuck = !decision.held && !rejected && !overtaken && !terminalStates.has(decision.state);
        expect(stuck ? decision.state : 'not stuck').toBe('not stuck');
        if (decision.state === 'success') brought += 1;
      }),
      { numRuns: 200, seed: 11 },
    );
    expect(brought).toBeGreaterThan(60);
  });
});
