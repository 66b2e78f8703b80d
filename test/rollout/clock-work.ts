/*
 * The calendar of these tests reckoned once more, by plain arithmetic and not by the application's: Monday to Friday, nine to five, in
 * Amsterdam, in the spring and summer of 2026.
 */

const hour = 3_600_000;
const day = 24 * hour;
const summerBegins = Date.parse('2026-03-29T01:00:00Z');
const summerEnds = Date.parse('2026-10-25T01:00:00Z');
const offset = (instant: number): number => (instant >= summerBegins && instant < summerEnds ? 2 : 1) * hour;

/** Working milliseconds between two instants. Clocks change at night: a whole working day has one offset. */
function worked(from: number, to: number): number {
  let sum = 0;
  for (let midnight = Math.floor(from / day) * day; midnight <= to; midnight += day) {
    // 1 January 1970 was a Thursday.
    const weekday = (midnight / day + 4) % 7;
    if (weekday === 0 || weekday === 6) continue;
    const noon = midnight + 12 * hour;
    const [opens, closes] = [midnight + 9 * hour - offset(noon), midnight + 17 * hour - offset(noon)];
    sum += Math.max(0, Math.min(to, closes) - Math.max(from, opens));
  }
  return sum;
}

/** Hours that a clock counts between two instants (ISO). */
export function hoursBetween(from: string, to: string, clock: 'working' | 'wall'): number {
  const [begin, end] = [Date.parse(from), Date.parse(to)];
  return (clock === 'wall' ? end - begin : worked(begin, end)) / hour;
}

/** Hours of a span as the policy writes it; a working day has eight. */
export function hoursOf(span: string): number {
  const number = Number.parseFloat(span);
  return span.endsWith('wd') ? number * 8 : span.endsWith('m') ? number / 60 : number;
}
