import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openStoreFolder, type StoreFolder } from '../../app/storage/store-folder.ts';

/** A folder for one test, with a store in it. */
export interface Scratch {
  readonly dir: string;
  readonly storeUrl: string;
  readonly store: StoreFolder;
  /** Every file under the store, as paths below it, sorted. */
  readonly files: () => Promise<string[]>;
  readonly remove: () => Promise<void>;
}

export async function makeScratch(): Promise<Scratch> {
  const dir = await mkdtemp(join(tmpdir(), 'rollout-intake-'));
  const top = join(dir, 'store');
  const storeUrl = pathToFileURL(top).href;
  return {
    dir,
    storeUrl,
    store: await openStoreFolder(storeUrl),
    files: async () => {
      const entries = await readdir(top, { recursive: true, withFileTypes: true });
      return entries
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(top.length + 1))
        .toSorted();
    },
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}
