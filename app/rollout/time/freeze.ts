import type { Calendar, Freeze } from '../../model/calendar.ts';
import { epochMilliseconds, isoInstant } from './instant.ts';
import { dayLength, startOfDay } from './zone-offsets.ts';

interface Stretch {
  readonly freeze: Freeze;
  /** Milliseconds since the epoch, the end excluded. */
  readonly begins: number;
  readonly ends: number;
}

const known = new WeakMap<Calendar, readonly Stretch[]>();

/** The freeze of a calendar that covers an instant (ISO), the first listed of several; its days are those of the calendar's zone. */
export function freezeAt(calendar: Calendar, instant: string): Freeze | undefined {
  return at(calendar, epochMilliseconds(instant))?.freeze;
}

/**
 * The first instant (ISO, UTC) at which nothing is frozen any more, seen from an instant within a freeze: freezes that follow one another
 * without a gap end together. Undefined when no freeze covers the instant.
 */
export function freezeEnds(calendar: Calendar, instant: string): string | undefined {
  let end: number | undefined;
  for (let stretch = at(calendar, epochMilliseconds(instant)); stretch; stretch = at(calendar, end))
    end = stretch.ends;
  return end === undefined ? undefined : isoInstant(end);
}

const at = (calendar: Calendar, instant: number): Stretch | undefined =>
  stretchesOf(calendar).find(({ begins, ends }) => begins <= instant && instant < ends);

function stretchesOf(calendar: Calendar): readonly Stretch[] {
  const found = known.get(calendar);
  if (found) return found;
  const dayOf = (date: string): number => Date.parse(date) / dayLength;
  const stretches = (calendar.freezes ?? []).map((freeze) => ({
    freeze,
    begins: startOfDay(calendar.tz, dayOf(freeze.from)),
    ends: startOfDay(calendar.tz, dayOf(freeze.to) + 1),
  }));
  known.set(calendar, stretches);
  return stretches;
}
