const everyMs = 60_000;
const mostSources = 100;

/**
 * Gives a function that notes a refused request: one JSON line a minute for each source, at most 512 bytes long, for at most a
 * hundred sources; the others are counted in the next line. Nothing of the request is in it (trust.md T06).
 * `now` gives milliseconds.
 */
export function createRefusalLog(
  log: (line: string) => void,
  now: () => number,
): (source: string | undefined, reason: string) => void {
  const lastAt = new Map<string, number>();
  let unlogged = 0;
  return (source = 'unknown', reason) => {
    const at = now();
    const last = lastAt.get(source);
    if (last !== undefined && at - last < everyMs) {
      unlogged += 1;
      return;
    }
    for (const [other, since] of lastAt) if (at - since >= everyMs) lastAt.delete(other);
    if (lastAt.size >= mostSources) {
      unlogged += 1;
      return;
    }
    lastAt.set(source, at);
    log(
      JSON.stringify({
        at: new Date(at).toISOString(),
        refused: reason,
        source: source.slice(0, 64),
        unlogged,
      }),
    );
    unlogged = 0;
  };
}
