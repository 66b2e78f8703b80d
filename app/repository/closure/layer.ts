import type { Package, Relation, Requirement } from './package.ts';

/** Something that is offered, and by whom. */
export interface Offer {
  readonly by: Package;
  readonly what: Relation;
}

/** A set of packages with its indexes: a base repository, a channel, a release. Built once and asked often; it never changes. */
export interface Layer {
  /** As sentences name it: `base`, `the channel`. */
  readonly title: string;
  readonly packages: readonly Package[];
  /** What is offered under a name, packages of that name among it. */
  readonly offers: (name: string) => readonly Offer[];
  /** The packages that have this name themselves. */
  readonly named: (name: string) => readonly Package[];
  /** Who makes a package of this name give way. */
  readonly obsoleters: (name: string) => readonly Offer[];
  /** Who installs a path. */
  readonly owners: (path: string) => readonly Package[];
  /** Who asks for a name, or for a path, in whatever way. Reads the requirements of all packages at the first question. */
  readonly requirers: (name: string) => readonly Package[];
}

/** Indexes packages. Costs one look at what each is called and offers; paths and requirers are indexed when they are asked for. */
export function layerOf(title: string, packages: readonly Package[]): Layer {
  const offers = new Map<string, Offer[]>();
  const names = new Map<string, Package[]>();
  const obsoleters = new Map<string, Offer[]>();
  for (const one of packages) {
    add(names, one.name, one);
    for (const what of one.provides) add(offers, what.name, { by: one, what });
    for (const what of one.obsoletes) add(obsoleters, what.name, { by: one, what });
  }
  const owners = new Map<string, readonly Package[]>();
  let requirers: Map<string, Package[]> | undefined;
  return {
    title,
    packages,
    offers: (name) => [
      ...(names.get(name) ?? []).map((by) => ({
        by,
        what: { name, comparison: '=', version: by.version } as const,
      })),
      ...(offers.get(name) ?? []),
    ],
    named: (name) => names.get(name) ?? [],
    obsoleters: (name) => obsoleters.get(name) ?? [],
    owners: (path) => {
      const known =
        owners.get(path) ?? packages.filter(({ files }) => files?.some((file) => file.path === path));
      owners.set(path, known);
      return known;
    },
    requirers: (name) => {
      requirers ??= requirersIn(packages);
      return requirers.get(name) ?? [];
    },
  };
}

function requirersIn(packages: readonly Package[]): Map<string, Package[]> {
  const found = new Map<string, Package[]>();
  for (const one of packages) {
    const asked = new Set(one.requires.flatMap((requirement) => [...namesIn(requirement)]));
    for (const name of asked) add(found, name, one);
  }
  return found;
}

/** Every name that a requirement speaks of. */
export function* namesIn(requirement: Requirement): Generator<string> {
  switch (requirement.is) {
    case 'relation':
      yield requirement.relation.name;
      return;
    case 'or':
    case 'and':
      for (const one of requirement.of) yield* namesIn(one);
      return;
    case 'with':
    case 'without':
      yield* namesIn(requirement.one);
      yield* namesIn(requirement.other);
      return;
    case 'if':
    case 'unless':
      yield* namesIn(requirement.wanted);
      yield* namesIn(requirement.when);
      if (requirement.otherwise) yield* namesIn(requirement.otherwise);
      return;
    case 'unreadable':
  }
}

function add<T>(map: Map<string, T[]>, key: string, value: T): void {
  const known = map.get(key);
  if (known) known.push(value);
  else map.set(key, [value]);
}
