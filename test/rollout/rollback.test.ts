import { describe, expect, test } from '@jest/globals';
import type { Facts } from '../../app/model/facts.ts';
import { reviewText } from '../../app/wording/review.ts';
import { decide } from '../../app/rollout/decide.ts';
import { factsAt, inProduction, standing, withPolicy, withSpec } from './facts.ts';
import { people } from './people.ts';
import { answersTo, gains, inWords, says } from './said.ts';
import { type Happening, told } from './story.ts';

const { joao, sofia, pavel, tiziana, svea, carmen, oxana } = people;
const production = inProduction();
const later = (facts: Facts): Facts => ({ ...facts, now: '2026-03-10T10:00:00Z' });
const asked = told.asked(['rollback'], joao, ['staged-rollout'], { at: '2026-03-10T09:00:00Z' });
const approved = told.approved(sofia, ['staged-rollout'], '2026-03-10T09:30:00Z');
const rolledBack: Happening = [
  '2026-03-10T09:30:00Z',
  { event: 'rolled-back', reason: 'It cannot wait.' },
  sofia,
];
const back = later(inProduction([], [asked, approved, rolledBack]));

describe('A rollback (A-34)', () => {
  test('is asked for by one manager, and does nothing yet', () => {
    const facts = says(later(production), joao, '/rollback It loses jobs.');
    expect(gains(facts)).toEqual(['asked E1 rollback']);
    expect(decide(facts).todo.move).toBeUndefined();
  });

  test('says the release first, if one likes, and that is not its reason', () => {
    const facts = says(later(production), joao, '/rollback arc-arc-ce-7.0.1 It loses jobs.');
    expect(decide(facts).record).toMatchObject([{ event: 'asked', reason: 'It loses jobs.' }]);
  });

  test.each([
    ['another manager', sofia],
    ['a verifier', tiziana],
    ['the Software Vulnerability Group', svea],
  ] as const)(
    'takes effect with the word of %s: the manifest leaves, the state stays (A-34, I6)',
    (_, by) => {
      const facts = says(later(inProduction([], [asked])), by, '/approve E1');
      expect(gains(facts)).toEqual(['approved E1', 'rolled-back']);
      expect(decide(facts)).toMatchObject({
        state: 'success',
        rolledBack: 'It cannot wait.',
        todo: { move: { to: 'withdrawn', revertTicket: false, reason: 'It cannot wait.' } },
      });
      expect(decide(facts).labels).toContain('rolled-back');
    },
  );

  test.each([
    ['who asked', joao, 'You stand behind E1 already'],
    ['the provider', oxana, 'Who provided a release'],
    ['a manager of the provider', pavel, 'Who provided a release'],
    ['an early adopter', carmen, 'Exceptions belong to the teams'],
  ] as const)('does not take effect with the word of %s: two persons (A-34)', (_, by, why) => {
    const facts = says(later(inProduction([], [asked])), by, '/approve E1');
    expect(gains(facts)).toEqual([]);
    expect(answersTo(facts)).toEqual([expect.stringContaining(why)]);
  });

  const refusals: readonly (readonly [string, Facts, string])[] = [
    [
      'by a verifier',
      says(later(production), tiziana, '/rollback Why.'),
      'Rolling back is for staged-rollout managers',
    ],
    [
      'by a manager of the provider',
      says(later(production), pavel, '/rollback Why.'),
      'Rolling back is for staged-rollout managers',
    ],
    ['without a reason', says(later(production), joao, '/rollback'), 'Please say why: `/rollback <reason>`'],
    [
      'with its own name as the reason',
      says(later(production), joao, '/rollback arc-arc-ce-7.0.1'),
      'Please say why',
    ],
    [
      'before it is in production',
      says(factsAt('done'), joao, '/rollback Why.'),
      'not in production: there is nothing to roll back',
    ],
    ['twice', says(later(inProduction([], [asked])), sofia, '/rollback Why.'), '`/approve E1` supports it'],
  ];
  test.each(refusals)('is not asked for %s', (_, facts, why) => {
    expect(gains(facts)).toEqual([]);
    expect(answersTo(facts)).toEqual([expect.stringContaining(why)]);
  });

  test('that happened is not asked for again', () => {
    expect(gains(says(back, joao, '/rollback Again.'))).toEqual([]);
  });

  test('moves nothing once the manifest is gone', () => {
    expect(decide(back).todo.move).toMatchObject({ to: 'withdrawn' });
    expect(decide({ ...back, shelf: standing('withdrawn') }).todo.move).toBeUndefined();
  });

  test('tells the provider and the sites, once, and not that it came into production again', () => {
    const gone = {
      ...later(
        inProduction(
          [],
          [
            asked,
            approved,
            rolledBack,
            told.moved('withdrawn', '2026-03-10T09:40:00Z'),
            told.published('withdrawn', '2026-03-10T09:45:00Z'),
          ],
        ),
      ),
      shelf: standing('withdrawn'),
    };
    const state = (facts: Facts): readonly string[] =>
      decide(facts)
        .notices.map(({ marker }) => marker)
        .filter((marker) => marker.startsWith('state:'));
    expect(state(gone)).toEqual(state(production));
    const notice = decide(gone).notices.find(({ marker }) => marker.startsWith('rolled-back:'));
    expect(notice?.body).toMatch(/^@oxana @carmen `arc-arc-ce-7.0.1` is \*\*rolled back\*\*/);
    expect(decide(gone).steps.at(-1)?.title).toBe('Rolled back (success)');
  });
});

