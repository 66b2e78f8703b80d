import { inPathOrder } from '../../model/sorted.ts';
import type { ConfigurationReader } from '../../facts/configuration.ts';
import type { Channel } from '../../model/channel.ts';
import type { PackageFormat } from '../../model/distributions.ts';
import type { Target } from '../../publish/layout.ts';
import type { Store } from '../../storage/store.ts';
import { enter, inTheWay, type EntrySources, type OperatorsEntry } from './entry.ts';
import { releaseNamed, targetsNamed } from './order.ts';
import { readPackage, storePackage, type ReadPackage } from './package.ts';
import { sortedInto } from './targets.ts';
import { packageTree, type FileProblem, type PackageFile } from './tree.ts';

export interface ImportOrder {
  /** Top of the tree. */
  readonly dir: string;
  readonly release: string;
  readonly channel: Channel;
  readonly targets: readonly string[];
  readonly operator: string;
  readonly reason: string;
  /** True: nothing is stored or entered. */
  readonly dryRun: boolean;
  readonly onProgress: (line: string) => void;
}

export interface ImportSources extends EntrySources {
  readonly store: Store;
  readonly configuration: ConfigurationReader;
}

/** What became of an import. */
export interface ImportReport {
  readonly outcome: 'entered' | 'would-enter' | 'there' | 'refused';
  readonly release: string;
  readonly channel: Channel;
  /** Different packages, and their bytes. */
  readonly packages: number;
  readonly bytes: number;
  /** Files of the tree that are no packages of the formats asked for. */
  readonly passedOver: number;
  /** Packages for architectures that were not asked for. */
  readonly elsewhere: number;
  /** Everything that is in the way; with one of them nothing is imported. */
  readonly problems: readonly FileProblem[];
  readonly commit?: string;
}

/** Packages that are read at the same time: unpacking takes a core, the disk can do more. */
const atOnce = 4;

/**
 * Takes a tree of packages into a channel: every package is read, then all are stored, then one signed commit enters them. Done
 * again with the same tree it adds nothing.
 * @throws StorageOutage, RecordOutage, ForeignCommit, ForgedManifest, BrokenConfiguration; RangeError for a tree without end
 */
export async function importTree(order: ImportOrder, sources: ImportSources): Promise<ImportReport> {
  const { main } = await sources.record.fetch();
  const { policy, catalogue, distributions } = await sources.configuration.read(sources.record, main);
  const empty = { packages: 0, bytes: 0, passedOver: 0, elsewhere: 0 };
  const report = { release: order.release, channel: order.channel, ...empty };
  const refused = (problems: readonly FileProblem[], counts = empty): ImportReport => ({
    ...report,
    ...counts,
    outcome: 'refused',
    problems,
  });

  const release = releaseNamed(order.release, catalogue);
  if (!release.ok) return refused([{ path: '--release', why: release.mend }]);
  const targets = targetsNamed(order.targets, distributions);
  if (!targets.ok) return refused([{ path: '--target', why: targets.mend }]);

  const tree = await packageTree(order.dir, formatsOf(targets.value));
  const read = await readAll(order, tree.packages, policy.intake.maximum_bytes);
  const sorted = sortedInto(targets.value, read.packages);
  const entry = entryOf(order, release.value, targets.value, sorted.targets);
  const listed = new Map(
    entry.targets.flatMap(({ packages }) => packages.map((one) => [one.sha256, one.size] as const)),
  );
  const counts = {
    packages: listed.size,
    bytes: [...listed.values()].reduce((sum, size) => sum + size, 0),
    passedOver: tree.passedOver,
    elsewhere: sorted.elsewhere,
  };
  const problems = [...tree.problems, ...read.problems, ...sorted.problems];
  for (const { platform, arch, packages } of sorted.targets)
    if (packages.length === 0)
      problems.push({ path: order.dir, why: `holds no package for ${platform} ${arch}` });
  const found = await inTheWay(sources, main, entry);
  if (found?.is === 'refused') problems.push(...found.problems);
  if (problems.length > 0) return refused(problems, counts);
  if (found?.is === 'there') return { ...report, ...counts, outcome: 'there', problems };
  if (order.dryRun) return { ...report, ...counts, outcome: 'would-enter', problems };

  const stored = read.packages.filter(({ sha256 }) => listed.has(sha256));
  const changed = await storeAll(order, stored, sources.store);
  if (changed.length > 0) return refused(changed, counts);
  const entered = await enter(sources, entry, () => new Date());
  switch (entered.is) {
    case 'refused':
      return refused(entered.problems, counts);
    case 'there':
      return { ...report, ...counts, outcome: 'there', problems };
    case 'entered':
      // Until main named them, a garbage collection could take away what was in the store before.
      await storeAll(order, stored, sources.store);
      return { ...report, ...counts, outcome: 'entered', problems, commit: entered.commit };
  }
}

const formatsOf = (targets: readonly Target[]): ReadonlySet<PackageFormat> =>
  new Set(targets.map(({ format }) => format));

function entryOf(
  { channel, operator, reason }: ImportOrder,
  release: OperatorsEntry['release'],
  targets: readonly Target[],
  filled: OperatorsEntry['targets'],
): OperatorsEntry {
  return {
    release,
    channel,
    distribution: targets[0]?.distribution ?? '',
    targets: filled,
    operator,
    reason,
  };
}

async function readAll(
  { dir, onProgress }: ImportOrder,
  files: readonly PackageFile[],
  maximumBytes: number,
): Promise<{ readonly packages: readonly ReadPackage[]; readonly problems: readonly FileProblem[] }> {
  const packages: ReadPackage[] = [];
  const problems: FileProblem[] = [];
  await inBatches(files, `of ${String(files.length)} packages read`, onProgress, async (file) => {
    const read = await readPackage(dir, file, maximumBytes);
    if (read.ok) packages.push(read.value);
    else problems.push({ path: file.path, why: read.reason });
  });
  return { packages: packages.toSorted(inPathOrder), problems: problems.toSorted(inPathOrder) };
}

/** Gives the packages that are no longer what was read. */
async function storeAll(
  { dir, onProgress }: ImportOrder,
  packages: readonly ReadPackage[],
  store: Store,
): Promise<readonly FileProblem[]> {
  const changed: FileProblem[] = [];
  await inBatches(packages, `of ${String(packages.length)} packages stored`, onProgress, async (one) => {
    if (!(await storePackage(dir, one, store)))
      changed.push({ path: one.path, why: 'changed while it was read; import again' });
  });
  return changed;
}

async function inBatches<T>(
  items: readonly T[],
  done: string,
  onProgress: (line: string) => void,
  act: (item: T) => Promise<void>,
): Promise<void> {
  for (let at = 0; at < items.length; at += atOnce) {
    await Promise.all(items.slice(at, at + atOnce).map(act));
    if (Math.floor((at + atOnce) / 100) > Math.floor(at / 100)) onProgress(`${String(at + atOnce)} ${done}`);
  }
}
