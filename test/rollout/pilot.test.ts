import { describe, expect, test } from '@jest/globals';
import type { Facts } from '../../app/model/facts.ts';
import type { Person } from '../../app/model/journal.ts';
import { decide } from '../../app/rollout/decide.ts';
import { factsAt, inProduction } from './facts.ts';
import { people } from './people.ts';
import { answersTo, gains, says } from './said.ts';
import { digest, digestOf, release } from './story.ts';

const { oxana, tiziana, joao, carmen, alessandra, otto, rita } = people;
const unverified = factsAt('unverified');
const lines = {
  kind: 'Pilot',
  release,
  digest,
  name: 'arc-pilot-1',
  purpose: 'integration',
  participants:
    '[{who: LIP, as: site-manager}, {who: atlas, as: user-community}, {who: NorduGrid, as: developer}]',
  source: 'the channel unverified',
  stages: '[{part: client, begins: 2026-02-01}, {part: server}]',
};
const form = (
  changes: Partial<Record<keyof typeof lines | 'begins' | 'ends' | 'result', string>> = {},
): string =>
  [
    '/pilot',
    '',
    '```yaml',
    ...Object.entries({ ...lines, ...changes }).map(([name, value]) => `${name}: ${value}`),
    '```',
  ].join('\n');
const records = (by: Person, facts: Facts = unverified, body = form()): Facts => says(facts, by, body);

describe('A pilot (R-2.5-13, R-2.5-14, A-23)', () => {
  test.each([
    ['the provider', oxana],
    ['the Technology Unit', tiziana],
    ['a manager', joao],
    ['an early adopter', carmen],
    ['a site that is committed to nothing', alessandra],
  ] as const)('is recorded by %s (R-2.5-3)', (_, by) => {
    expect(gains(records(by))).toEqual(['piloted arc-pilot-1']);
  });

  test.each([
    ['an outsider', otto],
    ['a repository manager', rita],
  ] as const)('is not recorded by %s', (_, by) => {
    expect(answersTo(records(by))).toEqual([expect.stringContaining('Pilots are recorded by the provider')]);
  });

  test.each(['integration', 'robustness', 'scalability', 'tuning'])(
    'is for %s (R-2.5-13, R-2.5-14)',
    (purpose) => {
      expect(gains(records(oxana, unverified, form({ purpose })))).toEqual(['piloted arc-pilot-1']);
    },
  );

  const refusals: readonly (readonly [string, string, string])[] = [
    ['for another purpose', form({ purpose: 'marketing' }), 'The pilot cannot be read'],
    ['without participants (R-2.5-3)', form({ participants: '[]' }), 'needs at least one participant'],
    ['without a part to begin with', form({ stages: '[]' }), 'needs at least one stage'],
    ['of another release', form({ release: 'arc-arc-ce-7.0.0' }), 'this ticket is `arc-arc-ce-7.0.1`'],
    ['of another content (T19)', form({ digest: digestOf(1) }), 'What it describes is not what is here now'],
    [
      'that ends before it begins',
      form({ begins: '2026-03-02', ends: '2026-03-01' }),
      'ends before it begins',
    ],
  ];
  test.each(refusals)('is not recorded: %s', (_, body, why) => {
    expect(gains(records(oxana, unverified, body))).toEqual([]);
    expect(answersTo(records(oxana, unverified, body))).toEqual([expect.stringContaining(why)]);
  });

  test('is given its form by /pilot alone, and the form counts as it is', () => {
    const [answer = ''] = answersTo(says(unverified, oxana, '/pilot'));
    const yaml = /```yaml[^]*```/.exec(answer)?.[0] ?? '';
    expect(gains(says(unverified, oxana, `/pilot\n\n${yaml}`))).toEqual(['piloted arc-ce-pilot-1']);
  });

  test('stands beside the ticket with who takes part, and under the same name is brought up to date', () => {
    const facts = records(oxana);
    expect(decide(facts).pilots).toMatchObject([
      { name: 'arc-pilot-1', participants: [{ who: 'LIP' }, {}, {}] },
    ]);
    const result = form({ result: '{outcome: good, text: It held.}' });
    const later = says({ ...facts, now: '2026-03-02T08:40:00Z' }, carmen, result);
    expect(decide(later).pilots).toMatchObject([{ name: 'arc-pilot-1', result: { outcome: 'good' } }]);
    expect(decide(later).pilots).toHaveLength(1);
  });

  test.each(['certified', 'unverified', 'verified', 'accepted', 'done'] as const)(
    'moves a release no step: %s stays what it was (R-2.5-5, A-23)',
    (point) => {
      const facts = factsAt(point);
      const result = form({ result: '{outcome: good, text: It held for a year.}' });
      const decision = decide(records(oxana, facts, result));
      const { state, steps, todo, waiting } = decide(facts);
      expect(decision).toMatchObject({ state, steps, waiting });
      expect(decision.todo).toEqual(todo);
    },
  );

  test('is no report: a release with a good pilot and no early adopter is not closed (R-2.5-5, A-23)', () => {
    const facts = records(oxana, factsAt('verified'), form({ result: '{outcome: good, text: It held.}' }));
    expect(gains(says({ ...facts, now: '2026-03-20T09:00:00Z' }, joao, '/close success Fine.'))).toEqual([
      'piloted arc-pilot-1',
    ]);
  });

  test('comes before production: afterwards it is not recorded (A-23)', () => {
    expect(answersTo(records(oxana, inProduction()))).toEqual([
      expect.stringContaining('a pilot comes before production'),
    ]);
  });
});
