import { describe, expect, test } from '@jest/globals';
import type { Facts } from '../../app/model/facts.ts';
import type { Person } from '../../app/model/journal.ts';
import { plan } from '../../app/plan/plan.ts';
import { decide } from '../../app/rollout/decide.ts';
import { missingReports } from '../../app/rollout/reports.ts';
import { progressOf } from '../../app/rollout/progress.ts';
import { after, factsAt, inProduction, standing, withSite, withSpec, withTeams } from './facts.ts';
import { people } from './people.ts';
import { answersTo, comment, gains, heard, mark, report, review, says, stepOf } from './said.ts';
import { type Happening, digest, digestOf, headOf, journalOf, stories, told } from './story.ts';

const { joao, sofia, tiziana, svea, carmen, jan, kim, oxana, otto } = people;
const done = factsAt('done', { now: '2026-03-09T13:00:00Z' });
const closes = (facts: Facts, words = 'success Fine.', by: Person = joao): Facts =>
  says(facts, by, `/close ${words}`);
const rewritten = (facts: Facts, content = digestOf(1)): Facts => ({
  ...facts,
  ticket: { ...facts.ticket, digest: content },
});

describe('A provider in a hurry', () => {
  const early = factsAt('none', { now: '2026-03-02T07:50:00Z' }, 'emergency');
  const waiver = comment(
    joao,
    '/waive verification,staged-rollout It is being used.',
    '2026-03-02T07:40:00Z',
  );

  test('gets no check waived for a content that is not certified, and may still be changed (A-22, A-35)', () => {
    const asked = heard(early, waiver, comment(tiziana, '/approve E1', '2026-03-02T07:45:00Z'));
    expect(gains(asked)).toEqual(['certified']);
    expect(answersTo(asked)).toEqual([
      expect.stringContaining('its content may still change'),
      expect.stringContaining('Nothing waits for an approval here'),
    ]);
  });

  test('gets it waived once it is certified', () => {
    const asked = says(factsAt('unverified', {}, 'emergency'), joao, '/waive verification It is being used.');
    expect(gains(asked)).toEqual(['asked E1 verification']);
  });

  test('keeps the Software Vulnerability Group in when only the reason, and not the advisory, is left out (A-22)', () => {
    const facts = withSpec(factsAt('unverified', {}, 'emergency'), {
      reason: 'critical-functionality',
      security: { advisory: 'https://advisories.egi.eu/1' },
    });
    const asked = after(
      facts,
      told.asked(['verification'], joao, ['staged-rollout']),
      told.approved(tiziana, ['technology-unit']),
    );
    expect(decide(asked).exceptions).toMatchObject([{ stands: 'waiting', waitsFor: 'somebody else of svg' }]);
  });

  test('does not end the embargo of a new content by an advisory about the old one (R-2.4-E2)', () => {
    const open = after(
      factsAt('done', { now: '2026-03-30T13:00:00Z', isPublic: false }),
      told.advised('https://advisories.egi.eu/1', '2026-03-03T11:00:00Z'),
      ['2026-03-04T08:00:00Z', { event: 'voided', was: digest, now: digestOf(1) }],
      ...stories.done.map(([at, event, ...read]): Happening => [
        at.replace('2026-03-0', '2026-03-1'),
        'digest' in event ? { ...event, digest: digestOf(1) } : event,
        ...read,
      ]),
    );
    const facts = withSpec(
      { ...rewritten(open), shelf: standing('staged-rollout', digestOf(1)) },
      { security: { advisory: 'https://advisories.egi.eu/2', embargo_until: '2026-04-30T12:00:00Z' } },
    );
    expect(gains(closes(facts))).toEqual([]);
    expect(answersTo(closes(facts))).toEqual([expect.stringContaining('under embargo')]);
  });

  test.each([
    ['a committer of the release', { site: 'CESGA', github: ['carmen', 'kim'] }, kim],
    ['a member of its team', { site: 'CESGA', github: ['carmen', 'oxana'] }, oxana],
  ])('is not helped by the report of %s for another site (A-27, I12)', (_, { site, github }, by) => {
    const facts = withSite(
      factsAt('deployed', {
        journal: journalOf([...stories.deployed, told.reported({}, '2026-03-03T10:00:00Z', by)]),
      }),
      site,
      { github },
    );
    expect(missingReports(facts, progressOf(facts.journal))).toEqual([
      expect.stringContaining('0 of at least 1 report'),
    ]);
    expect(decide(facts).state).toBe('rolling-out');
  });

  test('finds its own organisation in the registry however it is written (A-27)', () => {
    const facts = withSite(withTeams(done, {}), 'CESGA', { organisation: ' neic.' });
    expect(decide(facts).state).toBe('rolling-out');
  });
});

