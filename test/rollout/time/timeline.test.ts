import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { load } from 'js-yaml';
import { Temporal } from 'temporal-polyfill';
import { duration as durationSchema } from '../../../app/model/policy.ts';
import { clocksOf, due, milliseconds } from '../../../app/rollout/time/timeline.ts';
import { configuration } from '../people.ts';

type Calendar = Parameters<typeof due>[3];

const vectors = '../shared/fixtures/calendar.yaml';
const hasVectors = existsSync(vectors);
const week = (...hours: string[]): Calendar['week'] => ({
  mon: hours,
  tue: hours,
  wed: hours,
  thu: hours,
  fri: hours,
});
const amsterdam: Calendar = {
  tz: 'Europe/Amsterdam',
  week: week('09:00-17:00'),
  holidays: ['2026-04-03', '2026-04-06', '2026-12-25'],
};
const utc = (local: string, tz = 'Europe/Amsterdam'): string =>
  Temporal.PlainDateTime.from(local).toZonedDateTime(tz).toInstant().toString();

describe('The working clock', () => {
  interface Vector {
    readonly start: string;
    readonly add: string;
    readonly end: string;
    readonly calendar?: string;
  }
  (hasVectors ? describe : describe.skip)('with the vectors of the fixtures', () => {
    test('ends when they say', () => {
      const file = load(readFileSync(vectors, 'utf8')) as {
        calendars: Record<string, { tz: string; week: Calendar['week']; holidays: Record<string, string[]> }>;
        vectors: Vector[];
      };
      expect(file.vectors.length).toBeGreaterThanOrEqual(5);
      for (const { start, add, end, calendar } of file.vectors) {
        const {
          tz,
          week: hours,
          holidays,
        } = file.calendars['europe-amsterdam'] ?? { ...amsterdam, holidays: {} };
        const days = Object.values(holidays).flat();
        const clock = calendar === 'wall-clock' ? 'wall' : 'working';
        expect(due(utc(start), add, clock, { tz, week: hours, holidays: days })).toBe(utc(end));
      }
    });
  });

  const rows: readonly (readonly [string, string, string, string])[] = [
    ['from morning to afternoon', '2026-03-12T10:00', '4h', '2026-03-12T14:00'],
    ['from one day to the next', '2026-03-12T10:00', '1wd', '2026-03-13T10:00'],
    ['from Friday to Monday', '2026-03-13T16:00', '1wd', '2026-03-16T16:00'],
    ['over a weekend that begins within it (A-16)', '2026-03-14T12:00', '2.5h', '2026-03-16T11:30'],
    ['from the evening', '2026-03-12T20:00', '1h', '2026-03-13T10:00'],
    ['from the night before', '2026-03-12T03:00', '1h', '2026-03-12T10:00'],
    ['to the very end of a day', '2026-03-12T15:00', '2h', '2026-03-12T17:00'],
    ['from the very end of a day', '2026-03-12T17:00', '1h', '2026-03-13T10:00'],
    ['from the very beginning of a day', '2026-03-12T09:00', '1wd', '2026-03-12T17:00'],
    ['over Good Friday and Easter Monday (A-16)', '2026-04-02T16:00', '2h', '2026-04-07T10:00'],
    ['begun on a holiday', '2026-04-06T10:00', '1h', '2026-04-07T10:00'],
    ['over the change to summer time', '2026-03-27T16:30', '4h', '2026-03-30T12:30'],
    ['over the change to winter time', '2026-10-23T16:30', '4h', '2026-10-26T12:30'],
    ['for five working days', '2026-03-02T13:00', '5wd', '2026-03-09T13:00'],
    ['for twenty-two working days over Easter', '2026-03-12T09:00', '22wd', '2026-04-14T17:00'],
    ['over the end of the year', '2026-12-24T16:00', '2h', '2026-12-28T10:00'],
    ['for minutes', '2026-03-12T16:45', '30m', '2026-03-13T09:15'],
    ['for nothing, within working hours', '2026-03-12T10:00', '0h', '2026-03-12T10:00'],
    ['for nothing, at night: until the next ones', '2026-03-12T20:00', '0h', '2026-03-13T09:00'],
  ];
  test.each(rows)('runs %s', (_, start, span, end) => {
    expect(due(utc(start), span, 'working', amsterdam)).toBe(utc(end));
  });

  test('passes over the hour at noon', () => {
    const calendar = { ...amsterdam, week: week('09:00-12:00', '13:00-18:00') };
    expect(due(utc('2026-03-12T11:00'), '2h', 'working', calendar)).toBe(utc('2026-03-12T14:00'));
  });

  test('runs around the clock where the calendar does', () => {
    const all = { ...week('00:00-24:00'), sat: ['00:00-24:00'], sun: ['00:00-24:00'] };
    const calendar = { tz: 'Europe/Amsterdam', week: all, holidays: [] };
    // 29 March has 23 hours: elapsed time is what counts.
    expect(due(utc('2026-03-28T12:00'), '24h', 'working', calendar)).toBe(utc('2026-03-29T13:00'));
  });

  test('runs in the time zone of the calendar, not in that of the machine', () => {
    const tokyo = { ...amsterdam, tz: 'Asia/Tokyo', holidays: [] };
    expect(due('2026-03-12T07:00:00Z', '2h', 'working', tokyo)).toBe('2026-03-13T01:00:00Z');
  });

  test('never ends where no hours are working: a deadline far away, not one that is over', () => {
    const never: Calendar = { tz: 'Europe/Amsterdam', week: {}, holidays: [] };
    expect(due('2026-03-12T07:00:00Z', '1h', 'working', never) > '2036').toBe(true);
    const noMondays = { ...amsterdam, week: { mon: ['17:00-09:00'] } };
    expect(due('2026-03-12T07:00:00Z', '1h', 'working', noMondays) > '2036').toBe(true);
  });
});

