import { ScratchFile } from '../../storage/scratch-file.ts';

/** A packed stretch of an index, in memory or wherever else it is kept. The same bytes always are the same object. */
export interface Packed {
  readonly length: number;
}

/** Keeps packed stretches, and reads them. */
export interface PackedStore {
  hold(bytes: Uint8Array): Packed;
  /**
   * The bytes of some stretches in a row; those in memory may be among them. `isShort` says that each piece is done with before anything else is
   * read.
   */
  read(stretches: readonly Packed[], isShort?: boolean): Iterable<Uint8Array>;
  /** Lets go what is held, but for these. */
  tidy(used: readonly Packed[]): void;
}

/** For whoever reads them once: they stay in memory. */
export class PackedInMemory implements PackedStore {
  hold(bytes: Uint8Array): Packed {
    return bytes;
  }

  *read(stretches: readonly Packed[]): Generator<Uint8Array, void, undefined> {
    for (const bytes of stretches) yield inMemory(bytes);
  }

  tidy(): void {
    // What nobody refers to is gone.
  }
}

/** For a service: the packed indexes of all channels are a large part of its memory, and each publication reads them once, front to back. */
export class PackedAside implements PackedStore {
  readonly #folder: string;
  #file: ScratchFile | undefined;

  /** `folder` is where the scratch file is made. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  hold(bytes: Uint8Array): Packed {
    this.#file ??= new ScratchFile(this.#folder);
    return this.#file.put(bytes);
  }

  *read(stretches: readonly Packed[], isShort = false): Generator<Uint8Array, void, undefined> {
    const isAside = (bytes: Packed | undefined): boolean => !(bytes instanceof Uint8Array);
    for (let at = 0; at < stretches.length;) {
      const from = at;
      while (at < stretches.length && isAside(stretches[at])) at += 1;
      if (from < at) yield* this.#file?.read(stretches.slice(from, at), isShort) ?? [];
      for (; at < stretches.length && !isAside(stretches[at]); at += 1) yield inMemory(stretches[at]);
    }
  }

  tidy(used: readonly Packed[]): void {
    this.#file?.tidy(used);
  }
}

function inMemory(bytes: Packed | undefined): Uint8Array {
  if (!(bytes instanceof Uint8Array)) throw new TypeError('a packed stretch is not in memory');
  return bytes;
}
