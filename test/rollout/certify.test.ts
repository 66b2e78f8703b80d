import { describe, expect, test } from '@jest/globals';
import type { Facts } from '../../app/model/facts.ts';
import type { Problem } from '../../app/model/problem.ts';
import { decide } from '../../app/rollout/decide.ts';
import { factsAt, standing } from './facts.ts';
import { people } from './people.ts';
import { digestOf, headOf, journalOf, stories, ticketFile, told } from './story.ts';
import { gains, stepOf } from './said.ts';

const begin = factsAt('none');
const withPull = (facts: Facts, pull: Partial<Facts['pull']>, more: Partial<Facts> = {}): Facts => ({
  ...facts,
  pull: { ...facts.pull, ...pull },
  ...more,
});
const problem: Problem = {
  rule: 'changelog-missing',
  severity: 'error',
  file: ticketFile,
  line: 9,
  column: 3,
  message: 'There is no changelog.',
  mend: 'Link it.',
};
/** The same ticket with other content, pushed after the facts. */
const pushed = (facts: Facts, content = 1): Facts =>
  withPull(facts, { head: headOf(2) }, { ticket: { ...facts.ticket, digest: digestOf(content) } });

describe('A ticket (T1)', () => {
  test('that is complete and ready is certified, with itself in the journal (R-2.4-10.1a, A-01)', () => {
    expect(decide(begin).record).toEqual([
      {
        event: 'certified',
        pull: 7,
        head: headOf(1),
        digest: begin.ticket.digest,
        path: ticketFile,
        ticket: 'kind: Release\n',
        at: begin.now,
        by: 'rollout',
      },
    ]);
  });

  test('that is a draft is complete, waits for its provider and has no clock (A-01)', () => {
    const decision = decide(withPull(begin, { draft: true }));
    expect(decision.state).toBe('draft');
    expect(decision.record).toEqual([]);
    expect(decision.awaiting).toEqual([
      { who: 'provider', for: 'marking the pull request ready for review', due: undefined, late: false },
    ]);
  });

  test('that is certified and made a draft again before its packages are there is a draft', () => {
    const decision = decide(withPull(factsAt('certified'), { draft: true }));
    expect(decision.state).toBe('draft');
    expect(decision.todo.pull).toBe(false);
  });

  test('that is made a draft after its packages are there stays what it is', () => {
    expect(decide(withPull(factsAt('unverified'), { draft: true })).state).toBe('unverified');
  });

  const other = { path: 'releases/catalogue.yml', status: 'modified', mode: '100644' } as const;
  const own = { path: ticketFile, status: 'added', mode: '100644' } as const;
  const incomplete: readonly (readonly [string, Facts, string])[] = [
    [
      'has a mistake in it (R-2.4-10.2)',
      { ...begin, ticket: { ...begin.ticket, problems: [problem] } },
      'changelog',
    ],
    ['changes a second file', { ...begin, changes: [own, other] }, 'changes another one too'],
    ['changes an old ticket', { ...begin, changes: [{ ...own, status: 'modified' }] }, 'is a new file'],
    ['removes a ticket', { ...begin, changes: [{ ...own, status: 'deleted' }] }, 'is a new file'],
    ['is a symbolic link', { ...begin, changes: [{ ...own, mode: '120000' }] }, 'not mode 120000'],
    ['is executable', { ...begin, changes: [{ ...own, mode: '100755' }] }, 'not mode 100755'],
    ['goes into another branch', withPull(begin, { base: 'stable' }), 'go into the branch main'],
    [
      'comes from somebody who is not its provider (R-1-4)',
      withPull(begin, { author: people.otto }),
      'is not in the team provider-nordugrid',
    ],
    [
      'comes from somebody with the login of a provider and another account',
      withPull(begin, { author: { login: 'oxana', id: 999 } }),
      'is not in the team provider-nordugrid',
    ],
    ['is there in another pull request', { ...begin, otherTicket: 5 }, 'already carries this release'],
    ['was imported by an operator', { ...begin, otherTicket: 'import' }, 'An operator imported this release'],
    [
      'is no ticket at all',
      { ...begin, ticket: { ...begin.ticket, value: undefined, digest: undefined, problems: [problem] } },
      'changelog',
    ],
  ];
  test.each(incomplete)('that %s is not certified, and it is said why', (_, facts, why) => {
    const decision = decide(facts);
    expect(decision.record).toEqual([]);
    expect(decision.state).toBe('draft');
    expect(decision.todo.pull).toBe(false);
    const [step] = decision.steps;
    expect(step?.stands).toBe('failed');
    expect(step?.because.join('\n')).toContain(why);
  });

  test('with only remarks is certified, and the remarks are told', () => {
    const remark = { ...problem, severity: 'warning', message: 'The changelog is short.' } as const;
    const facts = { ...begin, ticket: { ...begin.ticket, problems: [remark] } };
    expect(gains(facts)).toEqual(['certified']);
    expect(decide(facts).steps[0]?.because.join('\n')).toContain('The changelog is short.');
  });

  test('that is closed before it is ready is left alone', () => {
    const decision = decide(withPull(begin, { open: false, draft: true, closedBy: people.otto }));
    expect(decision.record).toEqual([]);
    expect(decision.todo.reopenTicket).toBe(false);
  });
});

