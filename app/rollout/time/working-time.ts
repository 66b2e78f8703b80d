import type { Calendar } from '../../model/calendar.ts';
import { dayAt, dayLength, offsetsBetween, startOfDay } from './zone-offsets.ts';

const dayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
/** Hours are worked out for so many days at a time, and kept for so many times as long. */
const blockLength = 64 * dayLength;
const mostBlocks = 1024;
/** No clock of the process is longer than this; a calendar without working hours would otherwise be walked for ever. */
const mostDays = 3660;

/** The working hours of 64 days of UTC, in order; every pair of `opens` and `closes` apart from the next. */
interface Block {
  readonly opens: readonly number[];
  readonly closes: readonly number[];
  /** Working milliseconds from the beginning of the block to each of `closes`. */
  readonly worked: readonly number[];
  readonly total: number;
}

const known = new WeakMap<Calendar, WorkingTime>();

/** The working time of a calendar; the same object for the same calendar, which must not change any more. */
export function workingTimeOf(calendar: Calendar): WorkingTime {
  const found = known.get(calendar) ?? new WorkingTime(calendar);
  known.set(calendar, found);
  return found;
}

/**
 * Arithmetic with the hours that a calendar calls working. An instant is working when the wall clock of the calendar's zone stands
 * within the hours of its day, and the day is no holiday: an hour that is skipped in spring is not worked, one that comes twice in autumn
 * is worked twice. Instants are milliseconds since the epoch, spans milliseconds. Asking again costs a binary search.
 */
class WorkingTime {
  readonly #tz: string;
  /** By day of the week, Monday first: milliseconds of the day, in order, none of them twice. */
  readonly #hours: readonly (readonly (readonly [number, number])[])[];
  readonly #holidays: ReadonlySet<number>;
  readonly #blocks = new Map<number, Block>();

  constructor({ tz, week, holidays }: Calendar) {
    this.#tz = tz;
    this.#hours = dayNames.map((name) => joined((week[name] ?? []).map(hoursOfDay)));
    this.#holidays = new Set(holidays.map((date) => Date.parse(date) / dayLength));
  }

