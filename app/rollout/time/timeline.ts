import type { Calendar } from '../../model/calendar.ts';
import type { ClassPolicy, Policy } from '../../model/policy.ts';
import { entryOf } from '../../model/record.ts';
import type { ReleaseClass } from '../../model/release-class.ts';
import { epochMilliseconds, isoInstant } from './instant.ts';
import { workingTimeOf } from './working-time.ts';

/** A span of time as the policy writes it: `30m`, `2.5h`, `5wd`. */
type Duration = string;
type Clock = ClassPolicy['clock'];

/** A stretch of time (ISO instants) in which a clock stands still; without `to` it still does. */
export interface Pause {
  readonly from: string;
  readonly to: string | undefined;
}

const second = 1000;
const hour = 3_600_000;
const workingDay = 8 * hour;

/** Milliseconds of a span; a working day is 8 hours. Throws on a span that the policy's schema would refuse. */
export function milliseconds(duration: Duration): number {
  const match = /^(\d+(?:\.\d)?)(m|h|wd)$/.exec(duration);
  if (!match) throw new Error(`not a duration: ${duration}`);
  const unit = match[2] === 'wd' ? workingDay : match[2] === 'h' ? hour : 60_000;
  // 1.1 times 3,600,000 is not a whole number in binary.
  return Math.round(Number(match[1]) * unit);
}

/**
 * The instant at which a span that begins at `start` is over (R-2.4-T3, A-16, A-17). On the wall clock that is plain time; on the working
 * clock only the hours that the calendar calls working count, in the calendar's own time zone, whatever daylight saving does.
 * Takes and gives ISO instants in UTC, whole seconds. Throws a RangeError on a start that is no instant.
 */
export function due(start: string, duration: Duration, clock: Clock, calendar: Calendar): string {
  return roundedUp(added(epochMilliseconds(start), milliseconds(duration), clock, calendar));
}

/** The instant at which half of a span is over: when people are reminded (process.md, 4). Otherwise like `due`. */
export function halfway(start: string, duration: Duration, clock: Clock, calendar: Calendar): string {
  return roundedUp(added(epochMilliseconds(start), milliseconds(duration) / 2, clock, calendar));
}

/** The latest instant at which a span can begin to be over by `end`: the last whole second whose `due` is not after it. */
export function before(end: string, duration: Duration, clock: Clock, calendar: Calendar): string {
  const by = Math.floor(epochMilliseconds(end) / second) * second;
  const span = milliseconds(duration);
  return isoInstant(clock === 'wall' ? by - span : workingTimeOf(calendar).subtract(by, span));
}

/** Milliseconds that a clock counts between two instants; none when the second is not the later one. */
export function elapsed(from: string, to: string, clock: Clock, calendar: Calendar): number {
  return counted(epochMilliseconds(from), epochMilliseconds(to), clock, calendar);
}

/** How many whole days of a clock are over since an instant: 8 working hours each, or 24 hours of the wall clock. */
export function workingDaysSince(instant: string, now: string, clock: Clock, calendar: Calendar): number {
  return Math.floor(elapsed(instant, now, clock, calendar) / (clock === 'wall' ? 24 * hour : workingDay));
}

/**
 * `due` of a clock that stands still through the pauses (T3w: while a countermeasure is awaited). They may come in any order, overlap,
 * and reach before the start. Undefined while a pause is open: nothing is due then, unless it was already when the pause began.
 */
export function dueWithPauses(
  start: string,
  duration: Duration,
  clock: Clock,
  calendar: Calendar,
  pauses: readonly Pause[],
): string | undefined {
  return addedWithPauses(start, milliseconds(duration), clock, calendar, pauses);
}

