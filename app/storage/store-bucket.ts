import { createHash, randomBytes } from 'node:crypto';
import { open, unlink, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Digest, digestOf } from './digest.ts';
import type { BucketFolder } from './s3-address.ts';
import { copyObject, type PartSizes, upload } from './s3-multipart.ts';
import type { Bucket, ObjectBeginning, ObjectHeaders } from './s3.ts';
import { type OpenedFile, type Receiver, type Store, type StoredFile, StorageOutage } from './store.ts';

/*
 * A store in a bucket: `<prefix><sha256[0:2]>/<sha256>`, immutable objects that the channels' objects are copies of.
 */

/** Bytes read in one request where a whole file is wanted, and held in memory twice. */
export const pieceBytes = 8 * 1024 * 1024;
/** Least that is read in one request: what follows a small piece of a package is usually wanted next. */
const aheadBytes = 256 * 1024;

/**
 * Opens a store in a bucket.
 * @throws StorageOutage when the bucket is not there or may not be read
 */
export async function openStoreBucket({ bucket, prefix }: BucketFolder, sizes?: PartSizes): Promise<Store> {
  await bucket.open();
  const keyOf = (sha256: string): string => {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RangeError('a stored file is named by a SHA-256 digest');
    return `${prefix}${sha256.slice(0, 2)}/${sha256}`;
  };
  const headersOf = (sha256: string): ObjectHeaders => ({
    contentType: 'application/octet-stream',
    cacheControl: 'private, no-store',
    sha256,
  });
  const size = async (sha256: string): Promise<number | undefined> =>
    (await bucket.head(keyOf(sha256)))?.size;

  return {
    size,
    has: async (sha256) => (await size(sha256)) !== undefined,
    content: async (sha256) => {
      const key = keyOf(sha256);
      const beginning = await bucket.begin(key, pieceBytes);
      return beginning && piecesOf(bucket, key, beginning);
    },
    open: async (sha256) => {
      const key = keyOf(sha256);
      const beginning = await bucket.begin(key, aheadBytes);
      return beginning && openedObject(bucket, key, beginning);
    },
    receive: () =>
      receiveAside(async (file, sha256, bytes) => {
        if ((await size(sha256)) === bytes) return;
        await upload(bucket, keyOf(sha256), sourceOf(file, bytes), headersOf(sha256), sizes);
      }),
    list: () => storedObjects(bucket, prefix),
    remove: (sha256) => bucket.remove(keyOf(sha256)),
    quarantine: async (sha256) => {
      const key = keyOf(sha256);
      const digest = await digestOfObject(bucket, key);
      if (!digest) return;
      const kept = `${prefix}quarantine/${sha256}`;
      const from = { bucket: bucket.name, key };
      await copyObject(bucket, from, kept, digest.size, headersOf(digest.sha256), sizes);
      await bucket.remove(key);
    },
    quarantined: async () => {
      const digests: string[] = [];
      const folder = `${prefix}quarantine/`;
      for await (const { key } of bucket.list(folder))
        if (/^[0-9a-f]{64}$/.test(key.slice(folder.length))) digests.push(key.slice(folder.length));
      return digests;
    },
    object: (sha256) => ({ bucket: bucket.name, key: keyOf(sha256) }),
  };
}

/** The whole object in pieces, the next one asked for while this one is worked on. */
export async function* piecesOf(
  bucket: Bucket,
  key: string,
  { size, etag, bytes }: ObjectBeginning,
): AsyncGenerator<Uint8Array> {
  const pieceAt = (offset: number): Promise<Uint8Array> | undefined => {
    if (offset >= size) return undefined;
    const piece = bucket.readPart(key, etag, offset, Math.min(pieceBytes, size - offset));
    // Whoever awaits it hears of its error; perhaps nobody does, when the reader goes away.
    piece.catch(() => undefined);
    return piece;
  };
  let offset = bytes.length;
  let next = pieceAt(offset);
  yield bytes;
  while (next) {
    const piece = await next;
    offset += piece.length;
    next = pieceAt(offset);
    yield piece;
  }
}

