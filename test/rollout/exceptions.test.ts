import { describe, expect, test } from '@jest/globals';
import type { ExceptionRole, ExceptionRule } from '../../app/model/exception.ts';
import type { Facts } from '../../app/model/facts.ts';
import type { Person } from '../../app/model/journal.ts';
import { decide } from '../../app/rollout/decide.ts';
import { after, factsAt, inProduction, withConfiguration, withPolicy, withSpec, withTeams } from './facts.ts';
import { configuration, people } from './people.ts';
import { answersTo, comment, gains, heard, says } from './said.ts';
import { digestOf, journalOf, told } from './story.ts';
import { earlier } from './version/versions.ts';

const { oxana, pavel, tiziana, teo, joao, sofia, svea, carmen, rita, otto } = people;
const SR: readonly ExceptionRole[] = ['staged-rollout'];
const TU: readonly ExceptionRole[] = ['technology-unit'];
const unverified = factsAt('unverified', {}, 'emergency');
const asked = (
  rules: readonly ExceptionRule[] = ['verification', 'staged-rollout'],
  by: Person = joao,
  as = SR,
  facts = unverified,
): Facts => after(facts, told.asked(rules, by, as, { at: '2026-03-02T08:15:00Z' }));
const security = (facts: Facts): Facts => withSpec(facts, { reason: 'security' });
const waives = 'The hole is used already.';
const withExceptions = (facts: Facts, version_exceptions = true): Facts =>
  withConfiguration(facts, {
    distributions: {
      ...configuration.distributions,
      distributions: {
        'umd/5': { title: 'Five', platforms: {}, baseline: { 'arc-ce': '7' }, version_exceptions },
      },
    },
  });

