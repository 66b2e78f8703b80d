import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { createQueue, type Queue, type QueueFailure, type QueueOptions } from '../../app/server/queue.ts';

interface Run {
  readonly key: string;
  readonly end: (error?: Error) => void;
}

/** A queue whose runs end, and whose timers ring, when the test says so. */
function bench(options: Partial<QueueOptions> = {}) {
  const started: string[] = [];
  const open: Run[] = [];
  const failures: QueueFailure[] = [];
  const timers: { readonly ms: number; readonly ring: () => void }[] = [];
  const queue: Queue = createQueue({
    run: (key) =>
      new Promise((resolve, reject) => {
        started.push(key);
        const run: Run = {
          key,
          end: (error) => {
            open.splice(open.indexOf(run), 1);
            if (error === undefined) resolve();
            else reject(error);
          },
        };
        open.push(run);
      }),
    onError: (failure) => failures.push(failure),
    timer: (ms, callback) => {
      const timer = {
        ms,
        ring: () => {
          timers.splice(timers.indexOf(timer), 1);
          callback();
        },
      };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer), 1);
    },
    ...options,
  });
  return { queue, started, open, failures, timers };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the queue', () => {
  test('runs a key that is added, and is idle then', async () => {
    const { queue, started, open } = bench();
    expect(queue.add('a')).toBe(true);
    expect(queue.size).toBe(1);
    await turn();
    expect(started).toEqual(['a']);
    open[0]?.end();
    await queue.idle();
    expect(queue.size).toBe(0);
  });

  test('is idle at once when there is nothing', async () => {
    const { queue, started } = bench();
    await queue.idle();
    expect(started).toEqual([]);
  });

  test('runs a key once that is added twice while it waits', async () => {
    const { queue, started, open } = bench({ parallel: 1 });
    for (const key of ['a', 'b', 'b', 'a', 'b']) queue.add(key);
    await turn();
    open[0]?.end();
    await turn();
    open[0]?.end();
    await queue.idle();
    expect(started).toEqual(['a', 'b']);
  });

  test('runs a key once more, not twice, when it is added while it runs, and never beside itself', async () => {
    const { queue, started, open } = bench();
    queue.add('a');
    await turn();
    queue.add('a');
    queue.add('a');
    await turn();
    expect(started).toEqual(['a']);
    open[0]?.end();
    await turn();
    expect(started).toEqual(['a', 'a']);
    open[0]?.end();
    await queue.idle();
    expect(started).toEqual(['a', 'a']);
  });

  test('runs four keys at once, the others in the order they came', async () => {
    const { queue, started, open } = bench();
    for (const key of ['a', 'b', 'c', 'd', 'e', 'f']) queue.add(key);
    await turn();
    expect(started).toEqual(['a', 'b', 'c', 'd']);
    open[2]?.end();
    await turn();
    expect(started).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('tries a key that fails three times, waiting longer each time, then sets it aside until it is added again', async () => {
    const { queue, started, open, failures, timers } = bench();
    queue.add('poison');
    const waits: number[] = [];
    for (let tries = 1; tries <= 3; tries += 1) {
      await turn();
      open[0]?.end(new Error(`failure ${String(tries)}`));
      await turn();
      waits.push(...timers.map(({ ms }) => ms));
      timers[0]?.ring();
    }
    await queue.idle();
    expect(waits).toEqual([1000, 4000]);
    expect(
      failures.map(({ key, tries, quarantined, error }) => [key, tries, quarantined, String(error)]),
    ).toEqual([
      ['poison', 1, false, 'Error: failure 1'],
      ['poison', 2, false, 'Error: failure 2'],
      ['poison', 3, true, 'Error: failure 3'],
    ]);
    expect(queue.size).toBe(0);
    queue.add('poison');
    await turn();
    open[0]?.end(new Error('again'));
    await turn();
    expect(failures.at(-1)).toMatchObject({ tries: 1, quarantined: false });
    expect(started).toHaveLength(4);
  });

  test('forgets the failures of a key that succeeds', async () => {
    const { queue, open, failures, timers } = bench({ retries: 2 });
    for (let round = 0; round < 3; round += 1) {
      queue.add('a');
      await turn();
      open[0]?.end(new Error('once'));
      await turn();
      timers[0]?.ring();
      await turn();
      open[0]?.end();
      await queue.idle();
    }
    expect(failures.map(({ tries, quarantined }) => [tries, quarantined])).toEqual([
      [1, false],
      [1, false],
      [1, false],
    ]);
  });

  test('gives a key that was added during its last try a fresh start, since there is news', async () => {
    const { queue, started, open, failures, timers } = bench({ retries: 2 });
    queue.add('a');
    await turn();
    open[0]?.end(new Error('first'));
    await turn();
    timers[0]?.ring();
    await turn();
    queue.add('a');
    open[0]?.end(new Error('last'));
    await turn();
    open[0]?.end(new Error('first again'));
    await turn();
    expect(started).toEqual(['a', 'a', 'a']);
    expect(failures.map(({ tries, quarantined }) => [tries, quarantined])).toEqual([
      [1, false],
      [2, true],
      [1, false],
    ]);
  });

  test('lets a key that always fails keep nobody waiting', async () => {
    const { queue, started, open, timers } = bench({ parallel: 1 });
    queue.add('poison');
    for (let index = 0; index < 20; index += 1) queue.add(`good ${String(index)}`);
    await turn();
    open[0]?.end(new Error('poison'));
    for (let index = 0; index < 20; index += 1) {
      await turn();
      open[0]?.end();
    }
    await turn();
    expect(started.slice(1)).toEqual(Array.from({ length: 20 }, (_, index) => `good ${String(index)}`));
    expect(timers).toHaveLength(1);
    expect(queue.size).toBe(1);
  });

  test('takes a run that throws at once for one that fails', async () => {
    const { queue, failures } = bench({
      retries: 1,
      run: () => {
        throw new Error('at once');
      },
    });
    queue.add('a');
    await queue.idle();
    await turn();
    expect(failures).toMatchObject([{ key: 'a', quarantined: true }]);
  });

  test('holds ten thousand keys and takes no more, but still those it holds', async () => {
    const { queue } = bench();
    for (let index = 0; index < 10_000; index += 1) expect(queue.add(String(index))).toBe(true);
    expect(queue.add('10000')).toBe(false);
    expect(queue.add('9999')).toBe(true);
    expect(queue.size).toBe(10_000);
    await queue.stop();
  });

  test('stops: waits for what runs, starts nothing, forgets the rest', async () => {
    const { queue, started, open, timers } = bench({ parallel: 2 });
    for (const key of ['failing', 'running', 'waiting']) queue.add(key);
    await turn();
    open[0]?.end(new Error('rests'));
    await turn();
    expect(timers).toHaveLength(1);
    queue.add('running');
    let stopped = false;
    const stop = queue.stop().then(() => (stopped = true));
    expect(timers).toHaveLength(0);
    expect(queue.add('late')).toBe(false);
    await turn();
    expect(stopped).toBe(false);
    open[0]?.end();
    await turn();
    expect(stopped).toBe(false);
    open[0]?.end(new Error('too late to try again'));
    await stop;
    await queue.idle();
    expect(started).toEqual(['failing', 'running', 'waiting']);
    expect(timers).toHaveLength(0);
    await queue.stop();
  });

  test('works with real timers', async () => {
    let runs = 0;
    const queue = createQueue({
      run: () => {
        runs += 1;
        return runs < 3 ? Promise.reject(new Error('not yet')) : Promise.resolve();
      },
      backoff: () => 5,
      onError: () => undefined,
    });
    queue.add('a');
    await queue.idle();
    expect(runs).toBe(3);
  });
});

