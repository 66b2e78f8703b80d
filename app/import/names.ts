import type { Catalogue } from '../model/catalogue.ts';
import { nearest } from '../model/near-miss.ts';
import { slug as slugSchema } from '../model/scalar.ts';

/** What a foreign name stands for: an entry of the catalogue, one that is near to it, or none. */
export interface Named {
  readonly slug: string;
  readonly found: 'exactly' | 'nearly' | 'not';
}

/** Names shorter than this are near to too many others to be guessed. */
const shortestGuess = 5;

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '');

/** The name in the letters of our paths; undefined where nothing of it is left, or where it is a path. */
export function slugOf(name: string): string | undefined {
  if (/[/\\]|\.\./.test(name)) return undefined;
  const made = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9.-]+/g, '-')
    .replaceAll(/^[.-]+|[.-]+$/g, '');
  return slugSchema.safeParse(made).success ? made : undefined;
}

/** The provider that a name means (R-1-4). Undefined where the name cannot be one. */
export function providerOf(name: string, catalogue: Catalogue | undefined): Named | undefined {
  const own = slugOf(name);
  if (own === undefined) return undefined;
  const entries = Object.entries(catalogue?.providers ?? {}).map(([slug, entry]) => ({
    slug,
    names: [slug, entry.title, entry.organisation ?? slug, ...(entry.also_called ?? [])],
  }));
  return match(name, own, entries);
}

/** The component that a name means (R-1-1), `version` tells two majors of one apart: ARC 6.20.1 is arc6. Undefined where it cannot be one. */
export function componentOf(
  name: string,
  version: string | undefined,
  catalogue: Catalogue | undefined,
): Named | undefined {
  const own = slugOf(name);
  if (own === undefined) return undefined;
  const entries = Object.entries(catalogue?.components ?? {}).map(([slug, entry]) => ({
    slug,
    names: [slug, entry.title, ...(entry.also_called ?? [])],
  }));
  const ofMajor = `${plain(name)}${/^\d+/.exec(version ?? '')?.[0] ?? ''}`;
  const major = entries.find(({ slug }) => plain(slug) === ofMajor);
  return major === undefined ? match(name, own, entries) : { slug: major.slug, found: 'exactly' };
}

interface Entry {
  readonly slug: string;
  readonly names: readonly string[];
}

function match(name: string, own: string, entries: readonly Entry[]): Named {
  const same = entries.filter(({ names }) => names.some((one) => plain(one) === plain(name)));
  const [only] = same;
  if (only !== undefined && same.length === 1) return { slug: only.slug, found: 'exactly' };
  const byName = same.find(({ slug }) => plain(slug) === plain(name));
  if (byName !== undefined) return { slug: byName.slug, found: 'exactly' };
  if (own.length < shortestGuess) return { slug: own, found: 'not' };
  const near = nearest(
    own,
    entries.map(({ slug }) => slug),
  );
  return near === undefined ? { slug: own, found: 'not' } : { slug: near, found: 'nearly' };
}
