import { digestOf } from '../storage/digest.ts';
import type { Store, StoredFile } from '../storage/store.ts';

/** Is told of bytes that were read, and lets the reader wait: how the scrub leaves the disk to others. */
export type Pace = (bytes: number) => Promise<void>;

export interface StoreReading {
  readonly store: Store;
  readonly pace: Pace;
  /** Begins after this digest: where a reading before ended. */
  readonly after?: string | undefined;
  /** Ends after so many bytes, between two files. */
  readonly limit?: number | undefined;
  readonly onProgress?: ((files: number, of: number, bytes: number) => void) | undefined;
}

/** What a reading of the store found. */
export interface StoreFindings {
  readonly files: number;
  readonly bytes: number;
  /** Files that had not the bytes of their name; they are out of reach now. */
  readonly bad: readonly string[];
  /** Where the next reading goes on; undefined: every file was read. */
  readonly next: string | undefined;
}

/**
 * Reads every byte of the store in the order of the digests, compares it with its name, and sets aside what does not agree.
 * @throws StorageOutage: what cannot be read is an outage, and says nothing of its bytes
 */
export async function readStore({
  store,
  pace,
  after,
  limit,
  onProgress,
}: StoreReading): Promise<StoreFindings> {
  const all = (await everyFile(store)).toSorted((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
  const due = after === undefined ? all : all.filter(({ sha256 }) => sha256 > after);
  const bad: string[] = [];
  let bytes = 0;
  for (const [at, { sha256, size }] of due.entries()) {
    if (limit !== undefined && at > 0 && bytes + size > limit)
      return { files: at, bytes, bad, next: due[at - 1]?.sha256 };
    if ((await isSound(store, sha256, pace)) === false) bad.push(sha256);
    bytes += size;
    onProgress?.(at + 1, due.length, bytes);
  }
  return { files: due.length, bytes, bad, next: undefined };
}

/**
 * Whether a stored file has the bytes of its name; undefined when it is not there. A bad one is read a second time, since a disk may lie
 * once, and then set aside.
 */
export async function isSound(store: Store, sha256: string, pace: Pace): Promise<boolean | undefined> {
  for (let tries = 0; tries < 2; tries += 1) {
    const content = await store.content(sha256);
    if (!content) return undefined;
    if ((await digestOf(paced(content, pace))).sha256 === sha256) return true;
  }
  await store.quarantine(sha256);
  return false;
}

/** A content that waits after each piece as it is told to. */
export async function* paced(content: AsyncIterable<Uint8Array>, pace: Pace): AsyncGenerator<Uint8Array> {
  for await (const piece of content) {
    yield piece;
    await pace(piece.length);
  }
}

export async function everyFile(store: Store): Promise<readonly StoredFile[]> {
  const files: StoredFile[] = [];
  for await (const file of store.list()) files.push(file);
  return files;
}
