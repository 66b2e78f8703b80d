import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isAbsence } from './digest.ts';

/** Length of a sum in hexadecimal. */
const sumLength = 64;

/**
 * Keeps something that could be made again, in a file of its own, behind a sum that tells damage. The file is there whole or not at all; it is
 * not synced, for a power cut may take it. `salt` goes into the sum alone: what was kept with another one does not count.
 */
export async function keepFile(
  path: string,
  content: string | Uint8Array,
  { salt = '', mode = 0o666 }: { readonly salt?: string; readonly mode?: number } = {},
): Promise<void> {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  await replaceFile(path, [Buffer.from(`${sumOf(salt, bytes)}\n`), bytes], mode);
}

/** What was kept in a file; undefined when there is none, it is damaged, or it was kept with another salt. */
export async function keptFile(path: string, salt = ''): Promise<Buffer | undefined> {
  const file = await wholeFile(path);
  const bytes = file?.subarray(sumLength + 1);
  return bytes && file?.toString('latin1', 0, sumLength) === sumOf(salt, bytes) ? bytes : undefined;
}

/** Puts a file in the place of another: it is there whole or not at all. It is not synced. */
export async function replaceFile(path: string, pieces: readonly Uint8Array[], mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const aside = `${path}.tmp-${randomBytes(8).toString('hex')}`;
  await writeFile(aside, pieces, { mode });
  await rename(aside, path);
}

/** The bytes of a file; undefined when there is none. */
export async function wholeFile(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch((error: unknown) => {
    if (isAbsence(error)) return undefined;
    throw error;
  });
}

function sumOf(salt: string, bytes: Uint8Array): string {
  return createHash('sha256').update(salt).update(bytes).digest('hex');
}
