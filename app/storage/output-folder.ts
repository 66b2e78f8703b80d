import { createHash, randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { link, lstat, mkdir, open, readFile, rename, rm, rmdir, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { contentOfFile, digestOfFile, isAbsence } from './digest.ts';
import { filesBelow } from './files-below.ts';
import { inParallel } from './in-parallel.ts';
import { Overtaken, type Output, type OutputFile, type PlacedFile, type Pointer } from './output.ts';
import { StorageOutage, type Store } from './store.ts';

/** Some file systems take no more buffers in one call (IOV_MAX of Linux is 1024). */
const piecesAtOnce = 1000;
const bytesAtOnce = 1 << 20;

/** An output that is a folder of the local disk; it takes packages from `store`, as hard links where that can be done. */
export function outputFolder(folder: string, store: Store): Output {
  const at = (path: string) => join(folder, path);
  return {
    read: (path) => readIfThere(at(path)),
    digest: (path) => digestOfFile(at(path)),
    content: (path) => contentOfFile(at(path)),
    list: (path) => filesBelow(folder, path),
    put: (files) => putFiles(folder, files),
    point: async (pointers) => {
      for (const pointer of pointers) await pointTo(folder, pointer);
    },
    pointIf: async (pointer, seen) => {
      const there = await readIfThere(at(pointer.path));
      const isSame = there && seen ? there.equals(seen) : there === seen;
      if (!isSame) throw new Overtaken(`${pointer.path} was changed by somebody else`);
      await pointTo(folder, pointer);
    },
    holds: (file) => holdsFile(at(file.path), file, store),
    place: async (files) => {
      await inParallel(files, (file) => placeFile(at(file.path), file, store));
      await inParallel([...new Set(files.map(({ path }) => dirname(at(path))))], sync);
    },
    remove: async (paths) => {
      for (const path of paths) {
        await rm(at(path), { force: true });
        await removeEmptyFolders(folder, dirname(path));
      }
    },
  };
}

function readIfThere(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch((error: unknown) => {
    if (isAbsence(error)) return undefined;
    throw error;
  });
}

/** All are written aside, whole and durably, before the first is put in its place. */
async function putFiles(top: string, files: readonly OutputFile[]): Promise<void> {
  const staged = files.map(({ path, pieces }) => ({
    place: join(top, path),
    aside: asideOf(join(top, path)),
    pieces,
  }));
  try {
    await inParallel(staged, ({ place, aside, pieces }) => writeAside(place, aside, pieces));
  } catch (error) {
    // A full disk must not stay full of what never came into place.
    await Promise.allSettled(staged.map(({ aside }) => rm(aside, { force: true })));
    throw error;
  }
  await inParallel(staged, ({ aside, place }) => rename(aside, place));
  await inParallel([...new Set(staged.map(({ place }) => dirname(place)))], sync);
}

async function pointTo(top: string, pointer: Pointer): Promise<void> {
  const place = join(top, pointer.path);
  const aside = asideOf(place);
  try {
    if ('from' in pointer) {
      await makeFolder(dirname(place));
      await link(join(top, pointer.from), aside).catch(async (error: unknown) => {
        if (!cannotLink(error)) throw error;
        await writeAside(place, aside, [await readFile(join(top, pointer.from))]);
      });
    } else await writeAside(place, aside, pointer.pieces);
    await rename(aside, place);
  } finally {
    // POSIX: renaming one link over another of the same file does nothing and leaves both.
    await rm(aside, { force: true });
  }
  await sync(dirname(place));
}

async function writeAside(place: string, aside: string, pieces: Iterable<Uint8Array>): Promise<void> {
  await makeFolder(dirname(place));
  const file = await open(aside, 'wx', 0o644);
  try {
    let some: Uint8Array[] = [];
    let length = 0;
    for (const piece of pieces) {
      some.push(piece);
      length += piece.length;
      if (some.length < piecesAtOnce && length < bytesAtOnce) continue;
      await writeAll(file, some);
      some = [];
      length = 0;
    }
    await writeAll(file, some);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** writev(2) may write less than all. */
async function writeAll(file: FileHandle, pieces: readonly Uint8Array[]): Promise<void> {
  let rest = pieces.filter(({ length }) => length > 0);
  while (rest.length > 0) {
    let { bytesWritten } = await file.writev(rest);
    const left: Uint8Array[] = [];
    for (const piece of rest) {
      const written = Math.min(bytesWritten, piece.length);
      bytesWritten -= written;
      if (written < piece.length) left.push(piece.subarray(written));
    }
    rest = left;
  }
}

async function holdsFile(path: string, { size, sha256 }: PlacedFile, store: Store): Promise<boolean> {
  const [placed, stored] = await Promise.all([
    statIfThere(path),
    store.path && statIfThere(store.path(sha256)),
  ]);
  if (placed?.isFile() !== true || placed.size !== size) return false;
  if (stored && stored.ino === placed.ino && stored.dev === placed.dev) return true;
  return (await digestOfFile(path))?.sha256 === sha256;
}

function statIfThere(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((error: unknown) => {
    if (isAbsence(error)) return undefined;
    throw error;
  });
}

async function placeFile(path: string, { sha256 }: PlacedFile, store: Store): Promise<void> {
  const aside = asideOf(path);
  await makeFolder(dirname(path));
  try {
    if (!(await linked(aside, sha256, store))) await copied(aside, sha256, store);
    await rename(aside, path);
  } finally {
    // POSIX: renaming one link over another of the same file does nothing and leaves both.
    await rm(aside, { force: true });
  }
}

async function linked(aside: string, sha256: string, store: Store): Promise<boolean> {
  if (!store.path) return false;
  try {
    await link(store.path(sha256), aside);
    return true;
  } catch (error) {
    if (cannotLink(error)) return false;
    throw error;
  }
}

async function copied(aside: string, sha256: string, store: Store): Promise<void> {
  const content = await store.content(sha256);
  if (!content) throw new StorageOutage(`The store has no longer the file ${sha256}.`);
  const file = await open(aside, 'wx', 0o644);
  try {
    const hash = createHash('sha256');
    for await (const piece of content) {
      hash.update(piece);
      await writeAll(file, [piece]);
    }
    // It came from elsewhere: nothing is put in place that is not what was asked for.
    if (hash.digest('hex') !== sha256)
      throw new StorageOutage(`The store gave other bytes than those of the file ${sha256}.`);
    await file.sync();
  } finally {
    await file.close();
  }
}

function cannotLink(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  // EXDEV: the store is on another device; EMLINK: the file has as many links as the file system allows; EPERM: it has no hard links.
  return code === 'EXDEV' || code === 'EMLINK' || code === 'EPERM';
}

/** Makes a folder and those above it that are missing; each is a name in the one above it, which has to be durable too. */
async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await sync(dirname(made));
}

function asideOf(path: string): string {
  return `${path}.tmp-${randomBytes(8).toString('hex')}`;
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

async function removeEmptyFolders(top: string, path: string): Promise<void> {
  for (let folder = path; folder.includes('/'); folder = dirname(folder)) {
    try {
      await rmdir(join(top, folder));
    } catch {
      return;
    }
  }
}
