import type { Facts } from '../model/facts.ts';
import type { Event, NewEntry } from '../model/journal.ts';
import { actsIn, sourceOf } from './acts.ts';
import { approve, waive } from './exceptions.ts';
import { type Progress, progressOf, sourceKey } from './progress.ts';

/** A content that is not certified may still change, so nothing that skips a check of it is asked for yet: only what its version needs. */
export const mayComeEarly = (events: readonly Event[]): boolean =>
  events.every(
    (event) =>
      event.event !== 'asked' || event.rules.every((rule) => rule === 'version' || rule === 'cadence'),
  );

/**
 * Exceptions that were asked for before the ticket was certified: a version exception is needed for that, and the journal begins only with
 * it. So they are read from the conversation again each time, and written behind `certified`. Empty once there is a journal.
 */
export function foreseen(facts: Facts, progress: Progress): readonly NewEntry[] {
  if (progress.phase !== 'none' || facts.journal.length > 0) return [];
  const found: NewEntry[] = [];
  for (const act of actsIn(facts.inputs)) {
    const { input, part, command } = act;
    if (input.edited || (command?.name !== 'waive' && command?.name !== 'approve')) continue;
    const situation = { facts, progress: progressOf([...found]), at: input.at };
    // What changes while it is listed page by page may be listed twice.
    if (situation.progress.seen.has(sourceKey(input.kind, input.id, part))) continue;
    const verdict = command.name === 'waive' ? waive(situation, act) : approve(situation, act, () => []);
    if (verdict.is !== 'counts' || !mayComeEarly(verdict.events)) continue;
    const source = sourceOf(act);
    found.push(...verdict.events.map((event) => ({ ...event, at: input.at, by: input.by, source })));
  }
  return found;
}
