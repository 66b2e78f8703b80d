import { expect, test } from '@jest/globals';
import { simulateYear } from './year.ts';

test('a year of releases, with people who are late, silent or against it, brings each to an end that can be told', () => {
  const { wrong, ends, lead } = simulateYear({ tickets: 40, sites: 30, seed: 7 });
  expect(wrong).toEqual([]);
  const inProduction = (ends['success'] ?? 0) + (ends['warning'] ?? 0);
  expect(inProduction).toBeGreaterThan(20);
  expect((ends['rejected'] ?? 0) + (ends['withdrawn'] ?? 0) + inProduction).toBe(40);
  // Nobody is in production before the shortest grace period of its class is over.
  expect(lead['minor']?.median).toBeGreaterThan(1);
}, 60_000);
