import { type ClockName } from '../model/clock.ts';
import type { State } from '../model/state.ts';
import { graceOf } from './grace.ts';
import { waitsForMending } from './intake.ts';
import { reportDue } from './invite.ts';
import { awaitedSince, owingReports } from './reports.ts';
import type { Progress } from './progress.ts';
import { type Situation, clocksIn } from './situation.ts';
import { dueAfterFreeze, frozenBy } from './standstill.ts';
import type { Clocks } from './time/timeline.ts';

/** A clock that runs for somebody right now. */
export interface RunningClock {
  readonly clock: ClockName;
  /** A role, `early adopters`, or the name of a site. */
  readonly who: string;
  readonly since: string;
  /** Undefined where nobody is reminded at half. */
  readonly half: string | undefined;
  /** Undefined while the clock stands still, waiting for the provider (R-2.4-11.2c). */
  readonly due: string | undefined;
}

const acceptClock = (clocks: Clocks, since: string): RunningClock => ({
  clock: 'accept',
  who: 'early adopters',
  since,
  half: clocks.halfway(since, 'accept'),
  due: clocks.due(since, 'accept'),
});

/** When a site last reported or left. */
const lastWord = (progress: Progress): string =>
  [...progress.sites.values()].reduce((last, { ended, report, acceptedAt }) => {
    const word = ended?.at ?? report?.at ?? acceptedAt;
    return word > last ? word : last;
  }, progress.since);

/** The clocks that run where a release stands, for whom, and when they are due (R-2.4-T3-1 to R-2.4-T3-5, R-2.4-12.2, A-15). */
export function runningClocks(situation: Situation, state: State): readonly RunningClock[] {
  const { facts, progress } = situation;
  const clocks = clocksIn(situation);
  const { since } = progress;
  switch (state) {
    case 'certified': {
      const who = waitsForMending(facts, progress) ? 'provider' : 'repository-managers';
      return [
        { clock: 'step1', who, since, half: clocks.halfway(since, 'step1'), due: clocks.due(since, 'step1') },
      ];
    }
    case 'unverified': {
      const { pauses, verification } = progress;
      // Accepted, and the packages are on their way: that is nobody's time but the system's.
      if (verification?.report.outcome.startsWith('accept') === true) return [];
      return [
        {
          clock: 'step2',
          who: 'technology-unit',
          since,
          half: clocks.halfwayWithPauses(since, 'step2', pauses),
          due: clocks.dueWithPauses(since, 'step2', pauses),
        },
      ];
    }
    case 'verified':
      return [acceptClock(clocks, since)];
    case 'rolling-out': {
      const reports = owingReports(facts, progress).map((part): RunningClock => {
        const begun = awaitedSince(facts, progress, part);
        const half = clocks.halfway(begun, 'step3');
        return { clock: 'step3', who: part.site, since: begun, half, due: reportDue(situation, part) };
      });
      // Nobody's report is awaited and there are too few: more sites are, since the last one spoke or left.
      return reports.length > 0 ? reports : [acceptClock(clocks, lastWord(progress))];
    }
    case 'done': {
      const { starts, ends } = graceOf(situation);
      // A freeze stops what managers wait for, not the clock; lateness during it is nobody's.
      if (starts === undefined || ends === undefined || frozenBy(situation) !== undefined) return [];
      const due = dueAfterFreeze(situation, ends);
      return [{ clock: 'grace', who: 'staged-rollout', since: starts, half: undefined, due }];
    }
    case 'success':
    case 'warning': {
      const { review, reviewed } = progress;
      if (!review || reviewed) return [];
      return [{ clock: 'review', who: 'staged-rollout', since: review.at, half: undefined, due: review.due }];
    }
    case 'draft':
    case 'closing':
    case 'rejected':
    case 'withdrawn':
      return [];
  }
}
