import { capabilityFault } from '../model/capability.ts';
import type { Criteria } from '../model/criteria.ts';
import type { Problem } from '../model/problem.ts';
import type { Path } from '../model/yaml.ts';
import { problemAt, type Sound } from './finding.ts';

/** Criteria have ids of their own, and are for capabilities that exist (R-2.2-16). */
export function criteriaProblems(criteria: Sound<Criteria>): readonly Problem[] {
  const seen = new Set<string>();
  return criteria.value.criteria.flatMap(({ id, capabilities: wanted = [] }, index) => {
    const at: Path = ['criteria', index];
    const found = wanted.flatMap((name, place) => {
      const fault = capabilityFault(name);
      return fault
        ? [problemAt(criteria, [...at, 'capabilities', place], { rule: 'unknown-capability', ...fault })]
        : [];
    });
    if (seen.has(id)) {
      found.push(
        problemAt(criteria, [...at, 'id'], {
          rule: 'duplicate-criterion',
          message: `The criterion ${id} stands here twice.`,
          mend: 'Put both into one, or give this one an id of its own.',
        }),
      );
    }
    seen.add(id);
    return found;
  });
}
