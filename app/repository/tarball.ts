import type { ByteSource } from './byte-source.ts';
import { Refusal, reading, shown, type Reading } from './refusal.ts';
import { TarReader, type TarLimits, type TarType } from './tar.ts';
import { unpack, type ExpansionLimits, type Packing } from './unpack.ts';

/** Something in a release tarball. */
export interface TarballEntry {
  /** Relative, without a leading `./`. */
  readonly path: string;
  readonly type: TarType;
  /** In bytes; 0 for anything but files. */
  readonly size: number;
}

/** What a release tarball holds. */
export interface TarballFacts {
  /** How the tar archive in it is packed. */
  readonly packing: Packing;
  /** In the order of the archive; folders can be missing. */
  readonly entries: readonly TarballEntry[];
  /** Bytes of all files together. */
  readonly contentSize: number;
}

/** Limits of reading, for tests that would otherwise need gigabytes. */
export interface TarballLimits {
  readonly expansion: ExpansionLimits;
  readonly tar: TarLimits;
}

const MiB = 1024 * 1024;
/** trust.md 8.5. */
export const tarballLimits: TarballLimits = {
  expansion: { maximumBytes: 8192 * MiB, ratio: 200, freeBytes: 64 * MiB },
  tar: { maximumEntries: 100_000, maximumPath: 4096, maximumPaths: 16 * MiB },
};

/** Endings of file names, and how such a file is packed. */
const endings: readonly (readonly [string, Packing])[] = [
  ['.tar', ''],
  ['.tar.gz', '.gz'],
  ['.tgz', '.gz'],
  ['.tar.xz', '.xz'],
  ['.txz', '.xz'],
  ['.tar.zst', '.zst'],
];
// It becomes a path and a part of an address in a channel, and an argument of a site's tar.
const fileNameShape = /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._+~-]{0,199}$/;

/**
 * How a file of this name is packed, if it is the name of a release tarball that can stand in a channel: letters, digits and `._+~-`, no
 * two dots, at most 200 characters, and one of the endings that are read (gzip, xz, zstd, none).
 */
export function tarballPacking(fileName: string): Packing | undefined {
  if (!fileNameShape.test(fileName)) return undefined;
  return endings.find(([ending]) => fileName.endsWith(ending) && fileName.length > ending.length)?.[1];
}

/**
 * Lists what a release tarball holds (POSIX.1-2017 ustar and pax, GNU tar), without writing any of it anywhere.
 * Gives its facts, or the reason why it is not taken: damaged, cut short, growing beyond the limits (trust.md T45), or holding what
 * could land outside the folder that it is unpacked in (T46). Never throws on hostile bytes; an unreadable source throws.
 */
export async function readTarball(
  source: ByteSource,
  fileName: string,
  limits: TarballLimits = tarballLimits,
): Promise<Reading<TarballFacts>> {
  return reading(async () => {
    const packing = tarballPacking(fileName);
    if (packing === undefined)
      throw new Refusal(
        `its file name ${shown(fileName)} is not that of a release tarball (.tar, .tar.gz, .tar.xz, .tar.zst)`,
      );
    const entries: TarballEntry[] = [];
    const files = new Set<string>();
    let contentSize = 0;
    const tar = new TarReader(
      limits.tar,
      ({ path, type, size, target = '' }) => {
        if (type === 'symbolic-link') checkSymbolicLink(path, target);
        if (type === 'hard-link' && !files.has(target.replace(/^(?:\.\/)+/, '')))
          throw new Refusal(`its hard link ${shown(path)} leads to no file before it`);
        if (type === 'file' || type === 'hard-link') files.add(path);
        contentSize += size;
        entries.push({ path, type, size });
        return undefined;
      },
      'tarball',
    );
    await unpack(source, packing, limits.expansion, (bytes) => {
      tar.push(bytes);
    });
    tar.end();
    return { packing, entries, contentSize };
  });
}

/**
 * A symbolic link may lead to nothing, but not out of the folder in which the tarball is unpacked. It climbs first and then goes down: what
 * `..` means after the name of another link, only the unpacking system would know.
 */
function checkSymbolicLink(path: string, target: string): void {
  const parts = target.split('/').filter((part) => part !== '.' && part !== '');
  const down = parts.findIndex((part) => part !== '..');
  const climbs = down === -1 ? parts.length : down;
  const isInside = target !== '' && !target.startsWith('/') && climbs < path.split('/').length;
  if (!isInside || parts.includes('..', climbs))
    throw new Refusal(`its symbolic link ${shown(path)} leads out of the tarball`);
}
