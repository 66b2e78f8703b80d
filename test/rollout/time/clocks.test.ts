import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Calendar } from '../../../app/model/calendar.ts';
import {
  type Pause,
  before,
  clocksOf,
  due,
  dueWithPauses,
  elapsed,
  halfway,
  milliseconds,
  workingDaysSince,
} from '../../../app/rollout/time/timeline.ts';
import { configuration } from '../people.ts';

const office = ['09:00-17:00'];
const amsterdam: Calendar = {
  tz: 'Europe/Amsterdam',
  week: { mon: office, tue: office, wed: office, thu: office, fri: office },
  holidays: ['2026-04-03', '2026-04-06'],
};
const always: Calendar = {
  tz: 'Europe/Amsterdam',
  week: Object.fromEntries(
    ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, ['00:00-24:00']]),
  ),
  holidays: [],
};

const first = Date.parse('2026-01-01T00:00:00Z');
const iso = (second: number): string => new Date(first + second * 1000).toISOString().replace('.000Z', 'Z');
const instants = fc.integer({ min: 0, max: 2 * 365 * 86_400 }).map(iso);
const spans = fc.oneof(
  fc.integer({ min: 0, max: 999 }).map((tenths) => `${String(tenths / 10)}h`),
  fc.integer({ min: 0, max: 22 }).map((days) => `${String(days)}wd`),
  fc.integer({ min: 0, max: 999 }).map((minutes) => `${String(minutes)}m`),
);
const clocks = fc.constantFrom('working' as const, 'wall' as const);
const hours = fc.constantFrom(
  office,
  ['00:00-24:00'],
  ['00:00-02:30', '22:00-24:00'],
  ['08:00-12:00', '13:00-18:00'],
  ['02:30-03:30'],
  [],
);
const zones = ['Europe/Amsterdam', 'America/St_Johns', 'Australia/Lord_Howe', 'Asia/Beirut', 'UTC'];
const holidays = fc.array(
  fc.integer({ min: 0, max: 900 }).map((day) => iso(day * 86_400).slice(0, 10)),
  { maxLength: 20 },
);
/** Calendars that work on Wednesdays at least. */
const calendars: fc.Arbitrary<Calendar> = fc.record({
  tz: fc.constantFrom(...zones),
  week: fc.record({
    mon: hours,
    tue: hours,
    wed: hours.filter((list) => list.length > 0),
    thu: hours,
    fri: hours,
    sat: hours,
    sun: hours,
  }),
  holidays,
});
const second = (instant: string, by: number): string =>
  new Date(Date.parse(instant) + by * 1000).toISOString().replace('.000Z', 'Z');

