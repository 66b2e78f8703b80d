import type { Catalogue } from '../../model/catalogue.ts';
import type { Distributions } from '../../model/distributions.ts';
import { parseTicketPath, ticketPath, withoutRevision, type TicketPath } from '../../model/release-id.ts';
import { version as versionSchema } from '../../model/scalar.ts';
import type { Target } from '../../publish/layout.ts';

/** What was asked for cannot be: what is wrong, and how to mend it. */
export type Named<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly mend: string };

/** A release to be imported: its name taken apart by the catalogue. */
export interface ImportedRelease extends TicketPath {
  readonly provider: string;
  readonly version: string;
}

/** Takes a release id apart: its stack and component have to be in the catalogue. */
export function releaseNamed(id: string, catalogue: Catalogue): Named<ImportedRelease> {
  const found = Object.entries(catalogue.components)
    .filter(([component, { stack }]) => id.startsWith(`${stack}-${component}-`))
    .toSorted(([one], [other]) => other.length - one.length);
  for (const [component, { stack, provider }] of found) {
    const release = parseTicketPath(
      ticketPath({ stack, component, name: id.slice(`${stack}-${component}-`.length) }),
    );
    const version = withoutRevision(release?.name.split('+')[0] ?? '');
    if (release && versionSchema.safeParse(version).success)
      return { ok: true, value: { ...release, provider, version } };
  }
  return {
    ok: false,
    mend:
      `${JSON.stringify(id)} is not <stack>-<component>-<version> of a component in releases/catalogue.yml; ` +
      'add a component for what moves in, or write the id like glite-voms-clients-3.3.5',
  };
}

/**
 * Finds a target of the distributions: `<distribution>/<major>/<platform>/<arch>`, or `<platform>/<arch>` where only one distribution has
 * it.
 */
export function targetNamed(text: string, { distributions }: Distributions): Named<Target> {
  const there = Object.entries(distributions).flatMap(([distribution, { platforms }]) =>
    Object.entries(platforms).flatMap(([platform, { format, architectures }]) =>
      architectures.map((arch): Target => ({ distribution, platform, arch, format })),
    ),
  );
  const fits = there.filter(({ distribution, platform, arch }) =>
    [`${distribution}/${platform}/${arch}`, `${platform}/${arch}`].includes(text),
  );
  const [only] = fits;
  if (only && fits.length === 1) return { ok: true, value: only };
  const known = (fits.length > 1 ? fits : there).map(nameOf).slice(0, 20).join(', ');
  return {
    ok: false,
    mend: `${JSON.stringify(text)} is ${fits.length > 1 ? 'more than one target' : 'no target of releases/distributions.yml'}; give one of ${known}`,
  };
}

const nameOf = ({ distribution, platform, arch }: Target): string => `${distribution}/${platform}/${arch}`;

/** Targets of one release: of one distribution, and no two that a package could be for alike. */
export function targetsNamed(
  texts: readonly string[],
  distributions: Distributions,
): Named<readonly Target[]> {
  const targets: Target[] = [];
  for (const text of new Set(texts)) {
    const target = targetNamed(text, distributions);
    if (!target.ok) return target;
    targets.push(target.value);
  }
  const [first] = targets;
  if (first === undefined) return { ok: false, mend: 'give at least one target' };
  for (const [at, one] of targets.entries()) {
    if (one.distribution !== first.distribution)
      return {
        ok: false,
        mend: 'the targets of a release are of one distribution; import the others as another release',
      };
    if (targets.slice(0, at).some(({ format, arch }) => format === one.format && arch === one.arch))
      return {
        ok: false,
        mend: `nobody can tell which packages are for ${one.platform} and which for another platform of ${one.arch}; import them one by one, with a label in the release id`,
      };
  }
  return { ok: true, value: targets };
}
