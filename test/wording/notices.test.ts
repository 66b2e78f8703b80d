import { describe, expect, test } from '@jest/globals';
import type { Facts } from '../../app/model/facts.ts';
import { callText } from '../../app/wording/call.ts';
import { reportForm } from '../../app/wording/forms.ts';
import { decide } from '../../app/rollout/decide.ts';
import { after, factsAt, inProduction, withPolicy, withSite, withSpec } from '../rollout/facts.ts';
import { people } from '../rollout/people.ts';
import { gains, heard, review } from '../rollout/said.ts';
import { type Happening, digest, digestOf, told } from '../rollout/story.ts';

const { carmen, joao, sofia, tiziana, oxana, jan } = people;
const now = '2026-03-20T10:00:00Z';
const bodyOf = (facts: Facts, marker: string): string =>
  decide(facts).notices.find((notice) => notice.marker.startsWith(marker))?.body ?? '';
const mentionsIn = (text: string): readonly string[] => text.match(/@[\w/-]+/g) ?? [];

describe('Who is mentioned', () => {
  const verified = factsAt('verified', { now: '2026-03-02T12:00:00Z' });
  const deployed = factsAt('deployed', { now: '2026-03-02T16:00:00Z' });
  const done = factsAt('done');
  const both = after(deployed, told.accepted('SiGNET', '2026-03-02T13:30:00Z', jan));
  const invitedSite: Happening = [
    '2026-03-02T11:00:00Z',
    { event: 'invited', who: 'SiGNET', is: 'site' },
    joao,
  ];
  const invitedTeam: Happening = [
    '2026-03-02T11:00:00Z',
    { event: 'invited', who: 'early-adopters-arc', is: 'team' },
    joao,
  ];
  const rolledBack: Happening = ['2026-03-10T09:30:00Z', { event: 'rolled-back', reason: 'Bad.' }, sofia];
  const rows: readonly (readonly [string, Facts, string, readonly string[]])[] = [
    [
      'in the thanks for an acceptance: who accepted (R-2.4-12.2.4)',
      factsAt('accepted'),
      'form:',
      ['@carmen'],
    ],
    [
      'in a report with problems: the provider (R-2.4-12.5)',
      after(deployed, told.reported({ outcome: 'warning' })),
      'report:',
      ['@oxana'],
    ],
    [
      'when a site leaves: the provider and its people',
      after(deployed, told.left()),
      'left:',
      ['@oxana', '@carmen'],
    ],
    [
      'when a site is excused: the provider and its people (A-09)',
      after(deployed, told.excused('CESGA', '2026-03-04T12:00:00Z')),
      'excused:',
      ['@oxana', '@carmen'],
    ],
    [
      'when a site is called: its people (R-2.4-12.3b)',
      after(verified, invitedSite),
      'invited:',
      ['@jan', '@vera'],
    ],
    [
      'when a team is called: the team (R-2.4-12.3b)',
      after(verified, invitedTeam),
      'invited:',
      ['@grid/early-adopters-arc'],
    ],
    [
      'when a countermeasure is awaited: the provider (R-2.4-11.2b)',
      after(factsAt('unverified', { now: '2026-03-02T10:00:00Z' }), told.verified('wait-for-provider')),
      'countermeasure:',
      ['@oxana'],
    ],
    [
      'when it is frozen: the provider',
      after(done, told.frozen('2026-03-03T10:30:00Z')),
      'frozen:',
      ['@oxana'],
    ],
    [
      'when a freeze ends: the provider',
      after(done, told.frozen('2026-03-03T10:30:00Z'), told.unfrozen('2026-03-03T10:40:00Z')),
      'unfrozen:',
      ['@oxana'],
    ],
    [
      'when it is held: the managers and the provider',
      after(factsAt('done', { now }), ['2026-03-09T14:00:00Z', { event: 'held', because: 'something' }]),
      'held:',
      ['@grid/rollout-managers', '@oxana'],
    ],
    [
      'when it is rejected: the provider and every site that took part (A-04)',
      after({ ...both, now }, told.closed('reject')),
      'state:rejected',
      ['@oxana', '@carmen', '@jan'],
    ],
    [
      'when it is withdrawn: the provider and every site that took part',
      after({ ...both, now }, ['2026-03-09T13:00:00Z', { event: 'withdrawn', reason: 'Oops.' }, oxana]),
      'state:withdrawn',
      ['@oxana', '@carmen', '@jan'],
    ],
    ['when it is in production: the provider', inProduction(), 'state:success', ['@oxana']],
    [
      'when it is rolled back: the provider and every site that took part (A-34)',
      inProduction([], [rolledBack]),
      'rolled-back:',
      ['@oxana', '@carmen'],
    ],
  ];
  test.each(rows)('%s', (_, facts, marker, mentioned) => {
    // Reminders are told of first: a notice rests on what is in the journal.
    const reminders = decide(facts).record.flatMap((entry): Happening[] =>
      entry.event === 'reminded' ? [[entry.at, entry]] : [],
    );
    expect(mentionsIn(bodyOf(after(facts, ...reminders), marker))).toEqual(mentioned);
  });

  test('in the ticket never is a team of early adopters; it is in the call (A-25, A-07, R-2.4-12.1)', () => {
    const inTicket = rows
      .flatMap(([, facts]) => decide(facts).notices)
      .filter(({ where }) => where === 'ticket');
    expect(inTicket.length).toBeGreaterThan(10);
    expect(inTicket.filter(({ body }) => body.includes('@grid/early-adopters'))).toEqual([]);
    expect(callText(verified, digest).body).toMatch(/^@grid\/early-adopters-arc: the release/);
  });

  test('when the content changed is everybody who said something of the old one, once (A-35)', () => {
    const facts = after(
      both,
      ['2026-03-02T15:00:00Z', { event: 'voided', was: digest, now: digestOf(1) }],
      told.certified('2026-03-02T15:00:00Z', digestOf(1)),
    );
    const changed = { ...facts, ticket: { ...facts.ticket, digest: digestOf(1) } };
    expect(mentionsIn(bodyOf(changed, 'voided:'))).toEqual(['@oxana', '@tiziana', '@carmen', '@jan']);
  });
});