describe('The wall clock', () => {
  test('runs at night, on Sundays and holidays (A-17)', () => {
    expect(due('2026-12-25T22:00:00Z', '2.5h', 'wall', amsterdam)).toBe('2026-12-26T00:30:00Z');
  });

  test('counts a part of a second as a whole one: no deadline is told shorter than it is', () => {
    expect(due('2026-03-12T10:00:00.001Z', '30m', 'wall', amsterdam)).toBe('2026-03-12T10:30:01Z');
    expect(due('2026-03-12T10:00:00.001Z', '30m', 'working', amsterdam)).toBe('2026-03-12T10:30:01Z');
  });

  test.each(['', 'yesterday', '2026-13-01T00:00:00Z'])('does not begin at %j', (start) => {
    expect(() => due(start, '1h', 'wall', amsterdam)).toThrow(
      expect.objectContaining({ name: 'RangeError' }),
    );
    expect(() => due(start, '1h', 'working', amsterdam)).toThrow(
      expect.objectContaining({ name: 'RangeError' }),
    );
  });

  test('takes a working day for eight hours (A-16)', () => {
    expect(due('2026-03-12T10:00:00Z', '1wd', 'wall', amsterdam)).toBe('2026-03-12T18:00:00Z');
  });
});

describe('A length of time', () => {
  test('is a whole number of milliseconds, however the policy may write it', () => {
    const lengths = Array.from({ length: 10_000 }, (_, tenths) =>
      ['m', 'h', 'wd'].map((unit) => `${String(Math.floor(tenths / 10))}.${String(tenths % 10)}${unit}`),
    ).flat();
    expect(lengths.filter((text) => !Number.isInteger(milliseconds(text)))).toEqual([]);
    expect(['7m', '2.5h', '999.9wd'].filter((text) => !durationSchema.safeParse(text).success)).toEqual([]);
    expect(milliseconds('1.1h')).toBe(3_960_000);
  });

  test.each(['', '1', '1d', '-1h', '1.55h', 'h', '1 h', '1e3h', 'NaNh'])('is not %j', (text) => {
    expect(() => milliseconds(text)).toThrow('not a duration');
  });

  test('is that of the release class (R-2.4-T3-1, R-2.4-T3-2, R-2.4-T3-4)', () => {
    const start = '2026-03-02T08:00:00Z';
    const ends = (name: 'emergency' | 'revision' | 'minor' | 'major'): readonly string[] =>
      (['step1', 'step2', 'accept', 'step3'] as const).map((which) =>
        clocksOf(configuration.policy, name).due(start, which),
      );
    expect(ends('emergency')).toEqual([
      '2026-03-02T11:00:00Z',
      '2026-03-02T10:30:00Z',
      '2026-03-02T09:00:00Z',
      '2026-03-02T10:30:00Z',
    ]);
    expect(ends('revision')).toEqual([
      '2026-03-02T12:00:00Z',
      '2026-03-03T16:00:00Z',
      '2026-03-02T16:00:00Z',
      '2026-03-03T16:00:00Z',
    ]);
    expect(ends('major').at(1)).toBe('2026-03-13T16:00:00Z');
  });
});