/** The digest of an object, read whole; undefined when it is not there. */
export async function digestOfObject(bucket: Bucket, key: string): Promise<Digest | undefined> {
  const beginning = await bucket.begin(key, pieceBytes);
  return beginning && digestOf(piecesOf(bucket, key, beginning));
}

function openedObject(
  bucket: Bucket,
  key: string,
  { size, etag, bytes: first }: ObjectBeginning,
): OpenedFile {
  let seen = new Uint8Array(first);
  let seenAt = 0;
  return {
    size,
    read: async (offset, length) => {
      if (length === 0) return new Uint8Array();
      if (offset < 0 || offset + length > size) throw new RangeError('bytes outside a stored file');
      if (offset < seenAt || offset + length > seenAt + seen.length) {
        const bytes = await bucket.readPart(
          key,
          etag,
          offset,
          Math.max(length, Math.min(aheadBytes, size - offset)),
        );
        if (bytes.length > aheadBytes) return bytes;
        seen = new Uint8Array(bytes);
        seenAt = offset;
      }
      return seen.slice(offset - seenAt, offset - seenAt + length);
    },
    close: () => Promise.resolve(),
  };
}

async function* storedObjects(bucket: Bucket, prefix: string): AsyncGenerator<StoredFile> {
  for await (const { key, size, since } of bucket.list(prefix)) {
    const [, folder, sha256] = /^([0-9a-f]{2})\/([0-9a-f]{64})$/.exec(key.slice(prefix.length)) ?? [];
    if (folder !== undefined && sha256?.startsWith(folder) === true) yield { sha256, size, since };
  }
}

/**
 * Receives a file on the disk of this machine (TMPDIR), without a name there, so that nothing of it is left whatever happens. Only what has
 * the right digest reaches the bucket.
 */
async function receiveAside(
  settle: (file: FileHandle, sha256: string, size: number) => Promise<void>,
): Promise<Receiver> {
  const path = join(tmpdir(), `rollout-${randomBytes(16).toString('hex')}`);
  const file = await disk(() => open(path, 'wx+', 0o600));
  await disk(() => unlink(path));
  const hash = createHash('sha256');
  let size = 0;
  let ended = false;
  const drop = (): Promise<void> => {
    ended = true;
    return disk(() => file.close());
  };

  return {
    write: async (chunk) => {
      if (ended) throw new Error('bytes written to a file that was committed or dropped');
      hash.update(chunk);
      size += chunk.length;
      await disk(() => file.appendFile(chunk));
    },
    commit: async (expectedSha256, expectedSize) => {
      if (ended) throw new Error('a file is committed once');
      const sha256 = hash.digest('hex');
      const reason = size === expectedSize ? 'wrong-digest' : 'wrong-size';
      try {
        if (sha256 !== expectedSha256 || size !== expectedSize) return { ok: false, reason, sha256, size };
        await settle(file, sha256, size);
        return { ok: true, sha256, size };
      } finally {
        await drop();
      }
    },
    abort: async () => {
      if (!ended) await drop();
    },
  };
}

function sourceOf(file: FileHandle, size: number): Pick<OpenedFile, 'size' | 'read'> {
  return {
    size,
    read: async (offset, length) => {
      const bytes = new Uint8Array(length);
      let done = 0;
      while (done < length) {
        const { bytesRead } = await disk(() => file.read(bytes, done, length - done, offset + done));
        if (bytesRead === 0) throw new StorageOutage('A file that was received became shorter.');
        done += bytesRead;
      }
      return bytes;
    },
  };
}

/** Runs disk work; an error of the operating system becomes a StorageOutage, anything else is a bug and passes. */
async function disk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'ERR_';
    if (code.startsWith('ERR_')) throw error;
    throw new StorageOutage(`What is received could not be kept in ${tmpdir()}: ${code}.`, { cause: error });
  }
}
