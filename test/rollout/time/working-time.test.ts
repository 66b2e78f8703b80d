import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Calendar } from '../../../app/model/calendar.ts';
import { before, due, elapsed } from '../../../app/rollout/time/timeline.ts';

/*
 * Twenty years in twelve zones with odd rules, minute by minute. The counter looks at the wall clock of Intl and adds up; nothing of it
 * is how the product computes.
 */
const zones = [
  'Africa/Cairo',
  'Africa/Casablanca',
  'America/Sao_Paulo',
  'America/St_Johns',
  'Asia/Gaza',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'Europe/Amsterdam',
  'Europe/Dublin',
  'Europe/Istanbul',
  'Pacific/Apia',
  'Pacific/Chatham',
];
const firstMinute = Date.UTC(2010, 0, 1) / 60_000;
const minutes = (20 * 365 + 5) * 1440;

/** Minutes that a zone is ahead of UTC, for each minute of the years: looked up once a day, and more closely where it changes. */
function offsets(tz: string): Int16Array {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: tz,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
  });
  const look = (minute: number): number => {
    const text = format.format((firstMinute + minute) * 60_000);
    const [month = 0, day = 0, year = 0, hour = 0, past = 0] = (text.match(/\d+/g) ?? []).map(Number);
    return Date.UTC(year, month - 1, day, hour, past) / 60_000 - firstMinute - minute;
  };
  const found = new Int16Array(minutes);
  const fill = (from: number, step: number, to: number): void => {
    for (let at = from; at < to; at += step) {
      const offset = look(at);
      if (step === 1 || offset === look(at + step)) found.fill(offset, at, at + step);
      else fill(at, step === 1440 ? 60 : 1, at + step);
    }
  };
  fill(0, 1440, minutes);
  return found;
}

/** How many minutes were working ones before each minute of the years. */
function countedMinutes({ week, holidays }: Calendar, ahead: Int16Array): Uint32Array {
  const works = (['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const).map((name) =>
    Uint8Array.from({ length: 1440 }, (_, minute) => {
      const time = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
      return (week[name] ?? []).some((span) => span.slice(0, 5) <= time && time < span.slice(6)) ? 1 : 0;
    }),
  );
  const never = new Uint8Array(1440);
  const free = new Set(holidays.map((date) => Date.parse(date) / 86_400_000));
  const counted = new Uint32Array(minutes + 1);
  let [sum, day, today] = [0, Number.NaN, never];
  for (let minute = 0; minute < minutes; minute += 1) {
    const local = firstMinute + minute + (ahead[minute] ?? 0);
    const ofDay = local % 1440;
    if (local - ofDay !== day) {
      day = local - ofDay;
      today = free.has(day / 1440) ? never : (works[(day / 1440 + 3) % 7] ?? never);
    }
    sum += today[ofDay] ?? 0;
    counted[minute + 1] = sum;
  }
  return counted;
}

/** The first minute before which so many minutes were working ones. */
function firstWith(counted: Uint32Array, wanted: number): number {
  let [low, high] = [0, counted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((counted[middle] ?? 0) >= wanted) high = middle;
    else low = middle + 1;
  }
  return low;
}

const days = (...hours: string[]): Calendar['week'] => ({
  mon: hours,
  tue: hours,
  wed: hours,
  thu: hours,
  fri: hours,
});
const weeks: Readonly<Record<string, Calendar['week']>> = {
  'office hours': days('09:00-17:00'),
  'hours of the night, when clocks are changed': {
    ...days('00:00-02:15', '02:45-06:00', '22:00-24:00'),
    sat: ['00:30-02:30'],
    sun: ['00:00-24:00'],
  },
};
const holidays = ['2011-12-29', '2012-04-09', '2016-03-28', '2020-12-25', '2026-04-06', '2029-10-07'];
const iso = (minute: number): string =>
  new Date((firstMinute + minute) * 60_000).toISOString().replace('.000Z', 'Z');

describe('Working time over 20 years (I27, R13, A-16)', () => {
  test.each(zones)('in %s is what a counter of minutes counts', (tz) => {
    const ahead = offsets(tz);
    for (const [name, week] of Object.entries(weeks)) {
      const calendar: Calendar = { tz, week, holidays };
      const counted = countedMinutes(calendar, ahead);
      const worked = (minute: number): number => counted[minute] ?? 0;
      const minute = fc.integer({ min: 60 * 1440, max: minutes - 120 * 1440 });
      const span = fc.oneof(
        fc.integer({ min: 1, max: 999 }),
        fc.integer({ min: 1, max: 22 }).map((n) => n * 480),
      );
      fc.assert(
        fc.property(minute, span, (start, length) => {
          const written = length > 999 ? `${String(length / 480)}wd` : `${String(length)}m`;
          const told = `${name}: ${written} from ${iso(start)}`;
          expect([told, due(iso(start), written, 'working', calendar)]).toEqual([
            told,
            iso(firstWith(counted, worked(start) + length)),
          ]);
          expect([told, before(iso(start), written, 'working', calendar)]).toEqual([
            told,
            iso(firstWith(counted, worked(start) - length + 1) - 1),
          ]);
          const other = Math.min(minutes, start + length * 100);
          expect(elapsed(iso(start), iso(other), 'working', calendar)).toBe(
            (worked(other) - worked(start)) * 60_000,
          );
        }),
        { numRuns: 500 },
      );
    }
  });

  test('knows no 30 December 2011 in Samoa, which went over the date line', () => {
    const calendar: Calendar = { tz: 'Pacific/Apia', week: days('09:00-17:00'), holidays: [] };
    // Thursday the 29th, 16:00 there; after it came Saturday the 31st.
    expect(due('2011-12-30T02:00:00Z', '2h', 'working', calendar)).toBe('2012-01-01T20:00:00Z');
  });
});
