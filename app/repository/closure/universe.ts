import type { Layer, Offer } from './layer.ts';
import type { Package, Relation } from './package.ts';
import { compareVersions, meets, type ClosureFormat } from './versions.ts';

/**
 * Which packages may be taken when something else needs them. `newest`: the newest of each name, as apt takes them, and for rpm also none that
 * another one obsoletes, as an update leaves a machine. `any`: all, as dnf takes them when it installs something.
 */
export type Candidates = 'newest' | 'any';

/** All packages that a machine is offered, in layers. */
export interface Universe {
  readonly format: ClosureFormat;
  readonly layers: readonly Layer[];
  /** May this package be taken? */
  readonly isCandidate: (one: Package) => boolean;
  /** The packages that may be taken and meet a relation, best first: those that have the name themselves, the newest of them first. */
  readonly meeting: (relation: Relation) => readonly Package[];
  /** Everything that is offered under a name, candidates or not: for sentences. */
  readonly offers: (name: string) => readonly Offer[];
  /** All packages of a name. */
  readonly named: (name: string) => readonly Package[];
  /** The layer that a package stands in. */
  readonly layerOf: (one: Package) => Layer | undefined;
}

/** Puts layers over each other; where two hold the same version of a package, the first one's is taken. */
export function universeOf(
  format: ClosureFormat,
  layers: readonly Layer[],
  candidates: Candidates,
): Universe {
  const compare = compareVersions[format];
  const named = remembered((name: string) => layers.flatMap((layer) => layer.named(name)));
  const newest = remembered((name: string) =>
    named(name).reduce<Package | undefined>(
      (best, one) => (best === undefined || compare(one.version, best.version) > 0 ? one : best),
      undefined,
    ),
  );
  const isObsolete = ({ name, version }: Package): boolean =>
    layers.some((layer) =>
      layer
        .obsoleters(name)
        .some(
          ({ by, what }) =>
            by.name !== name &&
            newest(by.name) === by &&
            meets(format, { name, comparison: '=', version }, what),
        ),
    );
  const isCandidate = (one: Package): boolean =>
    candidates === 'any' || ((one.several || newest(one.name) === one) && !isObsolete(one));
  const byOrder = (name: string) => (a: Package, b: Package) =>
    Number(b.name === name) - Number(a.name === name) ||
    (a.name === b.name ? compare(b.version, a.version) : 0);
  const find = ({ name, comparison, version }: Relation): readonly Package[] => {
    const wanted: Relation =
      comparison === undefined || version === undefined ? { name } : { name, comparison, version };
    const found = new Set<Package>();
    for (const layer of layers) {
      for (const { by, what } of layer.offers(name)) if (meets(format, what, wanted)) found.add(by);
      if (name.startsWith('/')) for (const by of layer.owners(name)) found.add(by);
    }
    return [...found].filter(isCandidate).toSorted(byOrder(name));
  };
  const byText = new Map<string, readonly Package[]>();
  return {
    format,
    layers,
    isCandidate,
    meeting: (relation) => {
      const key = `${relation.name} ${relation.comparison ?? ''} ${relation.version ?? ''}`;
      const known = byText.get(key) ?? find(relation);
      byText.set(key, known);
      return known;
    },
    offers: (name) => layers.flatMap((layer) => layer.offers(name)),
    named,
    layerOf: (one) => layers.find((layer) => layer.named(one.name).includes(one)),
  };
}

function remembered<T>(find: (key: string) => T): (key: string) => T {
  const known = new Map<string, { readonly found: T }>();
  return (key) => {
    const kept = known.get(key) ?? { found: find(key) };
    known.set(key, kept);
    return kept.found;
  };
}
