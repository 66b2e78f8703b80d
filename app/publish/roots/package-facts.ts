import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { PackageFormat } from '../../model/distributions.ts';
import { readDeb, type DebFacts } from '../../repository/deb.ts';
import type { Reading } from '../../repository/refusal.ts';
import { readRpm, type RpmFacts } from '../../repository/rpm/rpm.ts';
import { isAbsence, sha256Of } from '../../storage/digest.ts';
import { StorageOutage, type OpenedFile, type Store } from '../../storage/store.ts';

/** What is kept of a package of each format; a tarball says nothing of itself. */
export interface FactsOf {
  readonly deb: DebFacts;
  readonly rpm: RpmFacts;
}
/** Formats whose packages are read. */
export type ReadFormat = keyof FactsOf & PackageFormat;

/** Raised whenever a reader takes or refuses something else than before, so that old entries are read again. */
const readerVersion = 3;

const readers: { readonly [F in ReadFormat]: (file: OpenedFile) => Promise<Reading<FactsOf[F]>> } = {
  deb: readDeb,
  rpm: readRpm,
};

/*
 * Reading a package is the expensive part of publishing, and its bytes never change, so its facts are kept in a folder by its digest.
 */

/** The facts kept of a package; undefined when there are none, or the entry is damaged or by another reader. */
export async function keptFacts<F extends ReadFormat>(
  cache: string,
  format: F,
  sha256: string,
): Promise<FactsOf[F] | undefined> {
  try {
    const text = await readFile(entryPath(cache, format, sha256), 'utf8');
    const [sum, facts] = [text.slice(0, 64), text.slice(65)];
    if (sum !== sumOf(format, facts)) return undefined;
    // oxlint-disable-next-line no-unsafe-type-assertion -- the sum says that this reader has written it
    return JSON.parse(facts) as FactsOf[F];
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/**
 * Reads a package file of the store and keeps its facts. Gives the reason when the package is not acceptable.
 * @throws StorageOutage when it cannot be read
 */
export async function readFacts<F extends ReadFormat>(
  cache: string,
  format: F,
  sha256: string,
  store: Store,
): Promise<Reading<FactsOf[F]>> {
  const file = await store.open(sha256);
  if (!file) throw new StorageOutage(`The store has no longer the file ${sha256}.`);
  try {
    const read = await readers[format](file);
    if (read.ok) await keep(entryPath(cache, format, sha256), format, JSON.stringify(read.value));
    return read;
  } finally {
    await file.close();
  }
}

function entryPath(cache: string, format: ReadFormat, sha256: string): string {
  return join(cache, format, sha256.slice(0, 2), `${sha256}.json`);
}

async function keep(path: string, format: ReadFormat, facts: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const aside = `${path}.tmp-${randomBytes(8).toString('hex')}`;
  await writeFile(aside, `${sumOf(format, facts)}\n${facts}`);
  await rename(aside, path);
}

function sumOf(format: ReadFormat, facts: string): string {
  return sha256Of(`${String(readerVersion)} ${format} ${facts}`);
}
