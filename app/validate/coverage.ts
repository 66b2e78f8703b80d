import type { Catalogue } from '../model/catalogue.ts';
import type { EarlyAdopters } from '../model/early-adopters.ts';
import type { Problem } from '../model/problem.ts';
import { coverageOf } from '../registry/coverage.ts';
import { problemAt, type Sound, type Told } from './finding.ts';

/** A component that nobody is committed to waits for volunteers each time; more partners take part so that every one is tried (R-2-2). */
export function coverageProblems(
  catalogue: Sound<Catalogue>,
  registry: EarlyAdopters,
  /** Day to which commitments are compared; without it, none is over. */
  today?: string,
): readonly Problem[] {
  return coverageOf(catalogue.value, registry, today).components.flatMap(({ component, sites }) => {
    if (sites.length > 0) return [];
    const told: Told = {
      rule: 'component-without-site',
      severity: 'warning',
      message: `No early adopter is committed to ${component}: its releases wait for volunteers.`,
      mend: 'Ask a site that runs it to commit itself by the issue form.',
    };
    return [problemAt(catalogue, ['components', component], told, true)];
  });
}
