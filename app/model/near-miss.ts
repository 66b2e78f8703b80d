/** Words longer than this are not compared: a suggestion is for typing mistakes, and the comparison is quadratic. */
const longestWord = 64;
const mostCandidates = 2000;

/**
 * Number of letters to add, drop, change or swap with their neighbour to turn one word into the other
 * (optimal string alignment distance).
 */
function distance(from: string, to: string): number {
  let before: number[] = [];
  let above = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row += 1) {
    const line = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const same = from[row - 1] === to[column - 1];
      let least = Math.min(
        (above[column] ?? 0) + 1,
        (line[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
      );
      if (from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1])
        least = Math.min(least, (before[column - 2] ?? 0) + 1);
      line.push(least);
    }
    before = above;
    above = line;
  }
  return above[to.length] ?? 0;
}

const plain = (text: string): string => text.toLowerCase().replaceAll('_', '-');

/**
 * The candidate that somebody who wrote `word` most likely meant, or undefined when none is near: at most one third of the
 * letters may differ. Upper and lower case, hyphen and underscore count as the same.
 */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const wanted = plain(word);
  if (wanted.length === 0 || wanted.length > longestWord) return undefined;
  let best: string | undefined;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates.slice(0, mostCandidates)) {
    if (Math.abs(candidate.length - wanted.length) >= least) continue;
    const apart = distance(wanted, plain(candidate));
    if (apart < least) [best, least] = [candidate, apart];
  }
  return best;
}

/** How to mend a name that is not known: the one most likely meant, or the first ones there are. */
export function mendName(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  if (near !== undefined) return `Write ${near}.`;
  if (candidates.length === 0) return 'Ask the repository managers to add it.';
  const shown = candidates.slice(0, 12).join(', ');
  return `Write one of: ${shown}${candidates.length > 12 ? ', …' : ''}.`;
}