  /** Working milliseconds between two instants; none when the second is not the later one. */
  between(from: number, to: number): number {
    if (to <= from) return 0;
    const [first, last] = [blockNumber(from), blockNumber(to)];
    let sum = workedUntil(this.#block(last), to) - workedUntil(this.#block(first), from);
    for (let number = first; number < last; number += 1) sum += this.#block(number).total;
    return sum;
  }

  /** The first instant by which a span has been worked since `start`; for a span of nothing, the first working instant. */
  add(start: number, span: number): number {
    const found = this.#add(start, span);
    if (found !== undefined && found <= start + (mostDays - 1) * dayLength) return found;
    // A calendar that hardly works brings no deadline near: better never over than over at once (I27).
    return Math.min(found ?? Infinity, startOfDay(this.#tz, dayAt(this.#tz, start) + mostDays));
  }

  #add(start: number, span: number): number | undefined {
    const first = blockNumber(start);
    const last = blockNumber(start + (mostDays + 1) * dayLength);
    let left = span + workedUntil(this.#block(first), start);
    for (let number = first; number <= last; number += 1) {
      const block = this.#block(number);
      if (span === 0) {
        const next = firstAbove(block.closes, start);
        const opens = block.opens[next];
        if (opens !== undefined) return Math.max(opens, start);
      } else if (left <= block.total) {
        return instantOf(block, firstAbove(block.worked, left - 1), left);
      }
      left -= block.total;
    }
    return undefined;
  }

  /** The latest whole second of which `add` with that span gives `end`, itself a whole second, or an earlier instant. */
  subtract(end: number, span: number): number {
    const found = span === 0 ? this.#lastWorking(end) : this.#subtract(end, span);
    if (found !== undefined && found >= end - (mostDays - 2) * dayLength) return found;
    const dayAfter = dayAt(this.#tz, end) - mostDays + 1;
    return Math.max(found ?? -Infinity, startOfDay(this.#tz, dayAfter) - 1000);
  }

  #subtract(end: number, span: number): number | undefined {
    const last = blockNumber(end);
    let left = workedUntil(this.#block(last), end) - span;
    for (let number = last; number >= blockNumber(end - mostDays * dayLength); number -= 1) {
      if (number < last) left += this.#block(number).total;
      const block = this.#block(number);
      if (left >= 0) return instantOf(block, firstAbove(block.worked, left), left);
    }
    return undefined;
  }

  #lastWorking(end: number): number | undefined {
    for (let number = blockNumber(end); number >= blockNumber(end - mostDays * dayLength); number -= 1) {
      const { opens, closes } = this.#block(number);
      const next = firstAbove(closes, end);
      if ((opens[next] ?? Infinity) <= end) return end;
      const closed = closes[next - 1];
      if (closed !== undefined) return closed - 1000;
    }
    return undefined;
  }

  #block(number: number): Block {
    const found = this.#blocks.get(number);
    if (found) return found;
    if (this.#blocks.size >= mostBlocks) this.#blocks.clear();
    const block = this.#build(number * blockLength);
    this.#blocks.set(number, block);
    return block;
  }

  #build(begins: number): Block {
    const opens: number[] = [];
    const closes: number[] = [];
    for (const { from, to, offset } of offsetsBetween(this.#tz, begins, begins + blockLength)) {
      const lastDay = Math.floor((to - 1 + offset) / dayLength);
      for (let day = Math.floor((from + offset) / dayLength); day <= lastDay; day += 1) {
        if (this.#holidays.has(day)) continue;
        const midnight = day * dayLength - offset;
        for (const [start, end] of this.#hours[weekday(day)] ?? []) {
          const [open, close] = [Math.max(from, midnight + start), Math.min(to, midnight + end)];
          if (close <= open) continue;
          if (closes.at(-1) === open) closes[closes.length - 1] = close;
          else {
            opens.push(open);
            closes.push(close);
          }
        }
      }
    }
    let total = 0;
    const worked = closes.map((close, index) => (total += close - (opens[index] ?? close)));
    return { opens, closes, worked, total };
  }
}

const blockNumber = (instant: number): number => Math.floor(instant / blockLength);

/** Monday is 0; 1 January 1970, day 0, was a Thursday. */
const weekday = (day: number): number => (((day + 3) % 7) + 7) % 7;

/** Working milliseconds from the beginning of a block to an instant within it. */
function workedUntil({ opens, closes, worked }: Block, instant: number): number {
  const next = firstAbove(closes, instant);
  const before = next === 0 ? 0 : (worked[next - 1] ?? 0);
  return before + Math.max(0, instant - (opens[next] ?? instant));
}

/** The instant within the hours of that index by which so much of the block has been worked. */
const instantOf = ({ closes, worked }: Block, index: number, done: number): number =>
  (closes[index] ?? 0) - ((worked[index] ?? 0) - done);

/** The index of the first number above a bound, in a list in ascending order; its length when there is none. */
function firstAbove(numbers: readonly number[], bound: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? 0) > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}

function hoursOfDay(text: string): readonly [number, number] {
  const [opens = '', closes = ''] = text.split('-').map((time) => {
    const [hour, minute] = time.split(':').map(Number);
    return ((hour ?? 0) * 60 + (minute ?? 0)) * 60_000;
  });
  return [Number(opens), Number(closes)];
}

/** Hours in order. What overlaps counts once: a deadline that counted it twice would come too early (I27). */
function joined(hours: readonly (readonly [number, number])[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const [opens, closes] of hours.toSorted(([one], [other]) => one - other)) {
    const last = found.at(-1);
    if (closes <= opens) continue;
    if (last && opens <= last[1]) last[1] = Math.max(last[1], closes);
    else found.push([opens, closes]);
  }
  return found;
}
