import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { readDeb, type DebFacts } from '../repository/deb.ts';
import type { Reading } from '../repository/refusal.ts';
import { isAbsence, sha256Of } from '../storage/digest.ts';
import { StorageOutage, type Store } from '../storage/store.ts';

/** What an index needs of a package. */
export type IndexFacts = Omit<DebFacts, 'files'>;

/** Raised whenever the reader takes or refuses something else than before, so that old entries are read again. */
const readerVersion = 1;

const EntrySchema = z.strictObject({
  sum: z.string(),
  facts: z.strictObject({
    reader: z.literal(readerVersion),
    name: z.string(),
    version: z.string(),
    architecture: z.string(),
    fields: z.array(z.tuple([z.string(), z.string()])),
  }),
});

/*
 * Reading a package is the expensive part of publishing, and its bytes never change, so its facts are kept in a folder by its digest.
 */

/** The facts kept of a package; undefined when there are none, or the entry is damaged or by another reader. */
export async function keptFacts(cache: string, sha256: string): Promise<IndexFacts | undefined> {
  try {
    const { success, data } = EntrySchema.safeParse(
      JSON.parse(await readFile(entryPath(cache, sha256), 'utf8')),
    );
    return success && data.sum === sumOf(data.facts) ? data.facts : undefined;
  } catch (error) {
    if (isAbsence(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Reads a package file of the store and keeps its facts. Gives the reason when the package is not acceptable; a file that cannot be read
 * throws.
 */
export async function readFacts(cache: string, sha256: string, store: Store): Promise<Reading<IndexFacts>> {
  const file = await store.open(sha256);
  if (!file) throw new StorageOutage(`The store has no longer the file ${sha256}.`);
  try {
    const read = await readDeb(file);
    if (!read.ok) return read;
    const { name, version, architecture, fields } = read.value;
    const facts = { name, version, architecture, fields };
    await keep(entryPath(cache, sha256), facts);
    return { ok: true, value: facts };
  } finally {
    await file.close();
  }
}

function entryPath(cache: string, sha256: string): string {
  return join(cache, sha256.slice(0, 2), `${sha256}.json`);
}

async function keep(path: string, facts: IndexFacts): Promise<void> {
  const kept = { reader: readerVersion, ...facts };
  await mkdir(dirname(path), { recursive: true });
  const aside = `${path}.tmp-${randomBytes(8).toString('hex')}`;
  await writeFile(aside, JSON.stringify({ sum: sumOf(kept), facts: kept }));
  await rename(aside, path);
}

function sumOf({ name, version, architecture, fields }: IndexFacts): string {
  return sha256Of(JSON.stringify([name, version, architecture, fields]));
}
