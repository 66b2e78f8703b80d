import { describe, expect, test } from '@jest/globals';
import type { Facts, Input } from '../../app/model/facts.ts';
import type { Person } from '../../app/model/journal.ts';
import { decide } from '../../app/rollout/decide.ts';
import { after, factsAt, inProduction, withPolicy, withSpec, withTeams } from './facts.ts';
import { configuration, people } from './people.ts';
import { comment, heard, report, review, verification } from './said.ts';
import { type Happening, told } from './story.ts';

const { joao, sofia, tiziana, svea, oxana, jan } = people;
const SR = ['staged-rollout'] as const;
const TU = ['technology-unit'] as const;
const speakers: Readonly<Record<string, Person>> = {
  CESGA: people.carmen,
  SiGNET: people.jan,
  'UKI-MAN': people.alessandra,
  'NDGF-T1': people.niels,
};
const end = '2026-03-09T13:00:00Z';
const done = factsAt('done', { now: end });
const failed = [1, 2, 3].map((minute): Happening => [
  `2026-03-02T08:0${String(minute)}:00Z`,
  { event: 'pull-failed', head: done.pull.head, reason: 'digest', message: 'Wrong.' },
]);
const emergency = factsAt('unverified', {}, 'emergency');
const early = { at: '2026-03-02T12:30:00Z', close: { outcome: 'reject', summary: 'Bad.' } } as const;
const twoTargets = withSpec(done, {
  targets: [
    ...(done.ticket.value?.spec.targets ?? []),
    { platform: 'debian12', arch: 'arm64', packages: [] },
  ],
});
const held: Happening = [end, { event: 'held', because: 'something was missing' }];
const freezes = [{ from: '2026-03-09', to: '2026-03-10', reason: 'migration' }];
const reports = (more: Parameters<typeof told.reported>[0]): Facts =>
  after(factsAt('deployed', { now: end }), told.reported(more));

