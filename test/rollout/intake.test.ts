import { describe, expect, test } from '@jest/globals';
import type { Facts } from '../../app/model/facts.ts';
import { decide } from '../../app/rollout/decide.ts';
import { after, factsAt, standing } from './facts.ts';
import { people } from './people.ts';
import { type Happening, digest, digestOf, headOf, journalOf, told } from './story.ts';
import { answersTo, comment, gains, heard, stepOf } from './said.ts';

const failure = (at: string, head = headOf(1)): Happening => [
  at,
  { event: 'pull-failed', head, reason: 'digest', message: 'arc.deb: not the sha256 of the ticket' },
];
const afterFailures = (now: string, ...failures: readonly Happening[]): Facts =>
  factsAt('certified', { now, journal: journalOf([told.certified(), ...failures]) });
const first = failure('2026-03-02T08:01:00Z');
const second = failure('2026-03-02T08:03:00Z');
const third = failure('2026-03-02T08:10:00Z');

describe('Intake (T2)', () => {
  test('of a certified ticket begins at once, and is due within its class (R-2.4-10.4a, R-2.4-T3-2, A-45)', () => {
    const decision = decide(factsAt('certified'));
    expect(decision.todo.pull).toBe(true);
    expect(decision.waiting).toBe('repository-managers');
    expect(decision.awaiting[0]?.due).toBe('2026-03-02T12:00:00Z');
  });

  test('that brought everything is recorded with what it brought, and the packages go into unverified (R-2.4-10.4a)', () => {
    const facts = factsAt('certified', { pulled: { ok: true, digest, reason: '', message: '' } });
    expect(decide(facts).record).toMatchObject([
      { event: 'pulled', digest, packages: [{ file: 'arc.deb', sha256: digestOf(9), size: 9 }] },
    ]);
    expect(decide(facts).todo.move).toMatchObject({ to: 'unverified', digest });
  });

  test('that failed is recorded with its reason', () => {
    const pulled = { ok: false, digest, reason: 'size', message: 'arc.deb: 8 bytes, not 9' };
    expect(gains(factsAt('certified', { pulled }))).toEqual(['pull-failed size']);
  });

  test('of content that changed meanwhile counts for nothing', () => {
    const pulled = { ok: true, digest: digestOf(1), reason: '', message: '' };
    expect(gains(factsAt('certified', { pulled }))).toEqual([]);
  });

  test('that failed once waits a minute (R-2.4-10.4d, A-02)', () => {
    const waiting = decide(afterFailures('2026-03-02T08:01:59Z', first));
    expect(waiting.todo.pull).toBe(false);
    expect(waiting.wakeAt).toBe('2026-03-02T08:02:00Z');
    expect(decide(afterFailures('2026-03-02T08:02:00Z', first)).todo.pull).toBe(true);
  });

  test('that failed twice waits five minutes', () => {
    expect(decide(afterFailures('2026-03-02T08:07:59Z', first, second)).todo.pull).toBe(false);
    expect(decide(afterFailures('2026-03-02T08:08:00Z', first, second)).todo.pull).toBe(true);
  });

  const givenUp = afterFailures('2026-03-05T08:00:00Z', first, second, third);
  test('that failed three times is given up, and the provider is awaited and told why (R-2.4-10.4d, A-02)', () => {
    const decision = decide(givenUp);
    expect(decision).toMatchObject({ state: 'certified', waiting: 'provider', todo: { pull: false } });
    expect(decision.labels).toContain('pull-failed');
    expect(stepOf(decision, 'intake')).toBe('failed: Pull failed 3 times');
    const { notices } = decide(
      after(givenUp, ...decision.record.map((entry): Happening => [entry.at, entry])),
    );
    expect(notices.map(({ body }) => body).join('\n')).toContain('arc.deb: not the sha256');
  });

  test('starts again with a new commit (A-02)', () => {
    const facts = { ...givenUp, pull: { ...givenUp.pull, head: headOf(2) } };
    expect(decide(facts).todo.pull).toBe(true);
  });

  test.each(['rita', 'oxana', 'pavel'] as const)('starts again with /retry by %s (A-02)', (login) => {
    const facts = heard(givenUp, comment(people[login], '/retry', '2026-03-05T07:59:00Z'));
    expect(gains(facts)).toEqual(['retried']);
    expect(decide(facts).todo.pull).toBe(true);
  });

  test('does not start again with /retry by an outsider', () => {
    const facts = heard(givenUp, comment(people.otto, '/retry', '2026-03-05T07:59:00Z'));
    expect(gains(facts)).toEqual([]);
    expect(answersTo(facts).join()).toContain('Only repository managers and the provider');
  });

  test('that did not fail cannot be tried again', () => {
    const facts = heard(factsAt('unverified'), comment(people.rita, '/retry', '2026-03-02T08:20:00Z'));
    expect(answersTo(facts).join()).toContain('no failed pull');
  });
});

describe('The way into unverified', () => {
  const pulled = factsAt('unverified', {
    journal: journalOf([told.certified(), told.pulled()]),
    shelf: undefined,
  });

  test('is a promotion of exactly the content that was pulled', () => {
    expect(decide(pulled).todo.move).toEqual({
      to: 'unverified',
      digest,
      revertTicket: false,
      reason: undefined,
    });
  });

  test('is recorded when the manifest stands there, and is not over before the channel was read back', () => {
    const facts: Facts = { ...pulled, shelf: standing('unverified') };
    const bad: Facts = { ...facts, readBack: { unverified: { ok: false, reason: 'InRelease is old' } } };
    expect(gains(facts)).toEqual(['moved unverified']);
    expect(gains(bad)).toEqual(['moved unverified']);
    expect(decide(bad).state).toBe('certified');
    expect(stepOf(decide(bad), 'intake')).toContain('on the way into unverified');
    expect(decide(bad).steps[1]?.because.join()).toContain('InRelease is old');
  });

  test('is over when the channel was read back (R-2.4-10.4c)', () => {
    const readBack = { unverified: { ok: true, number: 3, url: 'https://x.example' } } as const;
    const facts: Facts = { ...pulled, shelf: standing('unverified'), readBack };
    expect(gains(facts)).toEqual(['moved unverified', 'published unverified']);
    expect(decide(facts).state).toBe('unverified');
  });

  test('into staged-rollout is over only when the package has left the channel before, too', () => {
    const readBack = {
      'staged-rollout': { ok: true, number: 3, url: 'https://x.example' },
      unverified: { ok: false, reason: 'still there' },
    } as const;
    const verified = factsAt('verified', {
      journal: journalOf([
        told.certified(),
        told.pulled(),
        told.published('unverified', '2026-03-02T08:10:00Z'),
      ]),
      readBack,
      call: undefined,
    });
    expect(gains(verified)).toEqual(['moved staged-rollout']);
  });
});
