import { describe, expect, test } from '@jest/globals';
import type { Calendar } from '../../../app/model/calendar.ts';
import { freezeAt, freezeEnds } from '../../../app/rollout/time/freeze.ts';
import { due } from '../../../app/rollout/time/timeline.ts';

const weekdays = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, ['09:00-17:00']]));
const yearEnd = { from: '2026-12-21', to: '2027-01-03', reason: 'year-end freeze' };
const calendar: Calendar = { tz: 'Europe/Amsterdam', week: weekdays, holidays: [], freezes: [yearEnd] };
const withFreezes = (tz: string, ...freezes: (readonly [string, string])[]): Calendar => ({
  ...calendar,
  tz,
  freezes: freezes.map(([from, to]) => ({ from, to, reason: `${from} to ${to}` })),
});

describe('A freeze (A-16)', () => {
  test.each([
    ['the second before its first day', '2026-12-20T22:59:59Z', false],
    ['the first second of its first day', '2026-12-20T23:00:00Z', true],
    ['the night between two of its days', '2026-12-25T02:00:00Z', true],
    ['the last second of its last day', '2027-01-03T22:59:59Z', true],
    ['the first second after it', '2027-01-03T23:00:00Z', false],
  ])('covers its days in the zone of the calendar, told at %s', (_, instant, isFrozen) => {
    expect(freezeAt(calendar, instant)).toEqual(isFrozen ? yearEnd : undefined);
    expect(freezeEnds(calendar, instant)).toBe(isFrozen ? '2027-01-03T23:00:00Z' : undefined);
  });

  test('of one day covers that day, also one of 23 hours', () => {
    const spring = withFreezes('Europe/Amsterdam', ['2026-03-29', '2026-03-29']);
    expect(freezeAt(spring, '2026-03-28T23:00:00Z')).toBeDefined();
    expect(freezeEnds(spring, '2026-03-28T23:00:00Z')).toBe('2026-03-29T22:00:00Z');
  });

  test('ends at the first instant of the next day where midnight is skipped', () => {
    // In Beirut 29 March 2026 began at one in the morning.
    const beirut = withFreezes('Asia/Beirut', ['2026-03-27', '2026-03-28']);
    expect(freezeEnds(beirut, '2026-03-28T12:00:00Z')).toBe('2026-03-28T22:00:00Z');
  });

  test('that follows another without a gap ends with it, in whatever order they stand', () => {
    const three = withFreezes(
      'Europe/Amsterdam',
      ['2026-07-06', '2026-07-10'],
      ['2026-07-01', '2026-07-05'],
      ['2026-07-12', '2026-07-13'],
    );
    expect(freezeEnds(three, '2026-07-02T10:00:00Z')).toBe('2026-07-10T22:00:00Z');
    expect(freezeAt(three, '2026-07-11T10:00:00Z')).toBeUndefined();
  });

  test('that ends before it begins, and a calendar without any, cover nothing', () => {
    const backwards = withFreezes('Europe/Amsterdam', ['2026-07-10', '2026-07-06']);
    expect(freezeAt(backwards, '2026-07-08T10:00:00Z')).toBeUndefined();
    const { freezes: _, ...without } = calendar;
    expect(freezeAt(without, '2026-12-25T10:00:00Z')).toBeUndefined();
    expect(freezeEnds(without, '2026-12-25T10:00:00Z')).toBeUndefined();
  });

  test('stops no clock', () => {
    expect(due('2026-12-21T10:00:00Z', '5wd', 'working', calendar)).toBe('2026-12-28T10:00:00Z');
  });

  test('is not looked up at what is no instant', () => {
    expect(() => freezeAt(calendar, '2026-12-25')).toThrow('not an instant: 2026-12-25');
  });
});
