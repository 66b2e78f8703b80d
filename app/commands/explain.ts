import * as z from 'zod';
import { NoSuchPull } from '../facts/conversation.ts';
import type { Effect } from '../model/effect.ts';
import type { Facts } from '../model/facts.ts';
import { type State, terminalStates } from '../model/state.ts';
import { explainTicket } from '../pipeline.ts';
import { type Plan, planFor } from '../rollout/forecast.ts';
import { progressOf } from '../rollout/progress.ts';
import { readSettings } from '../service/settings.ts';
import { openOutside } from '../service/outside.ts';
import { explanation } from '../wording/status.ts';
import { WrongUse } from './wrong-use.ts';
import { environmentWith } from './settings-file.ts';

const parts = ['facts', 'decision', 'plan'] as const;

/** What has to happen by when, for production by a date (the end of that day when it has no time). */
function planBy(facts: Facts, state: State, by: string): Plan | undefined {
  const date = /^\d{4}-\d\d-\d\d$/.test(by) ? `${by}T23:59:59Z` : by;
  return planFor({ facts, progress: progressOf(facts.journal), at: facts.now }, state, date);
}

function planText(plan: Plan | undefined, facts: Facts, state: State, by: string): string {
  if (!plan) {
    const progress = progressOf(facts.journal);
    const { inProduction, rolledBack } = progress;
    if (inProduction !== undefined && !rolledBack)
      return `In production by ${by}? It is there since ${inProduction}.`;
    return terminalStates.has(state)
      ? `In production by ${by}? No: the release is ${state}${rolledBack ? ', and rolled back' : ''}.`
      : `In production by ${by}? Nobody can tell: the release is ${state}.`;
  }
  return [
    `In production by ${plan.date}? ${plan.possible ? 'Yes' : 'No'}. ${plan.because}`,
    plan.possible ? 'What has to happen, at the latest:' : 'What would have had to happen, at the latest:',
    ...plan.steps.map(
      (step) => `- ${step.by}${step.by < facts.now ? ' (over)' : ''}: ${step.what} (${step.who})`,
    ),
  ].join('\n');
}

/** What the service would do, as people say it; a new effect does not compile until it has its words. */
const effectWords: Readonly<Record<Effect['do'], string>> = {
  append: 'write the journal',
  pull: 'pull the packages',
  'open-promotion': 'open a promotion pull request',
  'merge-promotion': 'merge the promotion',
  'drop-promotion': 'give up a promotion',
  'merge-ticket': 'merge the ticket',
  'close-ticket': 'close the ticket',
  'reopen-ticket': 'open the ticket again',
  'open-call': 'call the early adopters',
  'open-review': 'open the review of the exception',
  'close-call': 'close the call',
  label: 'set labels',
  assign: 'set assignees',
  'request-review': 'ask for reviews',
  check: 'update a check run',
  comment: 'write a comment',
  'edit-comment': 'update the status comment',
};

/** How far the clock of a demo is from real time, in milliseconds: what it says of now is what its pages say. Without a demo 0. */
async function demoOffset(address: string | undefined): Promise<number> {
  if (address === undefined) return 0;
  const { now } = DemoTime.parse(await (await fetch(address)).json());
  return Date.parse(now) - Date.now();
}

const DemoTime = z.object({ now: z.iso.datetime() });

/** `rollout explain TICKET [--show …]`: the same value that check run and status comment print. Reads, decides, plans, and writes nothing. */
export async function explainCommand(
  ticket: number,
  options: { readonly show?: string; readonly json?: true; readonly settings?: string; readonly by?: string },
  out: (text: string) => void,
): Promise<number> {
  const shown = (options.show ?? '').split(',').filter((part) => part !== '');
  const unknown = shown.find((part) => !parts.some((known) => known === part));
  if (unknown !== undefined) throw new WrongUse(`--show takes ${parts.join(', ')}; not ${unknown}`);
  const environment = await environmentWith(options.settings);
  const settings = await readSettings(environment);
  const ahead = await demoOffset(environment['ROLLOUT_DEMO_CLOCK']);
  const now = (): Date => new Date(Date.now() + ahead);
  const { outside } = await openOutside({ settings, now, log: () => undefined });
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
    const wanted =
      options.by === undefined ? {} : { by: planBy(gathered.facts, decision.state, options.by) ?? null };
    const picked =
      shown.length > 0
        ? Object.fromEntries(shown.map((part) => [part, values[part]]))
        : { ...decision, explanation: explanation(decision), ...wanted };
    out(`${JSON.stringify(picked, null, 2)}\n`);
    return 0;
  }
  const next = [...new Set(effects.map((effect) => effectWords[effect.do]))].join(', ') || 'nothing';
  if (options.by !== undefined) {
    const plan = planBy(gathered.facts, decision.state, options.by);
    out(`${planText(plan, gathered.facts, decision.state, options.by)}\n\n`);
  }
  out(
    `${decision.release ?? `#${String(ticket)}`} is ${decision.state}${decision.held ? ' (held)' : ''}\n\n${explanation(decision)}\n\nWhat the service would do now: ${next}\n`,
  );
  return 0;
}
