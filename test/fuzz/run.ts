import { setInterval } from 'node:timers';
import { Worker } from 'node:worker_threads';
import type { Format } from './formats.ts';
import type { Failure, Task, Told } from './worker.ts';

/** What became of the changed packages of a format. */
export interface Outcome {
  readonly format: Format;
  readonly seed: number;
  readonly count: number;
  /** How many were still good packages; all others were refused with a reason. */
  readonly taken: number;
  /** The first failures, each with the number that makes it happen again. */
  readonly failures: readonly Failure[];
  readonly failed: number;
  /** Milliseconds of processor time for the slowest package, and its number. */
  readonly slowest: number;
  readonly slowestNumber: number;
  /** By how many MB the memory of the process had grown at most, since before its first package. */
  readonly memory: number;
  readonly seconds: number;
}

/** KB of memory before the first package of all. */
const atStart = process.resourceUsage().maxRSS;
/** Most MB by which memory may grow. */
export const mostMemory = 128;
const shownFailures = 20;
/** After so many milliseconds without a next package a reader is given up. */
const patience = 30_000;

/**
 * Reads `count` changed packages of a format in a worker that is watched from outside. `report` is told the progress now and then.
 */
export async function run(
  format: Format,
  { seed, count }: { readonly seed: number; readonly count: number },
  report: (done: number, failures: readonly Failure[]) => void = () => undefined,
): Promise<Outcome> {
  const begin = performance.now();
  const failures: Failure[] = [];
  let failed = 0;
  let taken = 0;
  let slowest = 0;
  let slowestNumber = 0;
  const note = (failure: Failure): void => {
    failed += 1;
    if (failures.length < shownFailures) failures.push(failure);
  };
  for (let from = 0; from < count;) {
    const task: Task = { format, seed, from, to: count, progress: new SharedArrayBuffer(4) };
    from = await watched(
      task,
      (told) => {
        if ('failure' in told) note(told.failure);
        else {
          taken += told.end.taken;
          if (told.end.slowest > slowest) ({ slowest, slowestNumber } = told.end);
        }
      },
      (number) => {
        report(number, failures);
      },
    );
  }
  return {
    format,
    seed,
    count,
    taken,
    failures,
    failed,
    slowest: Math.round(slowest),
    slowestNumber,
    memory: Math.round((process.resourceUsage().maxRSS - atStart) / 1024),
    seconds: Math.round((performance.now() - begin) / 100) / 10,
  };
}

/** Runs one worker, to its end or to the package that it does not come back from. Gives the number to go on with. */
async function watched(
  task: Task,
  tell: (told: Told) => void,
  report: (number: number) => void,
): Promise<number> {
  const worker = new Worker(new URL('worker.ts', import.meta.url), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: mostMemory, maxYoungGenerationSizeMb: 16 },
  });
  const at = new Int32Array(task.progress);
  return new Promise((resolve) => {
    let last = -1;
    let since = performance.now();
    let next = task.to;
    const stop = (what: string): void => {
      const number = Atomics.load(at, 0);
      tell({ failure: { number, what } });
      next = number + 1;
    };
    const watch = setInterval(() => {
      const number = Atomics.load(at, 0);
      report(number);
      if (number !== last) [last, since] = [number, performance.now()];
      else if (performance.now() - since > patience && next === task.to) {
        stop('it does not come back');
        void worker.terminate();
      }
    }, 500);
    worker.on('message', tell);
    worker.on('error', (error: unknown) => {
      stop(`the worker died: ${String(error)}`);
    });
    worker.on('exit', () => {
      clearInterval(watch);
      resolve(next);
    });
  });
}
