import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Digest } from '../../storage/digest.ts';
import { PieceDigest } from './piece-digest.ts';
import { ScratchFile } from './scratch-file.ts';

/** A stretch of a text: its length, and itself as one gzip member. */
export interface PackedStretch {
  readonly size: number;
  readonly packed: Uint8Array;
}

/** How many bytes of packed stretches are unpacked in one go, and about how many of the text are read. */
const atOnce = 1 << 20;
/** How much larger than its text the file may grow before it is written anew. */
const mostGrowth = 2;
const unpack = promisify(gunzip);

/**
 * The digest of the unpacked text of an index, asked for again and again while only some stretches change. The text of a large index takes more
 * memory than all else, and is needed for this alone, so it lies in a scratch file.
 */
export class PlainText {
  readonly #folder: string;
  readonly #digest = new PieceDigest<PackedStretch>((stretches) => this.#read(stretches));
  #file: ScratchFile | undefined;
  #places = new WeakMap<PackedStretch, number>();
  #buffer = new Uint8Array(0);

  /** `folder` is where the scratch file is made. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Size and SHA-256 of the text of all stretches in a row. The same stretch always is the same object. */
  async digest(stretches: readonly PackedStretch[]): Promise<Digest> {
    const size = stretches.reduce((sum, stretch) => sum + stretch.size, 0);
    if (this.#file && this.#file.size > mostGrowth * size + atOnce) this.#begin();
    const file = this.#file ?? this.#begin();
    const missing = stretches.filter((stretch) => !this.#places.has(stretch));
    for (const some of inPortions(missing)) {
      const text = await unpack(Buffer.concat(some.map(({ packed }) => packed)));
      let at = file.append(text);
      for (const stretch of some) {
        this.#places.set(stretch, at);
        at += stretch.size;
      }
      if (at !== file.size) throw new TypeError('a stretch of an index is not as long as it says');
    }
    return this.#digest.of(stretches);
  }

  #begin(): ScratchFile {
    this.#file = new ScratchFile(this.#folder);
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
