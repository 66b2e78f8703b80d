import { describe, expect, test } from '@jest/globals';
import type { Facts, Input } from '../../app/model/facts.ts';
import type { Person } from '../../app/model/journal.ts';
import { decide } from '../../app/rollout/decide.ts';
import { after, factsAt } from './facts.ts';
import { configuration, people } from './people.ts';
import { answersTo, comment, gains, heard, report, review } from './said.ts';
import { digest, digestOf, headOf, journalOf, stories, told } from './story.ts';

const { joao, sofia, tiziana, carmen, jan, otto, pavel, kim } = people;
/** Five working days after the deployment of Monday noon. */
const graceEnds = '2026-03-09T12:00:00Z';
const done = factsAt('done', { now: '2026-03-09T13:00:00Z' });
const closes = (facts: Facts, words: string, by: Person = joao, more: Partial<Input> = {}): Facts =>
  heard(facts, comment(by, `/close ${words}`, facts.now, more));

describe('A manager closes', () => {
  const counting: readonly (readonly [string, Facts, string])[] = [
    ['with Success (T8, R-2.4-12.7.1)', closes(done, 'success Three sites, no problem.'), 'closed success'],
    [
      'with Warning, and what users have to know (T8, R-2.4-12.7.1, A-14)',
      closes(done, 'warning Read the notes first.\nknown_issue: Restart it by hand.'),
      'closed warning',
    ],
    ['with Reject (T10, R-2.4-12.7.1, A-04)', closes(done, 'reject It loses jobs.'), 'closed reject'],
    ['in any letters', closes(done, 'SUCCESS All well.'), 'closed success'],
    ['with the summary below', closes(done, 'success\n\nThree sites.\nNo problem.'), 'closed success'],
    ['in the call issue', closes(done, 'success All well.', joao, { where: 'call' }), 'closed success'],
    [
      'in a review',
      heard(done, review(joao, 'commented', '/close success All well.', done.now)),
      'closed success',
    ],
    [
      'although another one took it',
      closes(after(done, [done.now, { event: 'taken' }, sofia]), 'success All well.'),
      'closed success',
    ],
    [
      'with Reject in an edited comment: a no is a no',
      closes(done, 'reject It loses jobs.', joao, { edited: true }),
      'closed reject',
    ],
    [
      'with Reject before the grace period is over',
      closes(factsAt('done'), 'reject It loses jobs.'),
      'closed reject',
    ],
    [
      'with Success at the second when the grace period is over (A-15)',
      closes({ ...done, now: graceEnds }, 'success All well.'),
      'closed success',
    ],
  ];
  test.each(counting)('%s', (_, facts, entry) => {
    expect(gains(facts)).toEqual([entry]);
    expect(answersTo(facts)).toEqual([]);
  });

  test('with the summary in the journal (R-2.4-12.7b)', () => {
    expect(decide(closes(done, 'success\n\nThree sites.\nNo problem.')).record).toMatchObject([
      {
        event: 'closed',
        outcome: 'success',
        summary: 'Three sites.\nNo problem.',
        head: headOf(1),
        by: joao,
      },
    ]);
  });

  const rejected = after(done, told.reported({ outcome: 'reject' }, '2026-03-04T10:00:00Z'));
  const forgiven = after(rejected, told.reported({ outcome: 'success' }, '2026-03-05T10:00:00Z'));
  const waiting = after(done, told.accepted('SiGNET', '2026-03-04T10:00:00Z', jan));
  const problem = {
    rule: 'x',
    severity: 'error',
    file: 'a',
    line: 1,
    column: 1,
    message: 'Bad.',
    mend: 'Mend.',
  } as const;
  const unverified = journalOf(stories.done.filter(([, { event }]) => event !== 'verified'));
  const otherVerified = journalOf(
    stories.done.map((happening) =>
      happening[1].event === 'verified' ? told.verified('accept', happening[0], digestOf(1)) : happening,
    ),
  );
  const refusedActs: readonly (readonly [string, Facts, string])[] = [
    [
      'by an outsider (R-2.4-12.7.2b, R-3.1-1, R-6-1)',
      closes(done, 'success Fine.', otto),
      'only members of the team rollout-managers',
    ],
    [
      'by a verifier (R-2.4-12.7a, R-6-1)',
      closes(done, 'success Fine.', tiziana),
      'only members of the team',
    ],
    ['by an early adopter', closes(done, 'success Fine.', carmen), 'only members of the team'],
    [
      'by a manager of the provider',
      closes(done, 'success Fine.', pavel),
      'Who provided a release cannot close it',
    ],
    [
      'by a manager who committed to it',
      closes({ ...done, teams: { ...done.teams, 'staged-rollout': [kim] } }, 'success Fine.', kim),
      'Who provided a release',
    ],
    [
      'by the login of a manager with another account (R-2.3-5)',
      closes(done, 'success Fine.', { login: 'joao', id: 999 }),
      'only members of the team',
    ],
    ['without an outcome', closes(done, ''), 'Say how it closes'],
    ['with an outcome that there is none (R-2.4-12.7.1)', closes(done, 'done Fine.'), 'Say how it closes'],
    ['without a summary (R-2.4-12.7b)', closes(done, 'success'), 'A summary of the results is needed'],
    [
      'with Reject and no summary (R-2.4-12.7b)',
      closes(done, 'reject   '),
      'A summary of the results is needed',
    ],
    [
      'in an edited comment',
      closes(done, 'success Fine.', joao, { edited: true }),
      'edited before it was read',
    ],
    [
      'a second before the grace period is over (R-2.4-12.8a)',
      closes({ ...done, now: '2026-03-09T11:59:59Z' }, 'success Fine.'),
      `the grace period runs until ${graceEnds}`,
    ],
    [
      'while a site has not reported (R-2.4-12.7a, A-09)',
      closes(waiting, 'success Fine.'),
      'SiGNET accepted and has not reported yet',
    ],
    [
      'before anybody accepted (R-2.5-5, A-10)',
      closes(factsAt('verified'), 'success Fine.'),
      'no early adopter has accepted it',
    ],
    [
      'before verification',
      closes(factsAt('unverified'), 'reject Bad.'),
      'closing comes after the staged rollout',
    ],
    ['with Success after a Reject', closes(rejected, 'success Fine.'), 'the worst report is `reject` (A-12)'],
    ['with Warning after a Reject', closes(rejected, 'warning Fine.'), 'the worst report is `reject` (A-12)'],
    [
      'while the ticket is broken',
      closes({ ...done, ticket: { ...done.ticket, problems: [problem] } }, 'success Fine.'),
      'Bad.',
    ],
    [
      'without a verification (R-2.2-13)',
      closes({ ...done, journal: unverified }, 'success Fine.'),
      'has not verified these packages',
    ],
    [
      'with the verification of another content',
      closes({ ...done, journal: otherVerified }, 'success Fine.'),
      'has not verified these packages',
    ],
    ['twice', closes(factsAt('closing'), 'success Fine.'), 'it is closing already'],
  ];
  test.each(refusedActs)('not %s, and the answer says why', (_, facts, why) => {
    expect(gains(facts)).toEqual([]);
    expect(answersTo(facts)).toEqual([expect.stringContaining(why)]);
  });

  test('with Success after a Reject that the site took back only with a second manager (A-12, I10)', () => {
    const asks = closes(forgiven, 'success It was their own mistake.');
    expect(gains(asks)).toEqual(['asked E1 override-reject']);
    expect(decide(asks).todo.mergeTicket).toBe(false);
  });

  test('over a Reject only with another manager, not with a verifier (A-12)', () => {
    const asks = comment(
      joao,
      '/close success It was their own mistake.\nbetter_because: It was.',
      forgiven.now,
    );
    const later = new Date(Date.parse(forgiven.now) + 60_000).toISOString().replace('.000Z', 'Z');
    const facts = { ...heard(forgiven, asks), now: later };
    const verifier = heard(facts, comment(tiziana, '/approve E1', later));
    expect(gains(verifier)).toEqual(['asked E1 override-reject']);
    expect(answersTo(verifier).join()).toContain('somebody else of staged-rollout');
    expect(gains(heard(facts, comment(sofia, '/approve E1', later)))).toEqual([
      'asked E1 override-reject',
      'approved E1',
      'closed success',
    ]);
  });

  test('with Reject while a site has not reported only with a second person (T10e, A-05)', () => {
    const asks = closes(waiting, 'reject Bad.');
    expect(gains(asks)).toEqual(['asked E1 early-reject']);
    expect(decide(asks).state).toBe('rolling-out');
  });

  test.each(['emergency', 'revision', 'minor', 'major'] as const)(
    'no release before a site has tried it, of whatever class: %s (R-2.2-9)',
    (releaseClass) => {
      const facts = closes(factsAt('verified', {}, releaseClass), 'success Fine.');
      expect(gains(facts)).toEqual([]);
      expect(decide(facts).todo.mergeTicket).toBe(false);
    },
  );

  test('with Reject after a Reject', () => {
    const decision = decide(closes(rejected, 'reject It loses jobs.'));
    expect(decision).toMatchObject({
      state: 'rejected',
      todo: { mergeTicket: false, move: { to: 'withdrawn', digest, reason: 'It loses jobs.' } },
    });
  });
});

