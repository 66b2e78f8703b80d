import { describe, expect, test } from '@jest/globals';
import type { Facts } from '../../app/model/facts.ts';
import type { EarlyAdopterReport } from '../../app/model/report.ts';
import { decide } from '../../app/rollout/decide.ts';
import { unmetEvidence } from '../../app/rollout/evidence.ts';
import { progressOf } from '../../app/rollout/progress.ts';
import { after, factsAt, withConfiguration, withPolicy, withSpec } from './facts.ts';
import { configuration, people } from './people.ts';
import { answersTo, gains, heard, report, review, says } from './said.ts';
import { type Happening, digestOf, journalOf, stories, told } from './story.ts';
import { attempt, earlier } from './version/versions.ts';

const { joao, sofia, carmen, jan } = people;
const now = '2026-03-09T13:00:00Z';
const done = factsAt('done', { now });
const unmet = (facts: Facts, outcome: 'success' | 'warning' = 'success'): readonly string[] =>
  unmetEvidence(
    { facts, progress: progressOf(facts.journal), at: facts.now },
    { outcome, summary: 'All well.' },
    { overridesReject: false },
  );
const replaced = (changes: Readonly<Record<string, Happening | undefined>>): Facts => ({
  ...done,
  journal: journalOf(
    stories.done.flatMap((happening) => {
      const { event } = happening[1];
      if (!(event in changes)) return [happening];
      const other = changes[event];
      return other ? [other] : [];
    }),
  ),
});
const reported = (more: Partial<EarlyAdopterReport>): Facts => replaced({ reported: told.reported(more) });
const problem = {
  rule: 'x',
  severity: 'error',
  file: 'a',
  line: 1,
  column: 1,
  message: 'Bad.',
  mend: 'Mend.',
} as const;
const distributions: Facts['configuration']['distributions'] = {
  ...configuration.distributions,
  distributions: { 'umd/5': { title: 'Five', platforms: {}, baseline: { 'arc-ce': '7' } } },
};
const beside = (release: ReturnType<typeof earlier>): Facts => ({
  ...withConfiguration(done, { distributions }),
  history: [{ ...release, distribution: 'umd/5' }],
});
const twoTargets = withSpec(done, {
  targets: [
    ...(done.ticket.value?.spec.targets ?? []),
    { platform: 'debian12', arch: 'arm64', packages: [] },
  ],
});
const security = {
  advisory: 'https://advisories.egi.eu/1',
  embargo_until: '2026-04-01T00:00:00Z',
};
const embargoed = { ...withSpec(done, { security }), isPublic: false };
const freezes = [{ from: '2026-03-09', to: '2026-03-10', reason: 'migration' }];

