import { isIn, isProvider } from './authority.ts';
import { ask, openExceptions } from './exceptions.ts';
import { type Act, type Situation, type Verdict, counts, nothing, refused } from './situation.ts';

/**
 * `/rollback <reason>`: what is in production leaves it again, when a second person approves. The release before it is still there;
 * the state of the ticket stays what it was, since it says how the release ended (I6).
 */
export function rollback(situation: Situation, { input, command }: Act): Verdict {
  const { facts, progress } = situation;
  if (!isIn(facts, 'staged-rollout', input.by) || isProvider(facts, input.by))
    return refused('Rolling back is for staged-rollout managers who did not provide the release.');
  if (progress.rolledBack) return nothing;
  if (progress.inProduction === undefined) {
    return refused(
      `The release is \`${progress.state}\` and not in production: there is nothing to roll back. \`/close reject <summary>\` ends a rollout.`,
    );
  }
  const reason = (command?.text ?? '').replace(facts.ticket.id ?? ' ', '').trim();
  if (reason === '') return refused('Please say why: `/rollback <reason>`.');
  const open = openExceptions(facts, progress).find(({ asked }) => asked.rules.includes('rollback'));
  if (open) return refused(`This was asked for already: \`/approve ${open.asked.id}\` supports it.`);
  return counts(ask(situation, input.by, ['rollback'], reason));
}
