import { describe, expect, test } from '@jest/globals';
import type { Facts } from '../../app/model/facts.ts';
import { decide } from '../../app/rollout/decide.ts';
import { after, factsAt, inProduction, withPolicy } from './facts.ts';
import { configuration, people } from './people.ts';
import { answersTo, gains, inWords, says } from './said.ts';
import { told } from './story.ts';

const { joao, sofia, pavel, tiziana, oxana } = people;
const now = '2026-03-09T13:00:00Z';
const done = factsAt('done', { now });
const frozen = after(done, told.frozen());
const calendar = (from: string, to: string) => ({
  calendar: { ...configuration.policy.calendar, freezes: [{ from, to, reason: 'year-end freeze' }] },
});
const inFreeze = withPolicy(done, calendar('2026-03-06', '2026-03-10'));
const reminded = (facts: Facts): readonly string[] =>
  decide(facts)
    .record.filter(({ event }) => event === 'reminded')
    .map(inWords);

describe('A freeze by hand', () => {
  const counting: readonly (readonly [string, Facts, readonly string[]])[] = [
    ['is set by a manager, with the reason', says(done, joao, '/freeze A conference.'), ['frozen']],
    [
      'is set while packages are pulled',
      says(factsAt('certified'), joao, '/freeze A conference.'),
      ['frozen'],
    ],
    [
      'is set by a manager of the provider too: it only stops',
      says(done, pavel, '/freeze A conference.'),
      ['frozen'],
    ],
    [
      'is set by an edited comment too: it only stops',
      says(done, joao, '/freeze A conference.', { edited: true }),
      ['frozen'],
    ],
    ['is set twice, and once is enough', says(frozen, sofia, '/freeze Really.'), []],
    ['is ended by any manager', says(frozen, sofia, '/unfreeze'), ['unfrozen']],
    ['is ended when there is none, and nothing happens', says(done, joao, '/unfreeze'), []],
  ];
  test.each(counting)('%s', (_, facts, entries) => {
    expect(gains(facts)).toEqual(entries);
    expect(answersTo(facts)).toEqual([]);
  });

  const refusals: readonly (readonly [string, Facts, string])[] = [
    [
      'set by the provider',
      says(done, oxana, '/freeze Wait.'),
      'Only staged-rollout managers can freeze a release',
    ],
    ['set by a verifier', says(done, tiziana, '/freeze Wait.'), 'Only staged-rollout managers can freeze'],
    ['set without a reason', says(done, joao, '/freeze'), 'Please say why: `/freeze <reason>`'],
    ['set after the end', says(inProduction(), joao, '/freeze Wait.'), 'it moves no more'],
    [
      'set after the merge',
      says(after(factsAt('closing'), told.merged()), joao, '/freeze Wait.'),
      '`/rollback <reason>` takes it back',
    ],
    [
      'ended by a manager of the provider',
      says(frozen, pavel, '/unfreeze'),
      'Only staged-rollout managers can end a freeze',
    ],
    [
      'ended in an edited comment',
      says(frozen, joao, '/unfreeze', { edited: true }),
      'edited before it was read',
    ],
  ];
  test.each(refusals)('is not %s', (_, facts, why) => {
    expect(gains(facts)).toEqual([]);
    expect(answersTo(facts)).toEqual([expect.stringContaining(why)]);
  });

  test('stops a close, of an emergency too', () => {
    for (const releaseClass of ['revision', 'emergency'] as const) {
      const facts = after(factsAt('done', { now }, releaseClass), told.frozen());
      expect(gains(says(facts, joao, '/close success Fine.'))).toEqual([]);
    }
  });

  test('does not stop a Reject', () => {
    expect(gains(says(frozen, joao, '/close reject It loses jobs.'))).toEqual(['closed reject']);
  });

  test('after the close holds what is not merged yet', () => {
    const facts = says(factsAt('closing'), joao, '/freeze A conference.');
    expect(gains(facts)).toEqual([
      'frozen',
      expect.stringContaining('held before the merge, moves into production are frozen'),
    ]);
    expect(decide(facts).todo.mergeTicket).toBe(false);
  });

  test('has nobody reminded of the close while it lasts, however long', () => {
    expect(reminded(frozen)).toEqual([]);
    expect(reminded({ ...frozen, now: '2026-04-09T13:00:00Z' })).toEqual([]);
  });

  test('is told: a label, a sentence with the reason quoted, no due time', () => {
    const decision = decide(frozen);
    expect(decision.labels).toContain('frozen');
    expect(decision.frozen).toBe(
      'moves into production are frozen by joao: `A conference.` (`/unfreeze` ends it)',
    );
    expect(decision.steps.at(-1)).toMatchObject({
      title: 'Frozen: nothing moves into production',
      due: undefined,
    });
    expect(decision.awaiting).toMatchObject([{ due: undefined, late: false }]);
  });
});

describe('A freeze of the calendar', () => {
  test('stops a close until its last day is over (A-16)', () => {
    expect(answersTo(says(inFreeze, joao, '/close success Fine.'))).toEqual([
      expect.stringContaining('there is a freeze until 2026-03-10T23:00:00Z (year-end freeze)'),
    ]);
    const over = { ...inFreeze, now: '2026-03-10T23:00:00Z' };
    expect(gains(says(over, joao, '/close success Fine.'))).toEqual(['closed success']);
  });

  test('lets an emergency pass', () => {
    const facts = withPolicy(factsAt('done', { now }, 'emergency'), calendar('2026-03-06', '2026-03-10'));
    expect(gains(says(facts, joao, '/close success Fine.'))).toEqual(['closed success']);
  });

  test('stops nothing before production: sites accept and report', () => {
    const facts = withPolicy(factsAt('verified'), calendar('2026-03-01', '2026-03-10'));
    expect(gains(says(facts, people.carmen, '/accept CESGA'))).toEqual(['accepted CESGA as committed']);
  });

  test('stops no clock but makes lateness nobody’s (A-16)', () => {
    expect(decide(inFreeze).awaiting).toMatchObject([{ due: undefined, late: false }]);
    expect(reminded(inFreeze)).toEqual([]);
    expect(reminded(done)).toEqual(['reminded staged-rollout grace due']);
    expect(decide(inFreeze).labels).not.toContain('late');
  });
});

describe('After a freeze', () => {
  test('of the calendar the close is due when it ended, and late from then on', () => {
    const facts = { ...inFreeze, now: '2026-03-11T10:00:00Z' };
    expect(decide(facts).awaiting).toMatchObject([{ due: '2026-03-10T23:00:00Z' }]);
    expect(reminded(facts)).toEqual(['reminded staged-rollout grace due']);
    expect(reminded({ ...facts, now: '2026-03-12T10:00:00Z' })).toEqual([
      'reminded staged-rollout grace late 1',
    ]);
  });

  test('by hand it is due when that ended', () => {
    const facts = { ...after(frozen, told.unfrozen('2026-03-12T10:00:00Z')), now: '2026-03-12T12:00:00Z' };
    expect(decide(facts).awaiting).toMatchObject([{ due: '2026-03-12T10:00:00Z' }]);
    expect(reminded(facts)).toEqual(['reminded staged-rollout grace due']);
  });

  test('that ended before it was due, it is due as ever', () => {
    const facts = after(frozen, told.unfrozen('2026-03-04T10:00:00Z'));
    expect(decide(facts).awaiting).toMatchObject([{ due: '2026-03-09T12:00:00Z', late: true }]);
  });
});
