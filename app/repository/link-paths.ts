/**
 * A path that leads through one of the symbolic links among the paths of a package, if there is one: what lies there would be installed
 * somewhere else (trust.md T46). Takes time for sorting alone: hostile packages have thousands of links and paths of thousands of parts.
 */
export function pathThroughLink(paths: Iterable<string>, links: readonly string[]): string | undefined {
  if (links.length === 0) return undefined;
  const sorted = [...paths].toSorted(inCodeOrder);
  for (const link of links) {
    const below = `${link}/`;
    let [from, to] = [0, sorted.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      if ((sorted[middle] ?? '') < below) from = middle + 1;
      else to = middle;
    }
    const path = sorted[from];
    if (path?.startsWith(below)) return path;
  }
  return undefined;
}

function inCodeOrder(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
