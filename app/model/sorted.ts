/** The order of texts by their UTF-16 units. */
export function inTextOrder(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** The order of things by their path. */
export function inPathOrder(a: { readonly path: string }, b: { readonly path: string }): number {
  return inTextOrder(a.path, b.path);
}

/**
 * Things sorted by a text, without some and with others, still sorted; at the cost of the change and one pass that compares references.
 */
export function withChanges<T>(
  things: readonly T[],
  removed: ReadonlySet<T>,
  added: readonly T[],
  textOf: (thing: T) => string,
): readonly T[] {
  const kept = removed.size === 0 ? things : things.filter((thing) => !removed.has(thing));
  if (added.length === 0) return kept;
  const sorted = added.toSorted((a, b) => inTextOrder(textOf(a), textOf(b)));
  if (kept.length === 0) return sorted;
  const merged: T[] = [];
  let at = 0;
  for (const thing of sorted) {
    const place = firstAfter(kept, textOf(thing), textOf, at);
    for (const one of kept.slice(at, place)) merged.push(one);
    merged.push(thing);
    at = place;
  }
  for (const one of kept.slice(at)) merged.push(one);
  return merged;
}

/** Index of the first of things sorted by a text, from `from` on, whose text is not before `text`. */
export function firstAfter<T>(
  things: readonly T[],
  text: string,
  textOf: (thing: T) => string,
  from = 0,
): number {
  let [low, high] = [from, things.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const thing = things[middle];
    if (thing !== undefined && textOf(thing) < text) low = middle + 1;
    else high = middle;
  }
  return low;
}
