import { isRpmVersion } from '../rpm-version.ts';
import { shown } from '../refusal.ts';
import type { Comparison, Package, PackageFile, Relation, Requirement } from './package.ts';
import { readRich } from './rich-dependency.ts';

/** A dependency as rpm has it: a name, and a version that is compared by flags (rpm's `RPMSENSE_*`, of which the first four bits count). */
export interface RpmDependency {
  readonly name: string;
  /** 2 less, 4 greater, 8 equal. */
  readonly flags: number;
  /** `[epoch:]version[-release]`; empty for none. */
  readonly version: string;
}

/** What is read of an rpm package for this. */
export interface RpmPackageFacts {
  readonly name: string;
  /** `[epoch:]version-release`. */
  readonly version: string;
  readonly architecture: string;
  readonly provides: readonly RpmDependency[];
  readonly requires: readonly RpmDependency[];
  readonly conflicts: readonly RpmDependency[];
  readonly obsoletes: readonly RpmDependency[];
  readonly files: readonly PackageFile[] | undefined;
}

// rpmds.h of rpm 4.18.
const less = 2;
const greater = 4;
const equal = 8;
const missingOk = 1 << 19;
const rpmlib = 1 << 24;
/** dnf.conf(5), `installonlypkgs`: these stand beside other versions of themselves. */
const severalNames = new Set(['kernel', 'kernel-PAE']);
const severalMarks = new Set([
  'installonlypkg(kernel)',
  'installonlypkg(kernel-module)',
  'installonlypkg(vm)',
  'multiversion(kernel)',
]);

/**
 * An rpm package as the search looks at it. What rpm itself has to be able to do (`rpmlib(…)`) is left out, and so are weak dependencies. A
 * requirement that cannot be read can never be met.
 */
export function rpmPackage(facts: RpmPackageFacts): Package {
  const { name, version, architecture, files } = facts;
  const own: Relation = { name, comparison: '=', version };
  const provides = [own, ...facts.provides.map(relationOf).filter((one) => one !== undefined)];
  return {
    name,
    version,
    architecture,
    provides,
    requires: facts.requires.filter(counts).map(requirementOf),
    conflicts: facts.conflicts.map(requirementOf).filter(({ is }) => is !== 'unreadable'),
    obsoletes: facts.obsoletes.map(relationOf).filter((one) => one !== undefined),
    replaces: [],
    files,
    several: severalNames.has(name) || provides.some((one) => severalMarks.has(one.name)),
  };
}

/** The flags of a comparison in the metadata of a repository: `EQ`, `LT`, `GT`, `LE`, `GE`; anything else is none. */
export function flagsOf(sign: string): number {
  return { EQ: equal, LT: less, GT: greater, LE: less + equal, GE: greater + equal }[sign] ?? 0;
}

const counts = ({ name, flags }: RpmDependency): boolean =>
  (flags & (rpmlib | missingOk)) === 0 && !name.startsWith('rpmlib(');

function requirementOf(one: RpmDependency): Requirement {
  if (one.name.startsWith('(')) return readRich(one.name);
  const relation = relationOf(one);
  return relation
    ? { is: 'relation', relation }
    : { is: 'unreadable', text: `${shown(one.name)} in the version ${shown(one.version)}, which is none` };
}

/** Undefined when its version is none. */
function relationOf({ name, flags, version }: RpmDependency): Relation | undefined {
  const sign = [
    (flags & less) === 0 ? '' : '<',
    (flags & greater) === 0 ? '' : '>',
    (flags & equal) === 0 ? '' : '=',
  ].join('');
  if (sign === '' || version === '') return { name };
  if (!isRpmVersion(version)) return undefined;
  // All versions at once, or all but one: nobody writes it, and for rpm it is the same as no version.
  return isComparison(sign) ? { name, comparison: sign, version } : { name };
}

const isComparison = (sign: string): sign is Comparison => ['<', '<=', '=', '>=', '>'].includes(sign);
