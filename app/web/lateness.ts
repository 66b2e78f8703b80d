import type { ClockName } from '../model/clock.ts';
import type { Entry } from '../model/journal.ts';
import { type Role, roles } from '../model/state.ts';

/** A breach of a clock: whose step it is, who was late, by how many working days as far as was told (R-2.4-T3-5). */
export interface Breach {
  readonly clock: ClockName;
  /** Step 1 belongs to provider and repository managers, step 2 to the Technology Unit, all that follows to the staged-rollout managers. */
  readonly role: Role;
  /** A role, `early adopters`, or a site. */
  readonly who: string;
  readonly due: string;
  readonly days: number;
}

/** The role that answers for what somebody is awaited for: a site's report and the answer to a call are the managers' step. */
export const roleOf = (who: string): Role => roles.find((role) => role === who) ?? 'staged-rollout';

/** Every breach that the clocks told of, in the order in which they began. Takes the journal of a release. */
export function breachesOf(journal: readonly Entry[]): readonly Breach[] {
  const breaches = new Map<string, Breach>();
  for (const entry of journal) {
    if (entry.event !== 'reminded' || entry.mark === 'half') continue;
    const { clock, who, due, day, since } = entry;
    // When the grace period ends the close has only become due (R-2.4-12.8): a breach begins after that.
    if (clock === 'grace' && day === 0) continue;
    const key = `${clock} ${who} ${since}`;
    const days = Math.max(day, breaches.get(key)?.days ?? 0);
    breaches.set(key, { clock, role: roleOf(who), who, due, days });
  }
  return [...breaches.values()];
}