describe('An exception is asked for', () => {
  const counting: readonly (readonly [string, Facts, string])[] = [
    ['by a manager (A-22)', says(unverified, joao, `/waive verification ${waives}`), 'asked E1 verification'],
    [
      'by a verifier (A-22)',
      says(unverified, tiziana, `/waive verification ${waives}`),
      'asked E1 verification',
    ],
    [
      'by the Software Vulnerability Group (A-22)',
      says(unverified, svea, `/waive verification ${waives}`),
      'asked E1 verification',
    ],
    [
      'from two rules at once (R-2.4-E1)',
      says(unverified, joao, `/waive verification,staged-rollout ${waives}`),
      'asked E1 verification,staged-rollout',
    ],
    [
      'from a rule named twice, once',
      says(unverified, joao, `/waive verification,Verification ${waives}`),
      'asked E1 verification',
    ],
    [
      'with the reason below',
      says(unverified, joao, `/waive verification now\n${waives}`),
      'asked E1 verification',
    ],
    [
      'from a freeze, by a release of any class',
      says(factsAt('done'), joao, '/waive freeze It cannot wait.'),
      'asked E1 freeze',
    ],
    [
      'from the cadence, where the distribution allows it (A-46)',
      says(withExceptions(factsAt('done')), joao, '/waive cadence It cannot wait.'),
      'asked E1 cadence',
    ],
    [
      'beside another, with the next number',
      says(asked(['verification']), joao, `/waive staged-rollout ${waives}`),
      'asked E2 staged-rollout',
    ],
    [
      'again, when nobody approved in time',
      says({ ...asked(), now: '2026-03-20T09:00:00Z' }, joao, `/waive verification ${waives}`),
      'asked E2 verification',
    ],
  ];
  test.each(counting)('%s', (_, facts, entry) => {
    expect(gains(facts)).toEqual([entry]);
    expect(answersTo(facts)).toEqual([]);
  });

  const refusals: readonly (readonly [string, Facts, string])[] = [
    [
      'by the provider (R-2.2-10)',
      says(unverified, oxana, `/waive verification ${waives}`),
      'Who provided a release cannot ask for exceptions',
    ],
    [
      'by a manager of the provider',
      says(unverified, pavel, `/waive verification ${waives}`),
      'Who provided a release',
    ],
    [
      'by an early adopter',
      says(unverified, carmen, `/waive verification ${waives}`),
      'Exceptions belong to the teams rollout-managers, unit, svg',
    ],
    [
      'by a repository manager',
      says(unverified, rita, `/waive verification ${waives}`),
      'Exceptions belong to the teams',
    ],
    [
      'by an outsider',
      says(unverified, otto, `/waive verification ${waives}`),
      'Exceptions belong to the teams',
    ],
    ['without a rule', says(unverified, joao, '/waive'), 'Say which rule and why'],
    [
      'without a reason (R-2.2-10)',
      says(unverified, joao, '/waive verification'),
      'needs its reason in writing',
    ],
    [
      'from checksums (A-22, R-2.4-10.4b)',
      says(unverified, joao, `/waive checksum ${waives}`),
      'Checksums and signatures are never skipped',
    ],
    [
      'from signatures (A-22)',
      says(unverified, joao, `/waive signatures ${waives}`),
      'Checksums and signatures are never skipped',
    ],
    [
      'from a rule that there is not',
      says(unverified, joao, `/waive grace ${waives}`),
      'There is no rule `grace` to waive',
    ],
    [
      'from what belongs to another command',
      says(unverified, joao, `/waive rollback ${waives}`),
      'There is no rule `rollback` to waive',
    ],
    [
      'from verification, unless it is an emergency (R-2.2-10)',
      says(factsAt('unverified'), joao, `/waive verification ${waives}`),
      'Only an emergency release may skip verification (R-2.2-10)',
    ],
    [
      'from staged rollout, unless it is an emergency (R-2.2-10, R-2.2-9)',
      says(factsAt('verified', {}, 'major'), joao, `/waive staged-rollout ${waives}`),
      'Only an emergency release may skip staged rollout (R-2.2-10)',
    ],
    [
      'from the cadence, unless the distribution allows it (A-46)',
      says(withExceptions(factsAt('done'), false), joao, '/waive cadence Why.'),
      'allows no exceptions of this kind (A-46)',
    ],
    [
      'from the version rules of a distribution nobody knows',
      says(factsAt('done'), joao, '/waive version Why.'),
      'allows no exceptions of this kind (A-46)',
    ],
    ['twice', says(asked(), sofia, `/waive verification ${waives}`), '`/approve E1` supports it'],
    [
      'after the end',
      says(inProduction([], [], 'emergency'), joao, `/waive verification ${waives}`),
      'nothing left to waive',
    ],
    ['while it is closing', says(factsAt('closing'), joao, '/waive freeze Why.'), 'nothing left to waive'],
    [
      'in an edited comment',
      says(unverified, joao, `/waive verification ${waives}`, { edited: true }),
      'edited before it was read',
    ],
  ];
  test.each(refusals)('not %s', (_, facts, why) => {
    expect(gains(facts)).toEqual([]);
    expect(answersTo(facts)).toEqual([expect.stringContaining(why)]);
  });

  test('with the roles that who asks has, and the reason, in the record (A-22)', () => {
    const both = withTeams(unverified, { 'technology-unit': [tiziana, joao] });
    expect(decide(says(both, joao, `/waive verification ${waives}`)).record).toMatchObject([
      { event: 'asked', as: ['staged-rollout', 'technology-unit'], reason: waives, by: joao },
    ]);
  });
});

