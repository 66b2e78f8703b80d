import { describe, expect, test } from '@jest/globals';
import type { Facts } from '../../app/model/facts.ts';
import { decide } from '../../app/rollout/decide.ts';
import {
  standing as inChannel,
  after,
  factsAt,
  withConfiguration,
  withPolicy,
  withSite,
  withSpec,
} from './facts.ts';
import { configuration, people } from './people.ts';
import { answersTo, comment, gains, report, review, heard, says } from './said.ts';
import { digestOf, journalOf, stories, told } from './story.ts';

const { carmen, jan, alessandra, joao, pavel, otto, tiziana } = people;
const verified = factsAt('verified');
const accepted = factsAt('accepted');
const deployed = factsAt('deployed');
const done = factsAt('done');
/** Two working days after the deployment are over. */
const overdue: Facts = { ...deployed, now: '2026-03-04T12:00:00Z' };
/** The call names the two sites that are committed, and their day is over or not. */
const invited = (now: string, facts: Facts = verified): Facts => ({
  ...facts,
  now,
  journal: journalOf([
    ...stories.verified.slice(0, -1),
    told.called('2026-03-02T09:20:00Z', ['CESGA', 'SiGNET']),
  ]),
});
const standing = (facts: Facts, site: string) => decide(facts).sites.find((known) => known.site === site);

