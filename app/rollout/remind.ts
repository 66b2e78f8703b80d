import type { Event } from '../model/journal.ts';
import type { State } from '../model/state.ts';
import { clockKey } from './progress.ts';
import { type RunningClock, runningClocks } from './running-clocks.ts';
import { type Situation, clocksIn } from './situation.ts';

/**
 * What the clocks have to tell now and have not told yet: at half, when due, and every working day after (process.md, 4). Each at most
 * once; after an outage only what is true now is told, not what was missed (R-2.4-T3-5, R-2.4-12.3a, R-2.4-12.3b).
 */
export function reminders(situation: Situation, state: State): readonly Event[] {
  return runningClocks(situation, state).flatMap((clock) => tells(situation, clock));
}

function tells(situation: Situation, running: RunningClock): readonly Event[] {
  const { progress, at } = situation;
  const { clock, who, since, half, due } = running;
  if (due === undefined) return [];
  const told = progress.reminded.get(clockKey(clock, who, since)) ?? [];
  const is = { event: 'reminded', clock, who, since, due } as const;
  if (at < due) {
    const isHalf = half !== undefined && half > since && half <= at;
    return isHalf && told.length === 0 ? [{ ...is, mark: 'half', day: 0 }] : [];
  }
  const day = clocksIn(situation).workingDaysSince(due, at);
  const events: Event[] = [];
  if (day === 0 && !told.some(({ mark }) => mark !== 'half')) events.push({ ...is, mark: 'due', day });
  // R-2.4-12.3b, A-10: when nobody accepted for as long again, new sites are called for; that tells of the day, too.
  const callsAnew = clock === 'accept' && clocksIn(situation).due(due, 'accept') <= at;
  const isTold = told.some((one) => (one.mark === 'late' || one.mark === 'call') && one.day >= day);
  if (callsAnew && !told.some(({ mark }) => mark === 'call')) events.push({ ...is, mark: 'call', day });
  else if (day > 0 && !isTold) events.push({ ...is, mark: 'late', day });
  return events;
}

/** When the clocks will next have something to tell, if the clock alone brings it. */
export function nextReminder(situation: Situation, state: State): string | undefined {
  let next: string | undefined;
  for (const { half, due } of runningClocks(situation, state))
    for (const instant of [half, due])
      if (instant !== undefined && instant > situation.at && (next === undefined || instant < next))
        next = instant;
  return next;
}
