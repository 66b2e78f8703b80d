import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { digestOf, type Digest } from '../../storage/digest.ts';
import { inOrder } from '../../storage/in-parallel.ts';
import { ScratchFile, type BytesAside } from '../../storage/scratch-file.ts';
import type { Packed, PackedStore } from './packed-store.ts';
import { PieceDigest } from './piece-digest.ts';

/** A stretch of a text: its length, and itself as one gzip member. */
export interface PackedStretch {
  readonly size: number;
  readonly packed: Packed;
}

/** About how many bytes are unpacked in one go. */
const atOnce = 1 << 20;
/** The least size of a buffer that zlib takes. */
const leastChunk = 64;
const unpack = promisify(gunzip);

/**
 * The digest of the unpacked text of an index, asked for again and again while only some stretches change. The text of a large index takes more
 * memory than all else, and is needed for this alone, so it lies in a scratch file.
 */
export class PlainText {
  readonly #store: PackedStore;
  readonly #folder: string | undefined;
  readonly #digest: PieceDigest<PackedStretch>;
  #file: ScratchFile | undefined;
  #places = new Map<PackedStretch, BytesAside>();

  /** `folder` is where the scratch file is made; without one nothing is put aside, for whoever asks once. */
  constructor(store: PackedStore, folder: string | undefined) {
    this.#store = store;
    this.#folder = folder;
    this.#digest = new PieceDigest((stretches) => this.#file?.read(this.#placesOf(stretches), true) ?? []);
  }

  /**
   * Size and SHA-256 of the text of all stretches in a row. The same stretch always is the same object.
   * @throws Error when a packed stretch is damaged, or the disk fails
   */
  async digest(stretches: readonly PackedStretch[]): Promise<Digest> {
    if (this.#folder === undefined) return digestOf(this.#textOf(stretches));
    const file = (this.#file ??= new ScratchFile(this.#folder));
    const places = new Map<PackedStretch, BytesAside>();
    for (const stretch of stretches) {
      const place = this.#places.get(stretch);
      if (place) places.set(stretch, place);
    }
    this.#places = places;
    file.tidy([...places.values()]);
    const missing = stretches.filter((stretch) => !places.has(stretch));
    for await (const { portion, text } of this.#unpackedPortions(missing)) {
      let at = 0;
      for (const stretch of portion) {
        places.set(stretch, file.put(text.subarray(at, at + stretch.size)));
        at += stretch.size;
      }
    }
    return this.#digest.of(stretches);
  }

  #placesOf(stretches: readonly PackedStretch[]): readonly BytesAside[] {
    return stretches.map((stretch) => {
      const place = this.#places.get(stretch);
      if (!place) throw new TypeError('the text of a stretch was not put aside');
      return place;
    });
  }

  /** Packed stretches some at a time with their text. */
  #unpackedPortions(
    stretches: readonly PackedStretch[],
  ): AsyncIterable<{ readonly portion: readonly PackedStretch[]; readonly text: Uint8Array }> {
    return inOrder(inPortions(stretches), async (portion) => {
      const size = portion.reduce((sum, stretch) => sum + stretch.size, 0);
      const packed = Buffer.concat([...this.#store.read(portion.map((stretch) => stretch.packed))]);
      // One buffer for all of it, with room to see the end: zlib's own are small, and are copied together.
      const text = await unpack(packed, { chunkSize: Math.max(size + 1, leastChunk) });
      if (text.length !== size) throw new TypeError('a stretch of an index is not as long as it says');
      return { portion, text };
    });
  }

  async *#textOf(stretches: readonly PackedStretch[]): AsyncIterable<Uint8Array> {
    for await (const { text } of this.#unpackedPortions(stretches)) yield text;
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
    length += stretch.size;
  }
  return portions;
}
