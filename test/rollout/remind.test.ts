import { describe, expect, test } from '@jest/globals';
import type { Facts } from '../../app/model/facts.ts';
import { decide } from '../../app/rollout/decide.ts';
import { after, factsAt } from './facts.ts';
import { people } from './people.ts';
import { inWords } from './said.ts';
import { journalOf, stories, told } from './story.ts';

const { jan } = people;
type Point = Parameters<typeof factsAt>[0];
const at = (point: Point, now: string): Facts => ({ ...factsAt(point), now });
const reminded = (facts: Facts): readonly string[] =>
  decide(facts)
    .record.filter(({ event }) => event === 'reminded')
    .map(inWords);
/** The facts with what the clocks told in the journal, as after the run. */
const recorded = (facts: Facts, now = facts.now): Facts => ({
  ...after(
    facts,
    ...decide(facts).record.flatMap((entry) =>
      entry.event === 'reminded' ? [[entry.at, entry] as const] : [],
    ),
  ),
  now,
});
const bodies = (facts: Facts): readonly string[] =>
  decide(recorded(facts))
    .notices.filter(({ marker }) => marker.startsWith('clock:'))
    .map(({ where, body }) => `${where}: ${body}`);

describe('A clock tells', () => {
  const rows: readonly (readonly [string, Facts, readonly string[]])[] = [
    ['nothing a second before half of step 1', at('certified', '2026-03-02T09:59:59Z'), []],
    [
      'the repository managers at half of step 1 (R-2.4-T3-5)',
      at('certified', '2026-03-02T10:00:00Z'),
      ['reminded repository-managers step1 half'],
    ],
    [
      'the repository managers when step 1 is due (R-2.4-T3-5)',
      at('certified', '2026-03-02T12:00:00Z'),
      ['reminded repository-managers step1 due'],
    ],
    [
      'the verifiers at half of step 2 (R-2.4-T3-5)',
      at('unverified', '2026-03-03T08:10:00Z'),
      ['reminded technology-unit step2 half'],
    ],
    [
      'the verifiers when step 2 is due (R-2.4-T3-5)',
      at('unverified', '2026-03-04T08:10:00Z'),
      ['reminded technology-unit step2 due'],
    ],
    [
      'the early adopters at half of their day (R-2.4-12.2)',
      at('verified', '2026-03-02T13:10:00Z'),
      ['reminded early adopters accept half'],
    ],
    [
      'the early adopters and managers after the day (R-2.4-12.3a)',
      at('verified', '2026-03-03T09:10:00Z'),
      ['reminded early adopters accept due'],
    ],
    [
      'new sites after twice the day (R-2.4-12.3b, A-10)',
      at('verified', '2026-03-04T09:10:00Z'),
      ['reminded early adopters accept call 1'],
    ],
    ['a site at half of its report', at('deployed', '2026-03-03T12:00:00Z'), ['reminded CESGA step3 half']],
    ['a site when its report is due', at('deployed', '2026-03-04T12:00:00Z'), ['reminded CESGA step3 due']],
    [
      'a site that its report is a day late (R-2.4-T3-5)',
      at('deployed', '2026-03-05T12:00:00Z'),
      ['reminded CESGA step3 late 1'],
    ],
    ['nobody at half of the grace period (A-15)', at('done', '2026-03-05T12:00:00Z'), []],
    [
      'the managers when the grace period is over: a reminder, no close (A-15)',
      at('done', '2026-03-09T12:00:00Z'),
      ['reminded staged-rollout grace due'],
    ],
    ['nobody, when the release has ended', at('closing', '2026-06-01T12:00:00Z'), []],
  ];
  test.each(rows)('%s', (_, facts, entries) => {
    expect(reminded(facts)).toEqual(entries);
    expect(reminded(recorded(facts))).toEqual([]);
  });

  test('the provider instead, when packages cannot be pulled (R-2.4-T3-5)', () => {
    const failed = [1, 2, 3].map(
      (minute) =>
        [
          `2026-03-02T08:0${String(minute)}:00Z`,
          { event: 'pull-failed', head: factsAt('none').pull.head, reason: 'digest', message: 'Wrong.' },
        ] as const,
    );
    expect(reminded(after(at('certified', '2026-03-02T12:00:00Z'), ...failed))).toEqual([
      'reminded provider step1 due',
    ]);
  });

  test('each site of its own report, from its own deployment', () => {
    const two = after(
      at('deployed', '2026-03-04T12:00:00Z'),
      told.accepted('SiGNET', '2026-03-03T10:00:00Z', jan),
    );
    expect(reminded(two)).toEqual(['reminded CESGA step3 due', 'reminded SiGNET step3 half']);
  });

  test('each working day that it is late, once, and not at weekends (process.md 4)', () => {
    // The report was due on Wednesday at noon.
    const later = (facts: Facts, hour: number): Facts => {
      const now = new Date(Date.parse(facts.now) + hour * 3_600_000).toISOString().replace('.000Z', 'Z');
      return { ...facts, now };
    };
    let facts = recorded(at('deployed', '2026-03-04T12:00:00Z'));
    const days: string[] = [];
    for (let hour = 0; hour < 7 * 24; hour += 1) {
      facts = later(facts, 1);
      const day = facts.now.slice(5, 10);
      days.push(...reminded(facts).map((entry) => `${day} ${entry}`));
      facts = recorded(facts);
    }
    expect(days).toEqual([
      '03-05 reminded CESGA step3 late 1',
      '03-06 reminded CESGA step3 late 2',
      '03-09 reminded CESGA step3 late 3',
      '03-10 reminded CESGA step3 late 4',
      '03-11 reminded CESGA step3 late 5',
    ]);
  });

  test('after an outage only what is true now, not what was missed', () => {
    expect(reminded(at('deployed', '2026-03-11T12:00:00Z'))).toEqual(['reminded CESGA step3 late 5']);
  });

  test('again from the beginning, when a new clock begins', () => {
    const late = recorded(at('accepted', '2026-03-04T10:00:00Z'));
    expect(reminded(late)).toEqual([]);
    const deployed = after(late, told.deployed('CESGA', '2026-03-04T10:00:00Z'));
    expect(reminded({ ...deployed, now: '2026-03-05T10:00:00Z' })).toEqual(['reminded CESGA step3 half']);
  });

  test('nothing while it is a draft again', () => {
    const facts = at('certified', '2026-03-09T12:00:00Z');
    expect(reminded({ ...facts, pull: { ...facts.pull, draft: true } })).toEqual([]);
  });

  test('of an emergency at night (A-17)', () => {
    const facts = { ...factsAt('unverified', {}, 'emergency'), now: '2026-03-02T10:40:00Z' };
    expect(reminded(facts)).toEqual(['reminded technology-unit step2 due']);
  });

  test('and wakes the system up for it', () => {
    expect(decide(at('deployed', '2026-03-02T13:00:00Z')).wakeAt).toBe('2026-03-03T12:00:00Z');
    expect(decide(recorded(at('deployed', '2026-03-03T12:00:00Z'))).wakeAt).toBe('2026-03-04T12:00:00Z');
    expect(decide(at('done', '2026-03-03T11:00:00Z')).wakeAt).toBe('2026-03-09T12:00:00Z');
  });
});