describe('A close that came too early', () => {
  const early = comment(joao, '/close success Fine.', '2026-03-06T10:00:00Z');

  test('does not count later by itself, when everything it lacked is there', () => {
    const late = heard(done, early);
    expect(gains(late)).toEqual([]);
    expect(answersTo(late)).toEqual([expect.stringContaining(`runs until ${graceEnds}`)]);
    expect(decide(late).state).toBe('done');
  });

  test('does not count either when what it lacked comes in the same run', () => {
    const accepted = factsAt('accepted', { now: '2026-03-20T10:00:00Z' });
    const facts = heard(
      accepted,
      comment(joao, '/close success Fine.', '2026-03-18T10:00:00Z'),
      review(carmen, 'approved', report('CESGA', 'success'), '2026-03-19T10:00:00Z'),
    );
    expect(gains(facts)).toEqual(['reported CESGA success']);
    expect(answersTo(facts)).toEqual([expect.stringContaining('CESGA accepted and has not reported yet')]);
  });

  test('that was allowed when it was written does not count when it is not any more', () => {
    const journal = journalOf([...stories.done, told.accepted('SiGNET', '2026-03-09T12:30:00Z', jan)]);
    const facts = heard({ ...done, journal }, comment(joao, '/close success Fine.', '2026-03-09T12:20:00Z'));
    expect(gains(facts)).toEqual([]);
    expect(answersTo(facts)).toEqual([expect.stringContaining('SiGNET accepted')]);
  });
});

