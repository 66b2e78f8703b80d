import { describe, expect, test } from '@jest/globals';
import type { Facts } from '../../app/model/facts.ts';
import { decide } from '../../app/rollout/decide.ts';
import { type Plan, planFor } from '../../app/rollout/forecast.ts';
import { progressOf } from '../../app/rollout/progress.ts';
import { after, factsAt, inProduction, withPolicy } from './facts.ts';
import { configuration, people } from './people.ts';
import { journalOf, stories, told } from './story.ts';

const forecast = (facts: Facts) => decide(facts).forecast;
const steps = (facts: Facts): readonly string[] =>
  (forecast(facts)?.steps ?? []).map(({ by, who }) => `${by} ${who}`);
const plan = (facts: Facts, date: string): Plan | undefined =>
  planFor({ facts, progress: progressOf(facts.journal), at: facts.now }, decide(facts).state, date);

describe('What is to come', () => {
  test('after certification is every step in the time of its class (R-2.4-T3-2)', () => {
    expect(steps(factsAt('certified'))).toEqual([
      '2026-03-02T12:00:00Z repository-managers',
      '2026-03-04T12:00:00Z technology-unit',
      '2026-03-05T12:00:00Z early adopters',
      '2026-03-09T12:00:00Z early adopters',
      '2026-03-12T12:00:00Z staged-rollout',
    ]);
    expect(forecast(factsAt('certified'))?.production).toBe('2026-03-12T12:00:00Z');
  });

  test.each([
    ['minor (R-2.4-T3-3)', 'minor', '2026-03-13T12:00:00Z'],
    ['major (R-2.4-T3-4)', 'major', '2026-03-26T12:00:00Z'],
    // The wall clock: 3 h, 2.5 h, 1 h, then 4 h of grace.
    ['emergency (R-2.4-T3-1)', 'emergency', '2026-03-02T18:30:00Z'],
  ] as const)('of the class %s takes the time of its class', (_, releaseClass, production) => {
    expect(forecast(factsAt('certified', {}, releaseClass))?.production).toBe(production);
  });

  test('becomes less with each step that is done', () => {
    expect(steps(factsAt('unverified'))).toHaveLength(4);
    expect(steps(factsAt('verified'))).toHaveLength(3);
    expect(steps(factsAt('deployed'))).toHaveLength(2);
    expect(steps(factsAt('done'))).toEqual(['2026-03-09T12:00:00Z staged-rollout']);
  });

  test('holds no more than the step that is late: the rest begins when it is done', () => {
    const facts = factsAt('unverified', { now: '2026-03-20T10:00:00Z' });
    expect(steps(facts)).toEqual(['2026-03-04T08:10:00Z technology-unit']);
    expect(forecast(facts)?.production).toBeUndefined();
    expect(forecast(factsAt('done', { now: '2026-03-20T10:00:00Z' }))?.production).toBeUndefined();
  });

  test('says nothing of the present moment: it is the same a minute later (I22)', () => {
    for (const point of ['certified', 'unverified', 'verified', 'accepted', 'deployed', 'done'] as const) {
      const facts = factsAt(point);
      const now = new Date(Date.parse(facts.now) + 60_000).toISOString().replace('.000Z', 'Z');
      expect(forecast({ ...facts, now })).toEqual(forecast(facts));
    }
  });

  test('is no sooner than the shortest grace period, once that has begun (A-15)', () => {
    expect(forecast(factsAt('verified'))?.soonest).toBeUndefined();
    expect(forecast(factsAt('deployed'))?.soonest).toBe('2026-03-03T12:00:00Z');
  });

  test('is put off by a freeze of the calendar, unless it is an emergency', () => {
    const freezes = [{ from: '2026-03-02', to: '2026-03-15', reason: 'migration' }];
    const frozen = (facts: Facts): Facts =>
      withPolicy(facts, { calendar: { ...configuration.policy.calendar, freezes } });
    expect(forecast(frozen(factsAt('certified')))?.production).toBe('2026-03-15T23:00:00Z');
    expect(forecast(frozen(factsAt('certified', {}, 'emergency')))?.production).toBe('2026-03-02T18:30:00Z');
  });

  test('names the target of Table 3 where the policy has one (A-18)', () => {
    expect(forecast(factsAt('certified'))?.target).toBeUndefined();
    const { classes } = configuration.policy;
    const facts = withPolicy(factsAt('certified'), {
      classes: { ...classes, revision: { ...classes.revision, total: '9wd' } },
    });
    expect(forecast(facts)?.target).toBe('2026-03-12T16:00:00Z');
  });

  const failed = [1, 2, 3].map(
    (minute) =>
      [
        `2026-03-02T08:0${String(minute)}:00Z`,
        { event: 'pull-failed', head: factsAt('none').pull.head, reason: 'digest', message: 'Wrong.' },
      ] as const,
  );
  test.each([
    ['before certification', factsAt('none', { pull: { ...factsAt('none').pull, draft: true } })],
    [
      'while the provider is awaited (R-2.4-11.2c)',
      after(factsAt('unverified'), told.verified('wait-for-provider')),
    ],
    [
      'while packages cannot be pulled',
      after(factsAt('certified', { now: '2026-03-02T09:00:00Z' }), ...failed),
    ],
    ['while it is closing', factsAt('closing')],
    ['when it is in production', inProduction()],
  ] as const)('is nothing that anybody could tell %s', (_, facts) => {
    expect(forecast(facts)).toBeUndefined();
    expect(plan(facts, '2026-05-01T10:00:00Z')).toBeUndefined();
  });
});

