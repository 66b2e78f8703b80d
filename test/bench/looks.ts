import { performance } from 'node:perf_hooks';
import type { Facts } from '../../app/model/facts.ts';
import { plan } from '../../app/plan/plan.ts';
import { decide } from '../../app/rollout/decide.ts';
import { typical } from './typical.ts';

interface Figure {
  readonly microseconds: number;
  readonly perSecond: number;
}

export interface Figures {
  readonly journal: number;
  readonly inputs: number;
  /** Another look at the same facts, at another time. */
  readonly warm: Figure;
  /** Every part of the facts, the configuration too, read anew: the first look after a restart. */
  readonly cold: Figure;
}

/** The same facts so many seconds later. */
const later = (facts: Facts, seconds: number): Facts => {
  const now = Date.parse(facts.now) + seconds * 1000;
  return { ...facts, now: `${new Date(now).toISOString().slice(0, 19)}Z` };
};

/** Milliseconds that it takes to decide and plan each; there is nothing to do. */
function looks(every: readonly Facts[]): number {
  const begun = performance.now();
  for (const facts of every)
    if (plan(facts, decide(facts)).length > 0) throw new Error('everything was to be posted');
  return performance.now() - begun;
}

/** The best of several rounds: whatever else the machine does can only add to it. */
function best(rounds: number, round: (nth: number) => readonly Facts[]): Figure {
  let milliseconds = Infinity;
  for (let nth = 0; nth < rounds; nth += 1) {
    const every = round(nth);
    milliseconds = Math.min(milliseconds, looks(every) / every.length);
  }
  return {
    microseconds: Number((milliseconds * 1000).toFixed(1)),
    perSecond: Math.round(1000 / milliseconds),
  };
}

/** How long one core takes to decide and plan a typical ticket, with another `now` each time. */
export function measured(rounds = 200): Figures {
  const facts = typical();
  const warm = best(rounds, (nth) => Array.from({ length: 100 }, (_, n) => later(facts, nth * 100 + n)));
  const cold = best(rounds / 5, () => Array.from({ length: 20 }, (_, n) => later(structuredClone(facts), n)));
  return { journal: facts.journal.length, inputs: facts.inputs.length, warm, cold };
}