/** Is a minute a working one? Told from the wall clock of the zone alone: nothing of this is how the product computes. */
function workingMinutes(calendar: Calendar, from: number, count: number): readonly boolean[] {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone: calendar.tz,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  // Offsets change on the hour or half hour: one look at the wall clock for each quarter is enough.
  const minutes: boolean[] = [];
  for (let quarter = 0; quarter * 15 < count; quarter += 1) {
    const parts = Object.fromEntries(
      format.formatToParts(new Date(from + quarter * 900_000)).map(({ type, value }) => [type, value]),
    );
    const date = `${parts['year'] ?? ''}-${parts['month'] ?? ''}-${parts['day'] ?? ''}`;
    const day = (parts['weekday'] ?? '').toLowerCase() as keyof Calendar['week'];
    const time = `${parts['hour'] ?? ''}:${parts['minute'] ?? ''}`;
    const works =
      !calendar.holidays.includes(date) &&
      (calendar.week[day] ?? []).some((span) => {
        const [opens = '', closes = ''] = span.split('-');
        return opens <= time && time < closes;
      });
    for (let minute = 0; minute < 15; minute += 1) minutes.push(works);
  }
  return minutes;
}

describe('Any span, against a counter of minutes', () => {
  const days = 100;
  const zones = [
    'Europe/Amsterdam',
    'America/New_York',
    'Australia/Lord_Howe',
    'Asia/Kolkata',
    'Pacific/Auckland',
  ];
  const months = ['2026-02-15T00:00:00Z', '2026-09-01T00:00:00Z'];
  const cases = zones.flatMap((tz) => months.map((month) => [tz, month] as const));
  const shapes = [
    week('09:00-17:00'),
    { ...week('08:00-12:00', '13:00-17:00'), sat: ['10:00-14:00'], sun: ['00:00-24:00'] },
  ];

  test.each(cases)('in %s from %s ends when as many working minutes are over', (tz, month) => {
    const from = Date.parse(month);
    for (const shape of shapes) {
      const calendar: Calendar = { tz, week: shape, holidays: ['2026-03-09', '2026-04-06', '2026-10-26'] };
      const minutes = workingMinutes(calendar, from, days * 1440);
      const minute = fc.integer({ min: 0, max: 40 * 1440 });
      fc.assert(
        fc.property(minute, fc.integer({ min: 1, max: 100 }), (begins, half) => {
          const start = new Date(from + begins * 60_000).toISOString().replace('.000Z', 'Z');
          const end = due(start, `${String(half / 2)}h`, 'working', calendar);
          const ends = (Date.parse(end) - from) / 60_000;
          expect(Number.isInteger(ends)).toBe(true);
          expect(ends).toBeGreaterThanOrEqual(begins);
          const worked = minutes.slice(begins, ends).filter(Boolean).length;
          expect(worked).toBe(half * 30);
          // Not a minute later than needed, either.
          expect(minutes[ends - 1]).toBe(true);
        }),
        { numRuns: 40 },
      );
    }
  });

  test('never ends earlier for what begins later, or is longer', () => {
    const hours = fc.integer({ min: 0, max: 400 });
    const minute = fc.integer({ min: 0, max: 60 * 1440 });
    fc.assert(
      fc.property(minute, minute, hours, hours, fc.constantFrom('working', 'wall'), (a, b, c, d, clock) => {
        const at = (minutes: number): string =>
          new Date(Date.parse('2026-03-01T00:00:00Z') + minutes * 60_000).toISOString().replace('.000Z', 'Z');
        const early = due(at(Math.min(a, b)), `${String(Math.min(c, d))}h`, clock, amsterdam);
        const late = due(at(Math.max(a, b)), `${String(Math.max(c, d))}h`, clock, amsterdam);
        expect(early <= late).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
