import { describe, expect, test } from '@jest/globals';
import type { Facts } from '../../app/model/facts.ts';
import type { Person } from '../../app/model/journal.ts';
import { decide } from '../../app/rollout/decide.ts';
import { after, factsAt, withPolicy, withTeams } from './facts.ts';
import { people } from './people.ts';
import { answersTo, gains, says } from './said.ts';
import { told } from './story.ts';

const { joao, sofia, pavel, tiziana, kim, otto, rita } = people;
const withExperts = (facts: Facts, ...experts: readonly Person[]): Facts =>
  withTeams(withPolicy(facts, { experts: { arc: 'rollout-arc' } }), { experts });
const done = factsAt('done', { now: '2026-03-09T13:00:00Z' });
const sofias = withExperts(done, sofia);
const remarks = (facts: Facts): string => decide(facts).remarks.join('\n');

describe('The expert of a stack', () => {
  test.each(['success', 'reject'] as const)('closes its releases with %s (R-6-4, A-38)', (outcome) => {
    expect(gains(says(sofias, sofia, `/close ${outcome} Looked at.`))).toEqual([`closed ${outcome}`]);
  });

  test('is asked first: named in what is awaited, and the assignee from verification on (R-6-4, A-38)', () => {
    for (const point of ['verified', 'accepted', 'done'] as const)
      expect(decide(withExperts(factsAt(point), sofia)).assignees).toEqual(['sofia']);
    expect(decide(sofias).awaiting[0]?.for).toContain('the expert of the stack is asked first: sofia');
    expect(decide(withExperts(factsAt('unverified'), sofia)).assignees).toEqual([]);
  });

  test('is not the assignee any more when another manager took the ticket (A-47)', () => {
    expect(decide(after(sofias, told.taken(joao, 'She is ill.'))).assignees).toEqual(['joao']);
  });

  test('needs to be in the group: who is not may not close, and is nobody’s expert (R-6-1)', () => {
    const outsider = withExperts(done, otto);
    expect(gains(says(outsider, otto, '/close success Fine.'))).toEqual([]);
    expect(gains(says(outsider, joao, '/close success Fine.'))).toEqual(['closed success']);
  });

  test('that provided the release does not close it, and the others need no hand-over', () => {
    const theirs = withExperts(done, pavel);
    expect(gains(says(theirs, pavel, '/close success Fine.'))).toEqual([]);
    expect(gains(says(theirs, joao, '/close success Fine.'))).toEqual(['closed success']);
  });
});

describe('Another manager', () => {
  test.each(['success', 'warning', 'reject'] as const)(
    'does not close with %s in place of the expert without a hand-over (R-6-4, A-38)',
    (outcome) => {
      const facts = says(sofias, joao, `/close ${outcome} Fine.\nknown_issue: It is slow.`);
      expect(gains(facts)).toEqual([]);
      expect(answersTo(facts)).toEqual([expect.stringContaining('`/take <reason>` (A-38)')]);
    },
  );

  test('closes after the hand-over was recorded with its reason (A-38)', () => {
    const takes = says(sofias, joao, '/take She is ill.');
    expect(decide(takes).record).toMatchObject([
      { event: 'taken', reason: 'She is ill.', by: joao },
      { event: 'reminded' },
    ]);
    const taken = after(sofias, told.taken(joao, 'She is ill.'));
    expect(gains(says(taken, joao, '/close success Fine.'))).toEqual(['closed success']);
  });

  test('takes over and closes in one comment', () => {
    expect(gains(says(sofias, joao, '/take She is ill.\n/close success Fine.'))).toEqual([
      'taken',
      'closed success',
    ]);
  });

  test('that takes it without a reason has that said in the record', () => {
    expect(decide(says(sofias, joao, '/take')).record).toMatchObject([
      { event: 'taken', reason: 'taken over without a reason' },
      { event: 'reminded' },
    ]);
    expect(decide(says(sofias, sofia, '/take')).record[0]).not.toHaveProperty('reason');
  });

  test('takes it twice, and once is enough', () => {
    expect(gains(says(after(sofias, told.taken(joao, 'She is ill.')), joao, '/take Again.'))).toEqual([]);
  });

  test('does not close by the hand-over to somebody else', () => {
    const facts = withTeams(after(sofias, told.taken(joao, 'She is ill.')), {
      'staged-rollout': [joao, sofia, rita],
    });
    expect(gains(says(facts, rita, '/close success Fine.'))).toEqual([]);
  });

  test.each([
    ['somebody of no group', otto, 'Only verifiers and staged-rollout managers'],
    ['somebody of the provider', pavel, 'Who provided a release cannot take its ticket'],
    ['somebody who committed to it', kim, 'Who provided a release cannot take its ticket'],
  ] as const)('is not %s: they take nothing (A-47)', (_, by, why) => {
    expect(gains(says(sofias, by, '/take'))).toEqual([]);
    expect(answersTo(says(sofias, by, '/take'))).toEqual([expect.stringContaining(why)]);
  });

  test('is named as one who has to take over, where commands are offered', () => {
    expect(decide(sofias).commands).toContainEqual({
      for: 'expert of the stack, or who took over',
      text: '/close success <summary>',
    });
    expect(decide(done).commands).toContainEqual({
      for: 'staged-rollout managers',
      text: '/close success <summary>',
    });
  });
});

describe('The experts of a stack are one or two', () => {
  test.each([
    ['one', [sofia], ''],
    ['two', [sofia, joao], ''],
    ['none', [], 'has 0 members'],
    ['one outside the group', [tiziana], 'has 0 members'],
    ['three', [sofia, joao, pavel], 'has 3 members'],
  ] as const)('of %s that is said, and stops nothing (R-6-2)', (_, experts, said) => {
    const facts = withExperts(done, ...experts);
    const remark = `The team rollout-arc ${said} in the staged-rollout group; one or two are wanted (R-6-2).`;
    expect(decide(facts).remarks).toEqual(said === '' ? [] : [remark]);
    expect(decide(facts).state).toBe('done');
  });

  test('of a stack without a team any manager closes, and that is said (R-6-2)', () => {
    expect(remarks(done)).toContain('The stack arc has no team of expert site managers');
    expect(gains(says(done, joao, '/close success Fine.'))).toEqual(['closed success']);
  });
});
