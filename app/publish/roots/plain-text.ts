import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { digestOf, type Digest } from '../../storage/digest.ts';
import { inOrder } from '../../storage/in-parallel.ts';
import { PieceDigest } from './piece-digest.ts';
import { ScratchFile } from './scratch-file.ts';

/** A stretch of a text: its length, and itself as one gzip member. */
export interface PackedStretch {
  readonly size: number;
  readonly packed: Uint8Array;
}

/** How many bytes of packed stretches are unpacked in one go, and about how many of the text are read. */
const atOnce = 1 << 20;
/** The least size of a buffer that zlib takes. */
const leastChunk = 64;
/** How much larger than its text the file may grow before it is written anew. */
const mostGrowth = 2;
const unpack = promisify(gunzip);

/**
 * The digest of the unpacked text of an index, asked for again and again while only some stretches change. The text of a large index takes more
 * memory than all else, and is needed for this alone, so it lies in a scratch file.
 */
export class PlainText {
  readonly #folder: string | undefined;
  readonly #digest = new PieceDigest<PackedStretch>((stretches) => this.#read(stretches));
  #file: ScratchFile | undefined;
  #places = new WeakMap<PackedStretch, number>();
  #buffer = new Uint8Array(0);

  /** `folder` is where the scratch file is made; without one nothing is put aside, for whoever asks once. */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /**
   * Size and SHA-256 of the text of all stretches in a row. The same stretch always is the same object.
   * @throws Error when a packed stretch is damaged, or the disk fails
   */
  async digest(stretches: readonly PackedStretch[]): Promise<Digest> {
    if (this.#folder === undefined) return digestOf(textOf(stretches));
    const size = stretches.reduce((sum, stretch) => sum + stretch.size, 0);
    if (this.#file && this.#file.size > mostGrowth * size + atOnce) this.#file = undefined;
    const file = this.#file ?? this.#begin(this.#folder);
    const missing = stretches.filter((stretch) => !this.#places.has(stretch));
    for await (const { portion, text } of unpackedPortions(missing)) {
      let at = file.append(text);
      for (const stretch of portion) {
        this.#places.set(stretch, at);
        at += stretch.size;
      }
    }
    return this.#digest.of(stretches);
  }

  #begin(folder: string): ScratchFile {
    this.#file = new ScratchFile(folder);
    this.#places = new WeakMap();
    return this.#file;
  }

  /** The text of some stretches; most of them lie in the file as they stand in the index, and are read in one go. */
  *#read(stretches: readonly PackedStretch[]): Iterable<Uint8Array> {
    for (let at = 0; at < stretches.length;) {
      const from = this.#placeOf(stretches[at]);
      let end = from;
      for (; at < stretches.length && end - from < atOnce && this.#placeOf(stretches[at]) === end; at += 1)
        end += stretches[at]?.size ?? 0;
      if (this.#buffer.length < end - from) this.#buffer = new Uint8Array(end - from);
      const text = this.#buffer.subarray(0, end - from);
      this.#file?.read(from, text);
      yield text;
    }
  }

  #placeOf(stretch: PackedStretch | undefined): number {
    const place = stretch && this.#places.get(stretch);
    if (place === undefined) throw new TypeError('a stretch of an index is not in its scratch file');
    return place;
  }
}

/** Packed stretches some at a time with their text. */
function unpackedPortions(
  stretches: readonly PackedStretch[],
): AsyncIterable<{ readonly portion: readonly PackedStretch[]; readonly text: Uint8Array }> {
  return inOrder(inPortions(stretches), async (portion) => {
    const size = portion.reduce((sum, stretch) => sum + stretch.size, 0);
    // One buffer for all of it, with room to see the end: zlib's own are small, and are copied together.
    const chunkSize = Math.max(size + 1, leastChunk);
    const text = await unpack(Buffer.concat(portion.map(({ packed }) => packed)), { chunkSize });
    if (text.length !== size) throw new TypeError('a stretch of an index is not as long as it says');
    return { portion, text };
  });
}

async function* textOf(stretches: readonly PackedStretch[]): AsyncIterable<Uint8Array> {
  for await (const { text } of unpackedPortions(stretches)) yield text;
}

function inPortions(stretches: readonly PackedStretch[]): readonly (readonly PackedStretch[])[] {
  const portions: PackedStretch[][] = [];
  let length = Infinity;
  for (const stretch of stretches) {
    if (length > atOnce) {
      portions.push([]);
      length = 0;
    }
    portions.at(-1)?.push(stretch);
    length += stretch.packed.length;
  }
  return portions;
}