describe('A manager in a hurry', () => {
  const reject = (at: string): ReturnType<typeof told.reported> => told.reported({ outcome: 'reject' }, at);
  const better = { outcome: 'success', summary: 'Fine.', notes: { better_because: 'It is rare.' } } as const;
  const asks = (at: string): ReturnType<typeof told.asked> =>
    told.asked(['override-reject'], joao, ['staged-rollout'], { at, close: better });

  test.each([
    [
      'came after the request, though an older one was read last',
      '2026-03-05T10:00:00Z',
      '2026-03-04T09:30:00Z',
    ],
    ['came in the second of the request', '2026-03-04T10:00:00Z', '2026-03-04T10:00:00Z'],
  ])('does not override a Reject that %s (A-12, I10, I15)', (_, first, last) => {
    const facts = after(
      done,
      reject('2026-03-04T09:00:00Z'),
      asks('2026-03-04T10:00:00Z'),
      reject(first),
      reject(last),
    );
    const approved = says(facts, sofia, '/approve E1');
    expect(gains(approved)).toEqual([]);
    expect(decide(approved).todo.mergeTicket).toBe(false);
  });

  test('does not pass a freeze that came after the exception from another one (I11)', () => {
    const excepted = after(
      done,
      told.asked(['freeze'], joao, ['staged-rollout'], { at: '2026-03-06T09:00:00Z' }),
      told.approved(tiziana, ['technology-unit'], '2026-03-06T09:30:00Z'),
      told.frozen('2026-03-06T10:00:00Z', sofia),
    );
    expect(gains(closes(excepted))).toEqual([]);
    expect(answersTo(closes(excepted))).toEqual([expect.stringContaining('frozen by sofia')]);
    const inView = after(
      excepted,
      told.asked(['freeze'], joao, ['staged-rollout'], { at: '2026-03-06T11:00:00Z', exception: 'E2' }),
      told.approved(tiziana, ['technology-unit'], '2026-03-06T11:30:00Z', 'E2'),
    );
    expect(gains(closes(inView))).toEqual(['closed success']);
  });

  test('writes no markup with the reason of a freeze, wherever it is told (T55)', () => {
    const reason = 'a\n\n@grid/everybody fixes #1\n\n- b';
    const frozen = after(done, ['2026-03-05T10:00:00Z', { event: 'frozen', reason }, joao]);
    const decision = decide(closes(frozen));
    for (const text of [decision.frozen ?? '', ...decision.answers.map(({ body }) => body)])
      expect(text).toContain('`a @grid/everybody fixes #1 - b`');
  });

  test('writes no markup with the reason of a rollback (T55)', () => {
    const facts = inProduction(
      [],
      [['2026-03-09T14:00:00Z', { event: 'rolled-back', reason: 'a\n\n@grid/everybody fixes #1' }, sofia]],
    );
    const status = plan(facts, decide(facts)).flatMap((effect) =>
      effect.do === 'comment' && effect.marker === 'status' ? [effect.body] : [],
    );
    expect(status).toEqual([expect.stringContaining('(A-34): `a @grid/everybody fixes #1`')]);
  });

  test('whose approval is read late is heard as of when it was written', () => {
    const facts = after(
      factsAt('unverified', { now: '2026-03-20T13:00:00Z' }, 'emergency'),
      told.asked(['verification'], joao, ['staged-rollout']),
    );
    expect(gains(heard(facts, comment(tiziana, '/approve', '2026-03-02T10:00:00Z')))).toEqual([
      'approved E1',
    ]);
  });
});