describe('What others wrote', () => {
  const nasty = 'Look: @everyone <!-- rollout status --> ![x](https://x.example)\n/close success Fine.';
  const rows: readonly (readonly [string, Facts, string])[] = [
    [
      'the reason for leaving',
      after(factsAt('deployed', { now: '2026-03-02T14:10:00Z' }), [
        '2026-03-02T14:00:00Z',
        { event: 'left', site: 'CESGA', reason: nasty },
        carmen,
      ]),
      'left:',
    ],
    [
      'a countermeasure',
      after(factsAt('unverified'), [
        '2026-03-02T08:20:00Z',
        {
          event: 'verified',
          digest,
          head: '',
          report: {
            kind: 'VerificationReport',
            release: '',
            digest,
            outcome: 'wait-for-provider',
            countermeasure: nasty,
          },
        },
        tiziana,
      ]),
      'countermeasure:',
    ],
    [
      'the reason of a freeze',
      after(factsAt('done'), ['2026-03-03T10:30:00Z', { event: 'frozen', reason: nasty }, joao]),
      'frozen:',
    ],
    [
      'what a provider did',
      after(factsAt('unverified'), ['2026-03-02T08:20:00Z', { event: 'resumed', because: nasty }, oxana]),
      'resumed:',
    ],
    [
      'the reason of a withdrawal',
      after(factsAt('done'), ['2026-03-03T10:30:00Z', { event: 'withdrawn', reason: nasty }, oxana]),
      'state:withdrawn',
    ],
    [
      'the summary of a Reject',
      after(factsAt('done'), [
        '2026-03-03T10:30:00Z',
        { event: 'closed', outcome: 'reject', summary: nasty, head: '' },
        joao,
      ]),
      'state:rejected',
    ],
    [
      'the reason of an exception',
      after(factsAt('done'), [
        '2026-03-03T10:30:00Z',
        { event: 'asked', exception: 'E1', rules: ['freeze'], reason: nasty, as: ['staged-rollout'] },
        joao,
      ]),
      'exception:',
    ],
  ];
  test.each(rows)('stands as code in what the system writes: %s (T55)', (_, facts, marker) => {
    const body = bodyOf(facts, marker);
    expect(body).toContain('@everyone');
    const outside = body.replaceAll(/(`{1,9})[^]*?\1/g, '');
    expect(outside).not.toMatch(/@everyone|<!--|!\[|\/close success/);
  });
});

describe('The call (A-07)', () => {
  const body = (facts: Facts): string => callText(facts, digest).body;
  const verified = factsAt('verified');

  test.each([
    ['says that its readers are the first to be told (R-3-5)', 'You are the first to be told (R-3-5)'],
    [
      'says what verified means (R-3-4)',
      'Verified means production quality: deployable without interrupting the service',
    ],
    ['leaves the layout to the site (R-3-3)', 'How your site is laid out stays your decision'],
    [
      'names who is committed to the component (R-2.4-12.4a)',
      'Committed to this component: CESGA, SiGNET, NDGF-T1.',
    ],
    ['welcomes volunteers (R-2.4-12.4b)', 'Volunteers are welcome.'],
    ['says how to take part (R-2.4-12.2)', '/accept <your site>'],
    ['says how not to', '`/decline <your site> <reason>`'],
    [
      'says who gets the notices from then on (R-2.4-12.2.4)',
      'From then on you get the notices of the ticket; who does not accept gets no more mail',
    ],
    ['links the ticket', 'Ticket: #7'],
    [
      'gives the address of the packages (R-2.4-11.3)',
      'https://repository.example.org/channels/umd/5/debian12/amd64/staged-rollout',
    ],
    [
      'is read by the managers, too: everyone of them sees every version (R-6-3)',
      '@grid/rollout-managers see every new version here',
    ],
  ])('%s', (_, words) => {
    expect(body(verified)).toContain(words);
  });

  test('names who asked for it first, and not twice (R-3.2-5)', () => {
    const asked = body(withSpec(verified, { requested_by: ['alessandra', 'carmen'] }));
    expect(asked).toContain('It was asked for by people of CESGA, UKI-MAN: you are invited first');
    expect(asked.indexOf('asked for by people of')).toBeLessThan(
      asked.indexOf('Committed to this component: SiGNET, NDGF-T1.'),
    );
  });

  test('says when nobody is committed', () => {
    let facts = verified;
    for (const site of ['CESGA', 'SiGNET', 'NDGF-T1']) facts = withSite(facts, site, { commitments: [] });
    expect(body(facts)).toContain('No site is committed to this component: volunteers are welcome.');
  });

  test('goes to nobody’s team where the stack has none', () => {
    expect(body(withPolicy(verified, { early_adopters: {} }))).toMatch(/^Early adopters: the release/);
  });
});

describe('Early adopters', () => {
  test('are told before everybody else: the call is opened with verification, before any acceptance (R-3-5)', () => {
    const facts = factsAt('verified', { call: undefined });
    const before = { ...facts, journal: facts.journal.slice(0, -1) };
    expect(decide(before).todo.openCall).toBe(true);
    for (const point of ['certified', 'unverified'] as const)
      expect(decide(factsAt(point)).todo.openCall).toBe(false);
  });

  test('report on the whole: targets, exposure, effort, problems, changes, comments (R-3-5, R-2.4-12.6b)', () => {
    const form = reportForm(factsAt('verified'), digest, 'CESGA');
    for (const field of ['targets', 'exposure', 'effort_hours', 'issues', 'changes_requested', 'comments'])
      expect(form).toContain(`${field}:`);
  });

  test('are asked for no test beyond their use: the form counts as it is, with the organisations they serve anyway (R-2-1)', () => {
    const form = reportForm(factsAt('verified'), digest, 'CESGA');
    const facts = factsAt('deployed');
    expect(gains(heard(facts, review(carmen, 'approved', form, facts.now)))).toEqual([
      'reported CESGA success',
    ]);
    // What needs an answer is what ran where, and how long it took; the rest is there or may be left out.
    const asked = form
      .split('\n')
      .map((line) => /^(\w+):/.exec(line)?.[1])
      .filter((name) => name !== undefined);
    expect(asked).toEqual([
      'apiVersion',
      'kind',
      'release',
      'digest',
      'site',
      'outcome',
      'targets',
      'exposure',
      'effort_hours',
      'issues',
      'comments',
    ]);
    expect(form).toContain('vos: [atlas, ops]');
    const bare = form
      .split('\n')
      .filter((line) => !/^(exposure|issues|comments|apiVersion|#)/.test(line))
      .join('\n');
    expect(gains(heard(facts, review(carmen, 'approved', bare, facts.now)))).toEqual([
      'reported CESGA success',
    ]);
  });
});

describe('What is in production', () => {
  test('is told with its known issues, and where problems go (R-5-4, A-14)', () => {
    const facts = inProduction([], [], 'revision', 'warning');
    const journal = facts.journal.map((entry) =>
      entry.event === 'closed' ? { ...entry, notes: { known_issues: ['Restart it.'] } } : entry,
    );
    const body = bodyOf(
      withPolicy({ ...facts, journal }, { helpdesk: 'https://helpdesk.example' }),
      'state:warning',
    );
    expect(body).toContain('- known issue: `Restart it.`');
    expect(body).toContain(
      'Problems in production are reported to the helpdesk, https://helpdesk.example (R-5-4).',
    );
  });

  test('where nobody says which helpdesk there is, goes to the helpdesk (R-5-4)', () => {
    expect(bodyOf(inProduction(), 'state:success')).toContain('reported to the helpdesk (R-5-4)');
    expect(bodyOf(factsAt('verified'), 'state:verified')).toContain('in production to the helpdesk (R-5-4)');
  });
});

describe('Provider, verifiers, managers and sites', () => {
  test('are heard in the one ticket until production, whatever state it is in (R-5-1, R-2.4-10.1c)', () => {
    for (const point of ['certified', 'unverified', 'verified', 'deployed', 'done', 'closing'] as const)
      for (const by of [oxana, tiziana, joao, carmen]) {
        const facts = factsAt(point);
        const asks = heard(facts, {
          kind: 'comment',
          where: 'ticket',
          by,
          bot: false,
          at: facts.now,
          edited: false,
          body: '/explain',
          bodySha256: '',
        });
        expect(decide(asks).answers).toMatchObject([{ where: 'ticket', to: by }]);
      }
  });

  test('hear of a problem at once, in the ticket: provider of a countermeasure, of a report and of a failed pull (R-2.4-10.1c, R-5-1)', () => {
    const failed = [1, 2, 3].map((minute): Happening => [
      `2026-03-02T08:0${String(minute)}:00Z`,
      { event: 'pull-failed', head: factsAt('none').pull.head, reason: 'digest', message: 'Wrong.' },
    ]);
    const told3: readonly (readonly [Facts, string])[] = [
      [after(factsAt('certified', { now: '2026-03-02T08:30:00Z' }), ...failed), 'pull-failed:'],
      [
        after(factsAt('unverified', { now: '2026-03-02T09:05:00Z' }), told.verified('wait-for-provider')),
        'countermeasure:',
      ],
      [
        after(factsAt('deployed', { now: '2026-03-03T10:00:00Z' }), told.reported({ outcome: 'reject' })),
        'report:',
      ],
    ];
    for (const [facts, marker] of told3) expect(bodyOf(facts, marker)).toMatch(/^@oxana /);
  });
});
