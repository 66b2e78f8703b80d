/*
 * Work waiting for the service: keys, not payloads. A key says what to look at; looking twice is harmless, so a key waits at most
 * once however often it is added (trust.md T04). Nothing here is durable: what a crash loses, the catch-up at start finds again.
 */

/** A run that failed. */
export interface QueueFailure {
  readonly key: string;
  /** How many times the key has been tried in a row, from 1. */
  readonly tries: number;
  /** It is not tried again until the next {@link Queue.add}. */
  readonly quarantined: boolean;
  readonly error: unknown;
}

/** Calls back once after `ms` milliseconds; gives what cancels it. */
type Timer = (ms: number, callback: () => void) => () => void;

export interface QueueOptions {
  /** Does the work of a key. Never runs twice at once for one key. */
  readonly run: (key: string) => Promise<void>;
  /** Most keys that run at once; 4 unless given (trust.md 8.5). */
  readonly parallel?: number;
  /** Tries in all before a key is set aside; 3 unless given. */
  readonly retries?: number;
  /** Milliseconds to wait after the n-th failure of a key, n from 1; 1 s, 4 s, 16 s … unless given. */
  readonly backoff?: (failures: number) => number;
  /** Most keys held; 10,000 unless given (trust.md 8.5). */
  readonly capacity?: number;
  /** Told of every failed run. Must not throw. */
  readonly onError: (failure: QueueFailure) => void;
  readonly timer?: Timer;
}

export interface Queue {
  /**
   * Wants a key to run from now on: at once, after those before it, or once more when it is running. False when it was not taken,
   * because the queue is full or stopped.
   */
  add(key: string): boolean;
  /** Resolves when no key waits, runs or waits for another try. */
  idle(): Promise<void>;
  /** Starts nothing more, forgets what waits, and resolves when the running keys have ended. */
  stop(): Promise<void>;
  /** Keys that wait, run, or wait for another try. */
  readonly size: number;
}

/** A key in the queue; `failures` counts those in a row. */
interface Entry {
  state: 'waiting' | 'running' | 'resting';
  /** Added while running: runs once more. */
  again: boolean;
  failures: number;
  /** Ends the rest of a key that failed. */
  wake: () => void;
}

const systemTimer: Timer = (ms, callback) => {
  const timeout = setTimeout(callback, ms);
  return () => {
    clearTimeout(timeout);
  };
};

/** A queue that runs each key by itself, several keys at once, and sets a key aside that keeps failing. */
export function createQueue(options: QueueOptions): Queue {
  const { run, parallel = 4, retries = 3, capacity = 10_000, onError, timer = systemTimer } = options;
  const backoff = options.backoff ?? ((failures) => 1000 * 4 ** (failures - 1));
  const entries = new Map<string, Entry>();
  const waiting: string[] = [];
  let idlers: (() => void)[] = [];
  let running = 0;
  let stopped = false;
  let pumping = false;

  const settle = (): void => {
    if (entries.size > 0) return;
    const told = idlers;
    idlers = [];
    for (const tell of told) tell();
  };

  /** Starts what may start, after the caller's turn, so that a burst of adds is one run. */
  const pump = (): void => {
    if (pumping) return;
    pumping = true;
    queueMicrotask(() => {
      pumping = false;
      while (running < parallel) {
        const key = waiting.shift();
        const entry = key === undefined ? undefined : entries.get(key);
        if (key === undefined || entry === undefined) break;
        entry.state = 'running';
        running += 1;
        void work(key, entry);
      }
    });
  };

  const wait = (key: string, entry: Entry): void => {
    entry.state = 'waiting';
    entry.again = false;
    waiting.push(key);
    pump();
  };

  const work = async (key: string, entry: Entry): Promise<void> => {
    let failure: QueueFailure | undefined;
    try {
      await run(key);
      entry.failures = 0;
    } catch (error) {
      entry.failures += 1;
      failure = { key, tries: entry.failures, quarantined: entry.failures >= retries, error };
    }
    running -= 1;
    after(key, entry, failure);
    pump();
    settle();
    if (failure !== undefined) onError(failure);
  };

  const after = (key: string, entry: Entry, failure: QueueFailure | undefined): void => {
    if (!stopped && failure?.quarantined === false) {
      entry.state = 'resting';
      entry.wake = timer(backoff(failure.tries), () => {
        wait(key, entry);
      });
    } else if (!stopped && entry.again) {
      entry.failures = 0;
      wait(key, entry);
    } else {
      entries.delete(key);
    }
  };

  return {
    add: (key) => {
      const entry = entries.get(key);
      if (stopped) return false;
      if (entry !== undefined) {
        if (entry.state === 'running') entry.again = true;
        return true;
      }
      if (entries.size >= capacity) return false;
      const fresh: Entry = { state: 'waiting', again: false, failures: 0, wake: () => undefined };
      entries.set(key, fresh);
      wait(key, fresh);
      return true;
    },
    idle: () =>
      new Promise((resolve) => {
        idlers.push(resolve);
        settle();
      }),
    stop: async () => {
      stopped = true;
      waiting.length = 0;
      for (const [key, entry] of entries) {
        if (entry.state === 'running') continue;
        entry.wake();
        entries.delete(key);
      }
      await new Promise<void>((resolve) => {
        idlers.push(resolve);
        settle();
      });
    },
    get size() {
      return entries.size;
    },
  };
}