describe('A site that is called', () => {
  const counting: readonly (readonly [string, Facts, readonly string[]])[] = [
    ['declines with its reason', says(verified, carmen, '/decline CESGA We are moving.'), ['declined CESGA']],
    [
      'declines without its name, when its person has one site',
      says(verified, carmen, '/decline We are moving.'),
      ['declined CESGA'],
    ],
    [
      'declines on the lines below',
      says(verified, carmen, '/decline CESGA\nWe are moving.'),
      ['declined CESGA'],
    ],
    [
      'declines in the call issue',
      says(verified, carmen, '/decline CESGA We are moving.', { where: 'call' }),
      ['declined CESGA'],
    ],
    [
      'declines beside another that accepted',
      says(accepted, jan, '/decline SiGNET No hands free.'),
      ['declined SiGNET'],
    ],
    [
      'declines twice, and once is enough',
      says(after(verified, told.declined()), carmen, '/decline CESGA Still moving.'),
      [],
    ],
    [
      'accepts after it declined: it may change its mind',
      says({ ...after(verified, told.declined()), now: '2026-03-02T09:50:00Z' }, carmen, '/accept CESGA'),
      ['accepted CESGA as committed'],
    ],
    ['leaves with its reason (T6)', says(accepted, carmen, '/leave CESGA The disk is full.'), ['left CESGA']],
    [
      'leaves twice, and once is enough',
      says({ ...after(deployed, told.left()), now: '2026-03-02T14:30:00Z' }, carmen, '/leave CESGA Again.'),
      [],
    ],
    [
      'accepts again after it left',
      says({ ...after(deployed, told.left()), now: '2026-03-02T14:30:00Z' }, carmen, '/accept CESGA'),
      ['accepted CESGA as committed'],
    ],
    [
      'says no by a report after it left (I10)',
      heard(
        { ...after(deployed, told.left()), now: '2026-03-02T14:30:00Z' },
        review(carmen, 'changes-requested', report('CESGA', 'reject'), '2026-03-02T14:20:00Z'),
      ),
      ['reported CESGA reject'],
    ],
    [
      'reports after it was excused (A-09)',
      heard(
        { ...after(overdue, told.excused('CESGA', '2026-03-04T12:00:00Z')), now: '2026-03-04T14:00:00Z' },
        review(carmen, 'approved', report('CESGA', 'success'), '2026-03-04T13:00:00Z'),
      ),
      ['reported CESGA success'],
    ],
  ];
  test.each(counting)('%s', (_, facts, entries) => {
    expect(gains(facts)).toEqual(entries);
    expect(answersTo(facts)).toEqual([]);
  });

  const refusals: readonly (readonly [string, Facts, string])[] = [
    ['decline without a reason', says(verified, carmen, '/decline CESGA'), '`/decline CESGA <reason>`'],
    ['decline what it accepted', says(accepted, carmen, '/decline CESGA Sorry.'), '`/leave CESGA <reason>`'],
    [
      'decline for others',
      says(verified, carmen, '/decline SiGNET No.'),
      'You do not speak for the site you named',
    ],
    [
      'decline after the close',
      says(factsAt('closing'), jan, '/decline SiGNET No.'),
      'can no longer be declined',
    ],
    ['leave without a reason', says(accepted, carmen, '/leave CESGA'), '`/leave CESGA <reason>`'],
    [
      'leave what it never accepted',
      says(verified, carmen, '/leave CESGA Sorry.'),
      '`/decline CESGA <reason>` says no to the call',
    ],
    [
      'leave after its report: what it found stands',
      says(done, carmen, '/leave CESGA Sorry.'),
      'has reported already, and what it found stands',
    ],
    [
      'leave for others',
      says(accepted, carmen, '/leave SiGNET No.'),
      'You do not speak for the site you named',
    ],
    [
      'report Success after it left',
      heard(
        { ...after(deployed, told.left()), now: '2026-03-02T14:30:00Z' },
        review(carmen, 'approved', report('CESGA', 'success'), '2026-03-02T14:20:00Z'),
      ),
      '`/accept CESGA` comes first',
    ],
    [
      'deploy after it left',
      says({ ...after(accepted, told.left()), now: '2026-03-02T14:30:00Z' }, carmen, '/deployed CESGA'),
      '`/accept CESGA` comes first',
    ],
  ];
  test.each(refusals)('does not %s', (_, facts, why) => {
    expect(gains(facts)).toEqual([]);
    expect(answersTo(facts)).toEqual([expect.stringContaining(why)]);
  });

  test('is one of any number: all that accept take part (R-2.4-12.2.3)', () => {
    const sites = Array.from({ length: 40 }, (_, place) => ({
      site: `SITE-${String(place)}`,
      github: [`person-${String(place)}`],
      commitments: [],
    }));
    const facts = withConfiguration(verified, {
      earlyAdopters: { ...configuration.earlyAdopters, sites },
    });
    const all = heard(
      facts,
      ...sites.map(({ site }, place) =>
        comment({ login: `person-${String(place)}`, id: 500 + place }, `/accept ${site}`, facts.now),
      ),
    );
    expect(gains(all)).toHaveLength(40);
    expect(decide(all).sites).toHaveLength(40);
  });

  test('may write what it likes in the ticket: conversation moves nothing (R-2.4-12.2.1b)', () => {
    const talks = says(accepted, carmen, 'It starts. I will /deployed it tomorrow, and report success.');
    expect(decide(talks)).toEqual({ ...decide(accepted) });
  });

  test('stands as invited until its day is over, and as one that has not answered from then on (R-2.4-12.2)', () => {
    const due = '2026-03-03T09:20:00Z';
    expect(standing(invited('2026-03-03T09:19:59Z'), 'CESGA')).toMatchObject({
      participation: 'invited',
      due,
    });
    expect(standing(invited(due), 'CESGA')).toMatchObject({ participation: 'no-answer', due });
  });

  test('is awaited by its name when its day is over (R-2.4-12.3a)', () => {
    expect(decide(invited('2026-03-03T09:20:01Z')).awaiting).toMatchObject([
      { who: 'early adopters', late: true },
      { who: 'CESGA', for: 'an answer to the call', late: true },
      { who: 'SiGNET', for: 'an answer to the call', late: true },
    ]);
  });

  test('that declined is awaited no more, and its reason is told', () => {
    const facts = after(invited('2026-03-03T10:00:00Z'), told.declined());
    expect(standing(facts, 'CESGA')).toMatchObject({ participation: 'declined', reason: 'We are moving.' });
    expect(decide(facts).awaiting.map(({ who }) => who)).toEqual(['early adopters', 'SiGNET']);
  });

  test('has the time of its own calendar for its answer, and of the process when it names one that is not (A-16)', () => {
    const lisbon = {
      tz: 'Europe/Lisbon',
      week: configuration.policy.calendar.week,
      holidays: ['2026-03-03'],
    };
    const facts = withPolicy(invited('2026-03-03T10:00:00Z'), { calendars: { lisbon } });
    expect(standing(withSite(facts, 'CESGA', { calendar: 'lisbon' }), 'CESGA')).toMatchObject({
      participation: 'invited',
      due: '2026-03-04T09:20:00Z',
    });
    expect(standing(withSite(facts, 'CESGA', { calendar: 'mars' }), 'CESGA')?.due).toBe(
      '2026-03-03T09:20:00Z',
    );
  });

  test('that left is awaited no more, and the rollout needs another report (A-09, A-10)', () => {
    const facts = { ...after(deployed, told.left()), now: '2026-03-02T14:30:00Z' };
    expect(standing(facts, 'CESGA')).toMatchObject({
      participation: 'withdrawn',
      due: undefined,
      reason: 'The disk is full.',
    });
    expect(decide(facts)).toMatchObject({
      state: 'rolling-out',
      awaiting: [{ who: 'early adopters', for: '0 of at least 1 report came in' }],
    });
  });

  test('that was excused is awaited no more, and the others’ reports are enough (A-09)', () => {
    const both = after(
      deployed,
      told.accepted('SiGNET', '2026-03-02T10:10:00Z', jan),
      told.reported({ site: 'SiGNET' }, '2026-03-03T10:00:00Z', jan),
    );
    expect(decide(both).state).toBe('rolling-out');
    expect(decide(after(both, told.excused())).state).toBe('done');
  });
});

