import { randomOf } from './random.ts';

export type Format = 'deb' | 'rpm';

/** How many packages a release brings. */
export const perRelease = 5;

/** One package of a set: which it is, and what it is called. */
export interface SetPackage {
  /** Its place in the set, from 0. */
  readonly nth: number;
  readonly name: string;
  readonly version: string;
}

/** One release of a set: five packages of one component. */
export interface SetRelease {
  readonly nth: number;
  readonly component: string;
  readonly version: string;
  readonly packages: readonly SetPackage[];
}

/** Which releases the two channels hold before anything is measured, and which are still to come. */
export interface Contents {
  readonly staging: readonly number[];
  readonly next: readonly number[];
  /** The first release that is in neither. */
  readonly fresh: number;
}

export const words =
  'access account agent archive array batch bridge buffer cache catalogue certificate channel client cluster collector compute config core daemon data delegation digest directory dispatcher driver element engine event export federation fetch file filter gateway grid handler identity index information interface job journal kernel layer library link list local log manager mapper message metric monitor network node object parser plugin policy pool portal probe proxy publisher queue record registry relay resource robot router runtime sandbox scheduler schema script security server service session shell site socket space storage stream submit system table tape task token tool topology trace transfer transport tunnel user utility validator view volume wallet worker workload workspace'.split(
    ' ',
  );

/* The five packages of a release stand far apart in an index, so that a release changes five places of it, not one. */
const prefixes = ['', 'lib', 'python3-', 'golang-', 'ruby-'] as const;

/**
 * The release at a place of the set that grows from a seed. It is the same whatever the size of the set, and names say nothing of the
 * place: fresh releases fall anywhere between those that are there.
 */
export function setRelease(seed: number, nth: number): SetRelease {
  const random = randomOf(seed, nth, 1);
  const component = `${random.pick(words)}-${random.pick(words)}${String(nth)}`;
  const version = `${String(1 + random.below(9))}.${String(random.below(30))}.${String(random.below(20))}`;
  const packages = prefixes.map((prefix, at) => ({
    nth: nth * perRelease + at,
    name: `${prefix}${component}`,
    version: `${version}-1`,
  }));
  return { nth, component, version, packages };
}

/**
 * Two channels of `packages` packages each. One release in four of each is not in the other one, so that, as in life, they hold much the
 * same and yet hardly any stretch of their indexes is equal.
 * @throws RangeError when it is no positive multiple of 20: whole releases have to be in both.
 */
export function contentsOf(packages: number): Contents {
  if (!Number.isSafeInteger(packages) || packages < 20 || packages % 20 !== 0)
    throw new RangeError(`${String(packages)} packages: give a multiple of 20`);
  const releases = packages / perRelease;
  const staging = Array.from({ length: releases }, (_, nth) => nth);
  const shared = staging.filter((nth) => nth % 4 !== 3);
  const others = staging.filter((nth) => nth % 4 === 3).map((_, at) => releases + at);
  return { staging, next: [...shared, ...others], fresh: releases + others.length };
}
