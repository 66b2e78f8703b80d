import { describe, expect, test } from '@jest/globals';
import type { Facts } from '../../app/model/facts.ts';
import { decide } from '../../app/rollout/decide.ts';
import { after, factsAt } from './facts.ts';
import { people } from './people.ts';
import { answersTo, gains, heard, inWords, review, says, verification } from './said.ts';
import { type Happening, told } from './story.ts';

const { oxana, pavel, kim, tiziana, joao, carmen } = people;
const unverified = factsAt('unverified', { now: '2026-03-03T09:00:00Z' });
const waits = after(unverified, told.verified('wait-for-provider'));
const resumed = (at = '2026-03-04T09:00:00Z'): Happening => [
  at,
  { event: 'resumed', because: 'The package was rebuilt.' },
  oxana,
];
const due = (facts: Facts): string | undefined => decide(facts).awaiting[0]?.due;
const reminded = (facts: Facts): readonly string[] =>
  decide(facts)
    .record.filter(({ event }) => event === 'reminded')
    .map(inWords);

describe('While a countermeasure is awaited (T3w, R-2.4-11.2c)', () => {
  test('the ticket waits for the provider, and no clock runs', () => {
    expect(decide(waits)).toMatchObject({
      state: 'unverified',
      waiting: 'provider',
      awaiting: [{ who: 'provider', due: undefined, late: false }],
      forecast: undefined,
    });
    expect(decide(waits).labels).toContain('waiting: provider');
  });

  test('nobody is reminded, however long it takes', () => {
    expect(reminded({ ...waits, now: '2026-06-01T10:00:00Z' })).toEqual([]);
  });

  test.each([
    ['its author', oxana],
    ['a member of its team', pavel],
    ['who committed to it', kim],
  ] as const)('the provider says that its part is done: %s', (_, by) => {
    const facts = says(waits, by, '/ready The package was rebuilt.');
    expect(gains(facts)).toEqual(['resumed']);
    expect(decide(facts).waiting).toBe('technology-unit');
  });

  const refusals: readonly (readonly [string, Facts, string])[] = [
    ['a verifier', says(waits, tiziana, '/ready Done.'), 'Only the provider says'],
    ['a manager', says(waits, joao, '/ready Done.'), 'Only the provider says'],
    ['an early adopter', says(waits, carmen, '/ready Done.'), 'Only the provider says'],
    ['the provider without a word', says(waits, oxana, '/ready'), 'Please say what was done'],
    [
      'the provider in an edited comment',
      says(waits, oxana, '/ready Done.', { edited: true }),
      'edited before it was read',
    ],
    [
      'the provider when nobody waits for it',
      says(unverified, oxana, '/ready Done.'),
      'Nobody waits for the provider',
    ],
    [
      'the provider twice',
      says({ ...after(waits, resumed('2026-03-03T08:30:00Z')) }, oxana, '/ready Done.'),
      'Nobody waits for the provider',
    ],
  ];
  test.each(refusals)('nothing goes on by the word of %s', (_, facts, why) => {
    expect(gains(facts)).toEqual([]);
    expect(answersTo(facts)).toEqual([expect.stringContaining(why)]);
  });

  test('the verifier may go on without it', () => {
    const facts = heard(waits, review(tiziana, 'approved', verification('accept'), '2026-03-03T08:50:00Z'));
    expect(gains(facts)).toEqual(['verified accept']);
  });
});

describe('After a countermeasure', () => {
  const later = { ...after(waits, resumed()), now: '2026-03-04T10:00:00Z' };

  test('the clock of step 2 runs on where it stood (R-2.4-11.2c, R-2.4-T3-2)', () => {
    expect(due(unverified)).toBe('2026-03-04T08:10:00Z');
    // It stood still for two working days, from Monday nine o'clock to Wednesday nine o'clock.
    expect(due(later)).toBe('2026-03-06T08:10:00Z');
  });

  test('the verifiers are told with what was done, quoted', () => {
    const notice = decide(later).notices.find(({ marker }) => marker.startsWith('resumed:'));
    expect(notice?.body).toBe(
      '@grid/unit The provider did its part; the verification goes on:\n\n`The package was rebuilt.`',
    );
  });

  test('a second one stops the clock again', () => {
    const again = after(later, told.verified('wait-for-provider', '2026-03-04T09:30:00Z'));
    expect(due(again)).toBeUndefined();
    expect(due({ ...after(again, resumed('2026-03-05T09:30:00Z')), now: '2026-03-05T10:00:00Z' })).toBe(
      '2026-03-09T08:10:00Z',
    );
  });
});
