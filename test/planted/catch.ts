import * as fc from 'fast-check';
import { anyActs } from '../rollout/acts.ts';
import { played } from '../rollout/play.ts';
import { anySetting } from '../rollout/settings.ts';

/* Plays sequences until one goes wrong, and says what: 1 as exit status. 0 when a thousand or two went well. */
const { counterexample, failed } = fc.check(
  fc.property(anySetting, anyActs, (setting, acts) => played(setting, acts).witness.wrong.length === 0),
  { numRuns: 2500, seed: 4711, endOnFailure: true },
);
if (counterexample) {
  const [setting, acts] = counterexample;
  let what: string;
  try {
    what = played(setting, acts).witness.wrong.join('; ');
  } catch (error) {
    what = String(error);
  }
  process.stdout.write(what);
}
process.exitCode = failed ? 1 : 0;