describe('On any calendar (I27)', () => {
  test('a span that begins later never ends earlier', () => {
    fc.assert(
      fc.property(calendars, instants, instants, spans, clocks, (calendar, one, other, span, clock) => {
        const [early = '', late = ''] = [one, other].toSorted();
        expect(due(early, span, clock, calendar) <= due(late, span, clock, calendar)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('a span is over when the clock has counted it, and not a second earlier', () => {
    fc.assert(
      fc.property(calendars, instants, spans, clocks, (calendar, start, span, clock) => {
        const end = due(start, span, clock, calendar);
        expect(elapsed(start, end, clock, calendar)).toBe(milliseconds(span));
        expect(Date.parse(end)).toBeGreaterThanOrEqual(Date.parse(start) + milliseconds(span));
        const less = Math.max(0, milliseconds(span) - 1000);
        expect(elapsed(start, second(end, -1), clock, calendar)).toBe(less);
      }),
      { numRuns: 500 },
    );
  });

  test('the latest start is the last second from which a span is over in time', () => {
    fc.assert(
      fc.property(calendars, instants, spans, clocks, (calendar, end, span, clock) => {
        const start = before(end, span, clock, calendar);
        expect(due(start, span, clock, calendar) <= end).toBe(true);
        expect(due(second(start, 1), span, clock, calendar) > end).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  test('a holiday more, or a day of the week off, never brings a deadline nearer', () => {
    const days = fc.constantFrom('mon', 'tue', 'thu', 'fri', 'sat', 'sun');
    fc.assert(
      fc.property(calendars, holidays, days, instants, spans, (calendar, more, day, start, span) => {
        const end = due(start, span, 'working', calendar);
        const withHolidays = { ...calendar, holidays: [...calendar.holidays, ...more] };
        expect(due(start, span, 'working', withHolidays) >= end).toBe(true);
        const withDayOff = { ...calendar, week: { ...calendar.week, [day]: [] } };
        expect(due(start, span, 'working', withDayOff) >= end).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('half of a span and half of it again is the whole', () => {
    fc.assert(
      fc.property(calendars, instants, spans, clocks, (calendar, start, span, clock) => {
        const half = halfway(start, span, clock, calendar);
        expect(elapsed(start, half, clock, calendar)).toBe(milliseconds(span) / 2);
        expect(halfway(half, span, clock, calendar)).toBe(due(start, span, clock, calendar));
      }),
      { numRuns: 300 },
    );
  });

  test('what is asked in another order, or of an equal calendar, has the same answer', () => {
    fc.assert(
      fc.property(calendars, fc.array(fc.tuple(instants, spans), { maxLength: 5 }), (calendar, asked) => {
        const ask = ([start, span]: readonly [string, string]): string =>
          due(start, span, 'working', calendar);
        const answers = asked.map(ask);
        expect(asked.toReversed().map(ask).toReversed()).toEqual(answers);
        const equal = structuredClone(calendar);
        expect(asked.map(([start, span]) => due(start, span, 'working', equal))).toEqual(answers);
      }),
      { numRuns: 100 },
    );
  });
});

describe('A pause', () => {
  const pauses: fc.Arbitrary<Pause[]> = fc.array(
    fc.tuple(instants, fc.integer({ min: -86_400, max: 20 * 86_400 })).map(([from, length]) => ({
      from,
      to: second(from, length),
    })),
    { maxLength: 6 },
  );

  test('only lengthens, by what the clock would have counted', () => {
    fc.assert(
      fc.property(calendars, instants, spans, clocks, pauses, (calendar, start, span, clock, list) => {
        const end = dueWithPauses(start, span, clock, calendar, list) ?? '';
        expect(end >= due(start, span, clock, calendar)).toBe(true);
        // What was counted outside of all pauses, told from the instants at which one begins or ends.
        const marks = [start, end, ...list.flatMap(({ from, to }) => [from, to ?? ''])]
          .filter((mark) => start <= mark && mark <= end)
          .toSorted();
        const counted = marks.slice(1).reduce((sum, to, index) => {
          const from = marks[index] ?? to;
          const isPaused = list.some((pause) => pause.from <= from && to <= (pause.to ?? ''));
          return sum + (isPaused ? 0 : elapsed(from, to, clock, calendar));
        }, 0);
        expect(counted).toBe(milliseconds(span));
      }),
      { numRuns: 500 },
    );
  });

  const start = '2026-03-02T08:00:00Z';
  const pause = (from: string, to?: string): Pause => ({ from, to });
  test.each<[string, readonly Pause[], string | undefined]>([
    ['none', [], '2026-03-03T16:00:00Z'],
    ['one of half a day', [pause('2026-03-02T10:00:00Z', '2026-03-02T14:00:00Z')], '2026-03-04T12:00:00Z'],
    ['one at night', [pause('2026-03-02T16:00:00Z', '2026-03-03T08:00:00Z')], '2026-03-03T16:00:00Z'],
    [
      'one from before the start',
      [pause('2026-03-01T10:00:00Z', '2026-03-02T10:00:00Z')],
      '2026-03-04T10:00:00Z',
    ],
    [
      'one that was over before',
      [pause('2026-03-01T10:00:00Z', '2026-03-02T08:00:00Z')],
      '2026-03-03T16:00:00Z',
    ],
    [
      'two that overlap, the later first',
      [
        pause('2026-03-02T12:00:00Z', '2026-03-02T16:00:00Z'),
        pause('2026-03-02T10:00:00Z', '2026-03-02T14:00:00Z'),
      ],
      '2026-03-04T14:00:00Z',
    ],
    ['one that is open', [pause('2026-03-02T10:00:00Z')], undefined],
    ['one that is open since before the start', [pause('2026-03-01T10:00:00Z')], undefined],
    ['one that began when it was over', [pause('2026-03-03T16:00:00Z')], '2026-03-03T16:00:00Z'],
    ['one that began a second before it was over', [pause('2026-03-03T15:59:59Z')], undefined],
    [
      'one that ends before it begins',
      [pause('2026-03-02T14:00:00Z', '2026-03-02T10:00:00Z')],
      '2026-03-03T16:00:00Z',
    ],
  ])('holds two working days back: %s', (_, list, end) => {
    expect(dueWithPauses(start, '2wd', 'working', amsterdam, list)).toBe(end);
  });
});

describe('A calendar that hardly works', () => {
  const hardly = (mon: string[], free: string[] = []): Calendar => ({
    tz: 'Europe/Amsterdam',
    week: { mon },
    holidays: free,
  });

  test.each([
    ['never', hardly([])],
    ['a minute a week', hardly(['09:00-09:01'])],
    ['hours that end before they begin', hardly(['17:00-09:00'])],
  ])('brings no deadline near, and every start far back: %s', (_, calendar) => {
    expect(due('2026-03-12T07:00:00Z', '999h', 'working', calendar)).toBe('2036-03-18T23:00:00Z');
    const latest = before('2036-03-18T23:00:00Z', '999h', 'working', calendar);
    expect(latest).toBe('2026-03-12T22:59:59Z');
    expect(due(latest, '999h', 'working', calendar)).toBe('2036-03-18T23:00:00Z');
    expect(before('2036-03-18T22:59:59Z', '999h', 'working', calendar)).toBe('2026-03-11T22:59:59Z');
  });

  test('still ends what it has time for', () => {
    expect(due('2026-03-02T08:00:00Z', '3m', 'working', hardly(['09:00-09:01']))).toBe(
      '2026-03-16T08:01:00Z',
    );
  });

  test('counts hours that stand there twice once', () => {
    const doubled = hardly(['12:00-17:00', '09:00-13:00']);
    expect(due('2026-03-02T08:00:00Z', '8h', 'working', doubled)).toBe('2026-03-02T16:00:00Z');
  });
});

describe('Time that has passed', () => {
  test('is none when the second instant is the first one', () => {
    expect(elapsed('2026-03-03T10:00:00Z', '2026-03-02T10:00:00Z', 'working', amsterdam)).toBe(0);
    expect(elapsed('2026-03-03T10:00:00Z', '2026-03-02T10:00:00Z', 'wall', amsterdam)).toBe(0);
  });

  test.each([
    ['working', '2026-03-06T15:00:00Z', '2026-03-09T14:59:59Z', 0],
    ['working', '2026-03-06T15:00:00Z', '2026-03-09T15:00:00Z', 1],
    ['working', '2026-04-02T07:00:00Z', '2026-04-07T15:00:00Z', 2],
    ['working', '2026-03-09T15:00:00Z', '2026-03-06T15:00:00Z', 0],
    ['wall', '2026-03-06T15:00:00Z', '2026-03-09T14:59:59Z', 2],
    ['wall', '2026-03-06T15:00:00Z', '2026-03-09T15:00:00Z', 3],
  ] as const)('in whole days of the %s clock from %s to %s is %d', (clock, from, now, days) => {
    expect(workingDaysSince(from, now, clock, amsterdam)).toBe(days);
  });

  test('counts an hour that comes twice twice, and one that is skipped not at all', () => {
    const hour = 3_600_000;
    expect(elapsed('2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', 'working', always)).toBe(25 * hour);
    expect(elapsed('2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z', 'working', always)).toBe(23 * hour);
    const nights = { ...always, week: { sun: ['02:00-03:00'] } };
    expect(elapsed('2026-10-24T22:00:00Z', '2026-10-25T23:00:00Z', 'working', nights)).toBe(2 * hour);
    expect(elapsed('2026-03-28T23:00:00Z', '2026-03-29T22:00:00Z', 'working', nights)).toBe(0);
  });

  test('runs through midnight where hours go up to 24:00 and begin at 00:00', () => {
    expect(due('2026-03-02T22:30:00Z', '2h', 'working', always)).toBe('2026-03-03T00:30:00Z');
    expect(due('2026-03-02T23:00:00Z', '0h', 'working', always)).toBe('2026-03-02T23:00:00Z');
    const mondays = { ...always, week: { mon: ['22:00-24:00'], tue: ['00:00-01:00'] } };
    expect(due('2026-03-02T22:30:00Z', '1h', 'working', mondays)).toBe('2026-03-02T23:30:00Z');
    expect(before('2026-03-02T23:30:00Z', '1h', 'working', mondays)).toBe('2026-03-02T22:30:00Z');
  });
});

describe('The latest start', () => {
  test.each([
    ['within a day', '2026-03-12T14:00:00Z', '2h', '2026-03-12T12:00:00Z'],
    ['over a weekend', '2026-03-16T09:00:00Z', '2h', '2026-03-13T15:00:00Z'],
    ['is the morning, not the evening before', '2026-03-12T10:00:00Z', '2h', '2026-03-12T08:00:00Z'],
    ['for an end at night', '2026-03-12T20:00:00Z', '2h', '2026-03-12T14:00:00Z'],
    ['for nothing, at night', '2026-03-12T20:00:00Z', '0h', '2026-03-12T15:59:59Z'],
    ['for an end within a second', '2026-03-12T14:00:00.900Z', '2h', '2026-03-12T12:00:00Z'],
  ])('%s', (_, end, span, start) => {
    expect(before(end, span, 'working', amsterdam)).toBe(start);
  });
});

describe('The clocks of a class', () => {
  const lisbon: Calendar = { ...amsterdam, tz: 'Europe/Lisbon', holidays: ['2026-06-10'] };
  const policy = { ...configuration.policy, calendars: { lisbon } };
  const start = '2026-03-02T08:00:00Z';

  test('run on the calendar that a site names, in its zone and with its holidays (A-16)', () => {
    const own = clocksOf(policy, 'minor');
    expect(own.due(start, 'accept')).toBe('2026-03-02T16:00:00Z');
    expect(own.forSite('lisbon').due(start, 'accept')).toBe('2026-03-02T17:00:00Z');
    expect(own.forSite('lisbon').due('2026-06-09T16:00:00Z', 'accept')).toBe('2026-06-11T16:00:00Z');
    expect(own.forSite('lisbon').forSite(undefined).due(start, 'accept')).toBe('2026-03-02T16:00:00Z');
  });

  test.each([undefined, '', 'madrid', 'constructor', 'toString'])(
    'run on the calendar of the process where a site names %j',
    (name) => {
      expect(clocksOf(policy, 'minor').forSite(name).due(start, 'accept')).toBe('2026-03-02T16:00:00Z');
      expect(clocksOf(configuration.policy, 'minor').forSite(name).due(start, 'accept')).toBe(
        '2026-03-02T16:00:00Z',
      );
    },
  );

  test('run on the wall clock in an emergency, also for a site with a calendar (A-17)', () => {
    const emergency = clocksOf(policy, 'emergency').forSite('lisbon');
    expect(emergency.due('2026-03-07T22:00:00Z', 'accept')).toBe('2026-03-07T23:00:00Z');
    expect(emergency.workingDaysSince('2026-03-07T22:00:00Z', '2026-03-08T22:00:00Z')).toBe(1);
  });

  test('tell the half, the latest start and what has passed, with and without pauses', () => {
    const own = clocksOf(policy, 'minor');
    const pauses = [{ from: '2026-03-02T10:00:00Z', to: '2026-03-02T12:00:00Z' }];
    expect(own.due(start, 'step2')).toBe('2026-03-04T16:00:00Z');
    expect(own.halfway(start, 'step2')).toBe('2026-03-03T12:00:00Z');
    expect(own.halfwayWithPauses(start, 'step2', pauses)).toBe('2026-03-03T14:00:00Z');
    expect(own.dueWithPauses(start, 'step2', pauses)).toBe('2026-03-05T10:00:00Z');
    expect(own.before('2026-03-04T16:00:00Z', 'step2')).toBe(start);
    expect(own.elapsed(start, '2026-03-04T16:00:00Z')).toBe(24 * 3_600_000);
    expect(own.workingDaysSince(start, '2026-03-04T16:00:00Z')).toBe(3);
  });

  test('cost far less than the 50 µs of a decision once a calendar is known', () => {
    const own = clocksOf(policy, 'major');
    const rounds = 2000;
    const took = (): number => {
      const begun = performance.now();
      for (let round = 0; round < rounds; round += 1) own.due(iso(round * 600), 'step2');
      return ((performance.now() - begun) * 1000) / rounds;
    };
    own.due(start, 'step2');
    // The best of ten: whatever else the machine does in between is not the clocks' cost.
    expect(Math.min(...Array.from({ length: 10 }, took))).toBeLessThan(25);
  });
});
