import type { Random } from '../bench/channels/random.ts';
import type { Tree } from './client-views.ts';
import type { TracedCall } from './trace.ts';

/*
 * What a disk may hold after the power failed (trust.md R4). Of what was not yet made durable any part may be there and any part not, in
 * whatever order it was done: bytes until fsync of their file, names until fsync of their folder. A new folder is a name in the one above it.
 * This is less than any file system in use promises.
 */

/** A file's content: an inode. Its bytes are known from where it ended up. */
interface Content {
  bytes: Uint8Array;
}
type Entry = Content | 'folder' | undefined;

/** A step of a publication that may be lost as a whole. */
interface Step {
  /** Number of the call that did it, and of the one that made it durable. */
  readonly at: number;
  durableAt: number;
  /** The folder that has to be synced for it; undefined for bytes. */
  readonly folder?: string;
  /** Bytes of this content. */
  readonly content?: Content;
  readonly entries: readonly (readonly [path: string, entry: Entry])[];
}

/** The disk below the place of all channels while a publication goes on. */
export class LossyDisk {
  readonly #steps: Step[] = [];
  readonly #before = new Map<string, Entry>();
  /** How many calls there are: the power may fail before each, and after the last. */
  readonly calls: number;

  /**
   * @param calls the calls of a publication that went well, in order; `out` is the folder of all channels
   * @param before every file with its bytes before it, and `after` after it, by path below `out`
   */
  constructor(
    calls: readonly TracedCall[],
    out: string,
    before: ReadonlyMap<string, Uint8Array>,
    after: ReadonlyMap<string, Uint8Array>,
  ) {
    this.calls = calls.length;
    const now = new Map<string, Entry>([['', 'folder']]);
    for (const [path, bytes] of before) {
      now.set(path, { bytes });
      for (const folder of foldersOf(path)) now.set(folder, 'folder');
    }
    for (const [path, entry] of now) this.#before.set(path, entry);
    const below = (path: string): string | undefined =>
      path === out ? '' : path.startsWith(`${out}/`) ? path.slice(out.length + 1) : undefined;
    const enter = (at: number, ...entries: (readonly [string, Entry])[]): void => {
      const [[path] = ['']] = entries;
      this.#steps.push({ at, durableAt: Infinity, folder: parentOf(path), entries });
      for (const [name, entry] of entries) now.set(name, entry);
    };
    for (const [at, { call, text }] of calls.entries()) {
      if (!/\) += \d+/.test(text)) continue;
      const named = [...text.matchAll(/"(\/[^"]*)"/g)].map(([, path = '']) => below(path));
      const opened = below(/^\d+<([^>]+)>/.exec(text)?.[1] ?? '');
      const [first, second] = named;
      if (call === 'openat' && text.includes('O_CREAT') && first !== undefined) {
        enter(at, [first, { bytes: new Uint8Array(0) }]);
      } else if (call === 'mkdir' && first !== undefined) enter(at, [first, 'folder']);
      else if ((call === 'unlink' || call === 'rmdir') && first !== undefined) enter(at, [first, undefined]);
      else if (call === 'link' && second !== undefined) {
        // A package comes from the store, where it is durable.
        enter(at, [
          second,
          (first === undefined ? undefined : now.get(first)) ?? { bytes: new Uint8Array(0) },
        ]);
      } else if (call === 'rename' && first !== undefined && second !== undefined) {
        const content = now.get(first);
        if (typeof content === 'object' && content.bytes.length === 0)
          content.bytes = after.get(second) ?? content.bytes;
        enter(at, [second, content], [first, undefined]);
      } else if ((call === 'write' || call === 'writev') && opened !== undefined) {
        const content = now.get(opened);
        if (typeof content === 'object') this.#steps.push({ at, durableAt: Infinity, content, entries: [] });
      } else if (call === 'fsync' && opened !== undefined) {
        const content = now.get(opened);
        for (const step of this.#steps) {
          const isMeant = content === 'folder' ? step.folder === opened : step.content === content;
          if (isMeant) step.durableAt = Math.min(step.durableAt, at);
        }
      }
    }
  }

  /** The tree after the power failed before call `at`; `random` decides what is lost of what may be. */
  after(at: number, random: Random): Tree {
    const entries = new Map(this.#before);
    const lost = new Set<Content>();
    for (const step of this.#steps) {
      if (step.at >= at) break;
      const isThere = step.durableAt < at || random.below(2) === 0;
      if (isThere) for (const [path, entry] of step.entries) entries.set(path, entry);
      else if (step.content) lost.add(step.content);
    }
    return {
      read: (path) => {
        const entry = entries.get(path);
        const isReached = foldersOf(path).every((folder) => entries.get(folder) === 'folder');
        if (!isReached || typeof entry !== 'object') return Promise.resolve(undefined);
        return Promise.resolve(lost.has(entry) ? new Uint8Array(0) : entry.bytes);
      },
    };
  }
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/** The folders that a path leads through, from the top. */
function foldersOf(path: string): readonly string[] {
  const parts = path.split('/').slice(0, -1);
  return ['', ...parts.map((_, at) => parts.slice(0, at + 1).join('/'))];
}
