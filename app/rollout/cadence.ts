import { type Situation, classOf } from './situation.ts';
import { cadenceOf } from './version/cadence.ts';
import { versionContextOf } from './version/judgement.ts';

/** Why the release may not enter production yet, although it is ready: its component had a release too recently (R-2.2-2 to R-2.2-4, A-20). */
export function tooSoon({ facts, at }: Situation): string | undefined {
  const context = versionContextOf(facts);
  const cadence = context && cadenceOf({ ...context, now: at });
  if (!cadence) return undefined;
  return `${cadence.last} entered production too recently: a ${classOf(facts)} release may follow from ${cadence.earliest} on (A-20)`;
}
