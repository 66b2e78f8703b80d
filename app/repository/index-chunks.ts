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
