/** How many files are worked on at the same time. */
const parallel = 8;

/** Does `act` with every item, a few at a time; the first error is thrown once those that were begun have ended. */
export async function inParallel<T>(items: readonly T[], act: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const works = Array.from({ length: Math.min(parallel, items.length) }, async () => {
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
