import type { Facts } from '../model/facts.ts';
import type { Person } from '../model/journal.ts';
import { isIn, isProvider } from './authority.ts';
import type { Situation } from './situation.ts';

/** The expert site managers of the release's stack who may act on it: asked first, and closing it (R-6-2, R-6-4, A-38). */
export const expertsOf = (facts: Facts): readonly Person[] =>
  facts.teams.experts.filter((expert) => isIn(facts, 'staged-rollout', expert) && !isProvider(facts, expert));

/** another member of the group closes after a recorded hand-over. Says what is missing, or nothing. */
export function mustHandOver({ facts, progress }: Situation, by: Person): string | undefined {
  const experts = expertsOf(facts);
  if (experts.length === 0 || experts.some(({ id }) => id === by.id)) return undefined;
  if (progress.taken.some(({ id }) => id === by.id)) return undefined;
  const names = experts.map(({ login }) => login).join(', ');
  return `The expert of this stack closes it (R-6-4): ${names}. To do it in their place, record the hand-over first: \`/take <reason>\` (A-38).`;
}

/** R-6-2: one or two expert site managers for each stack; what is otherwise is told, and stops nothing. */
export function expertProblem(facts: Facts): string | undefined {
  const stack = facts.ticket.value?.metadata.stack ?? '';
  const team = facts.configuration.policy.experts?.[stack];
  if (team === undefined)
    return `The stack ${stack} has no team of expert site managers in \`.github/rollout.yml\` (R-6-2): any manager closes.`;
  const experts = facts.teams.experts.filter((expert) => isIn(facts, 'staged-rollout', expert));
  if (experts.length >= 1 && experts.length <= 2) return undefined;
  return `The team ${team} has ${String(experts.length)} members in the staged-rollout group; one or two are wanted (R-6-2).`;
}
