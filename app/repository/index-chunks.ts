/** A package as one index lists it. */
export interface IndexEntry {
  /** Where the file is, relative to the root of the index. */
  readonly path: string;
  /** The name of the file alone. */
  readonly file: string;
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
  readonly release: string;
  readonly component: string;
  readonly version: string;
}

/** A run of neighbouring entries of an index that is rendered and packed as one piece. */
export interface EntryChunk {
  readonly entries: readonly IndexEntry[];
}

/**
 * Cuts the entries of an index, sorted by path, into chunks of `average` entries. Whether an entry begins a chunk depends on its own
 * digest alone, so a package that comes or goes changes the chunk it is in and at most its neighbour (channels.md, content-defined chunks).
 * Chunks of `before` that hold the very same entries are given again, so that what was made of them can be kept.
 */
export function chunksOf<C extends EntryChunk>(
  entries: readonly IndexEntry[],
  average: number,
  before: readonly C[],
): readonly (C | EntryChunk)[] {
  const known = new Map(before.map((chunk) => [chunk.entries[0], chunk]));
  const chunks: (C | EntryChunk)[] = [];
  let from = 0;
  for (let at = 1; at <= entries.length; at += 1) {
    const next = entries[at];
    if (next && !beginsChunk(next, average)) continue;
    const same = known.get(entries[from]);
    chunks.push(same && holds(same.entries, entries, from, at) ? same : { entries: entries.slice(from, at) });
    from = at;
  }
  return chunks;
}

/** SHA-256 is as good as random; three of its digits are enough for averages up to some hundred. */
function beginsChunk({ sha256 }: IndexEntry, average: number): boolean {
  return (hexDigit(sha256, 0) * 256 + hexDigit(sha256, 1) * 16 + hexDigit(sha256, 2)) % average === 0;
}

function hexDigit(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 58 ? code - 48 : code - 87;
}

function holds(
  chunk: readonly IndexEntry[],
  entries: readonly IndexEntry[],
  from: number,
  to: number,
): boolean {
  if (chunk.length !== to - from) return false;
  for (let at = from; at < to; at += 1) if (chunk[at - from] !== entries[at]) return false;
  return true;
}

/** The lines that name the content of a chunk: they determine every byte that is made of it. */
export function chunkLines({ entries }: EntryChunk): string {
  return entries.map(({ path, sha256, size }) => `${path}\t${sha256}\t${String(size)}\n`).join('');
}

/** The order of entries in an index: by path, in the order of UTF-16 units. */
export function inPathOrder(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : Number(a.path > b.path);
}

/** Sorted entries without some and with others, still sorted; at the cost of the change and one pass that compares references. */
export function withChanges(
  entries: readonly IndexEntry[],
  removed: ReadonlySet<IndexEntry>,
  added: readonly IndexEntry[],
): readonly IndexEntry[] {
  const kept = removed.size === 0 ? entries : entries.filter((entry) => !removed.has(entry));
  if (added.length === 0) return kept;
  const runs: IndexEntry[][] = [];
  let at = 0;
  for (const entry of added.toSorted(inPathOrder)) {
    const place = firstAfter(kept, entry.path, at);
    runs.push(kept.slice(at, place), [entry]);
    at = place;
  }
  return [...runs.flat(), ...kept.slice(at)];
}

/** Index of the first of sorted entries, from `from` on, whose path is not before `path`. */
export function firstAfter(entries: readonly IndexEntry[], path: string, from = 0): number {
  let [low, high] = [from, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((entries[middle]?.path ?? '') < path) low = middle + 1;
    else high = middle;
  }
  return low;
}
