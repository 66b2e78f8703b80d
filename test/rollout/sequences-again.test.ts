import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { anyActs } from './acts.ts';
import { played } from './play.ts';
import { anySetting } from './settings.ts';

// The same as in sequences.test.ts, for the second core: other sequences, and some that nobody has seen before; a failure tells its seed.
// Whoever submits something else is not stopped by what was never seen: in CI these are the same, too.
test.each([
  { which: 'chosen', numRuns: 4000, seed: 20_260_831 },
  {
    which: 'new',
    numRuns: 1000,
    seed: process.env['CI'] === undefined ? Date.now() % 2_147_483_647 : 20_261_125,
  },
])(
  'nothing reaches production past the rules in $numRuns $which sequences of acts (R-2.2-13, R-2.4-F2)',
  ({ numRuns, seed }) => {
    fc.assert(
      fc.property(anySetting, anyActs, (setting, acts) => {
        expect(played(setting, acts).witness.wrong).toEqual([]);
      }),
      { numRuns, seed },
    );
  },
  120_000,
);