function addedWithPauses(
  start: string,
  span: number,
  clock: Clock,
  calendar: Calendar,
  pauses: readonly Pause[],
): string | undefined {
  let at = epochMilliseconds(start);
  let left = span;
  const stretches = pauses.map(({ from, to }) => ({
    from: epochMilliseconds(from),
    to: to === undefined ? Infinity : epochMilliseconds(to),
  }));
  for (const { from, to } of stretches.toSorted((one, other) => one.from - other.from)) {
    if (to <= at || to <= from) continue;
    if (from > at) {
      const end = added(at, left, clock, calendar);
      if (end <= from) return roundedUp(end);
      left -= counted(at, from, clock, calendar);
    }
    if (to === Infinity) return undefined;
    at = to;
  }
  return roundedUp(added(at, left, clock, calendar));
}

const added = (start: number, span: number, clock: Clock, calendar: Calendar): number =>
  clock === 'wall' ? start + span : workingTimeOf(calendar).add(start, span);

const counted = (from: number, to: number, clock: Clock, calendar: Calendar): number =>
  clock === 'wall' ? Math.max(0, to - from) : workingTimeOf(calendar).between(from, to);

/** A deadline is never told shorter than it is: parts of a second count as one (I27). */
const roundedUp = (instant: number): string => isoInstant(Math.ceil(instant / second) * second);

/** A length of time in a class of Table 3. */
type ClockName = 'step1' | 'step2' | 'accept' | 'step3' | 'grace' | 'grace_minimum';

/** The clocks of a ticket's class, with the calendar they run on: the functions above, with those filled in. */
export interface Clocks {
  due(start: string, which: ClockName): string;
  dueWithPauses(start: string, which: ClockName, pauses: readonly Pause[]): string | undefined;
  halfway(start: string, which: ClockName): string;
  /** `halfway` of a clock that stands still through the pauses. */
  halfwayWithPauses(start: string, which: ClockName, pauses: readonly Pause[]): string | undefined;
  before(end: string, which: ClockName): string;
  elapsed(from: string, to: string): number;
  workingDaysSince(instant: string, now: string): number;
  /** The same clocks on a calendar that a site named; on the process's own when it named none, or one that there is not. */
  forSite(calendar: string | undefined): Clocks;
}

const known = new WeakMap<Policy, Map<ReleaseClass, Clocks>>();

/** The clocks of a class; the same object for the same policy, which must not change any more. */
export function clocksOf(policy: Policy, releaseClass: ReleaseClass): Clocks {
  const ofPolicy = known.get(policy) ?? new Map<ReleaseClass, Clocks>();
  known.set(policy, ofPolicy);
  const clocks =
    ofPolicy.get(releaseClass) ?? clocksOn(policy.calendar, policy, policy.classes[releaseClass]);
  ofPolicy.set(releaseClass, clocks);
  return clocks;
}

/** A decision asks a dozen times for the same few deadlines: so many are kept. */
const mostKept = 2000;

function kept<Which extends string>(work: (start: string, which: Which) => string): typeof work {
  const answers = new Map<string, string>();
  return (start, which) => {
    const key = `${which} ${start}`;
    const answer = answers.get(key) ?? work(start, which);
    if (answers.size >= mostKept) answers.clear();
    answers.set(key, answer);
    return answer;
  };
}

function clocksOn(calendar: Calendar, policy: Policy, own: ClassPolicy): Clocks {
  const { clock } = own;
  return {
    due: kept((start, which) => due(start, own[which], clock, calendar)),
    dueWithPauses: (start, which, pauses) => dueWithPauses(start, own[which], clock, calendar, pauses),
    halfway: kept((start, which) => halfway(start, own[which], clock, calendar)),
    halfwayWithPauses: (start, which, pauses) =>
      addedWithPauses(start, milliseconds(own[which]) / 2, clock, calendar, pauses),
    before: (end, which) => before(end, own[which], clock, calendar),
    elapsed: (from, to) => elapsed(from, to, clock, calendar),
    workingDaysSince: (instant, now) => workingDaysSince(instant, now, clock, calendar),
    forSite: (name) => clocksOn(entryOf(policy.calendars ?? {}, name ?? '') ?? policy.calendar, policy, own),
  };
}
