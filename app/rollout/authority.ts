import type { Facts } from '../model/facts.ts';
import type { Person } from '../model/journal.ts';
import type { Site } from '../model/early-adopters.ts';
import { versionIn } from '../repository/semantic-version.ts';

type Team = keyof Facts['teams'];

/** Membership counts by numeric id: a login can change hands (T14). */
export const isIn = (facts: Facts, team: Team, person: Person): boolean =>
  facts.teams[team].some((member) => member.id === person.id);

/** Logins are case-insensitive on GitHub. */
export const sameLogin = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/**
 * True for everybody who made this release: its author, the members of its provider's team, who committed to it.
 * Roles are exclusive per ticket (process.md section 3, T21): none of them verifies or closes it.
 */
export function isProvider(facts: Facts, person: Person): boolean {
  return (
    facts.pull.author.id === person.id ||
    isIn(facts, 'provider', person) ||
    facts.pull.committers.some((login) => sameLogin(login, person.login))
  );
}

/** The sites that a person may speak for, from the registry on the main branch (R-3-1). */
export function sitesOf(facts: Facts, person: Person): readonly Site[] {
  return facts.configuration.earlyAdopters.sites.filter((site) =>
    site.github.some((login) => sameLogin(login, person.login)),
  );
}

/** Another way of writing it makes no other organisation. */
const plain = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, '');

/** A site run by the provider's own organisation may take part, but its report alone does not meet the minimum. */
export function isProvidersOwn(facts: Facts, siteName: string): boolean {
  const { earlyAdopters, catalogue } = facts.configuration;
  const site = earlyAdopters.sites.find((known) => known.site === siteName);
  const provider = catalogue.providers[facts.ticket.value?.metadata.provider ?? ''];
  // Whose a site is that left the registry, nobody knows: when unsure, its report alone is not enough.
  if (!site) return true;
  if (site.organisation !== undefined && plain(site.organisation) === plain(provider?.organisation ?? ''))
    return true;
  return site.github.some((login) => facts.teams.provider.some((member) => sameLogin(member.login, login)));
}

/**
 * Did the site commit itself to this component (R-2.4-12.4a), on a platform that the release is for, for versions like this one, and is
 * the commitment still running (R-3.2-4)? Else it is a welcome volunteer.
 */
export function isCommitted(facts: Facts, siteName: string): boolean {
  const ticket = facts.ticket.value;
  const site = facts.configuration.earlyAdopters.sites.find((known) => known.site === siteName);
  if (!ticket || !site) return false;
  return site.commitments.some(
    ({ stack, component, os, arch, until, only_versions: range }) =>
      stack === ticket.metadata.stack &&
      component === ticket.metadata.component &&
      (until === undefined || until >= facts.now.slice(0, 10)) &&
      (range === undefined || versionIn(range, ticket.spec.version) === true) &&
      ticket.spec.targets.some(
        (target) =>
          (os === undefined || os === target.platform) && (arch === undefined || arch === target.arch),
      ),
  );
}

/** Sites with a running commitment to the component of this ticket. */
export const committedSites = (facts: Facts): readonly string[] =>
  facts.configuration.earlyAdopters.sites.map(({ site }) => site).filter((site) => isCommitted(facts, site));
