import type { Manifest } from '../../model/manifest.ts';
import type { Target } from '../../publish/layout.ts';
import type { ReadPackage } from './package.ts';
import type { FileProblem } from './tree.ts';

/** The packages of a tree, sorted by what they are for. */
export interface Sorted {
  readonly targets: Manifest['targets'];
  /** Packages for architectures that were not asked for. */
  readonly elsewhere: number;
  readonly problems: readonly FileProblem[];
}

/**
 * Sorts packages into targets; one for all architectures goes into each target of its format. The same file twice is one; the same
 * package with other bytes is a problem of both (trust.md T48), as is a file that is not called what is in it.
 */
export function sortedInto(targets: readonly Target[], packages: readonly ReadPackage[]): Sorted {
  const problems: FileProblem[] = [];
  const first = new Map<string, ReadPackage>();
  const taken: ReadPackage[] = [];
  for (const one of packages) {
    if (!one.names.includes(one.file)) {
      problems.push({ path: one.path, why: `is called ${one.names[0] ?? ''} by what is in it` });
      continue;
    }
    const key = `${one.format} ${one.identity}`;
    const other = first.get(key);
    if (!other) {
      first.set(key, one);
      taken.push(one);
    } else if (other.sha256 !== one.sha256)
      problems.push({ path: one.path, why: `is the same package as ${other.path}, with other bytes` });
  }
  let elsewhere = 0;
  const lists = new Map<Target, ReadPackage[]>(targets.map((target) => [target, []]));
  for (const one of taken) {
    const places = targets.filter(
      ({ format, arch }) =>
        format === one.format && (one.architecture === undefined || one.architecture === arch),
    );
    if (places.length === 0) elsewhere += 1;
    for (const target of places) lists.get(target)?.push(one);
  }
  return {
    targets: [...lists].map(([{ platform, arch, format }, list]) => ({
      platform,
      arch,
      format,
      packages: list
        .map(({ file, size, sha256 }) => ({ file, size, sha256 }))
        .toSorted((a, b) => (a.file < b.file ? -1 : 1)),
    })),
    elsewhere,
    problems,
  };
}
