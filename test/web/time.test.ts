import { describe, expect, test } from '@jest/globals';
import { apart, isPast, readable } from '../../app/web/time.tsx';

describe('Time on the pages', () => {
  test('is read in UTC, with the day of the week', () => {
    expect(readable('2026-03-11T15:04:59Z')).toBe('Wed 11 Mar 2026, 15:04 UTC');
    expect(readable('2026-03-12T00:30:00+01:00')).toBe('Wed 11 Mar 2026, 23:30 UTC');
    expect(readable('some day')).toBe('some day');
  });

  test.each([
    ['2026-03-11T10:00:30Z', 'less than a minute'],
    ['2026-03-11T10:01:00Z', '1 minute'],
    ['2026-03-11T10:59:59Z', '59 minutes'],
    ['2026-03-11T11:00:00Z', '1 hour'],
    ['2026-03-13T09:59:00Z', '47 hours'],
    ['2026-03-13T10:00:00Z', '2 days'],
    ['2026-03-08T10:00:00Z', '3 days'],
    ['never', 'some time'],
  ])('%s is %s from ten o’clock', (other, words) => {
    expect(apart('2026-03-11T10:00:00Z', other)).toBe(words);
  });

  test('is past when it is before now, whatever the form it is written in', () => {
    expect(isPast('2026-03-11T09:59:59Z', '2026-03-11T10:00:00.000Z')).toBe(true);
    expect(isPast('2026-03-11T10:00:00Z', '2026-03-11T10:00:00.000Z')).toBe(false);
    expect(isPast('2026-03-11T10:30:00+01:00', '2026-03-11T10:00:00Z')).toBe(true);
    expect(isPast(undefined, '2026-03-11T10:00:00Z')).toBe(false);
  });
});