describe('A release that is verified again with another content (A-35)', () => {
  const called = invited('2026-03-02T09:30:00Z');
  const changed = digestOf(1);
  const again: Facts = {
    ...after(
      called,
      told.declined(),
      told.accepted('SiGNET', '2026-03-03T10:00:00Z', jan),
      ['2026-03-04T08:00:00Z', { event: 'voided', was: digestOf(0), now: changed }],
      told.certified('2026-03-04T08:00:00Z', changed),
      told.pulled('2026-03-04T08:05:00Z', changed),
      told.published('unverified', '2026-03-04T08:10:00Z', changed),
      told.verified('accept', '2026-03-04T09:00:00Z', changed),
      told.moved('staged-rollout', '2026-03-04T09:08:00Z', changed),
      told.published('staged-rollout', '2026-03-04T09:10:00Z', changed),
    ),
    now: '2026-03-04T09:30:00Z',
    ticket: { ...called.ticket, digest: changed },
    shelf: inChannel('staged-rollout', changed),
  };

  test('is told to the early adopters in the call that stands already, once (R-2.4-12.1)', () => {
    const inCall = decide(again).notices.filter(({ where }) => where === 'call');
    expect(inCall).toMatchObject([
      {
        body: expect.stringMatching(
          /^@grid\/early-adopters-arc: the content .* is verified again/,
        ) as unknown,
      },
    ]);
    expect(decide(called).notices.filter(({ where }) => where === 'call')).toEqual([]);
    expect(decide(again).todo.openCall).toBe(false);
  });

  test('gives every site its whole time to answer anew, who had declined too (R-2.4-12.2)', () => {
    expect(decide(again).sites).toMatchObject([
      { site: 'CESGA', participation: 'invited', due: '2026-03-05T09:10:00Z' },
      { site: 'SiGNET', participation: 'invited', due: '2026-03-05T09:10:00Z' },
    ]);
  });
});

describe('A commitment (R-2.4-12.4a, R-3.2-4)', () => {
  const arc = { stack: 'arc', component: 'arc-ce' };
  const rows: readonly (readonly [string, Record<string, string>, boolean])[] = [
    ['to the component', {}, true],
    ['to another component', { component: 'nordugrid' }, false],
    ['to another stack', { stack: 'glite' }, false],
    ['to a platform that the release is for', { os: 'debian12' }, true],
    ['to a platform that the release is not for', { os: 'al9' }, false],
    ['to an architecture that the release is for', { arch: 'amd64' }, true],
    ['to an architecture that the release is not for', { arch: 'arm64' }, false],
    ['until today', { until: '2026-03-02' }, true],
    ['until yesterday', { until: '2026-03-01' }, false],
    ['to versions like this one', { only_versions: '>=7.0.0 <8.0.0' }, true],
    ['to later versions', { only_versions: '>=7.1.0' }, false],
    ['to versions before this one', { only_versions: '<7.0.1' }, false],
    ['to versions in words that say nothing', { only_versions: 'the good ones' }, false],
  ];
  test.each(rows)(
    '%s counts or does not: who accepts is committed or a volunteer',
    (_, limits, isCommitted) => {
      const facts = withSite(verified, 'CESGA', { commitments: [{ ...arc, ...limits }] });
      const how = isCommitted ? 'committed' : 'volunteer';
      expect(gains(says(facts, carmen, '/accept CESGA'))).toEqual([`accepted CESGA as ${how}`]);
    },
  );

  test('decides whom the call invites, by name (R-2.4-12.1)', () => {
    const facts = { ...verified, journal: journalOf(stories.verified.slice(0, -1)) };
    const ended = withSite(facts, 'SiGNET', { commitments: [{ ...arc, until: '2026-03-01' }] });
    expect(decide(ended).record).toMatchObject([
      { event: 'called', issue: 500, invited: ['CESGA', 'NDGF-T1'] },
    ]);
  });
});

