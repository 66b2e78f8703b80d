import { expect, test } from '@jest/globals';
import { measured } from './looks.ts';

/** Two fifths of what a quiet core is to do (20,000): CI shares its machines. */
const least = 8000;

test('one core decides and plans a typical ticket some thousand times a second', () => {
  const { journal, inputs, warm } = measured(100);
  expect({ journal, inputs }).toEqual({ journal: 12, inputs: 15 });
  expect(warm.perSecond).toBeGreaterThan(least);
});