describe('An exception is approved', () => {
  test.each([
    ['asked by a manager, with the word of a verifier (A-22)', asked(), tiziana],
    ['asked by a verifier, with the word of a manager (A-22)', asked(undefined, tiziana, TU), joao],
  ] as const)('%s', (_, facts, by) => {
    const words = says(facts, by, '/approve E1');
    expect(gains(words)).toEqual(['approved E1']);
    expect(decide(words).exceptions).toMatchObject([
      {
        id: 'E1',
        stands: 'approved',
        by: [facts.journal.at(-1)?.by === joao ? 'joao' : 'tiziana', by.login],
      },
    ]);
  });

  test.each(['/approve', '/approve e1', '/approve E1 I looked.'])(
    'by %s, when it is the only one',
    (words) => {
      expect(gains(says(asked(), tiziana, words))).toEqual(['approved E1']);
    },
  );

  const refusals: readonly (readonly [string, Facts, string])[] = [
    [
      'by who asked for it: two persons (A-22)',
      says(asked(), joao, '/approve E1'),
      'You stand behind E1 already',
    ],
    [
      'by another manager: two roles (A-22)',
      says(asked(), sofia, '/approve E1'),
      'E1 needs somebody else of technology-unit',
    ],
    [
      'by another verifier: two roles (A-22)',
      says(asked(undefined, tiziana, TU), teo, '/approve E1'),
      'E1 needs somebody else of staged-rollout',
    ],
    [
      'by the Software Vulnerability Group, when it is no security matter',
      says(asked(), svea, '/approve E1'),
      'E1 needs somebody else of technology-unit',
    ],
    ['by the provider', says(asked(), pavel, '/approve E1'), 'Who provided a release'],
    ['by an outsider', says(asked(), otto, '/approve E1'), 'Exceptions belong to the teams'],
    ['when there is none', says(unverified, tiziana, '/approve E1'), 'Nothing waits for an approval here'],
    ['by a number that there is not', says(asked(), tiziana, '/approve E7'), '`/approve E1`'],
    [
      'without its number, when two wait',
      says(
        after(asked(['verification']), told.asked(['staged-rollout'], joao, SR, { exception: 'E2' })),
        tiziana,
        '/approve',
      ),
      '`/approve E1` or `/approve E2`',
    ],
    [
      'twice',
      says(after(asked(), told.approved(tiziana, TU, '2026-03-02T08:20:00Z')), teo, '/approve E1'),
      'E1 is approved already',
    ],
    [
      'in an edited comment',
      says(asked(), tiziana, '/approve E1', { edited: true }),
      'edited before it was read',
    ],
    [
      'after it expired (A-22)',
      says({ ...asked(), now: '2026-03-04T00:15:01Z' }, tiziana, '/approve E1'),
      'E1 has expired',
    ],
    [
      'when the release has ended without it',
      says(
        after(asked(), ['2026-03-02T08:20:00Z', { event: 'withdrawn', reason: 'Oops.' }, oxana]),
        tiziana,
        '/approve E1',
      ),
      'The release is `withdrawn`: E1 changes nothing any more',
    ],
  ];
  test.each(refusals)('not %s', (_, facts, why) => {
    expect(gains(facts)).toEqual([]);
    expect(answersTo(facts)).toEqual([expect.stringContaining(why)]);
  });

  test('in time: until five days, on the wall clock of an emergency (A-22, A-17)', () => {
    // A working day is eight hours: five of them are over forty hours after 2 March, 08:15.
    expect(decide(asked()).exceptions).toMatchObject([
      { expires: '2026-03-04T00:15:00Z', stands: 'waiting' },
    ]);
    expect(gains(says({ ...asked(), now: '2026-03-04T00:15:00Z' }, tiziana, '/approve E1'))).toEqual([
      'approved E1',
    ]);
  });

  test('in the time that the policy gives', () => {
    const facts = withPolicy(asked(), { exceptions: { expires: '1h', review: '5wd' } });
    expect(decide(facts).exceptions).toMatchObject([{ expires: '2026-03-02T09:15:00Z' }]);
  });

  test('by who was of the role when it was said, whatever teams say later', () => {
    const facts = after(asked(), told.approved(tiziana, TU, '2026-03-02T08:20:00Z'));
    expect(decide(withTeams(facts, { 'technology-unit': [] })).exceptions).toMatchObject([
      { stands: 'approved' },
    ]);
  });

  test('by two people who are in both teams, one place each', () => {
    const both = withTeams(unverified, { 'technology-unit': [joao, sofia] });
    const facts = after(
      both,
      told.asked(['verification'], joao, ['staged-rollout', 'technology-unit'], {
        at: '2026-03-02T08:15:00Z',
      }),
    );
    expect(gains(says(facts, joao, '/approve E1'))).toEqual([]);
    expect(gains(says(facts, sofia, '/approve E1'))).toEqual(['approved E1']);
  });

  test('by a manager alone beside somebody in both teams: the roles are matched as they fit', () => {
    const facts = after(
      unverified,
      told.asked(['verification'], joao, ['staged-rollout', 'technology-unit'], {
        at: '2026-03-02T08:15:00Z',
      }),
    );
    expect(gains(says(facts, sofia, '/approve E1'))).toEqual(['approved E1']);
  });
});

