import { createHash, type Hash } from 'node:crypto';
import type { Digest } from '../../storage/digest.ts';

/** How many pieces lie between two remembered states of the hash. */
const interval = 8;

/**
 * The digest of a document in pieces that is asked for again and again while only some pieces change: hashing takes up behind the last piece
 * that stands where it stood, since SHA-256 goes from front to back and its state can be copied.
 */
export class PieceDigest<P extends object> {
  readonly #bytesOf: (pieces: readonly P[]) => Iterable<Uint8Array>;
  #pieces: readonly P[] = [];
  /** The state before piece 0, 8, 16, … and the bytes so far. */
  #marks: { readonly hash: Hash; readonly size: number }[] = [];

  /** `bytesOf` gives the bytes of some neighbouring pieces. The same piece always has the same bytes. */
  constructor(bytesOf: (pieces: readonly P[]) => Iterable<Uint8Array>) {
    this.#bytesOf = bytesOf;
  }

  /** Size and SHA-256 of all pieces in a row. */
  of(pieces: readonly P[]): Digest {
    let same = 0;
    while (same < pieces.length && pieces[same] === this.#pieces[same]) same += 1;
    this.#marks = this.#marks.slice(0, Math.floor(same / interval) + 1);
    // Before the loop, so that what is remembered is true also when a read fails in it.
    this.#pieces = pieces;
    const last = this.#marks.at(-1);
    const hash = last ? last.hash.copy() : createHash('sha256');
    let size = last?.size ?? 0;
    for (let at = Math.max(0, this.#marks.length - 1) * interval; at < pieces.length; at += interval) {
      if (at / interval === this.#marks.length) this.#marks.push({ hash: hash.copy(), size });
      for (const bytes of this.#bytesOf(pieces.slice(at, at + interval))) {
        hash.update(bytes);
        size += bytes.length;
      }
    }
    return { size, sha256: hash.digest('hex') };
  }
}
