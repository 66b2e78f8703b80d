import { describe, expect, test } from '@jest/globals';
import type { Effect } from '../../app/model/effect.ts';
import type { Facts } from '../../app/model/facts.ts';
import { steps } from '../../app/model/decision.ts';
import { plan } from '../../app/plan/plan.ts';
import { decide } from '../../app/rollout/decide.ts';
import { after, factsAt, inProduction, standing, withTeams } from '../rollout/facts.ts';
import { people } from '../rollout/people.ts';
import { comment, heard, report, review, verification } from '../rollout/said.ts';
import { type Happening, digest, digestOf, headOf, journalOf, stories, told } from '../rollout/story.ts';
import { type SimulatedWorld, newWorld } from '../rollout/world.ts';

const planned = (facts: Facts): readonly Effect[] => plan(facts, decide(facts));
const kinds = (effects: readonly Effect[]): readonly string[] => effects.map((effect) => effect.do);
const only = <K extends Effect['do']>(
  effects: readonly Effect[],
  kind: K,
): readonly Extract<Effect, { do: K }>[] =>
  effects.filter((effect): effect is Extract<Effect, { do: K }> => effect.do === kind);

/** A world at rest, in which the release came so far. */
function settled(until: 'unverified' | 'verified' | 'rolling-out' | 'done' | 'success'): SimulatedWorld {
  const world = newWorld(factsAt('none', { now: '2026-03-02T08:00:00Z' }, 'emergency'));
  const order = ['unverified', 'verified', 'rolling-out', 'done', 'success'];
  const says = [
    () => review(people.tiziana, 'approved', verification('accept'), world.facts.now),
    () => comment(people.carmen, '/accept CESGA\n/deployed CESGA', world.facts.now),
    () => review(people.carmen, 'approved', report('CESGA', 'success'), world.facts.now),
    () => comment(people.joao, '/close success All well.', world.facts.now),
  ];
  world.settle();
  for (const say of says.slice(0, order.indexOf(until))) {
    world.moment(new Date(Date.parse(world.facts.now) + 5 * 3_600_000).toISOString().replace('.000Z', 'Z'));
    world.says(say());
    world.settle();
  }
  return world;
}
const points = ['unverified', 'verified', 'rolling-out', 'done', 'success'] as const;

describe('A plan', () => {
  test('of new entries is these entries alone, behind those it knew of', () => {
    const facts = heard(
      factsAt('verified'),
      comment(people.carmen, '/accept CESGA', factsAt('verified').now),
    );
    expect(planned(facts)).toEqual([{ do: 'append', entries: decide(facts).record, after: 8 }]);
  });

  test.each(points)('is empty when nothing has changed: %s', (point) => {
    const world = settled(point);
    expect(world.settle().state).toBe(point);
    expect(planned(world.facts)).toEqual([]);
    expect(planned({ ...world.facts, now: world.facts.now })).toEqual([]);
  });

  test('of the whole life of a release moves, merges and tells everything once, in order', () => {
    const world = settled('success');
    const said = world.effects.filter(
      (effect) => !['check', 'edit-comment', 'append', 'label'].includes(effect.do),
    );
    expect(
      said.map((effect) => {
        if (effect.do === 'comment') return effect.marker.replace(/:\d+$/, '');
        if (effect.do === 'open-promotion') return `open ${effect.move.to}`;
        return effect.do;
      }),
    ).toEqual([
      'status',
      'state:certified',
      'request-review',
      'pull',
      'open unverified',
      'merge-promotion',
      'state:unverified',
      'request-review',
      'drop-promotion',
      'open staged-rollout',
      'merge-promotion',
      'state:verified',
      'open-call',
      'request-review',
      'drop-promotion',
      'form:CESGA',
      'state:rolling-out',
      'request-review',
      'clock:grace',
      'state:done',
      'state:closing',
      'request-review',
      'merge-ticket',
      'open production',
      'merge-promotion',
      'state:success',
      'drop-promotion',
      'close-call',
    ]);
  });

  test.each(points)(
    'of a release that is %s changes nothing because time passed: no comment, no check (I22)',
    (point) => {
      const { facts } = settled(point);
      const { wakeAt } = decide(facts);
      const until = wakeAt === undefined ? Date.parse(facts.now) + 64_800_000 : Date.parse(wakeAt) - 1000;
      for (const share of [0.01, 0.4, 1]) {
        const at = Date.parse(facts.now) + Math.max(0, until - Date.parse(facts.now)) * share;
        const now = `${new Date(at).toISOString().slice(0, 19)}Z`;
        expect({ now, does: planned({ ...facts, now }).map((effect) => effect.do) }).toEqual({
          now,
          does: [],
        });
      }
    },
  );

  test('never writes a comment with the same marker twice', () => {
    const markers = only(settled('success').effects, 'comment').map(({ marker }) => marker);
    expect(new Set(markers).size).toBe(markers.length);
    expect(markers.length).toBeGreaterThan(8);
  });
});

