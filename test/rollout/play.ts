import type { Decision } from '../../app/model/decision.ts';
import { plan } from '../../app/plan/plan.ts';
import { decide } from '../../app/rollout/decide.ts';
import { type AnyAct, happens, passes } from './acts.ts';
import { type Setting, beginningOf } from './settings.ts';
import { Witness } from './witness.ts';
import { SimulatedWorld } from './world.ts';

/** Sites whose report is awaited, as the decision says. */
export const waitingSites = (decision: Decision): readonly string[] =>
  decision.sites
    .filter(
      ({ participation, tainted }) => participation === 'accepted' || participation === 'deployed' || tainted,
    )
    .map(({ site }) => site);

export interface Played {
  readonly world: SimulatedWorld;
  readonly witness: Witness;
  readonly decision: Decision;
}

/** Plays acts in a world; the system is awake after those that it sees. */
export function played(setting: Setting, acts: readonly AnyAct[]): Played {
  const { facts, decision: then } = beginningOf(setting);
  const world = new SimulatedWorld(facts);
  const witness = new Witness();
  world.watch = (seen, decision) => {
    witness.looks(seen, decision);
  };
  let decision = then;
  for (const act of acts) {
    passes(world, act.after);
    const { state } = decision;
    const waiting = waitingSites(decision);
    if (act.seen === 'amid a merge') {
      world.amid = () => {
        happens(world, act, state, waiting);
      };
      continue;
    }
    happens(world, act, state, waiting);
    if (act.seen === 'at once') decision = world.settle();
  }
  world.amid?.();
  world.amid = undefined;
  decision = world.settle();
  const { shelf } = world.facts;
  const isGone = decision.state === 'rejected' || decision.state === 'withdrawn';
  witness.claim(
    !isGone || shelf === undefined || shelf.shelf === 'withdrawn',
    'what is rejected or withdrawn stays in a channel',
  );
  const last = world.facts.journal.findLast(({ event }) => event === 'certified' || event === 'voided');
  const content = last?.event === 'certified' ? last.digest : '';
  witness.claim(
    shelf === undefined || shelf.shelf === 'withdrawn' || shelf.manifest.digest === content,
    'what is void stays in a channel',
  );
  const made = world.effects.length;
  world.settle();
  witness.claim(world.effects.length === made, 'I22: it writes although nothing changed');
  witness.claim(
    plan(world.facts, decide(world.facts)).length === 0,
    'I22: it plans although nothing changed',
  );
  if (decision.settled && world.facts.review?.open !== true) {
    const later = { ...world.facts, now: '2027-03-02T08:00:00Z' };
    const left = plan(later, decide(later)).map((effect) => effect.do);
    witness.claim(left.length === 0, `what is over changes with time: ${left.join(', ')}`);
  }
  return { world, witness, decision };
}