describe('An early adopter with a grudge', () => {
  const late = { now: '2026-03-12T13:00:00Z' };
  const waits = (facts: Facts): Facts =>
    says(facts, joao, '/excuse CESGA It says nothing more.\n/close success Fine.');
  const both = after(factsAt('done', late), told.accepted('SiGNET', '2026-03-03T09:00:00Z', jan));
  const reported = after(both, told.reported({ site: 'SiGNET' }, '2026-03-03T10:30:00Z', jan));

  test('does not keep a release for ever by editing its report and saying nothing more (A-09)', () => {
    const body = report('CESGA', 'success');
    const source = { kind: 'review', id: 5, body: mark(body) } as const;
    const journal = journalOf([
      ...stories.deployed,
      told.reported({}, '2026-03-03T10:00:00Z', carmen, source),
      told.accepted('SiGNET', '2026-03-03T09:00:00Z', jan),
      told.reported({ site: 'SiGNET' }, '2026-03-03T10:30:00Z', jan),
    ]);
    const edited = heard(
      { ...reported, journal },
      review(carmen, 'approved', `${body}\nSorry.`, '2026-03-03T10:00:00Z', { id: 5, edited: true }),
    );
    expect(decide(edited).state).toBe('rolling-out');
    expect(gains(waits(edited))).toEqual(['excused CESGA', 'closed success']);
    const early = waits({ ...edited, now: '2026-03-04T12:00:00Z' });
    expect(gains(early)).toEqual([]);
  });

  test('does not keep a release for ever by a no that says nothing, and is waited for from then on', () => {
    const no = review(carmen, 'changes-requested', 'Hm.', '2026-03-10T10:00:00Z');
    expect(gains(waits(heard({ ...reported, now: '2026-03-10T12:00:00Z' }, no)))).toEqual([]);
    expect(gains(waits(heard(reported, no)))).toEqual(['excused CESGA', 'closed success']);
  });

  test('is excused at once when it left, or was excused, and came back (A-09)', () => {
    const back = after(
      done,
      told.accepted('SiGNET', '2026-03-03T12:00:00Z', jan),
      told.left('SiGNET', '2026-03-09T12:50:00Z', jan),
      told.accepted('SiGNET', '2026-03-09T12:55:00Z', jan),
    );
    expect(gains(says(back, joao, '/excuse SiGNET It comes and goes.\n/close success Fine.'))).toEqual([
      'excused SiGNET',
      'closed success',
    ]);
    const first = after(done, told.accepted('SiGNET', '2026-03-09T12:55:00Z', jan));
    expect(gains(says(first, joao, '/excuse SiGNET It comes and goes.'))).toEqual([]);
  });

  test('that warned, edited that and was excused has warned all the same (I11)', () => {
    const warned = after(
      both,
      told.reported({ outcome: 'warning' }, '2026-03-04T10:00:00Z'),
      told.reported({ site: 'SiGNET' }, '2026-03-04T10:30:00Z', jan),
      told.excused('CESGA', '2026-03-10T10:00:00Z'),
    );
    expect(decide(warned).suggestion).toBe('warning');
    expect(answersTo(closes(warned))).toEqual([expect.stringContaining('the worst report is `warning`')]);
  });
});

