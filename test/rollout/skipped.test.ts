import { expect, test } from '@jest/globals';
import { decide } from '../../app/rollout/decide.ts';
import { beginningOf } from './settings.ts';
import { people } from './people.ts';
import { comment, stepOf } from './said.ts';
import { SimulatedWorld } from './world.ts';

test('a step that an emergency skipped is told as skipped for ever, also when its exception has long expired (A-22)', () => {
  const setting = {
    releaseClass: 'emergency',
    security: 'no',
    lastRelease: 'long ago',
    expert: false,
  } as const;
  const world = new SimulatedWorld(beginningOf({ ...setting, start: 'unverified' }).facts);
  for (const [by, words] of [
    [people.joao, '/waive verification,staged-rollout It is exploited.'],
    [people.tiziana, '/approve'],
    [people.joao, '/close success It cannot wait.'],
  ] as const)
    world.says(comment(by, words, world.facts.now));
  expect(world.settle().state).toBe('success');
  const nextYear = decide({ ...world.facts, now: '2027-03-02T08:00:00Z' });
  expect(stepOf(nextYear, 'verification')).toBe('met: Skipped by exception E1');
  expect(stepOf(nextYear, 'staged rollout')).toBe('met: Skipped by exception E1');
});
