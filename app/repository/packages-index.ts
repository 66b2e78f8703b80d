import { inTextOrder } from '../model/sorted.ts';
import type { DebFacts } from './deb.ts';
import { compareDebianVersions } from './debian-version.ts';
import { fieldText, type Field } from './deb822.ts';

/** A package as an apt index lists it. */
export interface IndexedPackage {
  readonly facts: Pick<DebFacts, 'fields' | 'name' | 'version' | 'architecture'>;
  /** Where the file is, relative to the apt root. */
  readonly filename: string;
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
}

/**
 * The paragraph of one package in `Packages`: its control fields as they are, with Filename, Size and SHA256, which are all that apt needs;
 * MD5 and SHA-1 are left out (trust.md 7). Ends with a newline. Field by field the same as apt-ftparchive's.
 */
export function packageStanza({ facts, filename, size, sha256 }: IndexedPackage): string {
  return [
    ...facts.fields.filter(isFirst),
    ...facts.fields.filter((field) => !isFirst(field) && !isLast(field)),
    ['Filename', filename] as const,
    ['Size', String(size)] as const,
    ['SHA256', sha256] as const,
    ...facts.fields.filter(isLast),
  ]
    .map(fieldText)
    .join('');
}

function isFirst([name]: Field): boolean {
  return name.toLowerCase() === 'package';
}

function isLast([name]: Field): boolean {
  return name.toLowerCase() === 'description';
}

/**
 * The text of `Packages`: one paragraph a package, sorted by name, version (Debian's order) and architecture.
 * The same set of packages gives the same bytes, in whatever order it comes.
 */
export function packagesIndex(packages: readonly IndexedPackage[]): string {
  return packages
    .toSorted(inIndexOrder)
    .map((one) => `${packageStanza(one)}\n`)
    .join('');
}

function inIndexOrder({ facts: a }: IndexedPackage, { facts: b }: IndexedPackage): number {
  return (
    inTextOrder(a.name, b.name) ||
    compareDebianVersions(a.version, b.version) ||
    // 1.0 and 1.00 are equal versions and still two packages.
    inTextOrder(a.version, b.version) ||
    inTextOrder(a.architecture, b.architecture)
  );
}