describe('A push (T13)', () => {
  const verified = factsAt('verified');

  test('that changes the content voids everything and certifies the new one (A-35)', () => {
    const facts = pushed(factsAt('done'));
    const decision = decide(facts);
    expect(decision.record.map(({ event }) => event)).toEqual(['voided', 'certified']);
    expect(decision.state).toBe('certified');
    expect(decision.sites).toEqual([]);
    expect(decision.todo.move).toEqual({
      to: 'withdrawn',
      digest: facts.shelf?.manifest.digest,
      revertTicket: false,
      reason: 'the content of the release changed after it was pulled',
    });
  });

  test('that leaves the release digest alone voids nothing (A-35)', () => {
    const decision = decide(withPull(verified, { head: headOf(2) }));
    expect(decision.record).toEqual([]);
    expect(decision.state).toBe('verified');
  });

  test('that breaks the ticket voids everything; the packages leave, and the provider has to mend it', () => {
    const facts = { ...verified, ticket: { ...verified.ticket, value: undefined, digest: undefined } };
    const broken = { ...facts, ticket: { ...facts.ticket, problems: [problem] } };
    const decision = decide(broken);
    expect(gains(broken)).toEqual(['voided']);
    expect(decision.state).toBe('certified');
    expect(decision.waiting).toBe('provider');
    expect(decision.todo.move?.to).toBe('withdrawn');
  });

  test('of new content to a draft voids at once and certifies when it is ready', () => {
    expect(gains(withPull(pushed(verified), { draft: true }))).toEqual(['voided']);
  });

  test('while the old packages are in a channel pulls nothing before they left it', () => {
    const journal = journalOf([
      ...stories.unverified,
      ['2026-03-02T08:20:00Z', { event: 'voided', was: digestOf(0), now: digestOf(1) }],
      told.certified('2026-03-02T08:20:00Z', digestOf(1)),
    ]);
    const facts = pushed({ ...factsAt('unverified'), journal });
    expect(decide(facts).todo).toMatchObject({ pull: false, move: { to: 'withdrawn', digest: digestOf(0) } });

    const left: Facts = { ...facts, shelf: standing('withdrawn') };
    expect(decide(left).todo).toMatchObject({ pull: false, move: undefined });

    const gone = journalOf([
      ...journal.map((entry) => [entry.at, entry] as const),
      told.moved('withdrawn', '2026-03-02T08:21:00Z'),
      told.published('withdrawn', '2026-03-02T08:22:00Z'),
    ]);
    expect(decide({ ...left, journal: gone }).todo).toMatchObject({ pull: true, move: undefined });
  });

  test('that comes while the old content is being published does not make the new content unverified', () => {
    const journal = journalOf([told.certified(), told.pulled()]);
    const readBack = { unverified: { ok: true, number: 3, url: 'https://x.example' } } as const;
    const facts = pushed({ ...factsAt('unverified'), journal, readBack });
    const decision = decide(facts);
    expect(gains(facts)).toEqual(['voided', 'certified', 'moved unverified', 'published unverified']);
    expect(decision.state).toBe('certified');
    expect(decision.todo.move).toMatchObject({ to: 'withdrawn', digest: digestOf(0) });
  });

  test('forth and back while the packages are published makes no step: they leave, and are pulled again', () => {
    const journal = journalOf([
      ...stories.unverified,
      told.verified(),
      told.moved('staged-rollout', '2026-03-02T09:08:00Z'),
      ['2026-03-02T09:09:00Z', { event: 'voided', was: digestOf(0), now: digestOf(1) }],
      told.certified('2026-03-02T09:09:00Z', digestOf(1)),
      ['2026-03-02T09:09:30Z', { event: 'voided', was: digestOf(1), now: digestOf(0) }],
      told.certified('2026-03-02T09:09:30Z'),
      told.published('staged-rollout', '2026-03-02T09:10:00Z'),
    ]);
    const back = { ...factsAt('verified'), call: undefined, journal };
    expect(decide(back).state).toBe('certified');
    expect(decide(back).todo).toMatchObject({ openCall: false, move: { to: 'withdrawn' } });
    const gone = journalOf([
      ...journal.map((entry) => [entry.at, entry] as const),
      told.moved('withdrawn', '2026-03-02T09:11:00Z'),
      told.published('withdrawn', '2026-03-02T09:12:00Z'),
    ]);
    const left = { ...back, journal: gone, shelf: standing('withdrawn') };
    expect(decide(left).todo).toMatchObject({ pull: true, move: undefined });
  });

  test('forth and back starts over too: what is in the channel leaves, and is pulled and verified again (A-35)', () => {
    const journal = journalOf([
      ...stories.unverified,
      ['2026-03-02T08:20:00Z', { event: 'voided', was: digestOf(0), now: digestOf(1) }],
      told.certified('2026-03-02T08:20:00Z', digestOf(1)),
    ]);
    const back = { ...factsAt('unverified'), journal };
    expect(gains(back)).toEqual(['voided', 'certified']);
    expect(decide(back).todo.move).toMatchObject({ to: 'withdrawn', digest: digestOf(0) });
  });

  test('after the close and before the merge starts over: what was closed was another content', () => {
    const facts = pushed(factsAt('closing'));
    expect(gains(facts)).toEqual(['voided', 'certified']);
    expect(decide(facts)).toMatchObject({
      state: 'certified',
      todo: { mergeTicket: false, move: { to: 'withdrawn' } },
    });
  });

  test('to a merged ticket voids nothing: the merge is judged by what it merged', () => {
    const merge = { commit: headOf(5), at: '2026-03-09T13:00:30Z', onlyTheTicket: true, digest: digestOf(1) };
    const facts = withPull(pushed(factsAt('closing')), { open: false, merge }, { onMain: true });
    expect(gains(facts)).toEqual([
      'held as of the merge, the merged ticket is not the one that was verified',
    ]);
    expect(decide(facts).todo.move).toBeUndefined();
  });

  test('to a release that was rejected changes nothing', () => {
    const journal = journalOf([...stories.unverified, told.verified('reject')]);
    const facts = pushed({ ...factsAt('unverified'), journal });
    expect(gains(facts)).toEqual([]);
    expect(decide(facts).state).toBe('rejected');
  });
});

describe('A ticket closed by hand', () => {
  const closed = (by: (typeof people)[keyof typeof people]): Facts =>
    withPull(factsAt('verified'), { open: false, closedBy: by });

  test.each(['oxana', 'pavel', 'rita', 'teo', 'joao'] as const)('by %s is withdrawn', (login) => {
    const decision = decide(closed(people[login]));
    expect(gains(closed(people[login]))).toEqual([`withdrawn @${login} closed the pull request`]);
    expect(decision.state).toBe('withdrawn');
    expect(decision.todo.move).toMatchObject({ to: 'withdrawn', revertTicket: false });
  });

  test.each(['otto', 'carmen'] as const)('by %s is opened again', (login) => {
    expect(gains(closed(people[login]))).toEqual([]);
    expect(decide(closed(people[login])).todo.reopenTicket).toBe(true);
  });
});

describe('The ticket step', () => {
  test('says that the ticket is certified, and with which digest', () => {
    const decision = decide(factsAt('certified'));
    expect(stepOf(decision, 'ticket')).toBe('met: Certified: the ticket is complete');
    expect(decision.steps[0]?.because).toEqual([`Release digest \`${digestOf(0)}\`.`]);
  });
});
