import { compareDebianVersions } from '../debian-version.ts';
import { compareRpmVersions } from '../rpm-version.ts';
import type { Relation } from './package.ts';

/** The formats that have dependencies. */
export type ClosureFormat = 'deb' | 'rpm';

/** The order of versions of a format. @throws RangeError when one of them is no version of it */
export const compareVersions: Readonly<Record<ClosureFormat, (a: string, b: string) => number>> = {
  deb: compareDebianVersions,
  rpm: compareRpmVersions,
};

/** Does something that is offered meet a relation of the same name? */
export function meets(format: ClosureFormat, offered: Relation, wanted: Relation): boolean {
  return format === 'deb' ? meetsDebian(offered, wanted) : meetsRpm(offered, wanted);
}

/** Debian policy 7.5: what is offered without a version meets no relation that asks for one. */
function meetsDebian(offered: Relation, { comparison, version }: Relation): boolean {
  if (comparison === undefined || version === undefined) return true;
  if (offered.version === undefined) return false;
  const order = compareDebianVersions(offered.version, version);
  return (
    (order < 0 && comparison.startsWith('<')) ||
    (order > 0 && comparison.startsWith('>')) ||
    (order === 0 && comparison.endsWith('='))
  );
}

/**
 * rpm-dependencies(7): both sides are ranges, and they have to overlap; one without a version overlaps with all. A release counts where
 * both have one (rpmdsCompare of rpm 4.18, pool_intersect_evrs of libsolv 0.7).
 */
function meetsRpm(offered: Relation, wanted: Relation): boolean {
  if (offered.comparison === undefined || wanted.comparison === undefined) return true;
  if (offered.version === undefined || wanted.version === undefined) return true;
  const hasBoth = offered.version.includes('-') && wanted.version.includes('-');
  const [a, b] = [offered.version, wanted.version].map((version) =>
    hasBoth ? version : version.replace(/-.*$/, ''),
  );
  const order = compareRpmVersions(a ?? '', b ?? '');
  const has = ({ comparison }: Relation, sign: string): boolean => comparison?.includes(sign) === true;
  if (order < 0) return has(offered, '>') || has(wanted, '<');
  if (order > 0) return has(offered, '<') || has(wanted, '>');
  return (
    (has(offered, '=') && has(wanted, '=')) ||
    (has(offered, '<') && has(wanted, '<')) ||
    (has(offered, '>') && has(wanted, '>'))
  );
}
