import type { ClosureFacts } from '../model/closure.ts';
import type { Facts } from '../model/facts.ts';
import { brokenIn } from '../wording/closure.ts';
import { lifted } from './exceptions.ts';
import type { Situation } from './situation.ts';

/** What is known of the release's content in the channel that it would move to; undefined while nobody looked. */
export const closureOf = ({ closure, ticket }: Facts): ClosureFacts | undefined =>
  closure?.digest === ticket.digest ? closure : undefined;

/** Does it stand in the way? What could not be found out does, too: nothing moves on a guess. */
export const closureFails = ({ targets, unknown }: ClosureFacts): boolean =>
  unknown !== undefined || targets.some(({ breaks }) => breaks.length > 0);

/**
 * Why a release may not enter the channel that comes next (the packages of a channel have to be installable together with what they need), as
 * the end of a sentence; undefined when it may, or when two persons have lifted the rule.
 */
export function unmetClosure(situation: Situation): string | undefined {
  const closure = closureOf(situation.facts);
  if (!closure || !closureFails(closure) || lifted(situation, 'closure')) return undefined;
  return brokenIn(closure);
}