describe('Labels', () => {
  const { facts } = settled('verified');
  const labelled = (labels: readonly string[]): readonly Effect[] =>
    planned({ ...facts, pull: { ...facts.pull, labels } });

  test.each([
    ['taken away', []],
    ['one of two taken away', ['state: verified']],
    ['changed', ['state: success', 'waiting: provider']],
    ['added', [...facts.pull.labels, 'held', 'pull-failed', 'state: done']],
  ])('that were %s are restored', (_, labels) => {
    const [effect, ...others] = only(labelled(labels), 'label');
    expect(others).toEqual([]);
    const left = [...labels.filter((label) => !effect?.remove.includes(label)), ...(effect?.add ?? [])];
    expect(left.toSorted()).toEqual(['state: verified', 'waiting: staged-rollout']);
  });

  test('of others are left alone', () => {
    expect(labelled([...facts.pull.labels, 'good first issue'])).toEqual([]);
  });
});

describe('Check runs', () => {
  test('are one for the whole and one for each step, on the head', () => {
    const { facts } = settled('unverified');
    const checks = only(planned({ ...facts, checks: [] }), 'check').map(({ check }) => check);
    expect(checks.map(({ name }) => name)).toEqual(['rollout', ...steps]);
    expect(checks.every(({ head }) => head === facts.pull.head)).toBe(true);
    expect(
      checks.map(({ name, status, conclusion }) => `${name}: ${status} ${conclusion ?? ''}`.trim()),
    ).toEqual([
      'rollout: in_progress',
      'ticket: completed success',
      'intake: completed success',
      'verification: in_progress',
      'staged rollout: queued',
      'close: queued',
    ]);
  });

  test('that somebody changed are written again', () => {
    const { facts } = settled('unverified');
    const checks = facts.checks.map((check) =>
      check.name === 'rollout' ? { ...check, status: 'completed' as const, conclusion: 'success' } : check,
    );
    const effects = only(planned({ ...facts, checks }), 'check');
    expect(effects.map(({ check }) => `${check.name} ${check.status}`)).toEqual(['rollout in_progress']);
    // A completed run stays what it was: work that begins anew is a new run.
    expect(effects[0]?.id).toBeUndefined();
  });

  test('are updated in place while they run, and made anew on a new head', () => {
    const { facts } = settled('unverified');
    const stale = facts.checks.map((check) => (check.name === 'close' ? { ...check, title: 'old' } : check));
    expect(only(planned({ ...facts, checks: stale }), 'check')[0]?.id).toBe(
      facts.checks.find(({ name }) => name === 'close')?.id,
    );
  });

  test.each([
    ['draft', factsAt('none', { pull: { ...factsAt('none').pull, draft: true } }), 'in_progress'],
    ['unverified', factsAt('unverified'), 'in_progress'],
    ['done', factsAt('done'), 'in_progress'],
    ['closing', factsAt('closing'), 'completed success'],
    ['second file', factsAt('done', { otherTicket: 9 }), 'completed failure'],
    [
      'rejected',
      factsAt('unverified', { journal: journalOf([...stories.unverified, told.verified('reject')]) }),
      'completed failure',
    ],
    [
      'held',
      factsAt('done', {
        journal: journalOf([...stories.done, ['2026-03-03T10:30:00Z', { event: 'held', because: 'so' }]]),
      }),
      'completed failure',
    ],
  ])('let a merge through only after a valid close: %s', (_, facts, expected) => {
    const gate = only(planned(facts), 'check').find(({ check }) => check.name === 'rollout')?.check;
    expect(`${gate?.status ?? ''} ${gate?.conclusion ?? ''}`.trim()).toBe(expected);
  });
});

