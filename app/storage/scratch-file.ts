import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Closes the files that nobody can ask any more; the system then takes back their place on the disk. */
const forgotten = new FinalizationRegistry<number>(closeSync);

/** How many bytes are read in one go, about. */
const atOnce = 1 << 20;
/** How many times as large as what is still used a file may grow before it is written anew, and how much is never too much. */
const mostGrowth = 2;
const smallGrowth = 16 * atOnce;

let buffer = Buffer.alloc(0);

function lent(length: number): Uint8Array {
  if (buffer.length < length) buffer = Buffer.allocUnsafeSlow(length);
  return buffer.subarray(0, length);
}

/** Bytes that were put aside. */
export interface BytesAside {
  readonly length: number;
}

class Place implements BytesAside {
  readonly length: number;
  /** The file that it is in: another one once that was written anew. */
  file: NamelessFile;
  from: number;

  constructor(length: number, file: NamelessFile, from: number) {
    this.length = length;
    this.file = file;
    this.from = from;
  }
}

/** Bytes that are put aside in a file without a name: they need no memory, and are gone with the process, however it ends. */
export class ScratchFile {
  readonly #folder: string;
  #file: NamelessFile;

  /** `folder` is made when it is not there. */
  constructor(folder: string) {
    this.#folder = folder;
    this.#file = new NamelessFile(folder);
  }

  /** Puts bytes aside. @throws Error when the disk fails; then nothing was put aside */
  put(bytes: Uint8Array): BytesAside {
    return new Place(bytes.length, this.#file, this.#file.append(bytes));
  }

  /**
   * The bytes of some places in a row, in pieces; what lies side by side is read in one go. `isShort` says that each piece is done with before
   * anything else is read from any scratch file.
   * @throws TypeError for a place that `tidy` let go
   */
  *read(places: readonly BytesAside[], isShort = false): Generator<Uint8Array, void, undefined> {
    for (let at = 0; at < places.length;) {
      const { from } = this.#place(places[at]);
      let end = from;
      for (; at < places.length && end - from < atOnce && this.#place(places[at]).from === end; at += 1)
        end += places[at]?.length ?? 0;
      const piece = isShort ? lent(end - from) : Buffer.allocUnsafeSlow(end - from);
      this.#file.read(from, piece);
      yield piece;
    }
  }

  /**
   * Writes the file anew when most of it is of no use, and tells whether it has; then there are only the places in `used` left.
   * @throws Error when the disk fails; then nothing has changed
   */
  tidy(used: readonly BytesAside[]): boolean {
    const places = new Set(used.map((bytes) => this.#place(bytes)));
    let size = 0;
    for (const { length } of places) size += length;
    if (this.#file.size <= mostGrowth * size + smallGrowth) return false;
    const fresh = new NamelessFile(this.#folder);
    const moved = [...places].map((place) => {
      const bytes = Buffer.allocUnsafeSlow(place.length);
      this.#file.read(place.from, bytes);
      return [place, fresh.append(bytes)] as const;
    });
    for (const [place, from] of moved) Object.assign(place, { file: fresh, from });
    this.#file = fresh;
    return true;
  }

  #place(bytes: BytesAside | undefined): Place {
    if (!(bytes instanceof Place) || bytes.file !== this.#file)
      throw new TypeError('these bytes are not in the scratch file');
    return bytes;
  }
}

class NamelessFile {
  readonly #descriptor: number;
  #end = 0;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `scratch-${randomBytes(8).toString('hex')}`);
    this.#descriptor = openSync(path, 'wx+', 0o600);
    forgotten.register(this, this.#descriptor);
    rmSync(path);
  }

  /** In bytes. */
  get size(): number {
    return this.#end;
  }

  append(bytes: Uint8Array): number {
    const from = this.#end;
    for (let at = 0; at < bytes.length;)
      at += writeSync(this.#descriptor, bytes, at, bytes.length - at, from + at);
    this.#end += bytes.length;
    return from;
  }

  read(from: number, into: Uint8Array): void {
    for (let at = 0; at < into.length;) {
      const read = readSync(this.#descriptor, into, at, into.length - at, from + at);
      if (read === 0) throw new RangeError('a scratch file is read behind its end');
      at += read;
    }
  }
}
