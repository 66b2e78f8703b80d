import { appendFile } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { replaceFile, wholeFile } from './kept-file.ts';

/** How much of a file may be of no use to anybody before it is written anew. */
const mostWaste = 1 / 2;

/** A record in the bytes of a file: where its value is, and where the next record begins. */
interface RecordPlace {
  readonly from: number;
  readonly to: number;
}

/**
 * Many things by their keys that could be made again, kept in one file: all are there with one read, and what is new is put behind the rest, so
 * that keeping them costs what has changed. Each has a sum of its own, and what is behind a damaged one does not count. The file is not synced,
 * for a power cut may take it.
 *
 * A record is `<sum> <length of the key> <length of the value>` in decimal digits and a line feed, the key, and the value. Keys are ASCII.
 */
export class KeptMap {
  readonly #path: string;
  readonly #salt: number;
  readonly #mode: number;
  readonly #bytes: Buffer;
  readonly #places = new Map<string, RecordPlace>();
  #isWhole: boolean;

  private constructor(path: string, bytes: Buffer | undefined, salt: string, mode: number) {
    this.#path = path;
    this.#salt = crc32(salt);
    this.#mode = mode;
    this.#bytes = bytes ?? Buffer.alloc(0);
    this.#isWhole = bytes !== undefined && this.#read();
  }

  /** Reads the file at a path, if it is there. `salt` goes into the sums alone: what was kept with another one does not count. */
  static async open(
    path: string,
    { salt = '', mode = 0o666 }: { readonly salt?: string; readonly mode?: number } = {},
  ): Promise<KeptMap> {
    return new KeptMap(path, await wholeFile(path), salt, mode);
  }

  /** The value of a key: a view of what was read. */
  get(key: string): Buffer | undefined {
    const place = this.#places.get(key);
    return place && this.#bytes.subarray(place.from, place.to);
  }

  keys(): Iterable<string> {
    return this.#places.keys();
  }

  /** Sees to it that the file has these keys, with the value that was read or else the one that `make` makes. A disk that fails throws. */
  async keep(wanted: Iterable<string>, make: (key: string) => Uint8Array): Promise<void> {
    const keys = [...new Set(wanted)];
    const fresh = keys.filter((key) => !this.#places.has(key)).flatMap((key) => this.#record(key, make(key)));
    const used = keys.reduce((sum, key) => sum + this.#lengthOf(key), 0);
    if (this.#isWhole && used >= this.#bytes.length * (1 - mostWaste)) {
      if (fresh.length > 0) await appendFile(this.#path, Buffer.concat(fresh), { mode: this.#mode });
      return;
    }
    const kept = keys.flatMap((key) => {
      const value = this.get(key);
      return value ? this.#record(key, value) : [];
    });
    await replaceFile(this.#path, [Buffer.concat([...kept, ...fresh])], this.#mode);
  }

  #lengthOf(key: string): number {
    const place = this.#places.get(key);
    return place ? place.to - place.from : 0;
  }

  #record(key: string, value: Uint8Array): readonly Uint8Array[] {
    const sum = this.#sum(Buffer.from(key), value);
    return [Buffer.from(`${String(sum)} ${String(key.length)} ${String(value.length)}\n${key}`), value];
  }

  #sum(key: Uint8Array, value: Uint8Array): number {
    return crc32(value, crc32(key, this.#salt));
  }

  /** Finds the records; false when something is damaged. */
  #read(): boolean {
    const bytes = this.#bytes;
    for (let at = 0; at < bytes.length;) {
      const end = bytes.indexOf('\n', at);
      const [sum, keyLength, valueLength] = bytes
        .toString('latin1', at, Math.max(at, end))
        .split(' ')
        .map(Number);
      const key = end + 1;
      const from = key + (keyLength ?? NaN);
      const to = from + (valueLength ?? NaN);
      if (!(end >= 0 && to <= bytes.length)) return false;
      if (this.#sum(bytes.subarray(key, from), bytes.subarray(from, to)) !== sum) return false;
      this.#places.set(bytes.toString('latin1', key, from), { from, to });
      at = to;
    }
    return true;
  }
}