describe('The grace period', () => {
  const ends = (facts: Facts): string | undefined => decide(facts).awaiting[0]?.due;
  const bare = after(factsAt('accepted'), told.reported());
  const exposed = (vos: readonly string[], now: string): Facts => ({
    ...after(factsAt('deployed'), told.reported({ exposure: { vos: [...vos] } })),
    now,
  });

  test('begins with the first deployment and lasts five working days (R-2.4-12.8a, A-15)', () => {
    expect(ends(factsAt('done'))).toBe(graceEnds);
    const second = after(
      factsAt('deployed'),
      told.accepted('SiGNET', '2026-03-02T10:00:00Z', jan),
      told.deployed('SiGNET', '2026-03-02T11:00:00Z', jan),
      told.reported(),
      told.reported({ site: 'SiGNET' }, '2026-03-03T11:00:00Z', jan),
    );
    expect(ends(second)).toBe('2026-03-09T11:00:00Z');
  });

  test('begins with the first acceptance when nobody said that it deployed (A-15)', () => {
    expect(ends(bare)).toBe('2026-03-09T10:00:00Z');
  });

  test('begins anew with a late deployment', () => {
    expect(ends(after(bare, told.deployed('CESGA', '2026-03-04T15:00:00Z')))).toBe('2026-03-11T15:00:00Z');
  });

  test('is shorter when every site has exposed it to all its organisations, but lasts a day (R-2.4-12.8b, A-15)', () => {
    const enough = ['ops', 'atlas', 'dteam'];
    expect(gains(closes(exposed(enough, '2026-03-03T12:00:00Z'), 'success Fine.'))).toEqual([
      'closed success',
    ]);
    expect(gains(closes(exposed(enough, '2026-03-03T11:59:59Z'), 'success Fine.'))).toEqual([]);
    expect(gains(closes(exposed(['atlas'], '2026-03-05T12:00:00Z'), 'success Fine.'))).toEqual([]);
  });

  test('is not shorter for a site that serves no organisation that we know of', () => {
    const { sites } = configuration.earlyAdopters;
    const earlyAdopters = {
      ...configuration.earlyAdopters,
      sites: sites.map((site) => ({ ...site, vos: [] })),
    };
    const facts = {
      ...exposed([], '2026-03-05T12:00:00Z'),
      configuration: { ...configuration, earlyAdopters },
    };
    expect(gains(closes(facts, 'success Fine.'))).toEqual([]);
  });

  test('of an emergency runs on the wall clock, also at night (A-17)', () => {
    const facts = factsAt('done', { now: '2026-03-03T11:00:00Z' }, 'emergency');
    expect(decide(facts).steps.at(-1)?.due).toBe('2026-03-02T16:00:00Z');
    const saturday = after(
      factsAt('accepted', {}, 'emergency'),
      told.deployed('CESGA', '2026-03-07T22:00:00Z'),
      told.reported({}, '2026-03-07T23:00:00Z'),
    );
    expect(ends(saturday)).toBe('2026-03-08T02:00:00Z');
  });
});
