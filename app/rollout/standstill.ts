import { isIn, isProvider } from './authority.ts';
import { lifted } from './exceptions.ts';
import { freezeAt, freezeEnds } from './time/freeze.ts';
import { type Act, type Situation, type Verdict, classOf, counts, nothing, refused } from './situation.ts';
import { terminalStates } from '../model/state.ts';
import { inline } from '../wording/markdown.ts';

/**
 * What keeps the release from moving into production although it is ready: a manager's `/freeze`, or a freeze of the calendar, which
 * emergencies pass (process.md, odd ends). Clocks run on; a close that is late because of it is nobody's fault.
 */
export function frozenBy(situation: Situation): string | undefined {
  const { facts, progress, at } = situation;
  const { frozen } = progress;
  if (frozen) {
    // A freeze by hand says that something is wrong: only an exception that was asked for in view of it passes.
    if (lifted(situation, 'freeze', frozen.at)) return undefined;
    const by = frozen.by === 'rollout' ? '' : ` by ${frozen.by.login}`;
    return `moves into production are frozen${by}: ${inline(frozen.reason)} (\`/unfreeze\` ends it)`;
  }
  if (classOf(facts) === 'emergency' || lifted(situation, 'freeze')) return undefined;
  const { calendar } = facts.configuration.policy;
  const planned = freezeAt(calendar, at);
  if (!planned) return undefined;
  return `there is a freeze until ${freezeEnds(calendar, at) ?? planned.to} (${planned.reason}); only an emergency passes, or an approved \`/waive freeze <reason>\``;
}

/**
 * When a close that is due at an instant is late: not while a freeze keeps it from being made, be it by hand or of the calendar, and
 * lateness during one is nobody's (process.md, odd ends).
 */
export function dueAfterFreeze(situation: Situation, due: string): string {
  const { facts, progress } = situation;
  const { calendar } = facts.configuration.policy;
  let end = due;
  for (;;) {
    const covering = progress.thawed.find(({ from, to }) => from <= end && end < to);
    const next =
      covering?.to ?? (classOf(facts) === 'emergency' ? undefined : freezeEnds(calendar, end)) ?? end;
    if (next === end) return end;
    end = next;
  }
}

/** `/freeze <reason>` and `/unfreeze` by a staged-rollout manager. */
export function freeze({ facts, progress }: Situation, { input, command }: Act): Verdict {
  const thaws = command?.name === 'unfreeze';
  if (!isIn(facts, 'staged-rollout', input.by) || (thaws && isProvider(facts, input.by))) {
    return refused(`Only staged-rollout managers can ${thaws ? 'end a freeze' : 'freeze a release'}.`);
  }
  if (terminalStates.has(progress.state))
    return refused(`The release is \`${progress.state}\`: it moves no more.`);
  if (thaws) return progress.frozen ? counts({ event: 'unfrozen' }) : nothing;
  if (progress.frozen) return nothing;
  if (progress.merged)
    return refused(
      'The release is merged already and on its way into production; `/rollback <reason>` takes it back afterwards.',
    );
  const reason = command?.text ?? '';
  if (reason === '') return refused('Please say why: `/freeze <reason>`.');
  return counts({ event: 'frozen', reason });
}