describe('Who asked for a release (R-3.2-5)', () => {
  const wanted = withSpec(verified, { requested_by: ['Alessandra'] });
  const isDone = after(withSpec(done, { requested_by: ['Alessandra'] }));

  test('has its site invited before the others, committed or not', () => {
    const facts = { ...wanted, journal: journalOf(stories.verified.slice(0, -1)) };
    expect(decide(facts).record).toMatchObject([
      { event: 'called', invited: ['UKI-MAN', 'CESGA', 'SiGNET', 'NDGF-T1'] },
    ]);
  });

  test('has to have a site report before the rollout is done', () => {
    expect(decide(done).state).toBe('done');
    expect(decide(isDone)).toMatchObject({
      state: 'rolling-out',
      awaiting: [{ for: expect.stringContaining('somebody of UKI-MAN asked for this release') as unknown }],
    });
    const reported = after(
      isDone,
      told.accepted('UKI-MAN', '2026-03-03T10:10:00Z', alessandra),
      told.reported({ site: 'UKI-MAN' }, '2026-03-03T10:20:00Z', alessandra),
    );
    expect(decide(reported).state).toBe('done');
  });

  test('is waited for no more when a manager excused the site; its own no is not enough', () => {
    const declined = after(isDone, told.declined('UKI-MAN', '2026-03-03T10:10:00Z', alessandra));
    expect(decide(declined).state).toBe('rolling-out');
    const excuses = says(declined, joao, '/excuse UKI-MAN Nobody is there this week.');
    expect(gains(excuses)).toEqual(['excused UKI-MAN']);
    expect(decide(after(isDone, told.excused('UKI-MAN'))).state).toBe('done');
  });

  test('is at no site that we know: then nobody is waited for', () => {
    expect(decide(withSpec(done, { requested_by: ['otto'] })).state).toBe('done');
  });
});

describe('A manager calls', () => {
  const counting: readonly (readonly [string, Facts, readonly string[]])[] = [
    ['a site (R-2.4-12.3b)', says(verified, joao, '/call UKI-MAN'), ['invited UKI-MAN']],
    ['a site in any letters', says(verified, joao, '/call uki-man please'), ['invited UKI-MAN']],
    [
      'a team of early adopters (R-2.4-12.3b)',
      says(verified, joao, '/call early-adopters-arc'),
      ['invited early-adopters-arc'],
    ],
    [
      'a team as one mentions it',
      says(verified, joao, '/call @grid/early-adopters-arc'),
      ['invited early-adopters-arc'],
    ],
    ['while it is rolling out', says(accepted, joao, '/call UKI-MAN'), ['invited UKI-MAN']],
    [
      'a site again that left',
      says({ ...after(deployed, told.left()), now: '2026-03-02T14:30:00Z' }, joao, '/call CESGA'),
      ['invited CESGA'],
    ],
  ];
  test.each(counting)('%s', (_, facts, entries) => {
    expect(gains(facts)).toEqual(entries);
    expect(answersTo(facts)).toEqual([]);
  });

  const refusals: readonly (readonly [string, Facts, string])[] = [
    ['who calls is no manager', says(verified, carmen, '/call UKI-MAN'), 'is for staged-rollout managers'],
    [
      'when it is a manager of the provider',
      says(verified, pavel, '/call UKI-MAN'),
      'did not provide the release',
    ],
    ['no name is given', says(verified, joao, '/call'), 'Say whom'],
    [
      'there is no such site, and it is said which there are',
      says(verified, joao, '/call UKI-MEN'),
      'UKI-MAN',
    ],
    [
      'the team is the managers’ own',
      says(verified, joao, '/call rollout-managers'),
      'no site or team of early adopters',
    ],
    ['the site takes part', says(accepted, joao, '/call CESGA'), 'CESGA takes part already'],
    [
      'it is not verified',
      says(factsAt('unverified'), joao, '/call UKI-MAN'),
      'while it is verified or rolling out',
    ],
    ['it is closing', says(factsAt('closing'), joao, '/call UKI-MAN'), 'while it is verified or rolling out'],
    ['the comment was edited', says(verified, joao, '/call UKI-MAN', { edited: true }), 'edited before'],
  ];
  test.each(refusals)('nobody: %s', (_, facts, why) => {
    expect(gains(facts)).toEqual([]);
    expect(answersTo(facts)).toEqual([expect.stringContaining(why)]);
  });

  test('a site, and it is invited from then on', () => {
    const facts = after(verified, [
      '2026-03-02T09:25:00Z',
      { event: 'invited', who: 'UKI-MAN', is: 'site' },
      joao,
    ]);
    expect(standing(facts, 'UKI-MAN')).toMatchObject({
      participation: 'invited',
      committed: false,
      due: '2026-03-03T09:25:00Z',
    });
  });
});

