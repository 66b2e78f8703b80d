import { parentPort, workerData } from 'node:worker_threads';
import { Chance } from './chance.ts';
import { plays, type Format } from './formats.ts';

/** What a worker is told: the packages `from` up to, but not including, `to` of a seed. */
export interface Task {
  readonly format: Format;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** Its first number is that of the package being read: who watches sees a reader that does not come back. */
  readonly progress: SharedArrayBuffer;
}

/** Something that must not happen, with the number of the package that made it happen. */
export interface Failure {
  readonly number: number;
  readonly what: string;
}

/** What a worker tells: each failure as it happens, and at its end what became of the rest. */
export type Told =
  | { readonly failure: Failure }
  | { readonly end: { readonly taken: number; readonly slowest: number; readonly slowestNumber: number } };

/** Most milliseconds for one package: of processors, because the machine may be busy with something else. */
const mostTime = 1000;

/** Milliseconds that the process has worked since then. */
function workedSince(begin: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(begin);
  return (user + system) / 1000;
}

async function work({ format, seed, from, to, progress }: Task, tell: (told: Told) => void): Promise<void> {
  const at = new Int32Array(progress);
  let taken = 0;
  let slowest = 0;
  let slowestNumber = 0;
  for (let number = from; number < to; number += 1) {
    Atomics.store(at, 0, number);
    try {
      const begin = process.cpuUsage();
      if (await plays[format](new Chance(seed, number))) taken += 1;
      const time = workedSince(begin);
      if (time > mostTime) tell({ failure: { number, what: `it took ${time.toFixed(0)} ms` } });
      if (time > slowest) [slowest, slowestNumber] = [time, number];
    } catch (error) {
      tell({
        failure: { number, what: error instanceof Error ? (error.stack ?? error.message) : String(error) },
      });
    }
  }
  tell({ end: { taken, slowest, slowestNumber } });
}

if (parentPort) {
  const port = parentPort;
  await work(workerData as Task, (told) => {
    port.postMessage(told);
  });
}
