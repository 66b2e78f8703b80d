import type { ForgeSeed } from '../forge/forge.ts';
import type { Catalogue } from '../model/catalogue.ts';
import type { EarlyAdopters } from '../model/early-adopters.ts';
import type { Policy } from '../model/policy.ts';

/** A person of the demo: an account with the teams and sites that the sample files give it. */
export interface DemoPerson {
  readonly login: string;
  readonly name: string;
  readonly teams: readonly string[];
  readonly sites: readonly string[];
}

const staff = [
  { login: 'rm-rosa', name: 'Rosa (repository manager)', role: 'repository-managers' },
  { login: 'rm-ruben', name: 'Ruben (repository manager)', role: 'repository-managers' },
  { login: 'tu-vera', name: 'Vera (verifier)', role: 'technology-unit' },
  { login: 'tu-viktor', name: 'Viktor (verifier)', role: 'technology-unit' },
  { login: 'sr-mario', name: 'Mario (staged-rollout manager)', role: 'staged-rollout' },
  { login: 'sr-mila', name: 'Mila (staged-rollout manager)', role: 'staged-rollout' },
  { login: 'sr-marta', name: 'Marta (staged-rollout manager)', role: 'staged-rollout' },
  { login: 'svg-sven', name: 'Sven (software vulnerability group)', role: 'svg' },
] as const;

/** Which stacks the managers of the demo are experts of: their teams in the policy (R-6-2). */
const expertise: Readonly<Record<string, readonly string[]>> = {
  'sr-mario': ['glite', 'opstools'],
  'sr-mila': ['arc', 'glite'],
  'sr-marta': ['arc', 'opstools'],
};

const policyExperts = ({ experts }: Policy): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(
    Object.entries(expertise).map(([login, stacks]) => [
      login,
      stacks.flatMap((stack) => experts?.[stack] ?? []),
    ]),
  );

/** Everybody in the demo, made from the sample policy, catalogue and registry: providers, staff, early adopters, and one outsider. */
export function peopleOf(
  policy: Policy,
  catalogue: Catalogue,
  { sites }: EarlyAdopters,
): readonly DemoPerson[] {
  const providers = Object.entries(catalogue.providers).map(([name, { title, team }]): DemoPerson => ({
    login: `p-${name}`,
    name: `${title} (provider)`,
    teams: [team],
    sites: [],
  }));
  const team = staff.map(({ login, name, role }): DemoPerson => ({
    login,
    name,
    teams: [policy.roles[role], ...(policyExperts(policy)[login] ?? [])],
    sites: [],
  }));
  const adopters = new Map<string, DemoPerson>();
  for (const { site, github, commitments, team: own } of sites) {
    const groups = commitments
      .map(({ stack }) => policy.early_adopters[stack])
      .filter((slug) => slug !== undefined);
    for (const login of github) {
      const known = adopters.get(login);
      adopters.set(login, {
        login,
        name: `${login} (early adopter)`,
        teams: [...new Set([...(known?.teams ?? []), ...groups, ...(own === undefined ? [] : [own])])],
        sites: [...(known?.sites ?? []), site],
      });
    }
  }
  return [
    ...providers,
    ...team,
    ...adopters.values(),
    { login: 'outsider-otto', name: 'Otto (outsider)', teams: [], sites: [] },
  ];
}

/**
 * The forge's teams. Verifiers and early adopters need no write access: the gate is the system's check (process.md 1.4). Providers may push
 * branches, or work in forks; main takes nothing from anybody without the check.
 */
export function teamsOf(people: readonly DemoPerson[], policy: Policy): ForgeSeed['teams'] {
  const slugs = new Set([
    ...Object.values(policy.roles),
    ...Object.values(policy.early_adopters),
    ...Object.values(policy.experts ?? {}),
    ...people.flatMap(({ teams }) => teams),
  ]);
  return [...slugs].map((slug) => ({
    slug,
    members: people.filter(({ teams }) => teams.includes(slug)).map(({ login }) => login),
    permission:
      slug === policy.roles['staged-rollout'] || slug.startsWith('provider-')
        ? ('push' as const)
        : ('pull' as const),
  }));
}
