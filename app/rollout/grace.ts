import { takingPart } from './reports.ts';
import { type Situation, clocksIn } from './situation.ts';

export interface Grace {
  readonly over: boolean;
  /** When it is over at the latest; undefined before the first acceptance. */
  readonly ends: string | undefined;
  readonly starts: string | undefined;
  /** The minimum has passed: a written reason may end it. */
  readonly mayEndEarly: boolean;
}

/**
 * The grace period (R-2.4-12.8, A-15): begins at the first deployment (or the first accept when nobody said so), and is over after the
 * class's maximum, or earlier when the minimum has passed and every site has reported exposure of all its VOs.
 */
export function graceOf(situation: Situation): Grace {
  const { facts, progress, at } = situation;
  const parts = takingPart(progress);
  const starts = parts.map(({ deployedAt }) => deployedAt).filter((time) => time !== undefined);
  const accepts = parts.map(({ acceptedAt }) => acceptedAt);
  const start = (starts.length > 0 ? starts : accepts).toSorted()[0];
  if (start === undefined) return { over: false, ends: undefined, starts: undefined, mayEndEarly: false };
  const clocks = clocksIn(situation);
  const ends = clocks.due(start, 'grace');
  if (ends <= at) return { over: true, ends, starts: start, mayEndEarly: true };
  const mayEndEarly = clocks.due(start, 'grace_minimum') <= at;
  const all = parts.every((part) => {
    const vos = facts.configuration.earlyAdopters.sites.find(({ site }) => site === part.site)?.vos ?? [];
    const exposed = new Set(part.report?.value.exposure?.vos ?? []);
    return part.report !== undefined && vos.length > 0 && vos.every((vo) => exposed.has(vo));
  });
  return { over: all && mayEndEarly, ends, starts: start, mayEndEarly };
}
