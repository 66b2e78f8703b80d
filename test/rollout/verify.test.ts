import { describe, expect, test } from '@jest/globals';
import type { Facts } from '../../app/model/facts.ts';
import type { Person } from '../../app/model/journal.ts';
import { decide } from '../../app/rollout/decide.ts';
import { factsAt } from './facts.ts';
import { people } from './people.ts';
import { digest, digestOf, journalOf, release, stories, told } from './story.ts';
import { answersTo, comment, gains, heard, review, stepOf, verification } from './said.ts';

const at = '2026-03-02T08:20:00Z';
const start = factsAt('unverified');
const approves = (body: string, by: Person = people.tiziana): Facts =>
  heard(start, review(by, 'approved', body, at));
const asksChanges = (body: string, by: Person = people.tiziana): Facts =>
  heard(start, review(by, 'changes-requested', body, at));
const wait = verification('wait-for-provider', 'countermeasure: Rebuild it with the right prefix.');

describe('The Technology Unit', () => {
  const counting: readonly (readonly [string, Facts, readonly string[]])[] = [
    [
      'verifies by an approving review (T3, R-2.4-11.1a)',
      approves(verification('accept')),
      ['verified accept'],
    ],
    [
      'verifies with notes',
      approves(verification('accept-with-notes', 'notes: Restart it once.')),
      ['verified accept-with-notes'],
    ],
    [
      'verifies with a shortened digest of twelve digits',
      approves(verification('accept').replace(digest, digest.slice(0, 12))),
      ['verified accept'],
    ],
    [
      'verifies although a criterion failed, when it says why that does not matter',
      approves(
        verification(
          'accept-with-notes',
          'criteria: [{id: QC_DOC_1, result: FAIL}]',
          'notes: No manual yet.',
        ),
      ),
      ['verified accept-with-notes'],
    ],
    [
      'asks the provider for a countermeasure (T3w, R-2.4-11.2c)',
      asksChanges(wait),
      ['verified wait-for-provider'],
    ],
    [
      'rejects by its review with the reason (T4, R-2.4-11.2d)',
      asksChanges(verification('reject', 'notes: It deletes the spool.')),
      ['verified reject'],
    ],
    [
      'rejects by a command with the reason (T4, R-2.4-11.2d)',
      heard(start, comment(people.teo, '/reject It deletes the spool.', at)),
      ['rejected It deletes the spool.'],
    ],
    [
      'rejects with the reason on the lines below',
      heard(start, comment(people.teo, '/reject\nIt deletes the spool.', at)),
      ['rejected It deletes the spool.'],
    ],
    [
      'can reject after a countermeasure was agreed',
      heard(
        { ...start, journal: journalOf([...stories.unverified, told.verified('wait-for-provider', at)]) },
        comment(people.teo, '/reject The countermeasure did not help.', '2026-03-02T08:25:00Z'),
      ),
      ['rejected The countermeasure did not help.'],
    ],
    [
      'can verify after a countermeasure was agreed',
      heard(
        { ...start, journal: journalOf([...stories.unverified, told.verified('wait-for-provider', at)]) },
        review(people.teo, 'approved', verification('accept'), '2026-03-02T08:25:00Z'),
      ),
      ['verified accept'],
    ],
    [
      'rejects although the review was dismissed before it was read: a no is a no',
      heard(start, review(people.teo, 'dismissed', verification('reject', 'notes: Broken.'), at)),
      ['verified reject'],
    ],
    [
      'rejects although the review was edited before it was read: a no is a no',
      heard(
        start,
        review(people.teo, 'changes-requested', verification('reject', 'notes: Broken.'), at, {
          edited: true,
        }),
      ),
      ['verified reject'],
    ],
  ];
  test.each(counting)('%s', (_, facts, entries) => {
    expect(gains(facts)).toEqual(entries);
    expect(answersTo(facts)).toEqual([]);
  });

  const refusedActs: readonly (readonly [string, Facts, string])[] = [
    [
      'of an outsider (R-2.4-11.1a)',
      approves(verification('accept'), people.otto),
      'only members of the team unit',
    ],
    ['of an early adopter', approves(verification('accept'), people.carmen), 'only members of the team unit'],
    ['of a manager', approves(verification('accept'), people.joao), 'only members of the team unit'],
    ['of the author', approves(verification('accept'), people.oxana), 'Who provided a release cannot verify'],
    ['of the provider’s team', approves(verification('accept'), people.pavel), 'Who provided a release'],
    ['of a committer', approves(verification('accept'), people.kim), 'Who provided a release'],
    [
      'of somebody with the login of a verifier and another account',
      approves(verification('accept'), { login: 'tiziana', id: 999 }),
      'only members of the team unit',
    ],
    ['that accepts and requests changes', asksChanges(verification('accept')), 'goes with an approving'],
    ['that waits and approves', approves(wait), 'goes with a review that requests changes'],
    [
      'that accepts in a mere comment',
      heard(start, review(people.tiziana, 'commented', verification('accept'), at)),
      'goes with an approving',
    ],
    [
      'that was dismissed before it was read',
      heard(start, review(people.tiziana, 'dismissed', verification('accept'), at)),
      'goes with an approving',
    ],
    [
      'of another content',
      approves(verification('accept').replace(digest, digestOf(1))),
      'What it describes is not what is here now',
    ],
    [
      'of another release',
      approves(verification('accept').replace(release, 'arc-arc-ce-7.0.0')),
      'arc-arc-ce-7.0.0',
    ],
    [
      'that accepts what failed',
      approves(verification('accept', 'criteria: [{id: QC_DOC_1, result: FAIL}]')),
      'accepts the release although `QC_DOC_1` failed',
    ],
    [
      'that waits for nothing in particular (R-2.4-11.2c)',
      asksChanges(verification('wait-for-provider')),
      'countermeasure',
    ],
    [
      'that rejects without a reason (R-2.4-11.2c)',
      asksChanges(verification('reject')),
      'A reject needs `notes`',
    ],
    ['without a form (R-2.4-11.1a)', approves('Looks good to me.'), 'A verification needs its report'],
    [
      'whose form cannot be read',
      approves(verification('accept').replace('outcome: accept', 'outcome: maybe')),
      'line 4',
    ],
    [
      'that was edited before it was read',
      heard(start, review(people.tiziana, 'approved', verification('accept'), at, { edited: true })),
      'edited before it was read',
    ],
    ['by a command without a reason', heard(start, comment(people.teo, '/reject', at)), 'needs a reason'],
    [
      'by a command of an outsider',
      heard(start, comment(people.otto, '/reject Because.', at)),
      'only members of the team unit',
    ],
    [
      'by a command of the provider',
      heard(start, comment(people.pavel, '/reject Because.', at)),
      'Who provided a release',
    ],
  ];
  test.each(refusedActs)('is not heard by an act %s, and the answer says why', (_, facts, why) => {
    expect(gains(facts)).toEqual([]);
    expect(answersTo(facts)).toEqual([expect.stringContaining(why)]);
  });

  test('has nothing to verify twice', () => {
    const facts = heard(
      { ...start, journal: journalOf([...stories.unverified, told.verified('accept', at)]) },
      review(people.teo, 'approved', verification('accept'), '2026-03-02T08:25:00Z'),
    );
    expect(gains(facts)).toEqual([]);
    expect(answersTo(facts)).toEqual([expect.stringContaining('verified already')]);
  });

  test.each(['certified', 'verified', 'done'] as const)(
    'has nothing to verify when the ticket is %s',
    (point) => {
      const facts = heard(
        factsAt(point),
        review(people.teo, 'approved', verification('accept'), factsAt(point).now),
      );
      expect(gains(facts)).toEqual([]);
      expect(answersTo(facts)).toEqual([expect.stringContaining('There is nothing to verify')]);
    },
  );

  test('is not heard before the packages were there, even when they are there by now', () => {
    const early = review(people.teo, 'approved', verification('accept'), '2026-03-02T08:09:59Z');
    const facts = heard(start, early);
    expect(gains(facts)).toEqual([]);
    expect(answersTo(facts)).toEqual([expect.stringContaining('There is nothing to verify')]);
  });

  test('is not heard in a hidden or shown form that is somebody else’s example', () => {
    const form = verification('accept');
    expect(gains(approves(`<!--\n${form}\n-->`))).toEqual([]);
    expect(gains(approves(`Write it like this:\n\n\`\`\`\`markdown\n${form}\n\`\`\`\``))).toEqual([]);
    expect(gains(approves(form.replaceAll(/^/gm, '> ')))).toEqual([]);
  });
});