describe('A release that an exception let through', () => {
  const through = (rules: Parameters<typeof told.asked>[0], ...more: readonly Happening[]): Facts =>
    inProduction(
      [
        told.asked(rules, joao, ['staged-rollout'], { at: '2026-03-09T12:10:00Z' }),
        told.approved(
          rules[0] === 'override-reject' ? sofia : tiziana,
          rules[0] === 'override-reject' ? ['staged-rollout'] : ['technology-unit'],
          '2026-03-09T12:20:00Z',
        ),
      ],
      more,
      'emergency',
    );
  const opened: Happening = [
    '2026-03-09T13:10:00Z',
    { event: 'review-opened', issue: 600, due: '2026-03-16T13:05:00Z' },
  ];

  test.each(['verification', 'staged-rollout', 'cadence', 'version', 'freeze', 'override-reject'] as const)(
    'is reviewed afterwards: %s (A-22)',
    (rule) => {
      expect(decide(through([rule])).todo.openReview).toBe(true);
    },
  );

  test('is not reviewed when nobody approved the exception, or there was none', () => {
    expect(decide(production).todo.openReview).toBe(false);
    const alone = inProduction([
      told.asked(['freeze'], joao, ['staged-rollout'], { at: '2026-03-09T12:10:00Z' }),
    ]);
    expect(decide(alone).todo.openReview).toBe(false);
  });

  test('is not reviewed before it is in production', () => {
    const { journal, ...facts } = through(['freeze']);
    const before = { ...facts, journal: journal.slice(0, -1) };
    expect(decide(before).todo.openReview).toBe(false);
  });

  test('has its review recorded when the issue is there, due in five working days, also after an emergency (A-22)', () => {
    const facts = { ...through(['freeze']), review: { number: 600, open: true } };
    expect(decide(facts).todo.openReview).toBe(false);
    expect(decide(facts).record).toMatchObject([
      { event: 'review-opened', issue: 600, due: '2026-03-16T13:05:00Z' },
    ]);
    const sooner = withPolicy(facts, { exceptions: { expires: '5wd', review: '1wd' } });
    expect(decide(sooner).record).toMatchObject([{ due: '2026-03-10T13:05:00Z' }]);
  });

  test('waits for the review, and is at rest when its issue was closed (A-22)', () => {
    const open = { ...through(['freeze'], opened), call: undefined, review: { number: 600, open: true } };
    expect(decide(open)).toMatchObject({
      settled: false,
      awaiting: [{ who: 'staged-rollout', for: 'the review of a release that an exception let through' }],
    });
    const closed = { ...open, review: { number: 600, open: false } };
    expect(gains(closed)).toEqual(['reviewed']);
    const reviewed: Happening = ['2026-03-11T10:00:00Z', { event: 'reviewed' }];
    const after = { ...through(['freeze'], opened, reviewed), call: undefined, review: closed.review };
    expect(decide(after)).toMatchObject({ settled: true, awaiting: [] });
  });

  test('is not reviewed by another issue that was closed', () => {
    expect(gains({ ...through(['freeze'], opened), review: { number: 601, open: false } })).toEqual([]);
  });

  test('has the managers reminded of the review when it is due and not before', () => {
    const at = (now: string): readonly string[] =>
      decide({ ...through(['freeze'], opened), now, review: { number: 600, open: true } }).record.map(
        inWords,
      );
    expect(at('2026-03-16T13:04:59Z')).toEqual([]);
    expect(at('2026-03-16T13:05:00Z')).toEqual(['reminded staged-rollout review due']);
  });

  test('has a review that says which rule, by whom and why, and calls both groups (A-22)', () => {
    const { title, body } = reviewText(withSpec(through(['verification', 'staged-rollout']), {}));
    expect(title).toBe('Review after an exception: arc-arc-ce-7.0.1 (#7)');
    expect(body).toMatch(/^@grid\/rollout-managers @grid\/unit `arc-arc-ce-7.0.1`, an emergency release,/);
    expect(body).toContain(
      '- **E1** verification, staged-rollout, by `joao` and `tiziana`:\n\n`It cannot wait.`',
    );
    expect(body).toContain('by **2026-03-16T13:05:00Z**');
  });
});
