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
