import type { ByteSource } from '../repository/byte-source.ts';
import type { ObjectPlace } from './object-place.ts';

/** The store's or the channels' address cannot be used: a start-up error. */
export class StorageSettingError extends Error {
  override readonly name = 'StorageSettingError';
}

/** What lies under the store or the channels failed (full, read-only, gone, no answer): an outage, nothing half-written remains. */
export class StorageOutage extends Error {
  override readonly name = 'StorageOutage';
}

/** What became of received bytes; `sha256` and `size` are what was seen. */
export type Receipt =
  | { readonly ok: true; readonly sha256: string; readonly size: number }
  | {
      readonly ok: false;
      readonly reason: 'wrong-size' | 'wrong-digest';
      readonly sha256: string;
      readonly size: number;
    };

/** One file on its way into the store. Ends with exactly one {@link commit}, or with {@link abort}. */
export interface Receiver {
  /** Adds bytes. @throws StorageOutage */
  write(chunk: Uint8Array): Promise<void>;
  /**
   * Puts the file in its place if it has this digest and this size in bytes, durably; otherwise drops it.
   * @throws StorageOutage
   */
  commit(expectedSha256: string, expectedSize: number): Promise<Receipt>;
  /** Drops what was written. May be called again, and after a commit, where it does nothing. */
  abort(): Promise<void>;
}

/** A stored file as the scrub and the garbage collection see it. */
export interface StoredFile {
  readonly sha256: string;
  /** In bytes. */
  readonly size: number;
  /** When it was stored. */
  readonly since: Date;
}

/** A stored file that is open for reading anywhere in it; to be closed. */
export interface OpenedFile extends ByteSource {
  close(): Promise<void>;
}

/**
 * Content-addressed store of package files: written once and never changed. What is checked, promoted and published later names the digest,
 * so it cannot differ from what was pulled (trust.md T43). Every operation may throw StorageOutage.
 */
export interface Store {
  /** Size in bytes of a stored file, undefined when it is not there. */
  size(sha256: string): Promise<number | undefined>;
  has(sha256: string): Promise<boolean>;
  /** The whole content in pieces; undefined when it is not there. The bytes are not compared with the digest. */
  content(sha256: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /** Opens a file for reading at any place; undefined when it is not there. */
  open(sha256: string): Promise<OpenedFile | undefined>;
  /** Begins a file whose digest is known only at its end. */
  receive(): Promise<Receiver>;
  /** Every stored file, in no particular order. */
  list(): AsyncIterable<StoredFile>;
  /** Takes a file out; nothing happens when it is not there. */
  remove(sha256: string): Promise<void>;
  /** Moves a file that has not the bytes of its name out of reach, and keeps it for a look. */
  quarantine(sha256: string): Promise<void>;
  /** Digests of the files that are out of reach since; some of them may have come back whole. */
  quarantined(): Promise<readonly string[]>;
  /** Where a file is, or would be, on a disk of this machine; a bucket has no such place. */
  readonly path?: (sha256: string) => string;
  /** Where a file is, or would be, in a bucket: the service can copy it without this machine. */
  readonly object?: (sha256: string) => ObjectPlace;
}