describe('What a release lacks for production (I1)', () => {
  test('is nothing, when everything is there', () => {
    expect(unmet(done)).toEqual([]);
  });

  const rows: readonly (readonly [string, Facts, string])[] = [
    ['a certificate', { ...done, journal: [] }, 'the release is not certified'],
    ['a ticket without mistakes', { ...done, ticket: { ...done.ticket, problems: [problem] } }, 'Bad.'],
    [
      'its turn among open tickets (A-42)',
      beside(attempt('7.0.0', 'open', { certifiedAt: '2026-03-01T08:00:00Z' })),
      'second-open-ticket',
    ],
    [
      'the content that was certified (A-35)',
      { ...done, ticket: { ...done.ticket, digest: digestOf(1) } },
      'its content changed',
    ],
    [
      'packages that were pulled and checked (R-2.4-10.4b)',
      replaced({ pulled: told.pulled('2026-03-02T08:05:00Z', digestOf(1)) }),
      'its packages are not pulled',
    ],
    [
      'a verification (R-2.2-12, R-2.4-11.1a)',
      replaced({ verified: undefined }),
      'the Technology Unit has not verified',
    ],
    [
      'a verification of this content (A-35)',
      replaced({ verified: told.verified('accept', '2026-03-02T09:00:00Z', digestOf(1)) }),
      'the Technology Unit has not verified',
    ],
    [
      'a verification that accepts',
      replaced({ verified: told.verified('wait-for-provider') }),
      'the Technology Unit has not verified',
    ],
    [
      'the report of a site that accepted (R-2.4-12.7a)',
      after(done, told.accepted('SiGNET', '2026-03-04T10:00:00Z', jan)),
      'SiGNET accepted and has not reported yet',
    ],
    [
      'a site of who asked for it (R-3.2-5)',
      withSpec(done, { requested_by: ['alessandra'] }),
      'somebody of UKI-MAN asked for this release',
    ],
    [
      'the end of the grace period (R-2.4-12.8a)',
      { ...done, now: '2026-03-09T11:59:59Z' },
      'the grace period runs until',
    ],
    ['a report on each target (A-11)', twoTargets, 'no site reported on debian12 arm64 (A-11)'],
    [
      'a Success of every site (A-12)',
      reported({ outcome: 'warning' }),
      'the worst report is `warning` (A-12)',
    ],
    [
      'sites that needed no workaround (R-2.2-15, R-5-2)',
      reported({ issues: [{ severity: 'minor', summary: 'Slow.', workaround: 'Restart.' }] }),
      'sites needed a workaround',
    ],
    [
      'a content that nobody rejected (A-12, I10)',
      after(
        replaced({ reported: told.reported({ outcome: 'reject' }) }),
        told.reported({}, '2026-03-04T10:00:00Z'),
      ),
      'an early adopter rejected it',
    ],
    ['the end of its embargo (R-2.4-E2)', embargoed, 'it is under embargo until 2026-04-01'],
    [
      'time since the release before (R-2.2-2, A-20)',
      beside(earlier('7.0.0', { productionAt: '2026-02-27T10:00:00Z' })),
      'entered production too recently: a revision release may follow from 2026-03-13T10:00:00Z on',
    ],
    ['the end of a freeze by hand', after(done, told.frozen()), 'moves into production are frozen by joao'],
    [
      'the end of a freeze of the calendar (A-16)',
      withPolicy(done, { calendar: { ...configuration.policy.calendar, freezes } }),
      'there is a freeze until 2026-03-10T23:00:00Z (migration)',
    ],
  ];
  test.each(rows)('is, alone: %s', (_, facts, sentence) => {
    expect(unmet(facts)).toEqual([expect.stringContaining(sentence)]);
  });

  test('is for a Warning what users have to know (A-14)', () => {
    expect(unmet(reported({ outcome: 'warning' }), 'warning')).toEqual([
      expect.stringContaining('a Warning tells users what to know (A-14)'),
    ]);
    expect(unmet(withSpec(done, { known_issues: [' '] }), 'warning')).toHaveLength(1);
    expect(unmet(withSpec(done, { known_issues: ['It is slow.'] }), 'warning')).toEqual([]);
  });

  test('before any site accepted is a site, its reports and the grace period, all told at once', () => {
    expect(unmet(factsAt('verified'))).toEqual([
      'no early adopter has accepted it',
      '0 of at least 1 report came in',
      'the grace period has not begun',
    ]);
  });
});

describe('A line below /close', () => {
  const closes = (facts: Facts, ...lines: readonly string[]): Facts => says(facts, joao, lines.join('\n'));
  const slow = reported({ issues: [{ severity: 'minor', summary: 'Slow.', workaround: 'Restart.' }] });
  const warned = reported({ outcome: 'warning' });
  const early = { ...done, now: '2026-03-03T12:00:00Z' };

  const rows: readonly (readonly [string, Facts, string, string])[] = [
    [
      'acknowledges a target that no site reported on (A-11)',
      twoTargets,
      'success',
      'acknowledge_uncovered: debian12 arm64',
    ],
    [
      'acknowledges it in any letters',
      twoTargets,
      'success',
      'acknowledge_uncovered: all but Debian12 ARM64',
    ],
    [
      'says why it closes better than the worst report (A-12)',
      warned,
      'success',
      'better_because: Only a typo.',
    ],
    [
      'says why a workaround is good enough (R-5-2, R-2.2-15)',
      slow,
      'success',
      'workaround_because: Once a year.',
    ],
    [
      'says why the grace period ends early, after its minimum (A-15)',
      early,
      'success',
      'early_because: A hole is open.',
    ],
    [
      'says what users have to know of a Warning (A-14)',
      warned,
      'warning',
      'known_issue: Restart it by hand.',
    ],
  ];
  test.each(rows)('%s, and without it nothing closes', (_, facts, outcome, line) => {
    expect(gains(closes(facts, `/close ${outcome} All well.`))).toEqual([]);
    expect(gains(closes(facts, `/close ${outcome} All well.`, line))).toEqual([`closed ${outcome}`]);
    const [name = ''] = line.split(':');
    expect(gains(closes(facts, `/close ${outcome} All well.`, `${name}:`))).toEqual([]);
    expect(gains(closes(facts, `/close ${outcome} All well.`, `> ${line}`))).toEqual([]);
  });

  test('is no summary: one is needed beside it (R-2.4-12.7b)', () => {
    expect(answersTo(closes(warned, '/close success', 'better_because: Only a typo.'))).toEqual([
      expect.stringContaining('A summary of the results is needed'),
    ]);
  });

  test('that acknowledges another target is not enough (A-11)', () => {
    expect(gains(closes(twoTargets, '/close success Fine.', 'acknowledge_uncovered: al9 x86_64'))).toEqual(
      [],
    );
  });

  test('does not end the grace period before its minimum (A-15)', () => {
    const sooner = { ...done, now: '2026-03-03T11:59:59Z' };
    expect(answersTo(closes(sooner, '/close success Fine.', 'early_because: A hole is open.'))).toEqual([
      expect.stringContaining('the grace period runs until'),
    ]);
  });

  test('stands in the journal beside the summary, over several lines too', () => {
    const facts = closes(
      withSpec(twoTargets, {}),
      '/close warning All well.',
      'known_issue: Restart it',
      '  by hand.',
      'known_issue: It is slow.',
      'acknowledge_uncovered: debian12 arm64',
    );
    expect(decide(facts).record).toMatchObject([
      {
        event: 'closed',
        summary: 'All well.',
        notes: {
          known_issues: ['Restart it by hand.', 'It is slow.'],
          acknowledge_uncovered: 'debian12 arm64',
        },
      },
    ]);
  });

  test('is not needed for a Warning when sites said what to change: that is in the record (A-14, R-2.4-12.7.2a)', () => {
    const asked = reported({
      outcome: 'warning',
      changes_requested: [{ kind: 'release-notes', text: 'Say that it restarts.' }],
    });
    expect(decide(closes(asked, '/close warning Fine.')).record).toMatchObject([
      { event: 'closed', outcome: 'warning', notes: { known_issues: ['Say that it restarts.'] } },
    ]);
  });
});

