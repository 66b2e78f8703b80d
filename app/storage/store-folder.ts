import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  StorageOutage,
  StorageSettingError,
  type OpenedFile,
  type Receiver,
  type Store,
  type StoredFile,
} from './store.ts';

/*
 * A store that is a folder: `<dir>/<sha256[0:2]>/<sha256>`, immutable files that the channels' hard links share.
 */

/** A store whose files have a place on a disk of this machine. */
export type StoreFolder = Store & Required<Pick<Store, 'path'>>;

const leftoverName = /^[0-9a-f]{32}\.part$/;

/**
 * Opens the store at `url` (`file:///…`), makes its folders, and removes what a killed process left in `incoming/`: files not
 * written to since this process began.
 * @throws StorageSettingError when the address is none of a folder; StorageOutage when the folder cannot be used.
 */
export async function openStoreFolder(url: string): Promise<StoreFolder> {
  const top = folderOf(url);
  const incoming = join(top, 'incoming');
  await outage(`open the store at ${top}`, async () => {
    await mkdir(incoming, { recursive: true });
    await sweep(incoming, performance.timeOrigin);
  });

  const path = (sha256: string): string => {
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw new RangeError('a stored file is named by a SHA-256 digest');
    return join(top, sha256.slice(0, 2), sha256);
  };
  const size = async (sha256: string): Promise<number | undefined> => {
    const file = path(sha256);
    const seen = await outage(`look up ${sha256}`, () => unlessMissing(stat(file)));
    return seen?.isFile() === true ? seen.size : undefined;
  };

  return {
    path,
    size,
    has: async (sha256) => (await size(sha256)) !== undefined,
    content: async (sha256) => {
      const handle = await outage(`open ${sha256}`, () => unlessMissing(open(path(sha256), 'r')));
      return handle && piecesOf(handle);
    },
    open: async (sha256) => {
      const handle = await outage(`open ${sha256}`, () => unlessMissing(open(path(sha256), 'r')));
      return handle && openedFile(handle);
    },
    receive: () => receiveInto({ top, incoming, path, size }),
    list: () => storedFiles(top),
    remove: async (sha256) => {
      await outage(`remove ${sha256}`, () => unlessMissing(unlink(path(sha256))));
    },
    quarantine: async (sha256) => {
      await outage(`set ${sha256} aside`, async () => {
        const folder = join(top, 'quarantine');
        await mkdir(folder, { recursive: true });
        await unlessMissing(rename(path(sha256), join(folder, sha256)));
        await syncFolder(folder);
      });
    },
    quarantined: async () => {
      const names = await outage('list what was set aside', () =>
        unlessMissing(readdir(join(top, 'quarantine'))),
      );
      return (names ?? []).filter((name) => /^[0-9a-f]{64}$/.test(name));
    },
  };
}

async function* piecesOf(handle: FileHandle): AsyncGenerator<Uint8Array> {
  try {
    const stream = createReadStream('', { fd: handle, autoClose: false, highWaterMark: 256 * 1024 });
    yield* stream as AsyncIterable<Buffer>;
  } finally {
    await handle.close();
  }
}

/** @throws what the disk throws, also when the file is shorter than it was when opened */
async function openedFile(handle: FileHandle): Promise<OpenedFile> {
  const { size } = await handle.stat();
  return {
    size,
    read: async (offset, length) => {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await handle.read(bytes, 0, length, offset);
      if (bytesRead !== length)
        throw new StorageOutage('A file of the store became shorter while it was read.');
      return bytes;
    },
    close: () => handle.close(),
  };
}

async function* storedFiles(top: string): AsyncGenerator<StoredFile> {
  for (const folder of await outage('list its folders', () => readdir(top))) {
    if (!/^[0-9a-f]{2}$/.test(folder)) continue;
    for (const sha256 of await outage('list its files', () => readdir(join(top, folder)))) {
      if (!/^[0-9a-f]{64}$/.test(sha256)) continue;
      const seen = await outage(`look up ${sha256}`, () => unlessMissing(stat(join(top, folder, sha256))));
      if (seen) yield { sha256, size: seen.size, since: seen.mtime };
    }
  }
}

interface Place {
  readonly top: string;
  readonly incoming: string;
  readonly path: (sha256: string) => string;
  readonly size: (sha256: string) => Promise<number | undefined>;
}

async function receiveInto(place: Place): Promise<Receiver> {
  const temporary = join(place.incoming, `${randomBytes(16).toString('hex')}.part`);
  const file = await outage('begin a file', () => open(temporary, 'wx', 0o600));
  const hash = createHash('sha256');
  let size = 0;
  let ended = false;

  const drop = async (): Promise<void> => {
    ended = true;
    await file.close();
    await unlessMissing(unlink(temporary));
  };

  return {
    write: async (chunk) => {
      if (ended) throw new Error('bytes written to a file that was committed or dropped');
      hash.update(chunk);
      size += chunk.length;
      await outage('write a file', () => file.appendFile(chunk));
    },
    commit: async (expectedSha256, expectedSize) => {
      if (ended) throw new Error('a file is committed once');
      const sha256 = hash.digest('hex');
      const reason = size === expectedSize ? 'wrong-digest' : 'wrong-size';
      return outage('commit a file', async () => {
        try {
          if (sha256 !== expectedSha256 || size !== expectedSize) return { ok: false, reason, sha256, size };
          // An equal file keeps its inode, which the channels' hard links share.
          if ((await place.size(sha256)) !== size) await settle(place, file, temporary, sha256);
          return { ok: true, sha256, size };
        } finally {
          await drop();
        }
      });
    },
    abort: async () => {
      if (!ended) await outage('drop a file', drop);
    },
  };
}

/** Contents first, then the name, then the folders that hold the name: a power cut leaves the whole file or none. */
async function settle(place: Place, file: FileHandle, temporary: string, sha256: string): Promise<void> {
  const target = place.path(sha256);
  const folder = join(target, '..');
  await file.chmod(0o444);
  await file.sync();
  const made = await mkdir(folder, { recursive: true });
  await rename(temporary, target);
  await syncFolder(folder);
  if (made !== undefined) await syncFolder(place.top);
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function sweep(incoming: string, before: number): Promise<void> {
  for (const name of await readdir(incoming)) {
    if (!leftoverName.test(name)) continue;
    const file = join(incoming, name);
    const seen = await unlessMissing(stat(file));
    if (seen !== undefined && seen.mtimeMs < before) await unlessMissing(unlink(file));
  }
}

function folderOf(url: string): string {
  // An encoded slash would make two spellings of one folder.
  if (!/^file:\/\/\/[^?#]+$/.test(url) || /%2f|%00/i.test(url)) {
    throw new StorageSettingError(
      'The store is a folder or a bucket: give it like file:///var/lib/rollout/store.',
    );
  }
  return fileURLToPath(url);
}

const codeOf = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;

async function unlessMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Runs disk work; an error of the operating system becomes a {@link StorageOutage}, anything else is a bug and passes. */
async function outage<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    if (error instanceof StorageOutage || code === undefined || code.startsWith('ERR_')) throw error;
    throw new StorageOutage(`The store could not ${doing}: ${code}.`, { cause: error });
  }
}
