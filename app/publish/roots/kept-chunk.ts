import type { PackedStore } from './packed-store.ts';
import type { PackedStretch } from './plain-text.ts';

/** A piece of one document of an index. */
export interface ChunkPart extends PackedStretch {
  /** For each package the length of its text, in bytes. */
  readonly lengths: Uint32Array;
}

/** What some packages become in an index. */
export interface MadeChunk {
  /** What each package is by its own word: name, version and architecture. No index lists two contents under one identity. */
  readonly identities: readonly string[];
  /** apt: Packages. yum: primary, filelists, other. */
  readonly parts: readonly ChunkPart[];
}

/** What stands before the packed parts of a chunk that is kept. */
interface ChunkHead {
  readonly identities: readonly string[];
  /** Of each part the lengths of its texts, and its packed length. */
  readonly parts: readonly (readonly [readonly number[], number])[];
}

/** A chunk as bytes to be kept; `store` has its packed parts. */
export function chunkBytes({ identities, parts }: MadeChunk, store: PackedStore): Buffer {
  const head: ChunkHead = {
    identities,
    parts: parts.map(({ lengths, packed }) => [[...lengths], packed.length]),
  };
  const packed = store.read(parts.map((part) => part.packed));
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), ...packed]);
}

/** The chunk in bytes that `chunkBytes` made; `store` is given its packed parts. */
export function chunkIn(bytes: Buffer, store: PackedStore): MadeChunk {
  const headEnd = bytes.indexOf('\n');
  // oxlint-disable-next-line no-unsafe-type-assertion -- whoever kept the bytes checks that they are those of `chunkBytes`
  const head = JSON.parse(bytes.toString('utf8', 0, headEnd)) as ChunkHead;
  let at = headEnd + 1;
  const parts = head.parts.map(([lengths, length]): ChunkPart => {
    const packed = store.hold(bytes.subarray(at, at + length));
    at += length;
    return { size: lengths.reduce((sum, one) => sum + one, 0), lengths: Uint32Array.from(lengths), packed };
  });
  return { identities: head.identities, parts };
}