/** Where a release can stand. */
const places: readonly (readonly [string, Facts])[] = [
  ['a draft', factsAt('none', { pull: { ...done.pull, draft: true } })],
  ['certified', factsAt('certified')],
  [
    'certified, and the pull was given up',
    after(factsAt('certified', { now: '2026-03-02T09:00:00Z' }), ...failed),
  ],
  ['unverified', factsAt('unverified')],
  [
    'unverified, and waiting for the provider',
    after(factsAt('unverified', { now: '2026-03-02T09:30:00Z' }), told.verified('wait-for-provider')),
  ],
  [
    'unverified, and its packages are moving',
    after(factsAt('unverified', { now: '2026-03-02T09:30:00Z' }), told.verified()),
  ],
  ['unverified, an emergency', emergency],
  [
    'unverified, an emergency with an exception that waits',
    after(
      emergency,
      told.asked(['verification', 'staged-rollout'], joao, SR, { at: '2026-03-02T08:20:00Z' }),
    ),
  ],
  [
    'unverified, an emergency that may close',
    after(
      emergency,
      told.asked(['verification', 'staged-rollout'], joao, SR, { at: '2026-03-02T08:20:00Z' }),
      told.approved(tiziana, TU, '2026-03-02T08:25:00Z'),
    ),
  ],
  ['verified', factsAt('verified')],
  [
    'verified, and declined by a site',
    after(factsAt('verified', { now: '2026-03-02T10:00:00Z' }), told.declined()),
  ],
  [
    'verified, and an early Reject waits',
    after(
      factsAt('verified', { now: '2026-03-02T13:00:00Z' }),
      told.asked(['early-reject'], joao, SR, early),
    ),
  ],
  ['accepted', factsAt('accepted')],
  ['deployed', factsAt('deployed')],
  [
    'deployed, and an early Reject waits',
    after(factsAt('deployed'), told.asked(['early-reject'], joao, SR, early)),
  ],
  [
    'deployed, and an early Reject expired',
    after(
      factsAt('deployed', { now: '2026-03-20T10:00:00Z' }),
      told.asked(['early-reject'], joao, SR, early),
    ),
  ],
  ['overdue', factsAt('deployed', { now: '2026-03-05T12:00:00Z' })],
  ['left', after(factsAt('deployed', { now: '2026-03-02T15:00:00Z' }), told.left())],
  [
    'waiting for who asked for it',
    withSpec(factsAt('done', { now: '2026-03-05T12:00:00Z' }), { requested_by: ['alessandra'] }),
  ],
  ['done, in the grace period', factsAt('done')],
  ['done, in the grace period after its minimum', factsAt('done', { now: '2026-03-05T12:00:00Z' })],
  ['done', done],
  ['done, with a target that nobody reported on', twoTargets],
  ['done, with a Warning', reports({ outcome: 'warning' })],
  [
    'done, with a Warning that says what to change',
    reports({ outcome: 'warning', changes_requested: [{ kind: 'release-notes', text: 'Say so.' }] }),
  ],
  ['done, with a Reject', reports({ outcome: 'reject' })],
  [
    'done, with a workaround',
    reports({ issues: [{ severity: 'minor', summary: 'Slow.', workaround: 'Restart.' }] }),
  ],
  ['done, with an expert', withTeams(done, { experts: [sofia] })],
  ['done, and frozen', after(done, told.frozen())],
  ['done, in a freeze', withPolicy(done, { calendar: { ...configuration.policy.calendar, freezes } })],
  [
    'done, and frozen, and an exception waits',
    after(done, told.frozen(), told.asked(['freeze'], joao, SR, { at: end })),
  ],
  [
    'done, and frozen, and an exception lifts it',
    after(
      done,
      told.frozen(),
      told.asked(['freeze'], joao, SR, { at: '2026-03-09T12:00:00Z' }),
      told.approved(tiziana, TU, '2026-03-09T12:30:00Z'),
    ),
  ],
  [
    'done, under embargo',
    {
      ...withSpec(done, {
        security: { advisory: 'https://a.example/1', embargo_until: '2026-04-01T00:00:00Z' },
      }),
      isPublic: false,
    },
  ],
  [
    'done, and a close over a Reject waits',
    after(
      reports({ outcome: 'reject' }),
      told.asked(['override-reject'], joao, SR, {
        at: end,
        close: { outcome: 'success', summary: 'Fine.', notes: { better_because: 'Theirs.' } },
      }),
    ),
  ],
  ['closing', factsAt('closing')],
  [
    'closing, and an exception was left over',
    after(
      factsAt('closing'),
      told.asked(['early-reject'], joao, SR, { ...early, at: '2026-03-09T12:00:00Z' }),
    ),
  ],
  ['held', after(factsAt('done', { now: '2026-03-09T14:00:00Z' }), told.closed('success', end), held)],
  ['held before it was verified', after(factsAt('unverified', { now: '2026-03-09T14:00:00Z' }), held)],
  ['in production', inProduction()],
  [
    'in production, and a rollback waits',
    inProduction([], [told.asked(['rollback'], joao, SR, { at: '2026-03-10T09:00:00Z' })]),
  ],
  [
    'rolled back',
    inProduction([], [['2026-03-10T09:30:00Z', { event: 'rolled-back', reason: 'Bad.' }, joao]]),
  ],
  ['rejected', after(done, told.closed('reject', end))],
  [
    'withdrawn, and an exception was left over',
    after(emergency, told.asked(['verification'], joao, SR, { at: '2026-03-02T08:20:00Z' }), [
      '2026-03-02T08:25:00Z',
      { event: 'withdrawn', reason: 'Oops.' },
      oxana,
    ]),
  ],
];

/** Who can say what is offered for somebody. */
function speakersFor(facts: Facts, who: string): readonly Person[] {
  if (who.startsWith('expert')) return facts.teams.experts;
  if (/managers/.test(who) && !/repository/.test(who)) return [joao, sofia];
  if (who.startsWith('somebody else'))
    return [
      ...(/staged-rollout/.test(who) ? [joao, sofia] : []),
      ...(/technology-unit/.test(who) ? [tiziana] : []),
      ...(/svg/.test(who) ? [svea] : []),
    ];
  if (/technology unit/.test(who)) return [tiziana];
  return [oxana];
}

