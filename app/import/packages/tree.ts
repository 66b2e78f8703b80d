import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { PackageFormat } from '../../model/distributions.ts';
import { shown } from '../../repository/refusal.ts';

/** A file of the tree that is meant to be a package. */
export interface PackageFile {
  /** Below the top of the tree. */
  readonly path: string;
  /** Its last part. */
  readonly file: string;
  readonly format: PackageFormat;
}

/** Why a file of the tree is not taken. */
export interface FileProblem {
  /** Below the top of the tree; hostile names are escaped. */
  readonly path: string;
  /** One sentence without a full stop that goes on after the path. */
  readonly why: string;
}

/** What a tree of packages holds. */
export interface PackageTree {
  /** In the order of their paths. */
  readonly packages: readonly PackageFile[];
  /** Files that are no packages of the formats asked for: indexes, sources, pages for people. */
  readonly passedOver: number;
  readonly problems: readonly FileProblem[];
}

const mostFiles = 500_000;
const deepest = 32;
/** As in tickets: what no file system, web server or index reads as anything else (trust.md T46). */
const plainName = /^[A-Za-z0-9][A-Za-z0-9._+~%^-]{0,254}$/;

const endings: Readonly<Record<PackageFormat, RegExp>> = {
  deb: /\.deb$/,
  rpm: /(?<!\.(no)?src)\.rpm$/,
  tar: /\.(tar(\.(gz|xz|zst|bz2))?|tgz|txz)$/,
};

/**
 * Finds the packages of some formats below a folder. Links are not followed: one that is called like a package is told as a problem, as is
 * every name that could mean something else somewhere.
 * @throws RangeError when there are more files or folders in one another than any tree of packages has; what the disk throws
 */
export async function packageTree(dir: string, formats: ReadonlySet<PackageFormat>): Promise<PackageTree> {
  const packages: PackageFile[] = [];
  const problems: FileProblem[] = [];
  let passedOver = 0;
  let seen = 0;
  const look = (entry: Dirent, path: string): void => {
    const format = [...formats].find((one) => endings[one].test(entry.name));
    if (format === undefined) passedOver += 1;
    else if (!entry.isFile())
      problems.push({ path: escaped(path), why: 'is no plain file; put the package itself there' });
    else if (!plainName.test(entry.name) || entry.name.includes('..'))
      problems.push({ path: escaped(path), why: 'has a name that no package may have' });
    else packages.push({ path, file: entry.name, format });
  };
  const walk = async (folder: string, depth: number): Promise<void> => {
    if (depth > deepest)
      throw new RangeError(`there are more than ${String(deepest)} folders in one another`);
    for (const entry of await readdir(join(dir, folder), { withFileTypes: true })) {
      seen += 1;
      if (seen > mostFiles) throw new RangeError(`there are more than ${String(mostFiles)} files`);
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isDirectory()) await walk(path, depth + 1);
      else look(entry, path);
    }
  };
  await walk('', 1);
  return {
    packages: packages.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    passedOver,
    problems: problems.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  };
}

/** A path as it is told: hostile parts of it cannot write on a terminal (trust.md T59). */
function escaped(path: string): string {
  return path.split('/').every((part) => plainName.test(part)) ? path : shown(path).slice(1, -1);
}
