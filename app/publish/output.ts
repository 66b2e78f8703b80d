import { randomBytes } from 'node:crypto';
import type { Stats } from 'node:fs';
import { copyFile, link, lstat, mkdir, open, readdir, readFile, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { digestOfFile, isAbsence, type Digest } from '../storage/digest.ts';

/** A file to be published: its path below the folder of all channels, and its bytes. */
export interface OutputFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** A file of the store and where it is to be published. */
export interface PlacedFile {
  readonly path: string;
  readonly storeFile: string;
}

/** Where channels are published: a folder today, a bucket behind the same shape. All paths are relative to the folder of all channels. */
export interface Output {
  /** The bytes of a file, undefined when it is not there. */
  read(path: string): Promise<Uint8Array | undefined>;
  digest(path: string): Promise<Digest | undefined>;
  /** Paths of every file below a folder, with what a killed run left behind, in no particular order. */
  list(folder: string): Promise<readonly string[]>;
  /** Writes all files aside, durably, and only then puts them in their places, one after the other in the order given. */
  put(files: readonly OutputFile[]): Promise<void>;
  /** Puts a leftover in the place it was meant for. */
  finish(leftover: string): Promise<void>;
  /** Whether a file is in its place with the right bytes; told without reading it when it is the very file of the store. */
  holds(file: PlacedFile, expected: Digest): Promise<boolean>;
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

/** The path a leftover was meant for. */
export function meantPath(leftover: string): string {
  return leftover.replace(leftoverName, '');
}

/** An output that is a folder of the local disk. Full or failing disks throw the errors of Node. */
export function outputFolder(folder: string): Output {
  const at = (path: string) => join(folder, path);
  return {
    read: (path) =>
      readFile(at(path)).catch((error: unknown) => {
        if (isAbsence(error)) return undefined;
        throw error;
      }),
    digest: (path) => digestOfFile(at(path)),
    list: (path) => listFolder(folder, path),
    put: (files) => putFiles(folder, files),
    finish: async (leftover) => {
      const path = at(meantPath(leftover));
      await rename(at(leftover), path);
      await sync(dirname(path));
    },
    holds: (file, expected) => holdsFile(at(file.path), file.storeFile, expected),
    place: async (files) => {
      for (const { path, storeFile } of files) await placeFile(at(path), storeFile);
      for (const parent of new Set(files.map(({ path }) => dirname(at(path))))) await sync(parent);
    },
    remove: async (paths) => {
      for (const path of paths) {
        await rm(at(path), { force: true });
        await removeEmptyFolders(folder, dirname(path));
      }
    },
  };
}

async function listFolder(top: string, path: string): Promise<readonly string[]> {
  const entries = await readdir(join(top, path), { withFileTypes: true }).catch((error: unknown) => {
    if (isAbsence(error)) return [];
    throw error;
  });
  const lists = await Promise.all(
    entries.map(async (entry): Promise<readonly string[]> => {
      const below = `${path}/${entry.name}`;
      return entry.isDirectory() ? listFolder(top, below) : [below];
    }),
  );
  return lists.flat();
}

async function putFiles(folder: string, files: readonly OutputFile[]): Promise<void> {
  const staged: { readonly aside: string; readonly path: string }[] = [];
  try {
    for (const { path, bytes } of files) {
      const place = join(folder, path);
      const aside = asideOf(place);
      staged.push({ aside, path: place });
      await mkdir(dirname(place), { recursive: true });
      await writeDurably(aside, bytes);
    }
  } catch (error) {
    // A full disk must not stay full of what never came into place.
    await Promise.allSettled(staged.map(({ aside }) => rm(aside, { force: true })));
    throw error;
  }
  // Order matters to clients that come between two renames and, after a power cut, to what is found again. When one of them fails the
  // rest stays aside: the next run may have to finish the switch with it.
  for (const { aside, path } of staged) {
    await rename(aside, path);
    await sync(dirname(path));
  }
}

async function holdsFile(path: string, storeFile: string, expected: Digest): Promise<boolean> {
  const [placed, stored] = await Promise.all([path, storeFile].map(statIfThere));
  if (placed?.isFile() !== true || placed.size !== expected.size) return false;
  if (stored && stored.ino === placed.ino && stored.dev === placed.dev) return true;
  return (await digestOfFile(path))?.sha256 === expected.sha256;
}

function statIfThere(path: string): Promise<Stats | undefined> {
  return lstat(path).catch((error: unknown) => {
    if (isAbsence(error)) return undefined;
    throw error;
  });
}

async function placeFile(path: string, storeFile: string): Promise<void> {
  const aside = asideOf(path);
  await mkdir(dirname(path), { recursive: true });
  try {
    await link(storeFile, aside).catch(async (error: unknown) => {
      if (!cannotLink(error)) throw error;
      await copyFile(storeFile, aside);
      await sync(aside);
    });
    await rename(aside, path);
    // POSIX: renaming one link over another of the same file does nothing and leaves both.
    await rm(aside, { force: true });
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
}

function cannotLink(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  // EXDEV: the store is on another device; EMLINK: the file has as many links as the file system allows; EPERM: it has no hard links.
  return code === 'EXDEV' || code === 'EMLINK' || code === 'EPERM';
}

function asideOf(path: string): string {
  return `${path}.tmp-${randomBytes(8).toString('hex')}`;
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', 0o644);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
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
