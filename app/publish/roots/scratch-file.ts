import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/** Closes the files that nobody can ask any more; the system then takes back their place on the disk. */
const forgotten = new FinalizationRegistry<number>(closeSync);

/** Bytes that are put aside in a file without a name: they need no memory, and are gone with the process, however it ends. */
export class ScratchFile {
  readonly #descriptor: number;
  #end = 0;

  /** `folder` is made when it is not there. */
  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `scratch-${randomBytes(8).toString('hex')}`);
    this.#descriptor = openSync(path, 'wx+', 0o600);
    forgotten.register(this, this.#descriptor);
    rmSync(path);
  }

  /** Length in bytes. */
  get size(): number {
    return this.#end;
  }

  /** Puts bytes behind what is there, and gives where they begin. */
  append(bytes: Uint8Array): number {
    const from = this.#end;
    for (let at = 0; at < bytes.length;)
      at += writeSync(this.#descriptor, bytes, at, bytes.length - at, from + at);
    this.#end += bytes.length;
    return from;
  }

  /** Fills `into` with the bytes that begin at `from`. */
  read(from: number, into: Uint8Array): void {
    for (let at = 0; at < into.length;) {
      const read = readSync(this.#descriptor, into, at, into.length - at, from + at);
      if (read === 0) throw new RangeError('a scratch file is read behind its end');
      at += read;
    }
  }
}
