/** What a transfer is held to, in milliseconds and bytes. */
export interface Limits {
  /** From the first lookup to the last byte. */
  readonly deadlineMs: number;
  /** How long no answer may come, and over how long the minimum rate is measured. */
  readonly patienceMs: number;
  readonly minimumBytesPerSecond: number;
}

/** Why a transfer was cut. */
interface Cut {
  readonly reason: 'timeout' | 'too-slow';
  /** End of a sentence. */
  readonly detail: string;
}

/** Holds one transfer to its limits: a server that hangs, drips or never ends is cut (trust.md T42). */
export interface Watch {
  /** Aborts when a limit is passed, or when the caller's own signal does. */
  readonly signal: AbortSignal;
  /** Set once a limit is passed. */
  readonly cut: () => Cut | undefined;
  /** The answer has begun; from now on the rate counts. */
  readonly answered: () => void;
  readonly received: (bytes: number) => void;
  /** Lets the timers go. */
  readonly end: () => void;
}

const seconds = (ms: number): string => `${String(Math.round(ms / 100) / 10)} seconds`;

/** Begins to watch a transfer that starts now. */
export function watchOver(limits: Limits, caller: AbortSignal | undefined): Watch {
  const stop = new AbortController();
  let cut: Cut | undefined;
  let answered = false;
  let bytes = 0;

  const cutFor = (why: Cut): void => {
    cut ??= why;
    stop.abort();
  };
  const deadline = setTimeout(() => {
    cutFor({ reason: 'timeout', detail: `it was not complete after ${seconds(limits.deadlineMs)}` });
  }, limits.deadlineMs);
  const wanted = (limits.minimumBytesPerSecond * limits.patienceMs) / 1000;
  const pace = setInterval(() => {
    if (!answered) {
      cutFor({ reason: 'timeout', detail: `the server did not answer within ${seconds(limits.patienceMs)}` });
    } else if (bytes < wanted) {
      const rate = Math.round((bytes * 1000) / limits.patienceMs);
      cutFor({
        reason: 'too-slow',
        detail: `at least ${String(limits.minimumBytesPerSecond)} bytes a second were expected and ${String(rate)} came`,
      });
    }
    bytes = 0;
  }, limits.patienceMs);

  return {
    signal: caller === undefined ? stop.signal : AbortSignal.any([stop.signal, caller]),
    cut: () => cut,
    answered: () => {
      answered = true;
      bytes = 0;
      pace.refresh();
    },
    received: (count) => {
      bytes += count;
    },
    end: () => {
      clearTimeout(deadline);
      clearInterval(pace);
    },
  };
}