/** The ways in which a person can do what is offered: one of them has to count. */
function triesOf(
  facts: Facts,
  { for: who, text }: { readonly for: string; readonly text: string },
): readonly Omit<Input, 'id'>[] {
  const { now } = facts;
  const words = text
    .replaceAll(' ⏎ ', '\n')
    .replaceAll(/<(?:reason|summary|text|what was done)>/g, 'Because of this.');
  if (text.startsWith('review:') && who === 'technology unit') {
    const chosen = text.includes('approve') ? 'approved' : 'changes-requested';
    const outcome = chosen === 'approved' ? 'accept' : 'reject';
    return [review(tiziana, chosen, verification(outcome, 'notes: Because of this.'), now)];
  }
  if (text.startsWith('review:'))
    return Object.entries(speakers).map(([site, by]) => review(by, 'approved', report(site, 'success'), now));
  if (who === 'early adopters')
    return Object.entries(speakers).map(([site, by]) => comment(by, words.replace('<site>', site), now));
  const named = ['CESGA', 'SiGNET', 'UKI-MAN'].map((site) => words.replace(/<site or team>|<site>/, site));
  return speakersFor(facts, who).flatMap((by) => named.map((body) => comment(by, body, now)));
}

describe('Every command that is offered would count', () => {
  test.each(places)('where the release is %s', (_, facts) => {
    const before = decide(facts);
    expect(before.commands.length).toBeGreaterThan(0);
    const idle = before.commands.filter((command) => {
      if (['/explain', '/help', '/pilot'].includes(command.text))
        return decide(heard(facts, comment(oxana, command.text, facts.now))).answers.some(({ body }) =>
          body.includes('Only '),
        );
      return !triesOf(facts, command).some((said) => {
        const { record, answers } = decide(heard(facts, said));
        return answers.length === 0 && record.some(({ source }) => source !== undefined);
      });
    });
    expect(idle).toEqual([]);
  });
});

describe('What is offered', () => {
  const texts = (facts: Facts): readonly string[] => decide(facts).commands.map(({ text }) => text);
  const closes = (facts: Facts): readonly string[] =>
    texts(facts).filter((text) => text.startsWith('/close'));

  test.each([
    ['is a close as it is, when all is well', done, '/close success <summary>'],
    [
      'is the line that acknowledges a target (A-11)',
      twoTargets,
      '/close success <summary> ⏎ acknowledge_uncovered: debian12 arm64',
    ],
    [
      'is the line that says why it is better (A-12)',
      reports({ outcome: 'warning' }),
      '/close success <summary> ⏎ better_because: <reason>',
    ],
    [
      'is the line that says what users have to know (A-14)',
      done,
      '/close warning <summary> ⏎ known_issue: <text>',
    ],
    [
      'is the line that says why a workaround is enough (R-5-2)',
      reports({ issues: [{ severity: 'minor', summary: 'Slow.', workaround: 'Restart.' }] }),
      '/close success <summary> ⏎ workaround_because: <reason>',
    ],
    [
      'is the line that ends the grace period early (A-15)',
      factsAt('done', { now: '2026-03-05T12:00:00Z' }),
      '/close success <summary> ⏎ early_because: <reason>',
    ],
  ] as const)('%s', (_, facts, text) => {
    expect(closes(facts)).toContain(text);
  });

  test.each([
    ['in the first day of the grace period (A-15)', factsAt('done')],
    ['while it is frozen', after(done, told.frozen())],
    [
      'while a site has not reported (R-2.4-12.7a)',
      after(done, told.accepted('SiGNET', '2026-03-04T10:00:00Z', jan)),
    ],
  ] as const)('is no close but a Reject %s', (_, facts) => {
    expect(closes(facts)).toEqual(['/close reject <summary>']);
  });

  test('is to excuse a site only when one is overdue (A-09)', () => {
    expect(texts(factsAt('deployed'))).not.toContain('/excuse <site> <reason>');
    expect(texts(factsAt('deployed', { now: '2026-03-05T12:00:00Z' }))).toContain('/excuse <site> <reason>');
  });

  test('after the end is nothing that acts, but a rollback of what is in production', () => {
    expect(texts(after(done, told.closed('reject', end)))).toEqual(['/explain', '/help']);
    expect(texts(inProduction())).toEqual(['/rollback <reason>', '/explain', '/help']);
  });
});