describe('After the verdict', () => {
  test('a verified release moves to staged-rollout and is not verified before it is there (R-2.4-11.2a, R-2.4-11.4a, A-06)', () => {
    const decision = decide(approves(verification('accept')));
    expect(decision.todo.move).toEqual({
      to: 'staged-rollout',
      digest,
      revertTicket: false,
      reason: undefined,
    });
    expect(decision.state).toBe('unverified');
    expect(stepOf(decision, 'verification')).toContain('on the way into staged-rollout');
  });

  test('a release that waits for its provider moves nowhere and has no clock (R-2.4-11.2c)', () => {
    const decision = decide(asksChanges(wait));
    expect(decision.todo.move).toBeUndefined();
    expect(decision).toMatchObject({ state: 'unverified', waiting: 'provider' });
    expect(decision.awaiting).toEqual([
      {
        who: 'provider',
        for: 'the agreed countermeasure (`/ready <what was done>`)',
        due: undefined,
        late: false,
      },
    ]);
  });

  test.each([
    ['by review', asksChanges(verification('reject', 'notes: Broken.'))],
    ['by command', heard(start, comment(people.teo, '/reject Broken.', at))],
  ])('a release rejected %s leaves a tombstone with the reason (R-2.4-11.2d, A-03)', (_, facts) => {
    const decision = decide(facts);
    expect(decision.state).toBe('rejected');
    expect(decision.todo.move).toEqual({ to: 'withdrawn', digest, revertTicket: false, reason: 'Broken.' });
    expect(decision.todo.closeTicket).toBe(false);
    expect(stepOf(decision, 'verification')).toBe('failed: Rejected by the Technology Unit');
  });

  test('nothing is called before the packages are in staged-rollout', () => {
    expect(decide(start).todo.openCall).toBe(false);
    expect(
      decide({
        ...factsAt('verified', { call: undefined }),
        journal: journalOf(stories.verified.slice(0, -1)),
      }).todo.openCall,
    ).toBe(true);
  });
});

