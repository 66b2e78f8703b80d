import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackageFormat } from '../../model/distributions.ts';
import type { ByteSource } from '../../repository/byte-source.ts';
import { debFileNames } from '../../repository/deb-file-name.ts';
import { readDeb } from '../../repository/deb.ts';
import type { Reading } from '../../repository/refusal.ts';
import { nevra, rpmFileName } from '../../repository/rpm/nevra.ts';
import { readRpm } from '../../repository/rpm/rpm.ts';
import { digestOf, type Digest } from '../../storage/digest.ts';
import type { Store } from '../../storage/store.ts';
import type { PackageFile } from './tree.ts';

/** What a package says of itself. */
interface Identity {
  /** Name and version, with everything that makes another package of it. */
  readonly identity: string;
  /** The one architecture that it is for; undefined: every one. */
  readonly architecture: string | undefined;
  /** What its file may be called; the usual name first. */
  readonly names: readonly string[];
}

/** A package of the tree that can be taken. */
export interface ReadPackage extends PackageFile, Digest, Identity {}

const readers: Readonly<
  Record<PackageFormat, (source: ByteSource, file: string) => Promise<Reading<Identity>>>
> = {
  deb: async (source) => {
    const read = await readDeb(source);
    if (!read.ok) return read;
    const { name, version, architecture } = read.value;
    return {
      ok: true,
      value: {
        identity: `${name} ${version} ${architecture}`,
        architecture: architecture === 'all' ? undefined : architecture,
        names: debFileNames(read.value),
      },
    };
  },
  rpm: async (source) => {
    const read = await readRpm(source);
    if (!read.ok) return read;
    const { architecture } = read.value;
    if (architecture === 'src') return { ok: false, reason: 'it is a source package' };
    return {
      ok: true,
      value: {
        identity: nevra(read.value),
        architecture: architecture === 'noarch' ? undefined : architecture,
        names: [rpmFileName(read.value)],
      },
    };
  },
  // What is in a tarball is its provider's business: it says nothing of itself that an index would repeat.
  tar: async (source, file) => {
    const begin = await source.read(0, Math.min(source.size, 262));
    return packedAs(file, begin)
      ? { ok: true, value: { identity: file, architecture: undefined, names: [file] } }
      : { ok: false, reason: 'it is not packed as its name says' };
  },
};

const magics: readonly (readonly [RegExp, string, number])[] = [
  [/\.(gz|tgz)$/, '1f8b', 0],
  [/\.(xz|txz)$/, 'fd377a585a00', 0],
  [/\.zst$/, '28b52ffd', 0],
  [/\.bz2$/, '425a68', 0],
  [/\.tar$/, '7573746172', 257],
];

/** Whether a file begins as its name says: gzip (RFC 1952), xz, zstd (RFC 8878), bzip2, or tar (POSIX ustar, and GNU's). */
function packedAs(file: string, begin: Uint8Array): boolean {
  const [, magic = '', at = 0] = magics.find(([ending]) => ending.test(file)) ?? [];
  return magic !== '' && Buffer.from(begin.subarray(at, at + magic.length / 2)).toString('hex') === magic;
}

const pieceSize = 256 * 1024;

/**
 * Reads a package below a folder: its digest, and what it says of itself. Gives the reason when it is not taken. Throws what the disk
 * throws.
 */
export async function readPackage(
  dir: string,
  found: PackageFile,
  maximumBytes: number,
): Promise<Reading<ReadPackage>> {
  return withFile(join(dir, found.path), async (handle, size) => {
    if (size > maximumBytes)
      return { ok: false, reason: `is longer than the ${String(maximumBytes)} bytes that the policy allows` };
    const identity = await readers[found.format](fileSource(handle, size), found.file);
    if (!identity.ok) return { ok: false, reason: `cannot be taken: ${identity.reason}` };
    const digest = await digestOf(piecesOf(handle));
    return { ok: true, value: { ...found, ...digest, ...identity.value } };
  });
}

/**
 * Puts a package that was read into the store; nothing is copied when it is there. Gives false when the file is no longer what was read.
 * @throws StorageOutage; what the disk throws
 */
export async function storePackage(
  dir: string,
  { path, size, sha256 }: ReadPackage,
  store: Store,
): Promise<boolean> {
  if ((await store.size(sha256)) === size) return true;
  return withFile(join(dir, path), async (handle) => {
    const receiver = await store.receive();
    try {
      for await (const piece of piecesOf(handle)) await receiver.write(piece);
      return (await receiver.commit(sha256, size)).ok;
    } finally {
      await receiver.abort();
    }
  });
}

async function withFile<T>(path: string, work: (handle: FileHandle, size: number) => Promise<T>): Promise<T> {
  // What was a plain file a moment ago may be a link by now.
  const handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const seen = await handle.stat();
    if (!seen.isFile()) throw new Error(`${path} is no longer a plain file`);
    return await work(handle, seen.size);
  } finally {
    await handle.close();
  }
}

async function* piecesOf(handle: FileHandle): AsyncGenerator<Uint8Array> {
  for (let at = 0; ;) {
    const { bytesRead, buffer } = await handle.read(new Uint8Array(pieceSize), 0, pieceSize, at);
    if (bytesRead === 0) return;
    yield buffer.subarray(0, bytesRead);
    at += bytesRead;
  }
}

function fileSource(handle: FileHandle, size: number): ByteSource {
  return {
    size,
    read: async (offset, length) => {
      const { bytesRead, buffer } = await handle.read(new Uint8Array(length), 0, length, offset);
      if (bytesRead !== length) throw new Error('a package became shorter while it was read');
      return buffer;
    },
  };
}
