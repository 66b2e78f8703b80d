import { NoSuchPull } from '../facts/conversation.ts';
import type { Facts } from '../model/facts.ts';
import type { State } from '../model/state.ts';
import { explainTicket } from '../pipeline.ts';
import { planFor } from '../rollout/forecast.ts';
import { progressOf } from '../rollout/progress.ts';
import { readSettings } from '../service/settings.ts';
import { openOutside } from '../service/outside.ts';
import { explanation } from '../wording/status.ts';
import { WrongUse } from './outcome.ts';
import { environmentWith } from './settings-file.ts';

const parts = ['facts', 'decision', 'plan'] as const;

/** What has to happen by when, for production by a date (the end of that day when it has no time). */
function dateText(facts: Facts, state: State, by: string): string {
  const date = /^\d{4}-\d\d-\d\d$/.test(by) ? `${by}T23:59:59Z` : by;
  const situation = { facts, progress: progressOf(facts.journal), at: facts.now };
  const wanted = planFor(situation, state, date);
  if (!wanted) return `In production by ${by}? Nobody can tell: the release is ${state}.`;
  return [
    `In production by ${wanted.date}? ${wanted.possible ? 'Yes' : 'No'}. ${wanted.because}`,
    ...wanted.steps.map((step) => `  ${step.by}  ${step.what} (${step.who})`),
  ].join('\n');
}

/** `rollout explain TICKET [--show …]`: the same value that check run and status comment print. Reads, decides, plans, and writes nothing. */
export async function explainCommand(
  ticket: number,
  options: { readonly show?: string; readonly json?: true; readonly settings?: string; readonly by?: string },
  out: (text: string) => void,
): Promise<number> {
  const shown = (options.show ?? '').split(',').filter((part) => part !== '');
  const unknown = shown.find((part) => !parts.some((known) => known === part));
  if (unknown !== undefined) throw new WrongUse(`--show takes ${parts.join(', ')}; not ${unknown}`);
  const settings = await readSettings(await environmentWith(options.settings));
  const { outside } = await openOutside({ settings, now: () => new Date(), log: () => undefined });
  const explained = await explainTicket(outside, ticket).catch((error: unknown) => {
    if (error instanceof NoSuchPull) return 'no pull request' as const;
    throw error;
  });
  if (explained === undefined || explained === 'no pull request') {
    const why =
      explained === undefined
        ? 'is no release ticket: it has no file releases/<stack>/<component>/<version>.yml'
        : `is no pull request of ${settings.repository}`;
    out(`#${String(ticket)} ${why}.\n`);
    return 1;
  }
  const { gathered, decision, effects } = explained;
  const values: Readonly<Record<string, unknown>> = { facts: gathered.facts, decision, plan: effects };
  if (options.json === true || shown.length > 0) {
    const picked =
      shown.length > 0 ? Object.fromEntries(shown.map((part) => [part, values[part]])) : decision;
    out(`${JSON.stringify(picked, null, 2)}\n`);
    return 0;
  }
  if (options.by !== undefined) out(`${dateText(gathered.facts, decision.state, options.by)}\n\n`);
  const next = effects.length === 0 ? 'nothing' : effects.map((effect) => effect.do).join(', ');
  out(
    `${decision.release ?? `#${String(ticket)}`} is ${decision.state}${decision.held ? ' (held)' : ''}\n\n${explanation(decision)}\n\nWhat the service would do now: ${next}\n`,
  );
  return 0;
}
