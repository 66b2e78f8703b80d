import { fetchPackage, type PackageSource, type PullOptions, type PullResult } from './fetch.ts';

const atOnce = 4;

/**
 * Pulls the packages of a release, at most four at a time, each once; whether to try again is decided elsewhere. The results
 * stand in the order of the list. A package named twice (the same file for two targets) is pulled once.
 * @throws StorageOutage or the signal's reason, after every transfer has ended: an outage says nothing about a package.
 */
export async function pullPackages(
  list: readonly PackageSource[],
  options: PullOptions,
): Promise<readonly PullResult[]> {
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const pulls = new Map<string, Promise<PullResult>>();
  const results: Promise<PullResult>[] = [];
  const slots = slotsFor(atOnce);

  for (const source of list) {
    const key = JSON.stringify([source.sha256, source.size, source.url]);
    const pulled =
      pulls.get(key) ??
      slots(() => fetchPackage({ ...options, ...source, signal })).catch((error: unknown) => {
        stop.abort(error);
        throw error;
      });
    pulls.set(key, pulled);
    results.push(pulled);
  }
  await Promise.allSettled(results);
  return Promise.all(results);
}

/** Lets at most `count` pieces of work run; the others wait their turn, first come first served. */
function slotsFor(count: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let free = count;
  return async (work) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
}