describe('The worst report', () => {
  test.each([
    ['success', ['success', 'success']],
    ['warning', ['success', 'warning']],
    ['warning', ['warning', 'success']],
    ['reject', ['reject', 'warning']],
  ] as const)('is what the system suggests: %s of %s (A-12)', (worst, outcomes) => {
    const facts = after(
      factsAt('deployed'),
      told.accepted('SiGNET', '2026-03-02T10:10:00Z', jan),
      told.reported({ outcome: outcomes[0] }),
      told.reported({ site: 'SiGNET', outcome: outcomes[1] }, '2026-03-03T10:20:00Z', jan),
    );
    expect(decide(facts).suggestion).toBe(worst);
    expect(decide(facts).awaiting[0]?.for).toContain(`the worst report is \`${worst}\``);
  });

  test('is nothing before there is one', () => {
    expect(decide(factsAt('deployed')).suggestion).toBeUndefined();
  });

  test('decides nothing: a manager may close worse (A-12, R-2.4-12.7.2b)', () => {
    expect(decide(done).state).toBe('done');
    expect(gains(says(done, joao, '/close warning Slow.\nknown_issue: It is slow.'))).toEqual([
      'closed warning',
    ]);
  });
});

describe('A Reject before every site has reported (A-05)', () => {
  const waiting = after(factsAt('deployed'), told.accepted('SiGNET', '2026-03-02T10:10:00Z', jan));
  const asked = after(
    { ...waiting, now: '2026-03-02T14:30:00Z' },
    told.asked(['early-reject'], joao, ['staged-rollout'], {
      at: '2026-03-02T14:00:00Z',
      close: { outcome: 'reject', summary: 'It loses jobs.' },
    }),
  );

  test.each([
    ['a second manager', sofia],
    ['a verifier', people.tiziana],
    ['the Software Vulnerability Group', people.svea],
  ] as const)('takes effect with the word of %s', (_, by) => {
    const facts = says(asked, by, '/approve E1');
    expect(gains(facts)).toEqual(['approved E1', 'closed reject']);
    expect(decide(facts)).toMatchObject({ state: 'rejected', todo: { move: { to: 'withdrawn' } } });
  });

  test.each([
    ['the same manager', joao, 'You stand behind E1 already'],
    ['an early adopter', carmen, 'Exceptions belong to the teams'],
    ['a manager of the provider', people.pavel, 'Who provided a release'],
  ] as const)('does not with that of %s', (_, by, why) => {
    expect(gains(says(asked, by, '/approve E1'))).toEqual([]);
    expect(answersTo(says(asked, by, '/approve E1'))).toEqual([expect.stringContaining(why)]);
  });

  test('is asked for once', () => {
    expect(answersTo(says(asked, sofia, '/close reject It loses jobs.'))).toEqual([
      expect.stringContaining('`/approve E1` supports it'),
    ]);
  });

  test('may be asked for again when nobody approved in time', () => {
    const late = { ...asked, now: '2026-03-10T14:00:00Z' };
    expect(gains(says(late, joao, '/close reject It loses jobs.'))).toEqual(['asked E2 early-reject']);
  });

  test('that was asked for is not needed any more when every site has reported', () => {
    const facts = {
      ...after(
        asked,
        told.reported({}, '2026-03-03T10:00:00Z'),
        told.reported({ site: 'SiGNET' }, '2026-03-03T10:10:00Z', jan),
      ),
      now: '2026-03-03T11:00:00Z',
    };
    expect(gains(says(facts, sofia, '/close reject It loses jobs.'))).toEqual(['closed reject']);
  });

  test('counts also when its comment was edited: a no is a no', () => {
    expect(gains(says(waiting, joao, '/close reject It loses jobs.', { edited: true }))).toEqual([
      'asked E1 early-reject',
    ]);
  });
});

