import { createHash, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, rename, stat, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * Content-addressed store of package files: `<dir>/<sha256[0:2]>/<sha256>`, written once and never changed. What is checked,
 * promoted and published later names the digest, so it cannot differ from what was pulled (trust.md T43).
 */

/** The store's address cannot be used: a start-up error. */
export class StoreSettingError extends Error {
  override readonly name = 'StoreSettingError';
}

/** The disk under the store failed (full, read-only, gone): an outage, nothing half-stored remains. */
export class StoreOutage extends Error {
  override readonly name = 'StoreOutage';
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
  /** Adds bytes. @throws StoreOutage */
  write(chunk: Uint8Array): Promise<void>;
  /**
   * Puts the file in its place if it has this digest and this size in bytes, durably; otherwise drops it.
   * @throws StoreOutage
   */
  commit(expectedSha256: string, expectedSize: number): Promise<Receipt>;
  /** Drops what was written. May be called again, and after a commit, where it does nothing. */
  abort(): Promise<void>;
}

export interface Store {
  /** Size in bytes of a stored file, undefined when it is not there. @throws StoreOutage */
  size(sha256: string): Promise<number | undefined>;
  has(sha256: string): Promise<boolean>;
  /** Where the file is, or would be. */
  path(sha256: string): string;
  /** Begins a file whose digest is known only at its end. @throws StoreOutage */
  receive(): Promise<Receiver>;
}

const leftoverName = /^[0-9a-f]{32}\.part$/;

/**
 * Opens the store at `url` (`file:///…`), makes its folders, and removes what a killed process left in `incoming/`: files not
 * written to since this process began.
 * @throws StoreSettingError when the address is none of a folder; StoreOutage when the folder cannot be used.
 */
export async function openStore(url: string): Promise<Store> {
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
    receive: () => receiveInto({ top, incoming, path, size }),
  };
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
  if (url.startsWith('s3://')) {
    throw new StoreSettingError(
      'The store cannot be in a bucket yet: give a folder, like file:///var/lib/rollout/store.',
    );
  }
  // An encoded slash would make two spellings of one folder.
  if (!/^file:\/\/\/[^?#]+$/.test(url) || /%2f|%00/i.test(url)) {
    throw new StoreSettingError('The store is a folder: give it like file:///var/lib/rollout/store.');
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

/** Runs disk work; an error of the operating system becomes a {@link StoreOutage}, anything else is a bug and passes. */
async function outage<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const code = codeOf(error);
    if (error instanceof StoreOutage || code === undefined || code.startsWith('ERR_')) throw error;
    throw new StoreOutage(`The store could not ${doing}: ${code}.`, { cause: error });
  }
}
