import { Temporal } from 'temporal-polyfill';
import type { ReleaseClass } from '../model/release-class.ts';
import type { ClassPolicy, Policy } from '../model/policy.ts';

type Calendar = Policy['calendar'];
/** A span of time as the policy writes it: `30m`, `2.5h`, `5wd`. */
type Duration = string;

const dayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const workingDayMilliseconds = 8 * 3_600_000;
/** No clock of the process is longer than this; a calendar without working hours would otherwise be walked for ever. */
const mostDays = 3660;

/** Milliseconds of a span; a working day is 8 hours. Throws on a span that the policy's schema would refuse. */
export function milliseconds(duration: Duration): number {
  const match = /^(\d+(?:\.\d)?)(m|h|wd)$/.exec(duration);
  if (!match) throw new Error(`not a duration: ${duration}`);
  const unit = match[2] === 'wd' ? workingDayMilliseconds : match[2] === 'h' ? 3_600_000 : 60_000;
  // 1.1 times 3,600,000 is not a whole number in binary.
  return Math.round(Number(match[1]) * unit);
}

/**
 * The instant at which a span that begins at `start` is over (R-2.4-T3, A-16, A-17). On the wall clock that is plain time; on the working
 * clock only the hours that the calendar calls working count, in the calendar's own time zone, whatever daylight saving does.
 * Takes and gives ISO instants in UTC, whole seconds.
 */
export function due(
  start: string,
  duration: Duration,
  clock: ClassPolicy['clock'],
  calendar: Calendar,
): string {
  const span = milliseconds(duration);
  if (clock === 'wall') return wholeSeconds(Date.parse(start) + span);
  return wholeSeconds(addWorking(Temporal.Instant.from(start), span, calendar).epochMilliseconds);
}

function addWorking(start: Temporal.Instant, span: number, calendar: Calendar): Temporal.Instant {
  let left = span;
  const zoned = start.toZonedDateTimeISO(calendar.tz);
  let day = zoned.toPlainDate();
  for (let walked = 0; walked < mostDays; walked++) {
    for (const [opens, closes] of hoursOf(day, calendar)) {
      const from = Temporal.Instant.compare(opens, start) < 0 ? start : opens;
      const room = closes.epochMilliseconds - from.epochMilliseconds;
      if (room <= 0) continue;
      // A span of nothing is over when it begins, but not outside working hours before the next ones open.
      if (left < room || (left === room && left > 0)) return from.add({ milliseconds: left });
      left -= room;
    }
    day = day.add({ days: 1 });
  }
  // A calendar that hardly works brings no deadline near: better never over than over at once (I27).
  return day.toZonedDateTime(calendar.tz).toInstant();
}

function hoursOf(
  day: Temporal.PlainDate,
  calendar: Calendar,
): readonly (readonly [Temporal.Instant, Temporal.Instant])[] {
  if (calendar.holidays.includes(day.toString())) return [];
  const name = dayNames[day.dayOfWeek - 1] ?? 'mon';
  return (calendar.week[name] ?? []).map((span) => {
    const [opens = '', closes = ''] = span.split('-');
    return [at(day, opens, calendar.tz), at(day, closes, calendar.tz)] as const;
  });
}

function at(day: Temporal.PlainDate, time: string, tz: string): Temporal.Instant {
  if (time === '24:00') return day.add({ days: 1 }).toZonedDateTime(tz).toInstant();
  return day.toZonedDateTime({ timeZone: tz, plainTime: Temporal.PlainTime.from(time) }).toInstant();
}

/** A deadline is never told shorter than it is: parts of a second count as one. */
const wholeSeconds = (epochMilliseconds: number): string =>
  `${new Date(Math.ceil(epochMilliseconds / 1000) * 1000).toISOString().slice(0, 19)}Z`;

/** The clocks of a ticket's class, with the calendar they run on. */
export interface Clocks {
  due(start: string, which: 'step1' | 'step2' | 'accept' | 'step3' | 'grace' | 'grace_minimum'): string;
}

export function clocksOf(policy: Policy, releaseClass: ReleaseClass): Clocks {
  const own = policy.classes[releaseClass];
  return { due: (start, which) => due(start, own[which], own.clock, policy.calendar) };
}
