import type { Commitment } from '../model/early-adopters.ts';
import { isRunning } from '../registry/commitments.ts';
import type { Board, Registry } from './board.ts';

/** `GET /api/sites.json`: who tries what first (R-3.2-1), where nobody does (R-2-2), and how far each NGI takes part (R-3.2-3). */
export interface SitesData {
  readonly sites: readonly SiteData[];
  readonly components: readonly ComponentCoverage[];
  readonly ngis: readonly NgiCoverage[];
}

export interface SiteData {
  readonly site: string;
  readonly ngi: string | null;
  readonly country: string | null;
  readonly organisation: string | null;
  /** Logins. */
  readonly people: readonly string[];
  readonly commitments: readonly {
    readonly stack: string;
    readonly component: string;
    readonly os: string | null;
    readonly arch: string | null;
    /** Last day of the commitment. */
    readonly until: string | null;
    readonly only_versions: string | null;
    /** Today is not after its last day. */
    readonly running: boolean;
  }[];
}

/** A component that goes through staged rollout, and the sites that are committed to it today. */
export interface ComponentCoverage {
  readonly component: string;
  readonly title: string;
  readonly stack: string;
  readonly sites: readonly string[];
}

export interface NgiCoverage {
  /** Null for sites whose NGI is not known. */
  readonly ngi: string | null;
  readonly sites: readonly string[];
  readonly components: readonly string[];
}

/** The registry as it was read last: by itself, or with the newest ticket. */
export const registryOf = (board: Board): Registry | undefined =>
  board.registry?.() ?? board.tickets()[0]?.facts.configuration;

const byName = (one: string, other: string): number => one.localeCompare(other, 'en');
const unique = (names: readonly string[]): readonly string[] => [...new Set(names)].toSorted(byName);

/** Takes the registry and today, `YYYY-MM-DD`. */
export function sitesData({ earlyAdopters, catalogue }: Registry, today: string): SitesData {
  const { sites } = earlyAdopters;
  const running = (commitments: readonly Commitment[]): readonly Commitment[] =>
    commitments.filter((commitment) => isRunning(commitment, today));
  const ngis = [...new Set(sites.map(({ ngi }) => ngi ?? null))].toSorted((one, other) =>
    byName(one ?? '\u{ffff}', other ?? '\u{ffff}'),
  );
  return {
    sites: sites
      .toSorted((one, other) => byName(one.site, other.site))
      .map((site) => ({
        site: site.site,
        ngi: site.ngi ?? null,
        country: site.country ?? null,
        organisation: site.organisation ?? null,
        people: site.github,
        commitments: site.commitments.map((commitment) => ({
          stack: commitment.stack,
          component: commitment.component,
          os: commitment.os ?? null,
          arch: commitment.arch ?? null,
          until: commitment.until ?? null,
          only_versions: commitment.only_versions ?? null,
          running: isRunning(commitment, today),
        })),
      })),
    components: Object.entries(catalogue.components)
      // One instance for all of the infrastructure does not go through staged rollout (R-2.6-4).
      .filter(([, { deployment }]) => deployment !== 'central-single-instance')
      .map(([component, { title, stack }]) => ({
        component,
        title,
        stack,
        sites: unique(
          sites
            .filter(({ commitments }) => running(commitments).some((one) => one.component === component))
            .map(({ site }) => site),
        ),
      })),
    ngis: ngis.map((ngi) => {
      const its = sites.filter((site) => (site.ngi ?? null) === ngi);
      return {
        ngi,
        sites: unique(its.map(({ site }) => site)),
        components: unique(
          its.flatMap(({ commitments }) => running(commitments).map(({ component }) => component)),
        ),
      };
    }),
  };
}
