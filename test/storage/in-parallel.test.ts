import { describe, expect, test } from '@jest/globals';
import { setTimeout as waiting } from 'node:timers/promises';
import { inOrder } from '../../app/storage/in-parallel.ts';

describe('Things that are made ahead', () => {
  test('come in their order, and no more than two are begun before they are asked for', async () => {
    const begun: number[] = [];
    const seen: number[] = [];
    const made = inOrder([5, 1, 4, 2, 3], async (item) => {
      begun.push(item);
      await waiting(item);
      return item * 10;
    });
    for await (const item of made) {
      seen.push(item);
      expect(begun.length).toBeLessThanOrEqual(seen.length + 2);
    }
    expect(seen).toEqual([50, 10, 40, 20, 30]);
  });

  test('an error comes in its turn, once those that were begun have ended', async () => {
    const ended: number[] = [];
    const made = inOrder([1, 2, 3, 4], async (item) => {
      await waiting(5 * item);
      ended.push(item);
      if (item === 2) throw new Error('the second fails');
      return item;
    });
    const seen: number[] = [];
    await expect(
      (async () => {
        for await (const item of made) seen.push(item);
      })(),
    ).rejects.toThrow('the second fails');
    expect(seen).toEqual([1]);
    expect(ended).toEqual([1, 2, 3, 4]);
  });
});