describe('A check run that GitHub is about to give up', () => {
  const world = settled('verified');
  const aged = (isOld: boolean, name: string): Facts => ({
    ...world.facts,
    checks: world.facts.checks.map((run) => (run.name === name ? { ...run, isOld } : run)),
  });

  test('is made anew, once it is older than 13 days and still running', () => {
    expect(planned(aged(false, 'staged rollout'))).toEqual([]);
    const [effect, ...more] = only(planned(aged(true, 'staged rollout')), 'check');
    expect(more).toEqual([]);
    expect(effect).toMatchObject({ id: undefined, check: { name: 'staged rollout', status: 'in_progress' } });
  });

  test('is left alone when it is completed, however old', () => {
    expect(planned(aged(true, 'verification'))).toEqual([]);
  });

  test('is made anew for the whole, too', () => {
    expect(only(planned(aged(true, 'rollout')), 'check')).toMatchObject([
      { id: undefined, check: { name: 'rollout' } },
    ]);
  });
});

describe('The review of a release that an exception let through (A-22)', () => {
  const through = inProduction([
    told.asked(['freeze'], people.joao, ['staged-rollout'], { at: '2026-03-09T12:10:00Z' }),
    told.approved(people.tiziana, ['technology-unit'], '2026-03-09T12:20:00Z'),
  ]);

  test('is opened as an issue that names rule and persons, once', () => {
    const opened = only(planned(through), 'open-review');
    expect(opened).toMatchObject([{ title: 'Review after an exception: arc-arc-ce-7.0.1 (#7)' }]);
    expect(opened[0]?.body).toContain('**E1** freeze, by `joao` and `tiziana`');
    const there = { ...through, review: { number: 600, open: true } };
    expect(kinds(planned(there))).toEqual(['append']);
    const recorded = after(there, [
      '2026-03-09T13:06:00Z',
      { event: 'review-opened', issue: 600, due: '2026-03-16T13:05:00Z' },
    ]);
    expect(only(planned(recorded), 'open-review')).toEqual([]);
  });

  test('is not opened for a release without one', () => {
    expect(only(planned(inProduction()), 'open-review')).toEqual([]);
  });
});

describe('The experts of a stack (A-38)', () => {
  const experts = withTeams(factsAt('verified'), { experts: [people.sofia] });

  test('are assigned as soon as the staged rollout waits', () => {
    expect(only(planned(experts), 'assign')).toEqual([{ do: 'assign', add: ['sofia'], remove: [] }]);
    expect(only(planned(withTeams(factsAt('unverified'), { experts: [people.sofia] })), 'assign')).toEqual(
      [],
    );
  });

  test('make place for who took the ticket over', () => {
    const taken = after(experts, told.taken(people.joao, 'She is ill.', '2026-03-02T09:25:00Z'));
    const facts = { ...taken, pull: { ...taken.pull, assignees: ['sofia'] } };
    expect(only(planned(facts), 'assign')).toEqual([{ do: 'assign', add: ['joao'], remove: ['sofia'] }]);
  });
});