describe('An exception in a security matter', () => {
  const waiting = after(
    security(unverified),
    told.asked(['verification'], joao, SR, { at: '2026-03-02T08:15:00Z' }),
  );
  const two = after(waiting, told.approved(tiziana, TU, '2026-03-02T08:20:00Z'));

  test('needs the Software Vulnerability Group beside both others (A-22)', () => {
    expect(decide(waiting).exceptions).toMatchObject([
      { waitsFor: 'somebody else of technology-unit and somebody else of svg' },
    ]);
    expect(decide(two).exceptions).toMatchObject([{ stands: 'waiting', waitsFor: 'somebody else of svg' }]);
    expect(gains(says(two, svea, '/approve E1'))).toEqual(['approved E1']);
    expect(decide(says(two, svea, '/approve E1')).exceptions).toMatchObject([{ stands: 'approved' }]);
  });

  test('needs three persons, also when one has two of the roles', () => {
    const both = withTeams(two, { svg: [svea, tiziana] });
    expect(answersTo(says(both, tiziana, '/approve E1'))).toEqual([
      expect.stringContaining('You stand behind E1 already'),
    ]);
  });

  test('that is no skipped stage needs it not', () => {
    const facts = after(
      security(factsAt('done')),
      told.asked(['freeze'], joao, SR, { at: '2026-03-03T10:50:00Z' }),
    );
    expect(decide(says(facts, tiziana, '/approve E1')).exceptions).toMatchObject([{ stands: 'approved' }]);
  });
});

describe('What an approved exception does', () => {
  const approved = (rules: readonly ExceptionRule[], facts = unverified): Facts =>
    after(asked(rules, joao, SR, facts), told.approved(tiziana, TU, '2026-03-02T08:20:00Z'));
  const closes = (facts: Facts): Facts => says(facts, joao, '/close success Urgent.');

  test('is to let an emergency close without verification and staged rollout (T11, R-2.2-10, R-2.4-E1)', () => {
    expect(gains(closes(approved(['verification', 'staged-rollout'])))).toEqual(['closed success']);
  });

  test.each([
    ['verification is waived alone', approved(['verification']), 'no early adopter has accepted it'],
    [
      'staged rollout is waived alone',
      approved(['staged-rollout']),
      'the Technology Unit has not verified these packages',
    ],
    ['nobody approved', asked(), 'the Technology Unit has not verified these packages'],
    [
      'it was approved and has expired',
      { ...approved(['verification', 'staged-rollout']), now: '2026-03-04T00:15:01Z' },
      'the Technology Unit has not verified these packages',
    ],
    [
      'the release is no emergency any more (R-2.2-10)',
      { ...approved(['verification', 'staged-rollout']), ticket: factsAt('none').ticket },
      'the Technology Unit has not verified these packages',
    ],
  ] as const)('is not that, when %s', (_, facts, why) => {
    expect(gains(closes(facts))).toEqual([]);
    expect(answersTo(closes(facts))).toEqual([expect.stringContaining(why)]);
  });

  test('is not to skip the pull: what was not pulled and checked does not close (R-2.4-10.4b, A-22)', () => {
    const facts = approved(['verification', 'staged-rollout'], factsAt('certified', {}, 'emergency'));
    expect(gains(closes({ ...facts, now: '2026-03-02T08:30:00Z' }))).toEqual([]);
  });

  test('is to skip the stages where a reader looks: the steps say so', () => {
    const steps = decide(approved(['verification'])).steps.map(({ title }) => title);
    expect(steps).toContain('Skipped by exception E1');
  });

  test('is to skip them for good: when it has expired, what was closed with it still says so', () => {
    const closed = after(
      approved(['verification', 'staged-rollout']),
      told.closed('success', '2026-03-02T08:40:00Z'),
      told.merged('2026-03-02T08:41:00Z'),
    );
    const steps = decide({ ...closed, now: '2026-04-02T08:00:00Z' }).steps;
    expect(steps.filter(({ title }) => title === 'Skipped by exception E1').map(({ met }) => met)).toEqual([
      true,
      true,
    ]);
  });

  test('is to take the packages through every channel all the same (T11)', () => {
    const facts = after(
      approved(['verification', 'staged-rollout']),
      told.closed('success', '2026-03-02T08:40:00Z'),
      told.merged('2026-03-02T08:41:00Z'),
    );
    expect(decide(facts).todo.move).toMatchObject({ to: 'staged-rollout' });
  });

  test('is to let it into production sooner than its class allows (A-46, A-20)', () => {
    const history = [
      { ...earlier('7.0.0', { productionAt: '2026-02-27T10:00:00Z' }), distribution: 'umd/5' },
    ];
    const soon = { ...withExceptions(factsAt('done', { now: '2026-03-09T13:00:00Z' })), history };
    expect(answersTo(closes(soon))).toEqual([expect.stringContaining('entered production too recently')]);
    const waived = after(
      soon,
      told.asked(['cadence'], joao, SR, { at: '2026-03-09T12:00:00Z' }),
      told.approved(tiziana, TU, '2026-03-09T12:30:00Z'),
    );
    expect(gains(closes(waived))).toEqual(['closed success']);
  });

  test('is to let it through a freeze, and then nobody calls it frozen', () => {
    const frozen = after(factsAt('done', { now: '2026-03-09T13:00:00Z' }), told.frozen());
    const waived = after(
      frozen,
      told.asked(['freeze'], joao, SR, { at: '2026-03-09T12:00:00Z' }),
      told.approved(tiziana, TU, '2026-03-09T12:30:00Z'),
    );
    expect(gains(closes(frozen))).toEqual([]);
    expect(gains(closes(waived))).toEqual(['closed success']);
    expect(decide(waived)).toMatchObject({ frozen: undefined });
    expect(decide(waived).labels).not.toContain('frozen');
  });

  test('ends with the content that it was given for (T13)', () => {
    const facts = after(
      approved(['verification', 'staged-rollout']),
      ['2026-03-02T08:25:00Z', { event: 'voided', was: digestOf(0), now: digestOf(1) }],
      told.certified('2026-03-02T08:25:00Z', digestOf(1)),
    );
    const now = { ...facts, ticket: { ...facts.ticket, digest: digestOf(1) } };
    expect(decide(now).exceptions).toEqual([]);
    const again = says({ ...now, now: '2026-03-02T08:40:00Z' }, joao, `/waive verification ${waives}`);
    expect(gains(again)).toContain('asked E2 verification');
  });
});

