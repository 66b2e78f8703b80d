import { isIn, isProvider } from './authority.ts';
import { mustHandOver } from './experts.ts';
import { type Act, type Situation, type Verdict, counts, nothing, refused } from './situation.ts';

/**
 * `/take [reason]`: somebody of the role that is awaited takes the ticket. Of a staged-rollout manager who is not the stack's expert
 * it is the recorded hand-over.
 */
export function take(situation: Situation, { input, command }: Act): Verdict {
  const { facts, progress } = situation;
  const manages = isIn(facts, 'staged-rollout', input.by);
  if (!isIn(facts, 'technology-unit', input.by) && !manages)
    return refused('Only verifiers and staged-rollout managers can take a ticket.');
  if (isProvider(facts, input.by))
    return refused('Who provided a release cannot take its ticket: roles are exclusive per ticket.');
  if (progress.taken.some(({ id }) => id === input.by.id)) return nothing;
  const reason = command?.text ?? '';
  const handsOver = manages && mustHandOver(situation, input.by) !== undefined;
  if (reason !== '') return counts({ event: 'taken', reason });
  return counts(handsOver ? { event: 'taken', reason: 'taken over without a reason' } : { event: 'taken' });
}
