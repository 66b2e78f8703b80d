import { type Outside, apply } from './apply/apply.ts';
import { type Gathered, type NoTicket, gather } from './facts/gather.ts';
import { ticketOfBranch } from './facts/promotion.ts';
import type { Decision } from './model/decision.ts';
import type { Facts, PullOutcome } from './model/facts.ts';
import { plan } from './plan/plan.ts';
import { planPlain } from './plan/plain.ts';
import { decide } from './rollout/decide.ts';

/** What a run found: a ticket and where it stands now, or that the number is no ticket (perhaps a promotion of one). */
export type Found =
  | { readonly is: 'ticket'; readonly facts: Facts; readonly decision: Decision; readonly rounds: number }
  | { readonly is: 'no-ticket'; readonly promotionOf: number | undefined };

/** A ticket takes about a dozen rounds through all its states; more than this means that planning and applying disagree. */
const mostRounds = 40;
/** The same plan again means that GitHub did not do what was asked, a refused merge for example: soon enough it is left to a later look. */
const mostRepeats = 3;

/**
 * The whole product: read, decide, plan, apply, until planning again gives nothing. Webhook, sweep and command line call this same
 * function; a lost, doubled or late call changes nothing but the time (process.md 1.3).
 */
export async function runTicket(outside: Outside, number: number): Promise<Found> {
  let next: Gathered | undefined;
  let pulled: PullOutcome | undefined;
  let last = '';
  let repeats = 0;
  for (let round = 0; round < mostRounds; round++) {
    const gathered: Gathered | NoTicket = next ?? (await gather(outside, number));
    const fresh = next === undefined;
    next = undefined;
    if (!('facts' in gathered)) return runPlain(outside, gathered);
    const facts = pulled ? { ...gathered.facts, pulled } : gathered.facts;
    pulled = undefined;
    const decision = decide(facts);
    const effects = plan(facts, decision);
    if (effects.length === 0 && fresh) return { is: 'ticket', facts, decision, rounds: round };
    if (fresh) {
      const shape = JSON.stringify(effects);
      repeats = shape === last ? repeats + 1 : 0;
      last = shape;
      if (repeats === mostRepeats) {
        const names = effects.map((effect) => effect.do).join(', ');
        throw new Error(
          `ticket #${String(number)}: GitHub does not take ${names}; the next look tries again`,
        );
      }
    }
    for (const effect of effects) {
      const applied = await apply(outside, gathered, effect);
      if (applied.is === 'again') break;
      if (applied.is === 'newer') {
        next = applied.gathered;
        break;
      }
      if (applied.is === 'pulled') {
        // What was written before the pull makes the facts old: they are read again, or it would be written twice.
        pulled = applied.outcome;
        break;
      }
    }
  }
  throw new Error(`ticket #${String(number)} does not come to rest: planning and applying disagree`);
}

/** The same without applying: what a person wants to see before anything is changed. */
export async function explainTicket(
  outside: Outside,
  number: number,
): Promise<
  | { readonly gathered: Gathered; readonly decision: Decision; readonly effects: ReturnType<typeof plan> }
  | undefined
> {
  const gathered = await gather(outside, number);
  if (!('facts' in gathered)) return undefined;
  const decision = decide(gathered.facts);
  return { gathered, decision, effects: plan(gathered.facts, decision) };
}

async function runPlain({ github, at }: Outside, found: NoTicket): Promise<Found> {
  const promotionOf = found.ownBranch === undefined ? undefined : ticketOfBranch(found.ownBranch);
  if (promotionOf !== undefined) return { is: 'no-ticket', promotionOf };
  const check = planPlain(found.pull.head, found.changes, found.checks);
  if (check && found.pull.open) {
    const { name, head, title, summary, conclusion } = check;
    await github.rest.checks.create({
      ...at,
      name,
      head_sha: head,
      status: 'completed',
      output: { title, summary },
      ...(conclusion === undefined ? {} : { conclusion }),
    });
  }
  return { is: 'no-ticket', promotionOf: undefined };
}
