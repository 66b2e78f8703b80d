/**
 * Does `act` with every item, `atOnce` at a time: few where files are written, many where something far away is only asked. The first error is
 * thrown once those that were begun have ended.
 */
export async function inParallel<T>(
  items: readonly T[],
  act: (item: T) => Promise<void>,
  atOnce = 8,
): Promise<void> {
  const queue = items.values();
  const works = Array.from({ length: Math.min(atOnce, items.length) }, async () => {
    try {
      for (const item of queue) await act(item);
    } catch (error) {
      // Nobody begins another one.
      for (const _ of queue) continue;
      throw error;
    }
  });
  for (const result of await Promise.allSettled(works)) if (result.status === 'rejected') throw result.reason;
}

/** What `make` makes of the items, one after the other in their order; while somebody works with one, the next ones are being made. */
export async function* inOrder<T, R>(
  items: readonly T[],
  make: (item: T) => Promise<R>,
  ahead = 2,
): AsyncGenerator<R, void, undefined> {
  const queue = items.values();
  const begun: Promise<R>[] = [];
  const begin = (count: number): void => {
    for (let some = count; some > 0; some -= 1) {
      const { value, done } = queue.next();
      if (done === true) return;
      begun.push(make(value));
    }
  };
  try {
    begin(ahead);
    for (;;) {
      begin(1);
      const first = begun.shift();
      if (!first) return;
      yield await first;
    }
  } finally {
    await Promise.allSettled(begun);
  }
}