describe('An exception that waits', () => {
  test('is shown: a label, whom it waits for, and the command (A-22)', () => {
    const decision = decide(asked());
    expect(decision.labels).toContain('needs-approval');
    expect(decision.awaiting).toContainEqual({
      who: 'somebody else of technology-unit',
      for: '`/approve E1`: verification, staged-rollout',
      due: undefined,
      late: false,
    });
    expect(decision.commands).toContainEqual({
      for: 'somebody else of technology-unit',
      text: '/approve E1',
    });
  });

  test('is not waited for when the release has ended: it comes to rest (A-22)', () => {
    const ended = after(asked(), ['2026-03-02T08:20:00Z', { event: 'withdrawn', reason: 'Oops.' }, oxana]);
    const facts = {
      ...ended,
      pull: { ...ended.pull, open: false },
      shelf: undefined,
      call: undefined,
    };
    expect(decide(facts)).toMatchObject({ state: 'withdrawn', settled: true, awaiting: [] });
    expect(decide(facts).labels).not.toContain('needs-approval');
  });

  test('stops nothing', () => {
    expect(decide(asked()).state).toBe('unverified');
    expect(decide(asked()).steps).toEqual(decide(unverified).steps);
  });
});

describe('An exception that is needed for certification', () => {
  // arc-ce 7.0.1 is a major inside umd/5, which agreed on 6.
  const major = withConfiguration(factsAt('none', {}, 'major'), {
    distributions: {
      ...configuration.distributions,
      distributions: {
        'umd/5': { title: 'Five', platforms: {}, baseline: { 'arc-ce': '6' }, version_exceptions: true },
      },
    },
  });
  const asks = comment(joao, '/waive version Sites wait for it.', '2026-03-02T07:30:00Z');
  const approves = comment(tiziana, '/approve E1', '2026-03-02T07:40:00Z');

  test('is not certified without it (R-2.2-8, A-19)', () => {
    expect(gains(major)).toEqual([]);
    expect(gains(heard(major, asks))).toEqual([]);
  });

  test('that waits is shown before there is a journal, and nobody is told off', () => {
    expect(decide(heard(major, asks))).toMatchObject({
      state: 'draft',
      answers: [],
      exceptions: [{ id: 'E1', rules: ['version'], stands: 'waiting' }],
    });
  });

  test('and approved, is recorded behind the certificate, with who said so and when (A-46)', () => {
    const decision = decide(heard(major, asks, approves));
    expect(decision.record).toMatchObject([
      { event: 'certified', by: 'rollout' },
      { event: 'asked', exception: 'E1', rules: ['version'], by: joao, at: '2026-03-02T07:30:00Z' },
      { event: 'approved', exception: 'E1', by: tiziana, at: '2026-03-02T07:40:00Z' },
    ]);
    expect(decision.answers).toEqual([]);
    expect(decision.state).toBe('certified');
  });

  test('is not recorded twice, and still holds, once it is in the journal', () => {
    const facts = heard(major, asks, approves);
    const journal = journalOf(
      decide(facts).record.map((entry) => [
        entry.at,
        entry,
        entry.by === 'rollout' ? undefined : entry.by,
        entry.source,
      ]),
    );
    const later = { ...facts, journal, now: '2026-03-02T08:01:00Z' };
    expect(gains(later)).toEqual([]);
    expect(decide(later)).toMatchObject({ state: 'certified', exceptions: [{ stands: 'approved' }] });
  });

  test.each([
    ['in an edited comment', heard(major, { ...asks, edited: true }, approves)],
    ['by two of one role', heard(major, asks, comment(sofia, '/approve E1', '2026-03-02T07:40:00Z'))],
    ['by one person', heard(major, asks, comment(joao, '/approve E1', '2026-03-02T07:40:00Z'))],
    [
      'from another rule',
      heard(major, comment(joao, '/waive cadence Why.', '2026-03-02T07:30:00Z'), approves),
    ],
  ] as const)('does not certify when it was given %s', (_, facts) => {
    expect(gains(facts)).toEqual([]);
  });
});

