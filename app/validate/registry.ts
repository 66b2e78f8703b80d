import type { Catalogue } from '../model/catalogue.ts';
import type { Distributions } from '../model/distributions.ts';
import { type Commitment, type EarlyAdopters, isVersionRange } from '../model/early-adopters.ts';
import type { Configuration } from '../model/facts.ts';
import { quoted } from '../model/hidden-character.ts';
import { mendName } from '../model/near-miss.ts';
import type { Policy } from '../model/policy.ts';
import type { Problem } from '../model/problem.ts';
import { entryOf } from '../model/record.ts';
import { isTimeZone } from '../model/time-zone.ts';
import type { Path } from '../model/yaml.ts';
import { calendarNames } from '../registry/entry.ts';
import { problemAt, type Sound } from './finding.ts';

/** A name that is not in the catalogue. */
export function unknown(
  source: Sound<unknown>,
  at: Path,
  what: string,
  said: string,
  known: readonly string[],
): readonly Problem[] {
  if (known.includes(said)) return [];
  return [
    problemAt(source, at, {
      rule: `unknown-${what}`,
      message: `The ${what} ${said} is not in the catalogue.`,
      mend: mendName(said, known),
    }),
  ];
}

/** Sites commit to components, systems and architectures that exist (R-3-1, R-3.2-1), each site once. */
export function registryProblems(
  registry: Sound<EarlyAdopters>,
  catalogue: Catalogue | undefined,
  distributions: Distributions | undefined,
  policy?: Policy,
  /** Day to which commitments are compared; without it, none is over. */
  today?: string,
): readonly Problem[] {
  const calendars = policy && calendarNames(policy);
  const seen = new Set<string>();
  return registry.value.sites.flatMap((site, index) => {
    const at: Path = ['sites', index];
    const found: Problem[] = [];
    // GOCDB treats names that differ in case only as one site.
    if (seen.has(site.site.toLowerCase())) {
      found.push(
        problemAt(registry, [...at, 'site'], {
          rule: 'duplicate-site',
          message: `The site ${site.site} stands here twice.`,
          mend: 'Put its people and commitments into one entry.',
        }),
      );
    }
    seen.add(site.site.toLowerCase());
    if (site.tz !== undefined) found.push(...timeZoneProblems(registry, [...at, 'tz'], site.tz));
    if (site.calendar !== undefined && calendars?.includes(site.calendar) === false) {
      found.push(
        problemAt(registry, [...at, 'calendar'], {
          rule: 'unknown-calendar',
          message: `The policy has no calendar ${quoted(site.calendar)}.`,
          mend: mendName(site.calendar, calendars),
        }),
      );
    }
    for (const [number, commitment] of site.commitments.entries()) {
      const place: Path = [...at, 'commitments', number];
      if (catalogue !== undefined) found.push(...componentProblems(registry, place, commitment, catalogue));
      if (distributions !== undefined)
        found.push(...systemProblems(registry, place, commitment, distributions));
      found.push(...limitProblems(registry, place, commitment, today));
    }
    return found;
  });
}

function componentProblems(
  registry: Sound<EarlyAdopters>,
  at: Path,
  { stack, component }: Commitment,
  catalogue: Catalogue,
): readonly Problem[] {
  const found = [
    ...unknown(registry, [...at, 'stack'], 'stack', stack, Object.keys(catalogue.stacks)),
    ...unknown(registry, [...at, 'component'], 'component', component, Object.keys(catalogue.components)),
  ];
  const known = entryOf(catalogue.components, component);
  // Where the catalogue itself has the stack wrong, the commitment is not to blame.
  const isClear = known !== undefined && Object.hasOwn(catalogue.stacks, known.stack);
  if (found.length > 0 || !isClear || known.stack === stack) return found;
  return [
    problemAt(registry, [...at, 'stack'], {
      rule: 'stack-mismatch',
      message: `${component} belongs to the stack ${known.stack}, not ${stack}.`,
      mend: `Write ${known.stack}.`,
    }),
  ];
}

function systemProblems(
  registry: Sound<EarlyAdopters>,
  at: Path,
  { os, arch }: Commitment,
  { distributions }: Distributions,
): readonly Problem[] {
  if (os === undefined) return [];
  const all = Object.values(distributions);
  const platforms = all.flatMap(({ platforms: there }) => entryOf(there, os) ?? []);
  if (platforms.length === 0) {
    return [
      problemAt(registry, [...at, 'os'], {
        rule: 'unknown-platform',
        message: `No distribution has the platform ${os}.`,
        mend: mendName(os, [...new Set(all.flatMap(({ platforms: there }) => Object.keys(there)))]),
      }),
    ];
  }
  const architectures = platforms.flatMap((platform) => platform.architectures);
  if (arch === undefined || architectures.includes(arch)) return [];
  return [
    problemAt(registry, [...at, 'arch'], {
      rule: 'unknown-architecture',
      message: `No distribution has the architecture ${quoted(arch)} on ${os}.`,
      mend: mendName(arch, [...new Set(architectures)]),
    }),
  ];
}

/** A time zone is one that the time zone database knows. */
export function timeZoneProblems(source: Sound<unknown>, at: Path, zone: string): readonly Problem[] {
  if (isTimeZone(zone)) return [];
  return [
    problemAt(source, at, {
      rule: 'unknown-time-zone',
      message: `There is no time zone ${quoted(zone)}.`,
      mend: mendName(zone, Intl.supportedValuesOf('timeZone')),
    }),
  ];
}

/** A commitment may run until a day, or for some versions only (R-3.2-4). */
function limitProblems(
  registry: Sound<EarlyAdopters>,
  at: Path,
  { until, only_versions: versions }: Commitment,
  today: string | undefined,
): readonly Problem[] {
  const found: Problem[] = [];
  if (until !== undefined && today !== undefined && until < today) {
    found.push(
      problemAt(registry, [...at, 'until'], {
        rule: 'commitment-over',
        severity: 'warning',
        message: `The commitment ended on ${until}.`,
        mend: 'Take it out, or ask the site for a new one.',
      }),
    );
  }
  if (versions !== undefined && !isVersionRange(versions)) {
    found.push(
      problemAt(registry, [...at, 'only_versions'], {
        rule: 'bad-version-range',
        message: `${quoted(versions)} is no range of versions.`,
        mend: "Write comparisons with blanks between them, like '>=1.1.0 <2.0.0'.",
      }),
    );
  }
  return found;
}

/** What stops a registry: the errors of its file, by itself and beside catalogue, distributions and policy. */
export function registryErrors(
  registry: Sound<EarlyAdopters>,
  { catalogue, distributions, policy }: Pick<Configuration, 'catalogue' | 'distributions' | 'policy'>,
): readonly Problem[] {
  return registryProblems(registry, catalogue, distributions, policy).filter(
    ({ severity }) => severity === 'error',
  );
}
