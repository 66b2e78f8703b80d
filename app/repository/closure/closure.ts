import { explain } from './explanation.ts';
import { fileConflicts } from './file-conflicts.ts';
import { partsOf } from './formula.ts';
import { installable, usualSteps, type Asking } from './installable.ts';
import { layerOf, namesIn, type Layer } from './layer.ts';
import { labelOf, offersOf, requirementText, type Package, type Requirement } from './package.ts';
import { universeOf, type Universe } from './universe.ts';
import type { ClosureFormat } from './versions.ts';

/** A package that cannot be installed, and the chain of sentences that says why; `undecided` when the search gave up. */
export interface Stuck {
  readonly name: string;
  readonly version: string;
  readonly because: readonly string[];
  readonly undecided: boolean;
}

/** What a release would find, and do, in a channel of one platform and architecture. */
export interface Closure {
  /** Nothing is stuck, broken or in conflict, and all of it was decided. */
  readonly ok: boolean;
  /** How many packages of the release were looked at. */
  readonly looked: number;
  /** Packages of the release that cannot be installed. */
  readonly stuck: readonly Stuck[];
  /** Packages of the channel that could be installed before, and could not any more. */
  readonly broken: readonly Stuck[];
  /** Needs of the release that nothing there speaks of; they are taken as met, because no base is known that could. */
  readonly assumed: readonly { readonly by: string; readonly requirement: string }[];
  readonly fileConflicts: readonly { readonly path: string; readonly one: string; readonly other: string }[];
  /** How many packages of the channel were looked at, because something that they may need changes. */
  readonly affected: number;
}

/** What is asked. Layers of base repositories and of the channel are built once and asked often. */
export interface ClosureQuestion {
  readonly format: ClosureFormat;
  /** The packages of the release for one platform and architecture. */
  readonly release: readonly Package[];
  /** The channel without this release. */
  readonly channel: Layer;
  /** The platform's own repositories. With none, whatever nothing in the channel offers is taken to come from them. */
  readonly base: readonly Layer[];
  /** Steps for each package. */
  readonly steps?: number;
}

/**
 * Whether a release can go into a channel: each of its packages can be installed from the release, the channel and the base together;
 * no package of the channel that could be installed before is left unable to; no file is installed by two packages.
 *
 * Packages of the release are asked for as the format's own program would install them: apt takes the newest of each name, dnf whatever fits.
 * Packages of the channel are asked whether they can be installed together with the newest of everything, which is what an update leaves
 * a machine with; one of which the channel then holds a newer version is not asked.
 * The cost follows the release: only what needs a package that is no longer the newest is asked again.
 */
export function closure({ format, release, channel, base, steps = usualSteps }: ClosureQuestion): Closure {
  const added = layerOf('this release', release);
  const after = universeOf(format, [added, channel, ...base], 'newest');
  const before = universeOf(format, [channel, ...base], 'newest');
  const offered = format === 'deb' ? after : universeOf(format, after.layers, 'any');
  const isAssumed = base.length > 0 ? () => false : unknownIn(after);
  const asking = { steps, isAssumed };
  const stuck = release.flatMap((one) => stuckIn(one, offered, asking));
  const affected = affectedBy(release, before, after, channel);
  const broken = affected.flatMap((one) => {
    const found = stuckIn(one, after, asking);
    return found.length > 0 && stuckIn(one, before, asking).length === 0 ? found : [];
  });
  const conflicts = fileConflicts(release, after);
  return {
    ok: stuck.length + broken.length + conflicts.length === 0,
    looked: release.length,
    stuck,
    broken,
    assumed: release.flatMap((one) =>
      one.requires
        .filter(isAssumed)
        .map((requirement) => ({ by: labelOf(one), requirement: requirementText(requirement) })),
    ),
    fileConflicts: conflicts.map(({ path, one, other }) => ({
      path,
      one: labelOf(one),
      other: labelOf(other),
    })),
    affected: affected.length,
  };
}

function stuckIn(one: Package, universe: Universe, asking: Asking): readonly Stuck[] {
  const { name, version } = one;
  const found = installable(one, universe, asking);
  switch (found.is) {
    case 'installable':
      return [];
    case 'not-installable':
      return [{ name, version, because: explain(one, found.because, universe), undecided: false }];
    case 'undecided':
      return [
        {
          name,
          version,
          because: [
            `whether ${labelOf(one)} can be installed was not found out within ${String(asking.steps)} steps`,
          ],
          undecided: true,
        },
      ];
  }
}

/** Whether nothing there offers a name that would meet a requirement, in whatever version. */
const unknownIn =
  (universe: Universe) =>
  (requirement: Requirement): boolean =>
    partsOf(requirement).some((part) => {
      const names = [...namesIn(part)];
      return names.length > 0 && names.every((name) => !isOffered(name, universe));
    });

const isOffered = (name: string, universe: Universe): boolean =>
  universe.offers(name).length > 0 ||
  (name.startsWith('/') && universe.layers.some((layer) => layer.owners(name).length > 0));

/**
 * The channel's packages that may have lost something: what needs, however far, a package that was taken before and is not any more. What
 * is only added takes nothing away from anybody.
 */
function affectedBy(
  release: readonly Package[],
  before: Universe,
  after: Universe,
  channel: Layer,
): readonly Package[] {
  const touched = new Set(
    release.flatMap(({ name, obsoletes }) => [name, ...obsoletes.map((one) => one.name)]),
  );
  const lost = new Set<Package>();
  for (const name of touched)
    for (const one of before.named(name))
      if (before.isCandidate(one) && !after.isCandidate(one)) lost.add(one);
  const reached = new Set(lost);
  for (const one of reached) {
    const names = [...offersOf(one).map(({ name }) => name), ...(one.files ?? []).map(({ path }) => path)];
    for (const name of new Set(names))
      for (const layer of before.layers) for (const next of layer.requirers(name)) reached.add(next);
  }
  const mine = new Set(channel.packages);
  return [...reached].filter((one) => mine.has(one) && before.isCandidate(one) && after.isCandidate(one));
}
