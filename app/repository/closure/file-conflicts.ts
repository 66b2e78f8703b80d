import { offersOf, type Package, type PackageFile, type Requirement } from './package.ts';
import type { Universe } from './universe.ts';
import { meets } from './versions.ts';

/** A path that two packages both install. */
export interface FileConflict {
  readonly path: string;
  readonly one: Package;
  readonly other: Package;
}

/** More are not collected: the first few say enough. */
const mostConflicts = 1000;

/**
 * Paths of the release's packages that other packages install too, where both file lists are known and both may be installed together. A
 * package that conflicts with the other, or (deb) replaces it, may have its files (Debian policy 7.6); for rpm folders, ghosts and files
 * with the same content are no conflict; content that nobody knows counts as different. Only packages that may be taken count: an update removes what is older.
 */
export function fileConflicts(release: readonly Package[], universe: Universe): readonly FileConflict[] {
  const wanted = new Map<string, { readonly one: Package; readonly file: PackageFile }[]>();
  for (const one of release) {
    for (const file of one.files ?? []) {
      if (file.kind !== 'file') continue;
      const known = wanted.get(file.path);
      if (known) known.push({ one, file });
      else wanted.set(file.path, [{ one, file }]);
    }
  }
  const found: FileConflict[] = [];
  if (wanted.size === 0) return found;
  const mine = new Set(release);
  const apart = new Map<string, boolean>();
  for (const layer of universe.layers) {
    for (const other of layer.packages) {
      if (!mine.has(other) && !universe.isCandidate(other)) continue;
      for (const file of other.files ?? []) {
        for (const { one, file: own } of wanted.get(file.path) ?? []) {
          if (one === other || file.kind !== 'file' || isSame(own, file) || one.name === other.name) continue;
          // Two packages of the release meet twice.
          if (mine.has(other) && one.name > other.name) continue;
          const key = `${one.name} ${one.version} ${other.name} ${other.version}`;
          const may = apart.get(key) ?? mayShare(one, other, universe);
          apart.set(key, may);
          if (!may) found.push({ path: file.path, one, other });
          if (found.length === mostConflicts) return found;
        }
      }
    }
  }
  return found;
}

const isSame = (a: PackageFile, b: PackageFile): boolean =>
  a.content !== undefined && a.content === b.content;

const mayShare = (one: Package, other: Package, universe: Universe): boolean =>
  refuses(one, other, universe) ||
  refuses(other, one, universe) ||
  replaces(one, other, universe) ||
  replaces(other, one, universe);

/** Never installed together, so never in each other's way. */
function refuses(one: Package, other: Package, universe: Universe): boolean {
  const isNamed = (requirement: Requirement): boolean => {
    if (requirement.is === 'or') return requirement.of.some(isNamed);
    return (
      requirement.is === 'relation' &&
      offersOf(other).some(
        (what) =>
          what.name === requirement.relation.name && meets(universe.format, what, requirement.relation),
      )
    );
  };
  return one.conflicts.some(isNamed) || names(one.obsoletes, other, universe);
}

const replaces = (one: Package, other: Package, universe: Universe): boolean =>
  names(one.replaces, other, universe);

const names = (relations: Package['replaces'], { name, version }: Package, universe: Universe): boolean =>
  relations.some(
    (relation) =>
      relation.name === name && meets(universe.format, { name, comparison: '=', version }, relation),
  );
