import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Facts, Input } from '../../app/model/facts.ts';
import { plan } from '../../app/plan/plan.ts';
import { decide } from '../../app/rollout/decide.ts';
import { type AnyAct, anyActs, passes } from './acts.ts';
import { people } from './people.ts';
import { played } from './play.ts';
import { comment, mark, report, review, verification } from './said.ts';
import { anySetting } from './settings.ts';
import { SimulatedWorld } from './world.ts';

/** Would the release go into production if every manager closed it now, with everything that a close can say? */
function wouldClose(facts: Facts): boolean {
  const world = new SimulatedWorld(facts);
  world.channelsAnswer = true;
  passes(world, 12_000);
  for (const by of [people.joao, people.sofia])
    world.says(
      comment(
        by,
        '/take It is time.\n/close warning All well.\nknown_issue: Restart it.\nbetter_because: It is rare.',
        world.facts.now,
      ),
    );
  const { state, held } = world.settle();
  return state === 'success' || state === 'warning' || (state === 'closing' && !held);
}

/** Close to a close: people help along, and nobody merges by hand. */
const likely = anyActs.map((acts): readonly AnyAct[] =>
  acts.filter(({ kind }) => kind !== 'merges by hand' && kind !== 'withdraws' && kind !== 'another release'),
);

describe('What is not known, or is taken back', () => {
  test('editing, deleting or dismissing what was read only moves a release away from production', () => {
    let [before, after] = [0, 0];
    const anyChange = fc.constantFrom('edit', 'improve', 'delete', 'dismiss');
    fc.assert(
      fc.property(anySetting, likely, anyChange, fc.nat(99), (setting, acts, change, which) => {
        const { facts } = played(setting, acts).world;
        const input = facts.inputs[which % Math.max(1, facts.inputs.length)];
        if (!input) return;
        const world = new SimulatedWorld(facts);
        const body =
          change === 'improve'
            ? input.body.replaceAll(/outcome: \S+/g, 'outcome: success').replace(/^\/reject.*/m, '/help')
            : `${input.body} No, wait.`;
        if (change === 'delete') world.deletes(input.id);
        else if (change === 'dismiss') world.edits(input.id, { review: 'dismissed' });
        else world.edits(input.id, { body, bodySha256: mark(body), edited: true });
        const was = wouldClose(facts);
        const is = wouldClose(world.facts);
        before += was ? 1 : 0;
        after += is ? 1 : 0;
        expect({ change, was: was || !is, is }).toEqual({ change, was: true, is });
      }),
      { numRuns: 400, seed: 17 },
    );
    // Changes matter: some release was held back by one.
    expect(before).toBeGreaterThan(after);
    expect(after).toBeGreaterThan(20);
  });

  const said = (body: string, more: Partial<Input> = {}): Omit<Input, 'id'> =>
    comment(people.joao, body, '2026-03-02T12:00:00Z', more);
  const noise: readonly Omit<Input, 'id'>[] = [
    said('/closes success All well.'),
    said('> /close success All well.'),
    said('```\n/close success All well.\n```'),
    said('<!-- /close success All well. -->'),
    said('／close success All well.'),
    said('/close success All well.', { bot: true }),
    said('/close success All well.', { edited: true }),
    said('/approve E999'),
    said('/waive checksum It cannot wait.'),
    said('/accept Atlantis', { by: people.carmen }),
    review(people.carmen, 'approved', report('Atlantis', 'success'), '2026-03-02T12:00:00Z'),
    review(people.carmen, 'approved', report('SiGNET', 'success'), '2026-03-02T12:00:00Z'),
    review(people.carmen, 'approved', report('CESGA', 'success', 'e'.repeat(64)), '2026-03-02T12:00:00Z'),
    review(people.carmen, 'approved', report('CESGA', 'wonderful'), '2026-03-02T12:00:00Z'),
    review(people.carmen, 'approved', 'kind: EarlyAdopterReport', '2026-03-02T12:00:00Z'),
    review(people.otto, 'approved', report('CESGA', 'success'), '2026-03-02T12:00:00Z'),
    review(people.tiziana, 'approved', verification('accepted'), '2026-03-02T12:00:00Z'),
    review(
      people.tiziana,
      'approved',
      verification('accept').replace('kind:', 'kind: ['),
      '2026-03-02T12:00:00Z',
    ),
    review(people.kim, 'approved', verification('accept'), '2026-03-02T12:00:00Z'),
    review(people.otto, 'changes-requested', '', '2026-03-02T12:00:00Z'),
    review(people.carmen, 'changes-requested', 'No!', '2026-06-02T12:00:00Z'),
  ];

  test('what is unknown or malformed never turns a no into a yes', () => {
    fc.assert(
      fc.property(anySetting, likely, fc.subarray([...noise], { minLength: 1 }), (setting, acts, strange) => {
        const { facts } = played(setting, acts).world;
        const world = new SimulatedWorld(facts);
        for (const input of strange)
          world.says({ ...input, at: input.at > facts.now ? input.at : facts.now });
        const { record, todo } = decide(world.facts);
        const positive = record.filter(({ event }) =>
          ['verified', 'accepted', 'reported', 'closed', 'approved', 'asked', 'merged'].includes(event),
        );
        expect(positive).toEqual([]);
        expect(todo.mergeTicket).toBe(decide(facts).todo.mergeTicket);
        expect(wouldClose(world.facts) && !wouldClose(facts)).toBe(false);
      }),
      { numRuns: 200, seed: 17 },
    );
  });

  test('the same facts give the same decision, in whatever order and however often they are read, and planning again gives nothing', () => {
    fc.assert(
      fc.property(anySetting, anyActs, fc.nat(999), (setting, acts, turn) => {
        const { facts } = played(
          setting,
          acts.slice(0, 8).map((act): AnyAct => ({ ...act, seen: 'later' })),
        ).world;
        const unread: Facts = { ...facts, journal: [], ownComments: [] };
        for (const seen of [facts, unread]) {
          const decision = decide(seen);
          const at = turn % Math.max(1, seen.inputs.length);
          const inputs = [...seen.inputs.slice(at), ...seen.inputs.slice(0, at)].toReversed();
          expect(decide({ ...seen, inputs })).toEqual(decision);
          expect(decide({ ...seen, inputs: [...inputs, ...inputs] }).record).toEqual(decision.record);
          // Read anew, nothing of it is known by identity.
          const anew = structuredClone(seen);
          expect(decide(anew)).toEqual(decision);
          expect(plan(anew, decide(anew))).toEqual(plan(seen, decision));
        }
      }),
      { numRuns: 200, seed: 7 },
    );
  });
});
