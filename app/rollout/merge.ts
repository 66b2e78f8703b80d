import type { Facts } from '../model/facts.ts';
import type { Event } from '../model/journal.ts';
import { overrides, unmetEvidence } from './evidence.ts';
import type { Progress } from './progress.ts';

/**
 * The order of closing (process.md section 2): the ticket is merged first, and the evidence is read again as of the merge. What does not
 * hold is held, loudly, and nothing moves. A ticket merged by hand, or past the gate, is held the same way.
 */
export function judgeMerge(facts: Facts, progress: Progress): readonly Event[] {
  if (progress.rejected ?? progress.withdrawn ?? progress.merged) return [];
  // Without a journal of its own there is nothing to say it in: another ticket's would be begun anew, and its release with it.
  const nowhere = facts.otherTicket !== undefined || facts.ticket.id === undefined;
  if (nowhere && facts.journal.length === 0) return [];
  const { merge } = facts.pull;
  const { closed } = progress;
  const judged = { overridesReject: overrides(progress, closed?.exception) };
  if (!merge) {
    if (!closed) return [];
    const unmet = unmetEvidence({ facts, progress, at: closed.at }, closed, judged);
    return unmet.length === 0 ? [] : [{ event: 'held', because: `before the merge, ${unmet.join('; ')}` }];
  }
  if (!closed) {
    return progress.held
      ? []
      : [{ event: 'held', because: 'the ticket was merged by hand before it was closed' }];
  }
  const at = closed.at > merge.at ? closed.at : merge.at;
  const unmet = [...unmetEvidence({ facts, progress, at }, closed, judged)];
  if (!merge.onlyTheTicket) unmet.push('the merge changed more than the ticket file');
  if (merge.digest !== progress.certified?.digest)
    unmet.push('the merged ticket is not the one that was verified');
  return unmet.length === 0
    ? [{ event: 'merged', commit: merge.commit }]
    : [{ event: 'held', because: `as of the merge, ${unmet.join('; ')}` }];
}