describe('A reminder', () => {
  test.each([
    [
      'of step 2 speaks to the verifiers',
      at('unverified', '2026-03-03T08:10:00Z'),
      /^ticket: @grid\/unit half of the time for step 2, the verification is over; it is due \*\*2026-03-04T08:10:00Z\*\*/,
    ],
    [
      'that is due speaks to the managers, too',
      at('unverified', '2026-03-04T08:10:00Z'),
      /^ticket: @grid\/unit @grid\/rollout-managers Step 2, the verification is due now/,
    ],
    [
      'that is late says by how much',
      at('unverified', '2026-03-06T08:10:00Z'),
      /is 2 working days late \(due \*\*2026-03-04T08:10:00Z\*\*, R-2.4-T3-5\)/,
    ],
    [
      'of a report speaks to the people of the site',
      at('deployed', '2026-03-03T12:00:00Z'),
      /^ticket: @carmen CESGA: half of the time/,
    ],
    [
      'of a late report says how to excuse the site',
      at('deployed', '2026-03-05T12:00:00Z'),
      /@grid\/rollout-managers The report|`\/excuse CESGA <reason>`/,
    ],
    [
      'of the grace period speaks to the managers once',
      at('done', '2026-03-09T12:00:00Z'),
      /^ticket: @grid\/rollout-managers The close after the grace period is due now/,
    ],
    [
      'of step 1 speaks to the repository managers',
      at('certified', '2026-03-02T10:00:00Z'),
      /^ticket: @grid\/managers half of the time for step 1/,
    ],
  ] as const)('%s', (_, facts, words) => {
    const found = bodies(facts);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(words);
  });

  const called: Facts = {
    ...factsAt('verified'),
    journal: journalOf([
      ...stories.verified.slice(0, -1),
      told.called('2026-03-02T09:20:00Z', ['CESGA', 'SiGNET']),
      told.declined('CESGA'),
    ]),
  };
  const mentioned = (facts: Facts, where: string): readonly string[] =>
    bodies(facts)
      .filter((body) => body.startsWith(`${where}:`))
      .flatMap((body) => body.match(/@[\w/-]+/g) ?? []);

  test('of the acceptance stands in the call and speaks to the sites that have not answered (A-25)', () => {
    const half = { ...called, now: '2026-03-02T13:10:00Z' };
    expect(mentioned(half, 'call')).toEqual(['@jan', '@vera']);
    expect(mentioned(half, 'ticket')).toEqual([]);
  });

  test('of a day without an answer tells the managers who is silent (R-2.4-12.3a)', () => {
    const due = { ...called, now: '2026-03-03T09:10:00Z' };
    expect(bodies(due).find((body) => body.startsWith('ticket:'))).toContain(
      '@grid/rollout-managers nobody has accepted `arc-arc-ce-7.0.1` yet (R-2.4-12.3a): SiGNET has not answered',
    );
  });

  test('of twice the day calls the teams of all early adopters, in the call only (R-2.4-12.3b, A-10, A-25)', () => {
    const twice = { ...called, now: '2026-03-04T09:10:00Z' };
    expect(mentioned(twice, 'call')).toContain('@grid/early-adopters-arc');
    expect(mentioned(twice, 'ticket')).not.toContain('@grid/early-adopters-arc');
    expect(bodies(twice).join('\n')).toContain('this is a call for new early adopters');
  });

  test('leaves the release where it is: nothing is promoted in silence (A-10)', () => {
    expect(decide(recorded({ ...called, now: '2026-06-01T09:10:00Z' }))).toMatchObject({
      state: 'verified',
      todo: { move: undefined, mergeTicket: false },
    });
  });
});
