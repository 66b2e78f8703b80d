import type { Catalogue } from '../model/catalogue.ts';
import type { Distributions } from '../model/distributions.ts';
import { mendName } from '../model/near-miss.ts';
import type { Problem } from '../model/problem.ts';
import type { Path } from '../model/yaml.ts';
import { problemAt, type Sound } from './finding.ts';

/**
 * A baseline names components that exist (R-2.2-5); of the majors of a distribution one at most is the next (R-2.2-8), and its component
 * majors are written in a roadmap (R-2.2-6).
 */
export function distributionProblems(
  distributions: Sound<Distributions>,
  catalogue: Catalogue | undefined,
): readonly Problem[] {
  const next = new Map<string, string>();
  return Object.entries(distributions.value.distributions).flatMap(
    ([name, { status, roadmap, baseline, platforms }]) => {
      const at: Path = ['distributions', name];
      const found: Problem[] = [];
      const known = catalogue && Object.keys(catalogue.components);
      for (const component of Object.keys(baseline ?? {})) {
        if (known === undefined || known.includes(component)) continue;
        const told = {
          rule: 'unknown-component',
          message: `The component ${component} is not in the catalogue.`,
          mend: mendName(component, known),
        };
        found.push(problemAt(distributions, [...at, 'baseline', component], told, true));
      }
      found.push(...baseProblems(distributions, at, platforms));
      if (status !== 'next') return found;
      const [family = ''] = name.split('/');
      const other = next.get(family);
      if (other !== undefined) {
        found.push(
          problemAt(distributions, [...at, 'status'], {
            rule: 'two-next-distributions',
            message: `${other} is the next major version already.`,
            mend: 'Leave next to one of them.',
          }),
        );
      }
      next.set(family, name);
      if (roadmap === undefined) {
        const told = {
          rule: 'roadmap-missing',
          severity: 'warning',
          message: `Component majors enter ${name} as its roadmap says, and none is linked.`,
          mend: 'Add the field roadmap with the link.',
        } as const;
        found.push(problemAt(distributions, [...at, 'status'], told));
      }
      return found;
    },
  );
}

const metadataOf = { deb: 'Packages', rpm: 'primary.xml' } as const;

/** A base repository is of the format of its platform, and for one of its architectures. */
function baseProblems(
  distributions: Sound<Distributions>,
  at: Path,
  platforms: Distributions['distributions'][string]['platforms'],
): readonly Problem[] {
  return Object.entries(platforms).flatMap(([platform, { format, architectures, base = [] }]) =>
    base.flatMap(({ name, architecture, packages }, number) => {
      const here: Path = [...at, 'platforms', platform, 'base', number];
      const found: Problem[] = [];
      if (!architectures.includes(architecture)) {
        const told = {
          rule: 'unknown-architecture',
          message: `The base repository ${name} is for ${architecture}, which ${platform} does not have.`,
          mend: mendName(architecture, architectures),
        };
        found.push(problemAt(distributions, [...here, 'architecture'], told));
      }
      const wanted = format === 'tar' ? undefined : metadataOf[format];
      if (wanted === undefined || !packages.includes(wanted)) {
        const told = {
          rule: 'base-format',
          message: `The base repository ${name} is not of the format of ${platform}, ${format}.`,
          mend:
            wanted === undefined
              ? 'Take it out: tarballs need nothing.'
              : `Give the address of its ${wanted} file.`,
        };
        found.push(problemAt(distributions, [...here, 'packages'], told));
      }
      return found;
    }),
  );
}