type Step =
  | { readonly add: string }
  | { readonly end: number; readonly fails: boolean }
  | { readonly ring: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ add: fc.constantFrom('a', 'b', 'c', 'd', 'e') }) },
  { weight: 3, arbitrary: fc.record({ end: fc.nat(3), fails: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ ring: fc.nat(3) }) },
);

test('whatever happens: never beside itself, never too many, and every add is followed by a run', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 3 }),
      async (steps, parallel) => {
        const { queue, started, open, failures, timers } = bench({ parallel });
        /** For each key, how many runs had begun when it was last added. */
        const owed = new Map<string, number>();
        const begun = (key: string): number => started.filter((one) => one === key).length;
        const lookAround = async (): Promise<void> => {
          await turn();
          const keys = open.map(({ key }) => key);
          expect(new Set(keys).size).toBe(keys.length);
          expect(keys.length).toBeLessThanOrEqual(parallel);
        };
        for (const one of steps) {
          if ('add' in one) {
            queue.add(one.add);
            owed.set(one.add, begun(one.add));
          } else if ('end' in one) {
            open[one.end]?.end(one.fails ? new Error('fails') : undefined);
          } else {
            timers[one.ring]?.ring();
          }
          await lookAround();
        }
        while (open.length > 0 || timers.length > 0) {
          open[0]?.end();
          timers[0]?.ring();
          await lookAround();
        }
        await queue.idle();
        for (const [key, before] of owed) expect(begun(key)).toBeGreaterThan(before);
        expect(failures.every(({ tries, quarantined }) => tries <= 3 && quarantined === (tries === 3))).toBe(
          true,
        );
        expect(queue.size).toBe(0);
      },
    ),
    { numRuns: 300 },
  );
});