describe('People are told of an exception', () => {
  const notices = (facts: Facts): readonly string[] => decide(facts).notices.map(({ marker }) => marker);
  const bodies = (facts: Facts, prefix: string): readonly string[] =>
    decide(facts)
      .notices.filter(({ marker }) => marker.startsWith(prefix))
      .map(({ body }) => body);

  test('when it was asked for: both groups, the reason quoted, until when (A-22)', () => {
    const [body = ''] = bodies(asked(), 'exception:');
    expect(body).toMatch(/^@grid\/rollout-managers @grid\/unit joao asks for the exception \*\*E1\*\*/);
    expect(body).toContain('`It cannot wait.`');
    expect(body).toContain('`/approve E1`, by 2026-03-04T00:15:00Z');
  });

  test('of security: the Software Vulnerability Group, too (A-22)', () => {
    expect(bodies(security(asked()), 'exception:')[0]).toContain('@grid/svg');
    expect(bodies(asked(), 'exception:')[0]).not.toContain('@grid/svg');
  });

  test('when it is approved: once, with the last word (A-22)', () => {
    const two = after(security(asked()), told.approved(tiziana, TU, '2026-03-02T08:20:00Z'));
    expect(notices(two).filter((marker) => marker.startsWith('approved:'))).toEqual([]);
    const three = after(two, told.approved(svea, ['svg'], '2026-03-02T08:25:00Z'));
    const told3 = bodies(three, 'approved:');
    expect(told3).toHaveLength(1);
    expect(told3[0]).toContain('is approved by joao and tiziana and svea');
  });

  test('not that it is approved, when it expired before it was', () => {
    const two = after(security(asked()), told.approved(tiziana, TU, '2026-03-02T08:20:00Z'));
    expect(bodies({ ...two, now: '2026-03-20T09:00:00Z' }, 'approved:')).toEqual([]);
  });
});
