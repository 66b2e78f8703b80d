import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { link, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildPackage } from './package-bytes.ts';
import { perRelease, setRelease, type Format } from './package-set.ts';

/** A package in the store. */
export interface MadePackage {
  readonly file: string;
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
}

/** Where a set is: its packages are in the store by their digests, `list` says which they are. */
export interface PlaceOfSet {
  readonly format: Format;
  readonly seed: number;
  /** `<store>/<sha256[0:2]>/<sha256>`. */
  readonly store: string;
  /** JSON of the packages made so far, in the order of the set. */
  readonly list: string;
}

/**
 * Makes the packages of the first `releases` releases that were not made by an earlier run, and gives all that are there. Files are
 * written one after the other, without waiting for the disk: a set that a power cut damages can be made again.
 */
export async function makePackages(place: PlaceOfSet, releases: number): Promise<readonly MadePackage[]> {
  const made = [...(await madePackages(place))];
  const wanted = releases * perRelease;
  if (made.length >= wanted) return made;
  for (let byte = 0; byte < 256; byte += 1)
    mkdirSync(join(place.store, byte.toString(16).padStart(2, '0')), { recursive: true });
  for (let nth = made.length / perRelease; nth < releases; nth += 1) {
    for (const one of setRelease(place.seed, nth).packages) {
      const { file, bytes } = buildPackage(place.format, place.seed, one);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      writeFileSync(storedFile(place.store, sha256), bytes);
      made.push({ file, size: bytes.length, sha256 });
    }
  }
  await writeFile(`${place.list}.new`, JSON.stringify(made));
  await rename(`${place.list}.new`, place.list);
  return made;
}

/** The packages of a set that are in the store already. */
export async function madePackages({ list }: PlaceOfSet): Promise<readonly MadePackage[]> {
  const text = await readFile(list, 'utf8').catch(() => '[]');
  return JSON.parse(text) as readonly MadePackage[];
}

/** The packages of one release. */
export function packagesOf(made: readonly MadePackage[], release: number): readonly MadePackage[] {
  return made.slice(release * perRelease, (release + 1) * perRelease);
}

/** Where the store has the file with a digest. */
export function storedFile(store: string, sha256: string): string {
  return join(store, sha256.slice(0, 2), sha256);
}

/** Puts packages under their names in a folder, as links to the store: a tool that reads folders gets one of its own, on no further disk. */
export async function linkPackages(
  store: string,
  packages: readonly MadePackage[],
  folder: string,
): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  const paths: string[] = [];
  for (const { file, sha256 } of packages) {
    const path = join(folder, file);
    await link(storedFile(store, sha256), path);
    paths.push(path);
  }
  return paths;
}
