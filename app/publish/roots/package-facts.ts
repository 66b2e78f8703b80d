import { join } from 'node:path';
import type { PackageFormat } from '../../model/distributions.ts';
import { readDeb, type DebFacts } from '../../repository/deb.ts';
import type { Reading } from '../../repository/refusal.ts';
import { readRpm, type RpmFacts } from '../../repository/rpm/rpm.ts';
import { keepFile, keptFile } from '../../storage/kept-file.ts';
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
  const facts = await keptFile(entryPath(cache, format, sha256), saltOf(format));
  // oxlint-disable-next-line no-unsafe-type-assertion -- the sum says that this reader has written it
  return facts && (JSON.parse(facts.toString()) as FactsOf[F]);
}

/**
 * The facts of a package, kept or read now. Gives the reason when the package is not acceptable.
 * @throws StorageOutage when it cannot be read
 */
export async function packageFacts<F extends ReadFormat>(
  cache: string,
  format: F,
  sha256: string,
  store: Store,
): Promise<Reading<FactsOf[F]>> {
  const kept = await keptFacts(cache, format, sha256);
  return kept ? { ok: true, value: kept } : readFacts(cache, format, sha256, store);
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
    if (read.ok)
      await keepFile(entryPath(cache, format, sha256), JSON.stringify(read.value), { salt: saltOf(format) });
    return read;
  } finally {
    await file.close();
  }
}

function entryPath(cache: string, format: ReadFormat, sha256: string): string {
  return join(cache, format, sha256.slice(0, 2), `${sha256}.json`);
}

function saltOf(format: ReadFormat): string {
  return `${String(readerVersion)} ${format} `;
}
