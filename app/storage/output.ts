import type { Digest } from './digest.ts';

/** A file to be published: its path below the place of all channels, and its bytes in pieces, so that a large index need not be copied. */
export interface OutputFile {
  readonly path: string;
  readonly pieces: Iterable<Uint8Array>;
}

/** A pointer: one of the few files that clients read first. Either its own bytes, or those of a file that was put before. */
export type Pointer = OutputFile | { readonly path: string; readonly from: string };

/** A file of the store and where it is to be published. */
export interface PlacedFile extends Digest {
  readonly path: string;
}

/** A pointer was changed by somebody else since it was read: another publisher is at work. Read again, and begin anew. */
export class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/**
 * Where channels are published: a folder or a bucket. All paths are relative to the place of all channels and plain.
 * Content first (`place`, `put`), pointers last (`point`, `pointIf`): a client sees the old tree or the new one (channels.md).
 * Every operation may throw StorageOutage.
 */
export interface Output {
  /** The bytes of a file, undefined when it is not there. */
  read(path: string): Promise<Uint8Array | undefined>;
  digest(path: string): Promise<Digest | undefined>;
  /** The content of a file in pieces, as it is there now; undefined when it is not there. */
  content(path: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Paths of every file below a folder, with what a killed run left behind, in no particular order. */
  list(folder: string): Promise<readonly string[]>;
  /** Writes files that no client is pointed to yet, in any order; when it is done all of them are durable and whole. */
  put(files: readonly OutputFile[]): Promise<void>;
  /** Replaces pointers one after the other in the order given, each in one step, durably. */
  point(pointers: readonly Pointer[]): Promise<void>;
  /** Replaces one pointer if it still holds `seen` (undefined: it was not there). @throws Overtaken */
  pointIf(pointer: OutputFile, seen: Uint8Array | undefined): Promise<void>;
  /** Whether a file is in its place with the right bytes; told without reading it where that can be known. */
  holds(file: PlacedFile): Promise<boolean>;
  /** Puts immutable files of the store in their places, durably, without copying them if that can be done. */
  place(files: readonly PlacedFile[]): Promise<void>;
  /** Removes files, and the folders that become empty by that. */
  remove(paths: readonly string[]): Promise<void>;
}

const leftoverName = /\.tmp-[0-9a-f]{16}$/;

/** Whether a path is a file that a killed run had set aside and never put in place. */
export function isLeftover(path: string): boolean {
  return leftoverName.test(path);
}