describe('A manager excuses', () => {
  const requested = withSpec(done, { requested_by: ['alessandra'] });
  const silent = (now: string): Facts => ({
    ...requested,
    now,
    journal: journalOf(
      stories.done.map((happening) =>
        happening[1].event === 'called'
          ? told.called('2026-03-02T09:20:00Z', ['UKI-MAN', 'CESGA'])
          : happening,
      ),
    ),
  });
  const counting: readonly (readonly [string, Facts, readonly string[]])[] = [
    [
      'a site whose report is due (A-09)',
      says(overdue, joao, '/excuse CESGA On holiday.'),
      ['excused CESGA'],
    ],
    ['a site in any letters', says(overdue, joao, '/excuse cesga On holiday.'), ['excused CESGA']],
    [
      'a site of who asked for the release, when its day to answer is over (R-3.2-5)',
      says(silent('2026-03-03T11:00:00Z'), joao, '/excuse UKI-MAN Nobody is there.'),
      ['excused UKI-MAN'],
    ],
    [
      'a site twice, and once is enough',
      says({ ...after(overdue, told.excused()), now: '2026-03-05T11:00:00Z' }, joao, '/excuse CESGA Again.'),
      [],
    ],
  ];
  test.each(counting)('%s', (_, facts, entries) => {
    expect(gains(facts)).toEqual(entries);
    expect(answersTo(facts)).toEqual([]);
  });

  const refusals: readonly (readonly [string, Facts, string])[] = [
    [
      'who excuses is a verifier',
      says(overdue, tiziana, '/excuse CESGA Why.'),
      'is for staged-rollout managers',
    ],
    ['who does is a manager of the provider', says(overdue, pavel, '/excuse CESGA Why.'), 'did not provide'],
    [
      'who excuses is the site itself',
      says(overdue, carmen, '/excuse CESGA Why.'),
      'is for staged-rollout managers',
    ],
    ['no reason is given (A-09)', says(overdue, joao, '/excuse CESGA'), '`/excuse CESGA <reason>`'],
    ['no name is given', says(overdue, joao, '/excuse'), 'Say which site'],
    ['nobody waits for the site', says(overdue, joao, '/excuse SiGNET Why.'), 'Nobody waits for `SiGNET`'],
    [
      'the report is due in a second',
      says({ ...deployed, now: '2026-03-04T11:59:59Z' }, joao, '/excuse CESGA Why.'),
      'CESGA is not overdue: it has time until 2026-03-04T12:00:00Z',
    ],
    [
      'the site has reported',
      says({ ...done, now: '2026-03-05T12:00:00Z' }, joao, '/excuse CESGA Why.'),
      'its report stands',
    ],
    [
      'the site asked for the release and has its day to answer',
      says(
        { ...silent('2026-03-03T09:00:00Z'), journal: silent('').journal.slice(0, -1) },
        joao,
        '/excuse UKI-MAN Why.',
      ),
      'UKI-MAN is not overdue: it has time until 2026-03-03T09:20:00Z',
    ],
    ['the comment was edited', says(overdue, joao, '/excuse CESGA Why.', { edited: true }), 'edited before'],
    [
      'who excuses is an outsider',
      says(overdue, otto, '/excuse CESGA Why.'),
      'is for staged-rollout managers',
    ],
  ];
  test.each(refusals)('nobody: %s', (_, facts, why) => {
    expect(gains(facts)).toEqual([]);
    expect(answersTo(facts)).toEqual([expect.stringContaining(why)]);
  });
});
