import type { ClockName } from '../model/clock.ts';

/** What a clock is for, behind "the time for". */
export const clockWords: Readonly<Record<ClockName, string>> = {
  step1: 'step 1, the packages',
  step2: 'step 2, the verification',
  accept: 'the acceptance',
  step3: 'step 3, the report',
  grace: 'the close after the grace period',
  review: 'the review',
};
