import { describe, expect, test } from '@jest/globals';
import type { Facts } from '../../app/model/facts.ts';
import { plan } from '../../app/plan/plan.ts';
import { decide } from '../../app/rollout/decide.ts';
import { after, factsAt, standing } from './facts.ts';
import { people } from './people.ts';
import { answersTo, comment, gains, heard, report, review, stepOf } from './said.ts';
import { digest, digestOf, headOf, journalOf, release, stories, told } from './story.ts';

const { joao, carmen } = people;
const closes = (facts: Facts, words: string): Facts =>
  heard(facts, comment(joao, `/close ${words}`, facts.now));

describe('After the close', () => {
  const closing = factsAt('closing');
  const merge = { commit: headOf(7), at: '2026-03-09T13:00:30Z', onlyTheTicket: true, digest };
  const merged = (more: Partial<typeof merge> = {}, facts: Facts = closing): Facts => ({
    ...facts,
    onMain: true,
    pull: { ...facts.pull, open: false, merge: { ...merge, ...more } },
  });

  test('the ticket is merged first, and nothing moves before that', () => {
    expect(decide(closing)).toMatchObject({
      state: 'closing',
      held: false,
      todo: { mergeTicket: true, move: undefined },
    });
  });

  test('the evidence is read again as of the merge; then the packages go into production (R-2.4-12.9a)', () => {
    expect(gains(merged())).toEqual(['merged']);
    expect(decide(merged()).todo.move).toEqual({
      to: 'production',
      digest,
      revertTicket: false,
      reason: undefined,
    });
    expect(decide(merged()).state).toBe('closing');
  });

  test.each([
    ['success', 'success'],
    ['warning', 'warning'],
  ] as const)('%s is not the state before production was read back (T9, R-2.4-12.9a)', (outcome, state) => {
    const journal = journalOf([
      ...stories.done,
      told.closed(outcome),
      ['2026-03-09T13:00:40Z', { event: 'merged', commit: headOf(7) }],
    ]);
    const ok = { ok: true, number: 3, url: 'https://x.example' } as const;
    const there = { ...merged({}, { ...closing, journal }), shelf: standing('production') };
    expect(decide(there).state).toBe('closing');
    expect(gains({ ...there, readBack: { production: ok } })).toEqual(['moved production']);
    const facts = { ...there, readBack: { production: ok, 'staged-rollout': ok } };
    expect(gains(facts)).toEqual(['moved production', 'published production']);
    expect(decide(facts).state).toBe(state);
    expect(stepOf(decide(facts), 'close')).toBe(`met: In production: ${state}`);
  });

  const holds: readonly (readonly [string, Facts, string])[] = [
    [
      'the merge changed more than the ticket',
      merged({ onlyTheTicket: false }),
      'changed more than the ticket file',
    ],
    ['the merge merged another content', merged({ digest: digestOf(1) }), 'not the one that was verified'],
    [
      'the ticket was merged by hand before the close',
      merged({}, factsAt('done')),
      'merged by hand before it was closed',
    ],
    [
      'a Reject came before the merge',
      heard(closing, review(carmen, 'changes-requested', report('CESGA', 'reject'), closing.now)),
      'an early adopter rejected it',
    ],
    [
      'a Reject came before the merge and was read after it',
      heard(merged(), review(carmen, 'changes-requested', report('CESGA', 'reject'), '2026-03-09T13:00:20Z')),
      'an early adopter rejected it',
    ],
    [
      'a problem of the ticket came up before the merge',
      { ...closing, otherTicket: 9 },
      'already carries this release',
    ],
  ];
  test.each(holds)('it is held, and nothing moves, when %s', (_, facts, why) => {
    expect(gains(facts).at(-1)).toMatch(/^held /);
    expect(gains(facts).at(-1)).toContain(why);
    const decision = decide(facts);
    expect(decision).toMatchObject({ state: 'closing', held: true, waiting: 'staged-rollout' });
    expect(decision.todo).toMatchObject({ mergeTicket: false, move: undefined, closeTicket: false });
    expect(decision.labels).toContain('held');
    expect(stepOf(decision, 'close')).toBe('failed: Held: nothing moves');
  });

  const held = after(merged({}, factsAt('done', { now: '2026-03-10T10:00:00Z' })), [
    '2026-03-09T14:00:00Z',
    { event: 'held', because: 'the ticket was merged by hand before it was closed' },
  ]);

  test('a held release is told loudly, once, to the managers and the provider', () => {
    const texts = decide(held).notices.map(({ body }) => body);
    expect(texts.filter((text) => text.includes('**held**'))).toEqual([
      expect.stringContaining('@grid/rollout-managers @oxana'),
    ]);
  });

  test('a held release whose evidence holds can be closed again, and then goes on', () => {
    const facts = closes(held, 'success All well after all.');
    expect(gains(facts)).toEqual(['closed success', 'merged']);
    expect(decide(facts).todo.move?.to).toBe('production');
  });

  test.each([
    ['before the merge', closing],
    ['after the merge', merged()],
  ])(
    'what a site has to say again it can say while the release is held %s, and then it is closed',
    (_, facts) => {
      const source = { kind: 'review', id: 77, body: 'as it was' } as const;
      const edited = heard(
        {
          ...facts,
          now: '2026-03-09T15:00:00Z',
          journal: journalOf([
            ...stories.deployed,
            told.reported({}, undefined, carmen, source),
            told.closed(),
          ]),
        },
        review(carmen, 'approved', report('CESGA', 'success'), '2026-03-03T10:00:00Z', {
          id: 77,
          edited: true,
        }),
      );
      const stopped = after(edited, ['2026-03-09T13:01:00Z', { event: 'held', because: 'it was edited' }]);
      expect(gains(closes(stopped, 'success Fine.'))).toEqual([]);
      const again = heard(
        held,
        review(carmen, 'approved', report('CESGA', 'success'), '2026-03-09T14:00:00Z'),
      );
      expect(gains(again)).toEqual(['reported CESGA success']);
      expect(decide(again).state).toBe('closing');
      expect(gains(closes(again, 'success Fine.')).slice(0, 2)).toEqual([
        'reported CESGA success',
        'closed success',
      ]);
    },
  );

  test('a held release whose evidence does not hold can only be rejected', () => {
    const rejected = after(held, told.reported({ outcome: 'reject' }, '2026-03-09T13:30:00Z'));
    expect(gains(closes(rejected, 'success Fine.'))).toEqual([]);
    const facts = closes(rejected, 'reject It loses jobs.');
    expect(gains(facts)).toEqual(['closed reject']);
    expect(decide(facts).todo.move).toEqual({
      to: 'withdrawn',
      digest,
      revertTicket: true,
      reason: 'It loses jobs.',
    });
  });

  test('while it is held, sites can still do what the release lacks', () => {
    const facts = heard(
      held,
      comment(people.jan, '/accept SiGNET', '2026-03-10T09:00:00Z'),
      review(people.jan, 'approved', report('SiGNET', 'success'), '2026-03-10T09:30:00Z'),
    );
    expect(gains(facts)).toEqual(['accepted SiGNET as committed', 'reported SiGNET success']);
    expect(decide(facts)).toMatchObject({ state: 'closing', held: true, todo: { move: undefined } });
  });

  test('a Reject that comes when production has it changes nothing here', () => {
    const journal = journalOf([
      ...stories.closing,
      ['2026-03-09T13:00:40Z', { event: 'merged', commit: headOf(7) }],
      told.moved('production', '2026-03-09T13:01:00Z'),
      told.published('production', '2026-03-09T13:02:00Z'),
    ]);
    const facts = heard(
      { ...merged(), journal, shelf: standing('production'), now: '2026-03-12T10:00:00Z' },
      review(carmen, 'changes-requested', report('CESGA', 'reject'), '2026-03-12T09:00:00Z'),
    );
    expect(gains(facts)).toEqual([]);
    expect(answersTo(facts)).toEqual([expect.stringContaining('can no longer be reported on')]);
  });

  test('everything is settled when production has it and the call is closed', () => {
    const journal = journalOf([
      ...stories.closing,
      ['2026-03-09T13:00:40Z', { event: 'merged', commit: headOf(7) }],
      told.moved('production', '2026-03-09T13:01:00Z'),
      told.published('production', '2026-03-09T13:02:00Z'),
    ]);
    const facts: Facts = { ...merged(), journal, shelf: standing('production') };
    expect(decide(facts)).toMatchObject({ settled: false, todo: { closeCall: true }, waiting: undefined });
    const call = { number: 500, open: false, url: '' };
    expect(decide({ ...facts, call })).toMatchObject({ settled: true, release, awaiting: [] });
  });
});

describe('A second pull request of the same release that was merged by hand', () => {
  const merge = { commit: headOf(7), at: '2026-03-09T13:00:30Z', onlyTheTicket: true, digest };
  const second = factsAt('none', { otherTicket: 3, onMain: true });
  const facts = { ...second, pull: { ...second.pull, open: false, merge } };

  test('writes nothing: the journal is that of the first, and stays it', () => {
    expect(plan(facts, decide(facts)).filter((effect) => effect.do === 'append')).toEqual([]);
    expect(decide(facts).todo).toMatchObject({ move: undefined, pull: false, mergeTicket: false });
  });

  test('is held like any other when no other has that release', () => {
    expect(gains({ ...facts, otherTicket: undefined })).toEqual([
      'held the ticket was merged by hand before it was closed',
    ]);
  });

  test('writes nothing either when it stands outside its folder, where nothing has a journal', () => {
    const ticket = { ...facts.ticket, id: undefined, path: 'docs/example.yml' };
    expect(gains({ ...facts, otherTicket: undefined, ticket })).toEqual([]);
  });
});