describe('The clock of step 2', () => {
  test('runs for two working days of a revision (R-2.4-T3-2, R-2.4-T3-5)', () => {
    expect(decide(start).awaiting).toEqual([
      { who: 'technology-unit', for: 'the verification report', due: '2026-03-04T08:10:00Z', late: false },
    ]);
  });

  test('is late from the moment it is over', () => {
    const late = (now: string): boolean | undefined => decide({ ...start, now }).awaiting[0]?.late;
    expect(late('2026-03-04T08:10:00Z')).toBe(false);
    expect(late('2026-03-04T08:10:01Z')).toBe(true);
  });
});

describe('/take', () => {
  const taken = (by: Person): Facts => heard(start, comment(by, '/take', at));

  test('makes a verifier the assignee while verification is awaited (A-47)', () => {
    expect(gains(taken(people.tiziana))).toEqual(['taken']);
    expect(decide(taken(people.tiziana)).assignees).toEqual(['tiziana']);
  });

  test('of an account that was renamed since assigns it by its present name', () => {
    const before = { ...people.tiziana, login: 'tiziana-before' };
    const journal = journalOf([...stories.unverified, [at, { event: 'taken' }, before]]);
    expect(decide({ ...start, journal }).assignees).toEqual(['tiziana']);
  });

  test('of a manager is noted and assigns nobody before it is the managers’ turn', () => {
    expect(gains(taken(people.joao))).toEqual(['taken']);
    expect(decide(taken(people.joao)).assignees).toEqual([]);
  });

  test('twice changes nothing', () => {
    const journal = journalOf([...stories.unverified, [at, { event: 'taken' }, people.tiziana]]);
    const facts = heard({ ...start, journal }, comment(people.tiziana, '/take', '2026-03-02T08:21:00Z'));
    expect(gains(facts)).toEqual([]);
    expect(answersTo(facts)).toEqual([]);
  });

  test.each(['otto', 'carmen', 'pavel', 'kim'] as const)('of %s is refused', (login) => {
    expect(gains(taken(people[login]))).toEqual([]);
    expect(answersTo(taken(people[login]))).toHaveLength(1);
  });
});
