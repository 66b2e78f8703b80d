import { Temporal } from 'temporal-polyfill';

/** Milliseconds of a day without a change of clocks. */
export const dayLength = 24 * 3_600_000;

/** A stretch of time, end excluded, through which a zone keeps one distance from UTC. All in milliseconds; instants since the epoch. */
interface OffsetPeriod {
  readonly from: number;
  readonly to: number;
  /** Local time minus UTC. */
  readonly offset: number;
}

/** Temporal takes a fifth of a millisecond to find the next change of clocks: the answers for so many days are kept. */
const windowLength = 512 * dayLength;
const mostWindows = 1000;
const windows = new Map<string, readonly OffsetPeriod[]>();

/**
 * The offsets of a time zone between two instants (milliseconds since the epoch), in order, without gaps, clipped to them.
 * Throws a RangeError on a zone that there is not.
 */
export function offsetsBetween(tz: string, from: number, to: number): readonly OffsetPeriod[] {
  const found: OffsetPeriod[] = [];
  for (let number = Math.floor(from / windowLength); number * windowLength < to; number += 1) {
    for (const period of offsetsIn(tz, number)) {
      if (period.to <= from || period.from >= to) continue;
      found.push({ ...period, from: Math.max(period.from, from), to: Math.min(period.to, to) });
    }
  }
  return found;
}

function offsetsIn(tz: string, number: number): readonly OffsetPeriod[] {
  const key = `${String(number)} ${tz}`;
  const known = windows.get(key);
  if (known) return known;
  const periods: OffsetPeriod[] = [];
  const end = (number + 1) * windowLength;
  let at = Temporal.Instant.fromEpochMilliseconds(number * windowLength).toZonedDateTimeISO(tz);
  while (at.epochMilliseconds < end) {
    const next = at.getTimeZoneTransition('next');
    const to = Math.min(next?.epochMilliseconds ?? end, end);
    periods.push({ from: at.epochMilliseconds, to, offset: at.offsetNanoseconds / 1_000_000 });
    if (!next) break;
    at = next;
  }
  if (windows.size >= mostWindows) windows.clear();
  windows.set(key, periods);
  return periods;
}

/** The day that a zone has at an instant (milliseconds), counted from 1 January 1970. */
export function dayAt(tz: string, instant: number): number {
  const [period] = offsetsBetween(tz, instant, instant + 1);
  return Math.floor((instant + (period?.offset ?? 0)) / dayLength);
}

/** The first instant (milliseconds) at which a zone has that day, or a later one where it skipped the day. */
export function startOfDay(tz: string, day: number): number {
  const midnight = day * dayLength;
  for (const { from, to, offset } of offsetsBetween(tz, midnight - 2 * dayLength, midnight + 2 * dayLength)) {
    const at = Math.max(from, midnight - offset);
    if (at < to) return at;
  }
  throw new Error(`day ${String(day)} never begins in ${tz}`);
}
