import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { array, assert, asyncProperty, nat, string, subarray } from 'fast-check';
import { KeptMap } from '../../app/storage/kept-map.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'rollout-kept-'));
  path = join(folder, 'below', 'kept');
});
afterEach(() => rm(folder, { recursive: true }));

const valueOf = (key: string): Buffer => Buffer.from(`${key} ä\n`.repeat(3));
const contents = async (options?: { salt: string }): Promise<readonly (readonly [string, string])[]> => {
  const map = await KeptMap.open(path, options);
  return [...map.keys()].toSorted().map((key) => [key, map.get(key)?.toString() ?? ''] as const);
};
const pairs = (...keys: readonly string[]): readonly (readonly [string, string])[] =>
  keys.toSorted().map((key) => [key, valueOf(key).toString()] as const);
const keeps = async (...keys: readonly string[]): Promise<void> =>
  (await KeptMap.open(path)).keep(keys, valueOf);

describe('Things that are kept in one file', () => {
  test('are there again, and only what is new is made and written', async () => {
    await keeps('one', 'two');
    const before = await readFile(path);
    const made: string[] = [];
    await (
      await KeptMap.open(path)
    ).keep(['two', 'three', 'one', 'three'], (key) => {
      made.push(key);
      return valueOf(key);
    });
    expect(made).toEqual(['three']);
    expect((await readFile(path)).subarray(0, before.length)).toEqual(before);
    expect(await contents()).toEqual(pairs('one', 'two', 'three'));
  });

  test('nothing is written when nothing is new', async () => {
    await keeps('one', 'two');
    const { mtimeMs, ino } = await stat(path);
    await keeps('two', 'one');
    expect(await stat(path)).toMatchObject({ mtimeMs, ino });
  });

  test('whatever comes and goes, all that is wanted is there and the file stays small', async () => {
    const keys = Array.from({ length: 12 }, (_, at) => `key-${String(at)}`);
    await assert(
      asyncProperty(array(subarray(keys), { minLength: 1, maxLength: 12 }), async (runs) => {
        await rm(path, { force: true });
        for (const wanted of runs) {
          await keeps(...wanted);
          expect(await contents()).toEqual(expect.arrayContaining([...pairs(...wanted)]));
          const { size } = await stat(path);
          const record = 60;
          expect(size).toBeLessThanOrEqual(wanted.length * 2 * record + keys.length * record);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('do not count from where the file is damaged, and it is written anew', async () => {
    await assert(
      asyncProperty(nat(), string({ minLength: 1, maxLength: 3 }), async (seed, rubbish) => {
        await rm(path, { force: true });
        await keeps('one', 'two', 'three');
        const whole = await readFile(path);
        const bytes = Buffer.from(whole);
        const at = seed % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ 1;
        const damages = [
          async () => writeFile(path, bytes),
          async () => truncate(path, at),
          async () => appendFile(path, rubbish),
        ];
        await damages[seed % damages.length]?.();
        for (const [key, value] of await contents())
          expect([key, value]).toEqual([key, valueOf(key).toString()]);
        await keeps('one', 'two', 'three');
        expect(await contents()).toEqual(pairs('one', 'two', 'three'));
      }),
      { numRuns: 60 },
    );
  });

  test('do not count with another salt', async () => {
    await keeps('one');
    expect(await contents({ salt: 'of another program' })).toEqual([]);
  });
});