describe('A plan for a date', () => {
  const verified = factsAt('verified');

  test('that leaves everybody their time says so', () => {
    expect(plan(verified, '2026-03-20T12:00:00Z')).toMatchObject({
      possible: true,
      because: 'Everybody may take the time that the process gives them.',
    });
  });

  test('that leaves less says when everybody could take theirs', () => {
    expect(plan(verified, '2026-03-05T12:00:00Z')).toMatchObject({
      possible: true,
      because: `Not everybody can take the time that the process gives them: with it, production is reached on ${forecast(verified)?.production ?? ''}.`,
    });
  });

  test('before the shortest grace period is impossible, by a second (A-15)', () => {
    expect(plan(verified, '2026-03-03T09:30:00Z')?.possible).toBe(true);
    expect(plan(verified, '2026-03-03T09:29:59Z')).toMatchObject({
      possible: false,
      because: 'The soonest is 2026-03-03T09:30:00Z: the grace period lasts at least its minimum.',
    });
  });

  test('counts back: deployed by when, for the whole grace period or its minimum', () => {
    expect(plan(verified, '2026-03-20T12:00:00Z')?.steps.map(({ by }) => by)).toEqual([
      '2026-03-13T12:00:00Z',
      '2026-03-19T12:00:00Z',
      '2026-03-20T12:00:00Z',
      '2026-03-20T12:00:00Z',
    ]);
  });

  test('asks of a release that is done only to be closed', () => {
    expect(plan(factsAt('done'), '2026-03-20T12:00:00Z')?.steps).toMatchObject([{ who: 'staged-rollout' }]);
  });

  test('begins with what is not done yet', () => {
    expect(plan(factsAt('certified'), '2026-03-20T12:00:00Z')?.steps[0]?.who).toBe('repository-managers');
    expect(plan(factsAt('unverified'), '2026-03-20T12:00:00Z')?.steps[0]?.who).toBe('technology-unit');
  });
});

describe('A second site', () => {
  test('puts the reports off, and so production', () => {
    const late = factsAt('verified', {
      now: '2026-03-09T10:00:00Z',
      journal: journalOf([...stories.deployed, told.accepted('SiGNET', '2026-03-09T09:00:00Z', people.jan)]),
    });
    expect(forecast(late)?.production).toBe('2026-03-11T09:00:00Z');
  });
});
