import type { Forecast, ForecastStep } from '../model/decision.ts';
import type { State } from '../model/state.ts';
import { graceOf } from './grace.ts';
import { reportDue } from './invite.ts';
import { takingPart } from './reports.ts';
import { type Situation, classOf, clocksIn } from './situation.ts';
import { due } from './timeline.ts';

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
  const clocks = clocksIn(situation);
  const steps: ForecastStep[] = [];
  const add = (what: string, who: string, by: string): string => {
    steps.push({ what, who, by });
    return by;
  };
  let then = at;
  if (state === 'certified')
    then = add(
      'packages in `unverified`',
      'repository-managers',
      latest(at, clocks.due(progress.since, 'step1')),
    );
  if (state === 'certified' || state === 'unverified') {
    const limit =
      state === 'unverified'
        ? clocks.dueWithPauses(progress.since, 'step2', progress.pauses)
        : clocks.due(then, 'step2');
    if (limit === undefined) return undefined;
    then = add('verified, packages in `staged-rollout`', 'technology-unit', latest(at, limit));
  }
  const grace = graceOf(situation);
  let reported = then;
  if (grace.starts === undefined) {
    const begun = state === 'verified' ? progress.since : then;
    then = add('accepted by a first site', 'early adopters', latest(at, clocks.due(begun, 'accept')));
    reported = add('every site has reported', 'early adopters', clocks.due(then, 'step3'));
  } else if (state === 'rolling-out') {
    const dues = takingPart(progress)
      .filter(({ report }) => !report)
      .map((part) => reportDue(situation, part));
    reported = add('every site has reported', 'early adopters', latest(at, ...dues));
  }
  const graceEnds = grace.ends ?? clocks.due(then, 'grace');
  const production = add(
    'closed, on the way into production',
    'staged-rollout',
    latest(reported, graceEnds, at),
  );
  const certifiedAt = progress.certified?.at;
  const { policy } = facts.configuration;
  const own = policy.classes[classOf(facts)];
  return {
    steps,
    production,
    soonest: latest(at, clocks.due(grace.starts ?? at, 'grace_minimum')),
    target:
      certifiedAt === undefined || own.total === undefined
        ? undefined
        : due(certifiedAt, own.total, own.clock, policy.calendar),
  };
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
  const possible = forecast.soonest <= date;
  const because = possible
    ? forecast.production <= date
      ? 'Everybody may take the time that the process gives them.'
      : `Not everybody can take the time that the process gives them: with it, production is reached on ${forecast.production}.`
    : `The soonest is ${forecast.soonest}: the grace period lasts at least its minimum.`;
  return { date, possible, because, steps };
}