describe('The status comment', () => {
  const { facts } = settled('verified');
  const status = facts.ownComments.find(({ marker }) => marker === 'status');

  test('is written again where it stands when somebody edited it', () => {
    const ownComments = facts.ownComments.map((own) =>
      own.marker === 'status' ? { ...own, body: `${own.body} It is in production!` } : own,
    );
    expect(planned({ ...facts, ownComments })).toEqual([
      { do: 'edit-comment', id: status?.id, marker: 'status', body: status?.body },
    ]);
  });

  test('is written anew when somebody deleted it, and so is every other comment of ours', () => {
    const effects = only(planned({ ...facts, ownComments: [] }), 'comment');
    expect(effects.map(({ marker }) => marker)).toEqual(['status', 'state:verified:7']);
    expect(effects.every(({ body, marker }) => body.startsWith(`<!-- rollout ${marker} -->\n`))).toBe(true);
  });

  test('says where the packages are (R-2.4-11.3)', () => {
    expect(status?.body).toContain(
      'deb [signed-by=/etc/apt/keyrings/staged-rollout.gpg] https://repository.example.org/channels/umd/5/debian12/amd64/staged-rollout staged-rollout main',
    );
  });
});

describe('Assignees and reviewers', () => {
  const taken = factsAt('unverified', {
    journal: journalOf([...stories.unverified, ['2026-03-02T08:20:00Z', { event: 'taken' }, people.tiziana]]),
  });

  test('are who took the ticket, while it waits for them (A-47)', () => {
    expect(only(planned(taken), 'assign')).toEqual([{ do: 'assign', add: ['tiziana'], remove: [] }]);
  });

  test('are let go when it waits for others; who was assigned by people stays', () => {
    const facts = factsAt('verified', {
      journal: journalOf([...stories.verified, ['2026-03-02T09:20:00Z', { event: 'taken' }, people.tiziana]]),
    });
    const pull = { ...facts.pull, assignees: ['tiziana', 'oxana'] };
    expect(only(planned({ ...facts, pull }), 'assign')).toEqual([
      { do: 'assign', add: [], remove: ['tiziana'] },
    ]);
  });

  test('are asked once, when a state begins', () => {
    expect(only(planned(factsAt('unverified')), 'request-review')).toMatchObject([{ addTeams: ['unit'] }]);
    const { facts } = settled('unverified');
    expect(facts.pull.requestedTeams).toEqual(['unit']);
    expect(planned({ ...facts, pull: { ...facts.pull, requestedTeams: [] } })).toEqual([]);
  });

  test.each([
    ['certified the repository managers (R-2.4-10.3)', 'certified', 'managers'],
    ['unverified the technology unit (R-2.4-10.5)', 'unverified', 'unit'],
    ['verified the staged-rollout group (R-2.4-11.4b)', 'verified', 'rollout-managers'],
  ] as const)('are, of a release that is %s', (_, point, team) => {
    expect(only(planned(factsAt(point)), 'request-review')).toMatchObject([{ addTeams: [team] }]);
  });

  test('of roles that are not awaited are not asked any more; other teams stay', () => {
    const { facts } = settled('unverified');
    const pull = { ...facts.pull, requestedTeams: ['unit', 'rollout-managers', 'writers'] };
    expect(planned({ ...facts, pull })).toEqual([
      { do: 'request-review', addTeams: [], addUsers: [], removeTeams: ['rollout-managers'] },
    ]);
  });

  test('are the people of a site that takes part, for its report (A-25)', () => {
    const effects = only(settled('rolling-out').effects, 'request-review');
    expect(effects.at(-1)).toMatchObject({ addUsers: ['carmen'] });
  });
});