describe('A close over a Reject (A-12)', () => {
  const rejected = {
    ...replaced({ reported: told.reported({ outcome: 'reject' }) }),
    now: '2026-03-09T14:00:00Z',
  };
  const close = {
    outcome: 'warning',
    summary: 'One site.',
    notes: { better_because: 'Their disk.', known_issues: ['Check the disk.'] },
  } as const;
  const asked = after(
    rejected,
    told.asked(['override-reject'], joao, ['staged-rollout'], { at: now, close }),
  );

  test('is asked for with the reason, and takes effect with a second manager', () => {
    const words = '/close warning One site.\nbetter_because: Their disk.\nknown_issue: Check the disk.';
    expect(gains(says(rejected, joao, words))).toEqual(['asked E1 override-reject']);
    expect(decide(says(rejected, joao, words)).record).toMatchObject([
      { reason: 'Their disk.', close },
      { event: 'reminded' },
    ]);
    expect(gains(says(asked, sofia, '/approve E1'))).toEqual(['approved E1', 'closed warning']);
    expect(decide(says(asked, sofia, '/approve E1')).record).toMatchObject([{}, { exception: 'E1' }]);
    expect(decide(says(asked, sofia, '/approve E1')).todo.mergeTicket).toBe(true);
  });

  test.each([
    ['a verifier', people.tiziana],
    ['the Software Vulnerability Group', people.svea],
    ['the same manager', joao],
  ] as const)('does not take effect with the word of %s', (_, by) => {
    expect(gains(says(asked, by, '/approve E1'))).toEqual([]);
  });

  test('does not reach over a Reject that came after it was asked for', () => {
    const again = after(asked, told.reported({ outcome: 'reject' }, '2026-03-09T13:30:00Z'));
    expect(gains(says(again, sofia, '/approve E1'))).toEqual([]);
    expect(answersTo(says(again, sofia, '/approve E1'))).toEqual([
      expect.stringContaining('an early adopter rejected it'),
    ]);
  });

  test('does not reach over a Reject that comes between the close and the merge: it is held', () => {
    const closed = after(asked, told.approved(sofia, ['staged-rollout'], '2026-03-09T13:10:00Z'), [
      '2026-03-09T13:10:00Z',
      { event: 'closed', ...close, head: done.pull.head, exception: 'E1' },
      sofia,
    ]);
    expect(gains(closed)).toEqual([]);
    const facts = heard(
      closed,
      review(carmen, 'changes-requested', report('CESGA', 'reject'), '2026-03-09T13:20:00Z'),
    );
    expect(gains(facts)).toEqual([
      'reported CESGA reject',
      expect.stringContaining('held before the merge, an early adopter rejected it'),
    ]);
  });
});

describe('A release that is held', () => {
  const held = after({ ...done, now: '2026-03-09T15:00:00Z' }, told.closed(), [
    '2026-03-09T14:00:00Z',
    { event: 'held', because: 'as of the merge, something was missing' },
  ]);

  test('waits for a manager and says so', () => {
    expect(decide(held)).toMatchObject({ state: 'closing', held: true, waiting: 'staged-rollout' });
    expect(decide(held).labels).toContain('held');
    expect(decide(held).todo.mergeTicket).toBe(false);
  });

  test('is closed again, judged anew', () => {
    expect(gains(says(held, joao, '/close success All well.'))).toEqual(['closed success']);
    const early = after(held, told.accepted('SiGNET', '2026-03-09T14:30:00Z', jan));
    expect(gains(says(early, joao, '/close success All well.'))).toEqual([]);
  });

  test('is rejected by one manager alone', () => {
    const facts = says(held, joao, '/close reject It loses jobs.');
    expect(gains(facts)).toEqual(['closed reject']);
    expect(decide(facts).state).toBe('rejected');
  });

  test('lets sites mend what it lacks: they accept and report', () => {
    expect(gains(says(held, jan, '/accept SiGNET'))).toEqual(['accepted SiGNET as committed']);
  });
});
