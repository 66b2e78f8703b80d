import type { Catalogue } from '../model/catalogue.ts';
import type { EarlyAdopters } from '../model/early-adopters.ts';
import type { Policy } from '../model/policy.ts';
import type { Problem } from '../model/problem.ts';
import type { Path } from '../model/yaml.ts';
import { problemAt, type Sound } from './finding.ts';

/** No team has two roles: who provides cannot verify, who verifies cannot adopt (process.md 3). */
export function teamProblems(
  policy: Sound<Policy> | undefined,
  catalogue: Sound<Catalogue> | undefined,
  registry: Sound<EarlyAdopters> | undefined,
): readonly Problem[] {
  const named: { source: Sound<unknown>; path: Path; team: string }[] = [];
  const add = (source: Sound<unknown>, path: Path, team: string): void =>
    void named.push({ source, path, team });
  if (policy !== undefined) {
    const { roles, early_adopters: adopters } = policy.value;
    for (const [role, team] of Object.entries(roles)) add(policy, ['roles', role], team);
    for (const [stack, team] of Object.entries(adopters)) add(policy, ['early_adopters', stack], team);
  }
  if (catalogue !== undefined)
    for (const [name, { team }] of Object.entries(catalogue.value.providers))
      add(catalogue, ['providers', name, 'team'], team);
  if (registry !== undefined)
    for (const [index, { team }] of registry.value.sites.entries())
      if (team !== undefined) add(registry, ['sites', index, 'team'], team);

  const first = new Map<string, string>();
  return named.flatMap(({ source, path, team }) => {
    const holder = first.get(team);
    if (holder === undefined) first.set(team, `${path.slice(0, 2).join(' ')} in ${source.file}`);
    if (holder === undefined) return [];
    return [
      problemAt(source, path, {
        rule: 'team-used-twice',
        message: `The team ${team} is that of ${holder} already.`,
        mend: 'Name another team: nobody may have two roles in one ticket.',
      }),
    ];
  });
}
