import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isAbsence } from './digest.ts';

/** Paths of every file below a folder of the disk, relative to `top`, in no particular order; none when there is no such folder. */
export async function filesBelow(top: string, path: string): Promise<readonly string[]> {
  const entries = await readdir(join(top, path), { withFileTypes: true }).catch((error: unknown) => {
    if (isAbsence(error)) return [];
    throw error;
  });
  const lists = await Promise.all(
    entries.map(async (entry): Promise<readonly string[]> => {
      const below = path === '' ? entry.name : `${path}/${entry.name}`;
      return entry.isDirectory() ? filesBelow(top, below) : [below];
    }),
  );
  return lists.flat();
}
