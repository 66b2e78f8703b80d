import type { ClosureQuestion, ClosureReader } from '../facts/closure.ts';
import type { Breakage, TargetClosure } from '../model/closure.ts';
import type { BaseRepository } from '../model/distributions.ts';
import type { Manifest } from '../model/manifest.ts';
import { entryOf } from '../model/record.ts';
import { packageFacts, type FactsOf } from '../publish/roots/package-facts.ts';
import { closure, type Closure } from '../repository/closure/closure.ts';
import { debPackage } from '../repository/closure/debian.ts';
import { layerOf, type Layer } from '../repository/closure/layer.ts';
import { labelOf, type Package } from '../repository/closure/package.ts';
import { rpmPackage } from '../repository/closure/rpm.ts';
import { sha256Of } from '../storage/digest.ts';
import type { Store } from '../storage/store.ts';
import { type BaseRepositories, type LayeredFormat } from './base-repositories.ts';

export interface ClosureParts {
  readonly store: Store;
  /** Folder of parsed package facts, shared with the publisher. */
  readonly cache: string;
  readonly base: BaseRepositories;
}

/** One platform and architecture of a release, with what it would meet in the channel. */
interface Target {
  readonly platform: string;
  readonly arch: string;
  readonly format: LayeredFormat;
  /** Digests, sorted. */
  readonly release: readonly string[];
  readonly channel: readonly string[];
  readonly base: readonly BaseRepository[];
}

/** What could not be found out, as a sentence. */
class Unknown extends Error {
  override readonly name = 'Unknown';
}

const mostAnswers = 1000;
const mostPackages = 200_000;
const mostLayers = 16;

/**
 * Looks with the packages of the store, the manifests and the configured base repositories. Nothing is computed twice for the same bytes: an
 * answer is kept by the digests of the release's packages, of the channel's and of the base.
 */
export function closureReader(parts: ClosureParts): ClosureReader {
  const answers = new Map<string, TargetClosure>();
  const packages = new Map<string, Promise<Package>>();
  const layers = new Map<string, Promise<Layer>>();

  const packageOf = (format: LayeredFormat, arch: string, sha256: string): Promise<Package> =>
    kept(packages, `${format} ${arch} ${sha256}`, mostPackages, () =>
      readPackage(parts, format, arch, sha256),
    );
  const channelOf = ({ format, arch, channel }: Target): Promise<Layer> =>
    kept(layers, sha256Of(JSON.stringify([format, arch, channel])), mostLayers, async () =>
      layerOf('the channel', await all(channel, (sha256) => packageOf(format, arch, sha256))),
    );
  const look = async (target: Target, httpHosts: readonly string[]): Promise<TargetClosure> => {
    const { format, arch, release } = target;
    const base: Layer[] = [];
    for (const one of target.base) {
      const layer = await parts.base.layer(one, format, httpHosts);
      if (!layer.ok) throw new Unknown(layer.reason);
      base.push(layer.layer);
    }
    return toldOf(
      target,
      closure({
        format,
        release: await all(release, (sha256) => packageOf(format, arch, sha256)),
        channel: await channelOf(target),
        base,
      }),
    );
  };

  return async (question) => {
    const { digest, channel, configuration } = question;
    const { http_hosts: httpHosts } = configuration.policy.intake;
    const targets: TargetClosure[] = [];
    try {
      for (const target of targetsOf(question)) {
        const key = sha256Of(JSON.stringify(target));
        const answer = answers.get(key) ?? (await look(target, httpHosts));
        remember(answers, key, answer, mostAnswers);
        targets.push(answer);
      }
      return { digest, channel, targets, unknown: undefined };
    } catch (error) {
      if (error instanceof Unknown) return { digest, channel, targets: [], unknown: error.message };
      throw error;
    }
  };
}

/** What was found before under a key, or now; what fails is not kept. */
async function kept<T>(
  known: Map<string, Promise<T>>,
  key: string,
  most: number,
  find: () => Promise<T>,
): Promise<T> {
  const found = known.get(key) ?? find();
  remember(known, key, found, most);
  try {
    return await found;
  } catch (error) {
    known.delete(key);
    throw error;
  }
}

/** Keeps the newest so many. */
function remember<T>(known: Map<string, T>, key: string, value: T, most: number): void {
  known.delete(key);
  known.set(key, value);
  const [oldest] = known.keys();
  if (known.size > most && oldest !== undefined) known.delete(oldest);
}

async function all(
  digests: readonly string[],
  find: (sha256: string) => Promise<Package>,
): Promise<readonly Package[]> {
  const found: Package[] = [];
  for (const sha256 of digests) found.push(await find(sha256));
  return found;
}

async function readPackage(
  parts: ClosureParts,
  format: LayeredFormat,
  arch: string,
  sha256: string,
): Promise<Package> {
  return format === 'deb'
    ? debPackage(await factsOf(parts, 'deb', sha256), arch)
    : rpmPackage(await factsOf(parts, 'rpm', sha256));
}

async function factsOf<F extends LayeredFormat>(
  { cache, store }: ClosureParts,
  format: F,
  sha256: string,
): Promise<FactsOf[F]> {
  const read = await packageFacts(cache, format, sha256, store);
  if (!read.ok) throw new Unknown(`The package with sha256 ${sha256} cannot be read: ${read.reason}.`);
  return read.value;
}

/** The targets that have dependencies. Sites that try a release have the channel production as well: it counts beside staged-rollout. */
function targetsOf({
  release,
  ticket,
  channel,
  configuration,
  manifests,
}: ClosureQuestion): readonly Target[] {
  const { distribution } = ticket.spec;
  const platforms = entryOf(configuration.distributions.distributions, distribution)?.platforms ?? {};
  const there = manifests.filter(
    (one) =>
      one.distribution === distribution &&
      one.release !== release &&
      (one.channel === channel || one.channel === 'production'),
  );
  return ticket.spec.targets.flatMap(({ platform, arch, packages }) => {
    const configured = entryOf(platforms, platform);
    if (!configured || configured.format === 'tar') return [];
    return [
      {
        platform,
        arch,
        format: configured.format,
        release: digestsOf(packages),
        channel: digestsOf(there.flatMap((one) => packagesFor(one, platform, arch))),
        base: (configured.base ?? []).filter(({ architecture }) => architecture === arch),
      },
    ];
  });
}

const packagesFor = (
  { targets }: Manifest,
  platform: string,
  arch: string,
): Manifest['targets'][number]['packages'] =>
  targets.filter((one) => one.platform === platform && one.arch === arch).flatMap(({ packages }) => packages);

const digestsOf = (packages: readonly { readonly sha256: string }[]): readonly string[] =>
  [...new Set(packages.map(({ sha256 }) => sha256))].toSorted();

function toldOf({ platform, arch, base }: Target, found: Closure): TargetClosure {
  const stuckAs =
    (is: 'stuck' | 'broken') =>
    (one: Closure['stuck'][number]): Breakage => ({
      is,
      what: labelOf(one),
      because: one.because,
    });
  return {
    platform,
    arch,
    base: base.map(({ name }) => name),
    looked: found.looked,
    affected: found.affected,
    breaks: [
      ...found.stuck.map(stuckAs('stuck')),
      ...found.broken.map(stuckAs('broken')),
      ...found.fileConflicts.map(({ path, one, other }): Breakage => ({
        is: 'files',
        what: path,
        because: [`${one} and ${other}`],
      })),
    ],
    assumed: [...new Set(found.assumed.map(({ by, requirement }) => `${by} needs ${requirement}`))],
  };
}
