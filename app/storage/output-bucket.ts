import { Readable } from 'node:stream';
import type { ByteSource } from '../repository/byte-source.ts';
import { cacheControl, contentType, isImmutable } from './content-type.ts';
import { type Digest, digestOf, sha256Of } from './digest.ts';
import { inParallel } from './in-parallel.ts';
import { Overtaken, type Output, type OutputFile, type PlacedFile, type Pointer } from './output.ts';
import type { BucketFolder } from './s3-address.ts';
import { copyObject, partBytes, type PartSizes, upload } from './s3-multipart.ts';
import type { Condition, ObjectHeaders } from './s3.ts';
import { digestOfObject, pieceBytes, piecesOf } from './store-bucket.ts';
import { StorageOutage, StorageSettingError, type Store } from './store.ts';

/** Largest file that is read into memory. */
const mostRead = 256 * 1024 * 1024;

/**
 * An output that is in a bucket; it takes packages from `store`, in the service where that has them in a bucket too. An object is there
 * whole or not at all, so nothing is set aside and nothing is left behind.
 * @throws StorageSettingError when the service does not heed conditions; StorageOutage when it cannot be reached
 */
export async function openOutputBucket(
  folder: BucketFolder,
  store: Store,
  sizes?: PartSizes,
): Promise<Output> {
  const { bucket, prefix } = folder;
  if (!(await bucket.heedsConditions(`${prefix}conditional-writes`))) {
    throw new StorageSettingError(
      `The service of the bucket ${bucket.name} writes although a condition (If-Match) does not hold: two publishers could overwrite each other.`,
    );
  }
  const output = new OutputBucket(folder, store, sizes);
  return {
    read: async (path) => (await bucket.read(output.at(path), mostRead))?.bytes,
    digest: (path) => output.digest(path),
    content: async (path) => {
      const beginning = await bucket.begin(output.at(path), pieceBytes);
      return beginning && piecesOf(bucket, output.at(path), beginning);
    },
    list: async (path) => {
      const paths: string[] = [];
      for await (const { key } of bucket.list(path === '' ? prefix : `${output.at(path)}/`))
        paths.push(key.slice(prefix.length));
      return paths;
    },
    put: (files) => inParallel(files, (file) => output.put(file)),
    point: async (pointers) => {
      for (const pointer of pointers) await output.point(pointer);
    },
    pointIf: (pointer, seen) => output.pointIf(pointer, seen),
    holds: async ({ path, size, sha256 }) => {
      const digest = await output.digest(path);
      return digest?.size === size && digest.sha256 === sha256;
    },
    place: (files) => inParallel(files, (file) => output.place(file)),
    remove: (paths) => inParallel(paths, (path) => bucket.remove(output.at(path))),
  };
}

class OutputBucket {
  readonly #folder: BucketFolder;
  readonly #store: Store;
  readonly #sizes: PartSizes | undefined;

  constructor(folder: BucketFolder, store: Store, sizes: PartSizes | undefined) {
    this.#folder = folder;
    this.#store = store;
    this.#sizes = sizes;
  }

  /** Key of a path. */
  at(path: string): string {
    return `${this.#folder.prefix}${path}`;
  }

  async digest(path: string): Promise<Digest | undefined> {
    const { bucket } = this.#folder;
    const facts = await bucket.head(this.at(path));
    if (!facts) return undefined;
    const { size, sha256 } = facts;
    return sha256 === undefined ? digestOfObject(bucket, this.at(path)) : { size, sha256 };
  }

  async put(file: OutputFile): Promise<void> {
    const { path } = file;
    const pieces = [...file.pieces];
    const source = sourceOf(pieces);
    const { sha256 } = await digestOf(source.all());
    // What is there under a digest is left alone, but for what somebody else wrote there.
    if (isImmutable(path)) {
      if (source.size <= partBytes) {
        if (await this.#wrote(path, Buffer.concat(pieces), 'absent')) return;
      } else {
        const there = await this.#folder.bucket.head(this.at(path));
        if (there?.size === source.size && there.sha256 === sha256) return;
      }
    }
    await upload(this.#folder.bucket, this.at(path), source, headersFor(path, sha256), this.#sizes);
  }

  /**
   * A pointer is written on the condition that it has not changed since it was looked at just before: a request that was delayed on its way
   * comes too late then, and not after a newer one.
   */
  async point(pointer: Pointer): Promise<void> {
    const { bucket } = this.#folder;
    if ('from' in pointer) {
      await this.#copy(pointer.path, pointer.from);
      return;
    }
    const bytes = Buffer.concat([...pointer.pieces]);
    const facts = await bucket.head(this.at(pointer.path));
    if (facts?.size === bytes.length && facts.sha256 === sha256Of(bytes)) return;
    if (!(await this.#wrote(pointer.path, bytes, facts ?? 'absent'))) throw overtaken(pointer.path);
  }

  async pointIf(pointer: OutputFile, seen: Uint8Array | undefined): Promise<void> {
    const there = await this.#folder.bucket.read(this.at(pointer.path), mostRead);
    const isSame = there && seen ? Buffer.from(there.bytes).equals(seen) : there === seen;
    if (!isSame || !(await this.#wrote(pointer.path, Buffer.concat([...pointer.pieces]), there ?? 'absent')))
      throw overtaken(pointer.path);
  }

  async place({ path, size, sha256 }: PlacedFile): Promise<void> {
    const { bucket } = this.#folder;
    const headers = headersFor(path, sha256);
    if (this.#store.object) {
      await copyObject(bucket, this.#store.object(sha256), this.at(path), size, headers, this.#sizes);
      return;
    }
    const file = await this.#store.open(sha256);
    if (!file) throw new StorageOutage(`The store has no longer the file ${sha256}.`);
    try {
      await upload(bucket, this.at(path), file, headers, this.#sizes);
    } finally {
      await file.close();
    }
  }

  async #copy(path: string, from: string): Promise<void> {
    const { bucket } = this.#folder;
    const source = await this.digest(from);
    if (!source)
      throw new StorageOutage(`The bucket ${bucket.name} has no longer the file ${this.at(from)}.`);
    const { size, sha256 } = source;
    const there = await bucket.head(this.at(path));
    if (there?.size === size && there.sha256 === sha256) return;
    const place = { bucket: bucket.name, key: this.at(from) };
    await copyObject(bucket, place, this.at(path), size, headersFor(path, sha256), this.#sizes);
  }

  async #wrote(path: string, bytes: Uint8Array, condition: Condition): Promise<boolean> {
    return this.#folder.bucket.putIf(this.at(path), bytes, headersFor(path, sha256Of(bytes)), condition);
  }
}

/** Bytes in pieces, to be read at any place: an index of many pieces is not copied whole. */
function sourceOf(pieces: readonly Uint8Array[]): ByteSource & { all(): AsyncIterable<Uint8Array> } {
  return {
    size: pieces.reduce((sum, { length }) => sum + length, 0),
    read: (offset, length) => {
      const bytes = Buffer.alloc(length);
      let at = 0;
      for (const piece of pieces) {
        if (at + piece.length > offset && at < offset + length)
          bytes.set(piece.subarray(Math.max(0, offset - at), offset + length - at), Math.max(0, at - offset));
        at += piece.length;
      }
      return Promise.resolve(bytes);
    },
    all: () => Readable.from(pieces),
  };
}

function headersFor(path: string, sha256: string): ObjectHeaders {
  return { contentType: contentType(path), cacheControl: cacheControl(path), sha256 };
}

function overtaken(path: string): Overtaken {
  return new Overtaken(`${path} was changed by somebody else`);
}
