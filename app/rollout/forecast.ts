import type { Forecast, ForecastStep } from '../model/decision.ts';
import type { State } from '../model/state.ts';
import { graceOf } from './grace.ts';
import { waitsForMending } from './intake.ts';
import { reportDue } from './invite.ts';
import { takingPart } from './reports.ts';
import { type Situation, classOf, clocksIn } from './situation.ts';
import { dueAfterFreeze } from './standstill.ts';
import { due } from './time/timeline.ts';

const latest = (...instants: readonly (string | undefined)[]): string =>
  instants
    .filter((instant) => instant !== undefined)
    .toSorted()
    .at(-1) ?? '';

/**
 * What is still to come, when at the latest, and when production is reached then: each step takes what Table 3 allows (R-2.4-T3-1 to
 * R-2.4-T3-4). Undefined where nobody can tell: before certification, while the provider is waited for, when it is held or over.
 */
export function forecastOf(situation: Situation, state: State): Forecast | undefined {
  const { facts, progress, at } = situation;
  if (!['certified', 'unverified', 'verified', 'rolling-out', 'done'].includes(state)) return undefined;
  if (state === 'certified' && waitsForMending(facts, progress)) return undefined;
  const steps = stepsToCome(situation, state);
  const [first] = steps;
  if (!first) return undefined;
  const clocks = clocksIn(situation);
  const { starts } = graceOf(situation);
  const certifiedAt = progress.certified?.at;
  const { policy } = facts.configuration;
  const own = policy.classes[classOf(facts)];
  const isLate = first.by < at;
  return {
    // What follows a step that is late begins when it is done.
    steps: isLate ? [first] : steps,
    production: isLate ? undefined : steps.at(-1)?.by,
    soonest: starts === undefined ? undefined : clocks.due(starts, 'grace_minimum'),
    target:
      certifiedAt === undefined || own.total === undefined
        ? undefined
        : due(certifiedAt, own.total, own.clock, policy.calendar),
  };
}

/** Each step that is left, with its deadline; none while a countermeasure is awaited. */
function stepsToCome(situation: Situation, state: State): readonly ForecastStep[] {
  const { progress } = situation;
  const clocks = clocksIn(situation);
  const steps: ForecastStep[] = [];
  const add = (what: string, who: string, by: string): string => {
    steps.push({ what, who, by });
    return by;
  };
  let then = progress.since;
  if (state === 'certified')
    then = add('packages in `unverified`', 'repository-managers', clocks.due(then, 'step1'));
  if (state === 'certified' || state === 'unverified') {
    const limit =
      state === 'unverified'
        ? clocks.dueWithPauses(progress.since, 'step2', progress.pauses)
        : clocks.due(then, 'step2');
    if (limit === undefined) return [];
    then = add('verified, packages in `staged-rollout`', 'technology-unit', limit);
  }
  const grace = graceOf(situation);
  let reported = then;
  if (grace.starts === undefined) {
    then = add('accepted by a first site', 'early adopters', clocks.due(then, 'accept'));
    reported = add('every site has reported', 'early adopters', clocks.due(then, 'step3'));
  } else if (state === 'rolling-out') {
    const dues = takingPart(progress)
      .filter(({ report }) => !report)
      .map((part) => reportDue(situation, part));
    if (dues.length > 0) reported = add('every site has reported', 'early adopters', latest(...dues));
  }
  const graceEnds = grace.ends ?? clocks.due(then, 'grace');
  add(
    'closed, on the way into production',
    'staged-rollout',
    dueAfterFreeze(situation, latest(reported, graceEnds)),
  );
  return steps;
}

/** What would have to happen by when, for production by an instant. */
export interface Plan {
  readonly date: string;
  readonly possible: boolean;
  readonly because: string;
  readonly steps: readonly ForecastStep[];
}

/** Counts back from an instant: what has to be there by when for the release to be in production then. Undefined where nobody can tell. */
export function planFor(situation: Situation, state: State, date: string): Plan | undefined {
  const forecast = forecastOf(situation, state);
  if (!forecast) return undefined;
  const clocks = clocksIn(situation);
  const grace = graceOf(situation);
  const full = clocks.before(date, 'grace');
  const short = clocks.before(date, 'grace_minimum');
  const steps: ForecastStep[] = [];
  if (grace.starts === undefined) {
    if (state === 'certified')
      steps.push({ what: 'packages in `unverified`', who: 'repository-managers', by: short });
    if (state === 'certified' || state === 'unverified')
      steps.push({ what: 'verified, packages in `staged-rollout`', who: 'technology-unit', by: short });
    steps.push({
      what: 'deployed at a first site, for the whole grace period',
      who: 'early adopters',
      by: full,
    });
    steps.push({
      what: 'or deployed as late as this, when every site exposes it to all its VOs or a manager says why less is enough',
      who: 'early adopters',
      by: short,
    });
  }
  if (state !== 'done') steps.push({ what: 'every site has reported', who: 'early adopters', by: date });
  steps.push({ what: 'closed with a summary', who: 'staged-rollout', by: date });
  const soonest = latest(situation.at, clocks.due(grace.starts ?? situation.at, 'grace_minimum'));
  const possible = soonest <= date;
  const because = possible
    ? forecast.production !== undefined && forecast.production <= date
      ? 'Everybody may take the time that the process gives them.'
      : `Not everybody can take the time that the process gives them${forecast.production === undefined ? ': somebody is late already' : `: with it, production is reached on ${forecast.production}`}.`
    : `The soonest is ${soonest}: the grace period lasts at least its minimum.`;
  return { date, possible, because, steps };
}
