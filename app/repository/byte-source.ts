/** Bytes that can be read at any place: a file of the store, or a piece of memory. */
export interface ByteSource {
  /** Length of the whole, in bytes. */
  readonly size: number;
  /** Reads exactly `length` bytes at `offset`; the caller stays inside `size`. An unreadable disk throws. */
  read(offset: number, length: number): Promise<Uint8Array>;
}

/** A source over bytes in memory. */
export function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    read: (offset, length) => Promise.resolve(bytes.subarray(offset, offset + length)),
  };
}

/** A part of a source, with offsets of its own. The part must lie inside the whole. */
export function slice(source: ByteSource, offset: number, size: number): ByteSource {
  return { size, read: (from, length) => source.read(offset + from, length) };
}

/** All bytes of a source in order, in pieces of at most `pieceSize` bytes. */
export async function* pieces(source: ByteSource, pieceSize: number): AsyncGenerator<Uint8Array> {
  for (let offset = 0; offset < source.size; offset += pieceSize) {
    yield await source.read(offset, Math.min(pieceSize, source.size - offset));
  }
}