describe('What comes to rest', () => {
  test('a ticket that was closed before it was certified is looked at no more, whoever opened it (T15)', () => {
    const facts = factsAt('none');
    const draft = { ...facts, pull: { ...facts.pull, author: otto, draft: true } };
    expect(decide(draft).settled).toBe(false);
    expect(decide({ ...draft, pull: { ...draft.pull, open: false, closedBy: otto } }).settled).toBe(true);
  });

  test('the steps of an emergency say what was skipped also when the exception has expired', () => {
    const emergency = inProduction(
      [
        told.asked(['verification', 'staged-rollout'], joao, ['staged-rollout'], {
          at: '2026-03-09T10:00:00Z',
        }),
        told.approved(tiziana, ['technology-unit'], '2026-03-09T10:30:00Z'),
      ],
      [],
      'emergency',
    );
    const skipped = new Set(['verified', 'accepted', 'deployed', 'reported']);
    const journal = emergency.journal.filter(({ event }) => !skipped.has(event));
    for (const now of ['2026-03-09T13:06:00Z', '2026-06-09T13:06:00Z']) {
      const decision = decide({ ...emergency, journal, now });
      expect(stepOf(decision, 'verification')).toBe('met: Skipped by exception E1');
      expect(stepOf(decision, 'staged rollout')).toBe('met: Skipped by exception E1');
    }
  });

  test('an emergency that is merged goes on, though its author leaves the team halfway (T11)', () => {
    const journal = journalOf([
      ...stories.unverified,
      told.asked(['verification', 'staged-rollout'], joao, ['staged-rollout']),
      told.approved(tiziana, ['technology-unit']),
      told.closed('success', '2026-03-02T10:00:00Z'),
      told.merged('2026-03-02T10:01:00Z'),
    ]);
    const facts = factsAt('unverified', { journal, onMain: true }, 'emergency');
    const merged = {
      ...withTeams(facts, { provider: [] }),
      pull: {
        ...facts.pull,
        open: false,
        merge: { commit: headOf(70), at: '2026-03-02T10:01:00Z', onlyTheTicket: true, digest },
      },
    };
    expect(decide(merged).todo.move).toMatchObject({ to: 'staged-rollout' });
  });

  test('what was merged by hand before it was certified is rejected by a manager, and by nobody else', () => {
    const facts = factsAt('none', { now: '2026-03-02T11:00:00Z', onMain: true });
    const merged = {
      ...facts,
      journal: journalOf([['2026-03-02T10:00:00Z', { event: 'held', because: 'merged by hand' }]]),
      pull: {
        ...facts.pull,
        open: false,
        merge: { commit: headOf(70), at: '2026-03-02T09:59:00Z', onlyTheTicket: true, digest },
      },
    };
    expect(gains(closes(merged, 'reject Nobody looked at it.'))).toEqual(['closed reject']);
    expect(gains(closes(merged, 'success Fine.'))).toEqual([]);
    expect(gains(closes(merged, 'reject Nobody looked at it.', svea))).toEqual([]);
  });

  test('a review that somebody deleted is opened anew, and can be done (A-22)', () => {
    const opened = inProduction(
      [
        told.asked(['freeze'], joao, ['staged-rollout'], { at: '2026-03-09T10:00:00Z' }),
        told.approved(tiziana, ['technology-unit'], '2026-03-09T10:30:00Z'),
      ],
      [['2026-03-09T13:06:00Z', { event: 'review-opened', issue: 600, due: '2026-03-16T13:05:00Z' }]],
    );
    expect(decide({ ...opened, review: { number: 600, open: true } }).todo.openReview).toBe(false);
    const deleted = { ...opened, now: '2026-03-09T15:00:00Z' };
    expect(decide(deleted).todo.openReview).toBe(true);
    const again = { ...deleted, review: { number: 601, open: true } };
    expect(gains(again)).toEqual(['review-opened']);
    const recorded = after(again, [
      again.now,
      { event: 'review-opened', issue: 601, due: '2026-03-16T13:05:00Z' },
    ]);
    expect(gains(recorded)).toEqual([]);
    expect(decide(recorded).todo.openReview).toBe(false);
    const reviewed = { ...recorded, now: '2026-03-10T15:00:00Z', review: { number: 601, open: false } };
    expect(gains(reviewed)).toEqual(['reviewed']);
  });
});
