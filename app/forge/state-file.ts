import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { State } from './state.ts';

const pauseBeforeWriting = 20;

/** Keeps the state on disk: many changes in a short time become one write, and a write is a rename, so a reader never sees half a file. */
export interface StateFile {
  /** Says that the state has changed; it is written soon. */
  readonly changed: () => void;
  /** Resolves when everything said so far is on disk. Throws when the disk refuses. */
  readonly written: () => Promise<void>;
}

/**
 * Reads the state left in a folder by an earlier run.
 * @returns undefined when the folder holds none
 * @throws when the file is there and cannot be read or is of another version
 */
export async function readState(dir: string): Promise<State | undefined> {
  let text: string;
  try {
    text = await readFile(stateFileIn(dir), 'utf8');
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') {
      return undefined;
    }
    throw error;
  }
  const value: unknown = JSON.parse(text);
  if (!isState(value)) throw new Error(`${stateFileIn(dir)} is not a state file of this forge`);
  return value;
}

// Only this program writes the file, and by rename: the version is what can differ.
function isState(value: unknown): value is State {
  return typeof value === 'object' && value !== null && 'version' in value && value.version === 1;
}

/** Opens the state file of a folder for writing. */
export function openStateFile(dir: string, state: State): StateFile {
  const path = stateFileIn(dir);
  let dirty = false;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  async function write(): Promise<void> {
    if (!dirty) return;
    dirty = false;
    await writeFile(`${path}.new`, JSON.stringify(state));
    await rename(`${path}.new`, path);
  }
  function written(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.then(write);
    return writing;
  }
  function changed(): void {
    dirty = true;
    timer ??= setTimeout(() => {
      void written();
    }, pauseBeforeWriting);
  }
  return { changed, written };
}

function stateFileIn(dir: string): string {
  return join(dir, 'forge.json');
}
