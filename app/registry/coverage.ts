import type { Catalogue } from '../model/catalogue.ts';
import type { EarlyAdopters } from '../model/early-adopters.ts';

/** Who tries releases first, seen from the components and from the NGIs. */
export interface Coverage {
  /** Every component that goes through staged rollout, with the sites that are committed to it (R-2-2). */
  readonly components: readonly { readonly component: string; readonly sites: readonly string[] }[];
  /** Every NGI that has an early adopter, in the order of their names; of a site that names none nothing is known (R-3.2-3). */
  readonly ngis: readonly { readonly ngi: string; readonly sites: readonly string[] }[];
}

/**
 * Takes the catalogue and the registry of the main branch, and the day (`YYYY-MM-DD`) by which commitments may be over; without it none
 * is. A central tool is left out: it does not go through staged rollout (R-2.6-4).
 */
export function coverageOf(catalogue: Catalogue, { sites }: EarlyAdopters, today?: string): Coverage {
  const names = Object.keys(catalogue.components).filter(
    (name) => catalogue.components[name]?.deployment !== 'central-single-instance',
  );
  const components = names.map((component) => ({
    component,
    sites: sites.flatMap(({ site, commitments }) => {
      const runs = commitments.some(
        (one) =>
          one.component === component &&
          (today === undefined || one.until === undefined || one.until >= today),
      );
      return runs ? [site] : [];
    }),
  }));
  const known = [...new Set(sites.flatMap(({ ngi }) => ngi ?? []))].toSorted();
  const ngis = known.map((ngi) => ({
    ngi,
    sites: sites.flatMap((site) => (site.ngi === ngi ? [site.site] : [])),
  }));
  return { components, ngis };
}