describe('A promotion', () => {
  const verified = journalOf([...stories.unverified, told.verified()]);
  const facts = factsAt('unverified', { journal: verified });
  const promotion: NonNullable<Facts['promotion']> = {
    branch: `rollout/7/staged-rollout-${digest.slice(0, 12)}`,
    number: 12,
    open: true,
    head: headOf(30),
    to: 'staged-rollout',
    digest,
    problems: [],
    checks: [],
  };
  const moves = (changes: Partial<typeof promotion>): readonly Effect[] =>
    planned({ ...facts, promotion: { ...promotion, ...changes } }).filter(
      (effect) =>
        effect.do.includes('promotion') || (effect.do === 'check' && effect.check.head === promotion.head),
    );

  test('is opened when the record asks for a move (A-43)', () => {
    expect(only(planned(facts), 'open-promotion')).toEqual([
      {
        do: 'open-promotion',
        move: { to: 'staged-rollout', digest, revertTicket: false, reason: undefined },
      },
    ]);
  });

  test('is checked and merged at exactly its head', () => {
    expect(moves({})).toMatchObject([
      { do: 'check', check: { name: 'rollout', head: headOf(30), conclusion: 'success' } },
      { do: 'merge-promotion', number: 12, head: headOf(30) },
    ]);
  });

  test('with a problem is told and not merged', () => {
    expect(moves({ problems: ['the commit is not signed with the system key'] })).toMatchObject([
      {
        do: 'check',
        check: { conclusion: 'failure', summary: '- the commit is not signed with the system key' },
      },
    ]);
  });

  test.each([
    ['of another content', { digest: digestOf(1) }],
    ['to another channel', { to: 'unverified' }],
    ['that is merged', { open: false }],
  ] as const)('%s is dropped first', (_, changes) => {
    expect(kinds(moves(changes))).toEqual(['drop-promotion']);
  });

  test('whose pull request was never opened is opened', () => {
    expect(kinds(moves({ number: undefined }))).toEqual(['open-promotion']);
  });

  test('is dropped when nothing has to move', () => {
    const at = { ...factsAt('verified'), promotion };
    expect(kinds(planned(at)).filter((kind) => kind.includes('promotion'))).toEqual(['drop-promotion']);
  });

  test('comes one at a time: nothing is pulled or merged beside it', () => {
    const closing = { ...factsAt('closing'), promotion };
    expect(kinds(planned(closing))).not.toContain('merge-ticket');
  });
});

describe('The end', () => {
  const ended = (shelf: Facts['shelf'], changes: Partial<Facts> = {}): Facts =>
    factsAt('verified', {
      journal: journalOf([
        ...stories.verified,
        ['2026-03-02T09:25:00Z', { event: 'withdrawn', reason: 'no' }, people.oxana],
        ...(shelf?.shelf === 'withdrawn' ? [told.published('withdrawn', '2026-03-02T09:26:00Z')] : []),
      ]),
      shelf,
      ...changes,
    });

  test('closes ticket and call only after the packages have left', () => {
    expect(kinds(planned(ended(standing('staged-rollout'))))).not.toContain('close-ticket');
    const effects = planned(ended(standing('withdrawn')));
    expect(kinds(effects).slice(-2)).toEqual(['close-call', 'close-ticket']);
  });

  test('writes into a call as long as it is read: also when it was closed by hand, not when it was deleted or all is over', () => {
    const invited: Happening = [
      '2026-03-02T09:30:00Z',
      { event: 'invited', who: 'CESGA', is: 'site' },
      people.joao,
    ];
    const over: Happening = [
      '2026-03-02T09:31:00Z',
      { event: 'withdrawn', reason: 'Not now.' },
      people.oxana,
    ];
    const inCall = (open: boolean, url: string, ...more: readonly Happening[]): number => {
      const journal = journalOf([...stories.verified, invited, ...more]);
      const facts = factsAt('verified', { journal, call: { number: 500, open, url } });
      return only(planned(facts), 'comment').filter(({ where }) => where === 'call').length;
    };
    const url = 'https://forge.example/500';
    expect([inCall(true, url), inCall(false, url), inCall(false, ''), inCall(false, url, over)]).toEqual([
      1, 1, 0, 0,
    ]);
  });

  test('of a ticket that a stranger closed is no end: it is opened again', () => {
    const facts = factsAt('verified');
    const pull = { ...facts.pull, open: false, closedBy: people.otto };
    expect(kinds(planned({ ...facts, pull }))).toContain('reopen-ticket');
  });
});
