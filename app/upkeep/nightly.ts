import { readFile, rename, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import * as z from 'zod';
import { isAbsence } from '../storage/digest.ts';
import type { ScrubReport } from './scrub.ts';
import type { Pace } from './stored-bytes.ts';

export interface NightlyParts {
  /** File that remembers the last scrub. */
  readonly memory: string;
  /** Hour of the day (UTC) from which on it is due. */
  readonly hour: number;
  /** The real time: that is what a disk ages in. */
  readonly now: () => Date;
  /** Most bytes that are read in a second. */
  readonly bytesPerSecond: number;
  readonly scrub: (pace: Pace) => Promise<ScrubReport>;
  /** Told of what was found; it is remembered before. */
  readonly onReport: (report: ScrubReport) => void;
  /** Told when a scrub did not come to its end; it is due again an hour later. */
  readonly onFailure: (error: unknown) => void;
}

const MemorySchema = z.strictObject({
  began: z.iso.datetime(),
  /** Whether everything was right in the end; null: it did not come to its end yet. */
  ok: z.boolean().nullable(),
});
type Memory = z.infer<typeof MemorySchema>;

const hourLong = 3_600_000;
const day = 24 * hourLong;

/** Whether a scrub is due: the hour has come since the last one began, or the last one did not come to its end. */
export function isDue(
  last: { readonly began: Date; readonly ended: boolean },
  hour: number,
  now: Date,
): boolean {
  const today = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate(), hour);
  const latest = today > now.getTime() ? today - day : today;
  if (last.began.getTime() < latest) return true;
  return !last.ended && now.getTime() - last.began.getTime() >= hourLong;
}

/** The scrub that a service does every night beside its work, slowly, one at a time. */
export class NightlyScrub {
  readonly #parts: NightlyParts;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(parts: NightlyParts) {
    this.#parts = parts;
  }

  /** Begins a scrub if one is due, and does not wait for it. A service that never did one begins to count now. */
  async beginIfDue(): Promise<void> {
    const { memory, hour, now } = this.#parts;
    if (this.#running) return;
    const last = await remembered(memory);
    if (!last) await remember(memory, { began: now().toISOString(), ok: true });
    else if (isDue({ began: new Date(last.began), ended: last.ok !== null }, hour, now()))
      this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  /** Resolves when none is under way. */
  async idle(): Promise<void> {
    await this.#running;
  }

  /** Ends the one that is under way; the next service does it again. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { memory, now, scrub, onReport, onFailure, bytesPerSecond } = this.#parts;
    const began = now().toISOString();
    try {
      await remember(memory, { began, ok: null });
      const report = await scrub(paceOf(bytesPerSecond, this.#stop.signal));
      await remember(memory, { began, ok: report.ok });
      onReport(report);
    } catch (error) {
      if (!this.#stop.signal.aborted) onFailure(error);
    }
  }
}

/** Waits so long that no more bytes are read in a second than told; ends the reading when the signal says so. */
function paceOf(bytesPerSecond: number, signal: AbortSignal): Pace {
  let owed = 0;
  return async (bytes) => {
    signal.throwIfAborted();
    owed += (bytes / bytesPerSecond) * 1000;
    // Timers are not exact: a few long waits keep the time better than many short ones.
    if (owed < 50) return;
    const wait = owed;
    owed = 0;
    await sleep(wait, undefined, { signal });
  };
}

/** A memory that is damaged is none: the scrub begins to count anew. */
async function remembered(path: string): Promise<Memory | undefined> {
  try {
    return MemorySchema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
  } catch (error) {
    if (isAbsence(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function remember(path: string, memory: Memory): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(memory)}\n`);
  await rename(`${path}.new`, path);
}
