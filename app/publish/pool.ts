import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { PackageFormat } from '../model/distributions.ts';
import { firstAfter, inPathOrder } from '../model/sorted.ts';
import type { IndexEntry } from '../repository/index-chunks.ts';
import { sha256Of } from '../storage/digest.ts';
import { inParallel } from '../storage/in-parallel.ts';
import { isLeftover, type Output, type PlacedFile } from '../storage/output.ts';
import type { RootContents } from './channel-contents.ts';
import type { ChannelStatement } from './channel-statement.ts';
import { fromChannelFolder, fromChannelsFolder, snapshotFolder } from './layout.ts';
import { poolDifferences, type PooledFile } from './last-run.ts';
import { isOfRoot, type RootPlan } from './roots/root-plan.ts';

/** A bucket answers each question after some milliseconds, and many at the same time. */
export const askedAtOnce = 32;
const unpackedAtOnce = 1 << 18;

/** What has to be done to the packages of a root. Paths are below the folder of all channels. */
export interface PoolChanges {
  /** Packages that are not in their places, or are there with other bytes. */
  readonly missing: readonly { readonly path: string; readonly entry: IndexEntry }[];
  /** Packages that no index lists any more. */
  readonly left: readonly PlacedFile[];
  /** Files that nothing refers to. */
  readonly stale: readonly string[];
}

/** A root of the channel as it has to be, and what that means for its packages. */
export interface PlannedRoot {
  readonly plan: RootPlan;
  readonly changes: PoolChanges;
}

/** Whether a path, below the folder of all channels, is a package of a root. */
export function isPooled(path: string, { place, targets }: RootContents): boolean {
  if (!path.startsWith(`${place.path}/`)) return false;
  const below = path.slice(place.path.length + 1);
  return targets.some(
    ({ entries }) => entries[firstAfter(entries, below, (entry) => entry.path)]?.path === below,
  );
}

/** Every package of a root once, sorted by path. */
export function pooled({ targets }: RootContents): readonly IndexEntry[] {
  const [first, ...others] = targets;
  if (others.length === 0) return first.entries;
  const entries = new Map(
    targets.flatMap((target) => target.entries.map((entry) => [entry.path, entry] as const)),
  );
  return [...entries.values()].toSorted(inPathOrder);
}

/**
 * The changes between what was in place after the last publication, by the entries of then or as `poolText` writes them, and what has to be now;
 * both sorted by path.
 */
export function knownChanges(
  rootPath: string,
  before: readonly PooledFile[] | string,
  now: readonly IndexEntry[],
): PoolChanges {
  if (typeof before === 'string') {
    const { left, wanted } = poolDifferences(before, now);
    return knownChanges(rootPath, left, wanted);
  }
  const missing: PoolChanges['missing'][number][] = [];
  const left: PlacedFile[] = [];
  const at = (entry: PooledFile) => `${rootPath}/${entry.path}`;
  if (before === now) return { missing, left, stale: [] };
  let [i, j] = [0, 0];
  while (i < before.length || j < now.length) {
    const [was, is] = [before[i], now[j]];
    if (was === is) {
      i += 1;
      j += 1;
    } else if (was && (!is || was.path < is.path)) {
      left.push({ path: at(was), size: was.size, sha256: was.sha256 });
      i += 1;
    } else if (is) {
      if (was?.path === is.path) i += 1;
      if (was?.path !== is.path || was.sha256 !== is.sha256) missing.push({ path: at(is), entry: is });
      j += 1;
    }
  }
  return { missing, left, stale: [] };
}

/**
 * The changes when nothing is remembered: every file is looked at. A file that nobody wants any more and an index still lists is left as it is,
 * for clients that have the index, and so are the indexes that clients are shown, `shown`; other files of ours are stale.
 */
export async function foundChanges(
  output: Output,
  root: RootContents,
  published: ChannelStatement | undefined,
  shown: readonly string[],
): Promise<PoolChanges> {
  const { path: rootPath } = root.place;
  const present = new Set(await output.list(rootPath));
  const missing = await missingOf(output, rootPath, pooled(root), present);
  const vouched = vouchedPaths(published);
  // Snapshots of yum stand beside the root.
  const beside = shown.filter((path) => !path.startsWith(`${rootPath}/`));
  const unknown = new Set([...present, ...beside].filter((path) => !vouched.has(path)));
  const listed = await listedBefore(output, root, published, shown, unknown);
  const left: PlacedFile[] = [];
  const stale: string[] = [];
  for (const path of unknown) {
    if (isLeftover(path)) stale.push(path);
    else if (listed.has(path)) {
      const digest = await output.digest(path);
      if (digest) left.push({ path, ...digest });
    } else if (isOurs(path, rootPath, root.format)) stale.push(path);
  }
  return { missing, left, stale };
}

/** The packages that are not in their places as they have to be. Those that have to be somewhere are taken out of `present`. */
async function missingOf(
  output: Output,
  rootPath: string,
  entries: readonly IndexEntry[],
  present: Set<string>,
): Promise<PoolChanges['missing']> {
  const isHeld = new Uint8Array(entries.length);
  await inParallel(
    [...entries.entries()],
    async ([at, { path: below, size, sha256 }]) => {
      const path = `${rootPath}/${below}`;
      if (present.delete(path) && (await output.holds({ path, size, sha256 }))) isHeld[at] = 1;
    },
    askedAtOnce,
  );
  return entries
    .filter((_, at) => isHeld[at] === 0)
    .map((entry) => ({ path: `${rootPath}/${entry.path}`, entry }));
}

/** Every file that a statement vouches for by name, below the folder of all channels. */
export function vouchedPaths(statement: ChannelStatement | undefined): ReadonlySet<string> {
  if (!statement) return new Set();
  return new Set(
    [...statement.files, ...statement.superseded].map(({ path }) =>
      fromChannelsFolder(statement.channel, path),
    ),
  );
}

/** Other files in a root may be the operator's, such as a page for people. */
export function isOurs(path: string, rootPath: string, format: PackageFormat): boolean {
  const below = path.slice(rootPath.length + 1);
  if (format === 'tar') return below.split('/').length === 3 || below.startsWith('signatures/');
  return /^(pool|dists|repodata)\//.test(below);
}

/** Which of the files asked about clients are shown, or are listed by what they are shown or by the published indexes of a root. */
async function listedBefore(
  output: Output,
  { place, format }: RootContents,
  published: ChannelStatement | undefined,
  shown: readonly string[],
  asked: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const listed = new Set(shown.filter((path) => asked.has(path)));
  // Those that are never replaced: the others may be of a run that was cut off.
  const index = {
    deb: /\/by-hash\/SHA256\/[0-9a-f]{64}$/,
    rpm: /\/repodata\/[0-9a-f]+-primary\.xml\.gz$/,
    tar: /\/signatures\/[0-9a-f]{64}\.sums$/,
  }[format];
  const line = {
    deb: /^Filename: (\S+)$/gm,
    rpm: /<location href="\.\.\/[^"/]+\/([^"]+)"/g,
    tar: /^[0-9a-f]{64} {2}(\S+)$/gm,
  }[format];
  const indexes = new Set([...shown, ...vouchedOf(published, place.path)].filter((path) => index.test(path)));
  for (const path of asked.size > 0 ? indexes : []) {
    const bytes = await output.read(path);
    // Each has its digest in its name; a damaged one tells nothing.
    if (!bytes || !path.includes(sha256Of(bytes))) continue;
    for await (const text of wholeLines(format === 'tar' ? [bytes] : unpacked(bytes))) {
      for (const [, file = ''] of text.matchAll(line)) {
        const listedPath = `${place.path}/${file}`;
        if (asked.has(listedPath)) listed.add(listedPath);
      }
    }
  }
  return listed;
}

/** An index may be large: it is unpacked a piece at a time. */
function unpacked(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  return Readable.from([bytes]).pipe(
    createGunzip({ chunkSize: unpackedAtOnce }),
  ) as AsyncIterable<Uint8Array>;
}

/** A text in pieces that end where a line ends. */
async function* wholeLines(pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of pieces) {
    const text = rest + decoder.decode(piece, { stream: true });
    const end = text.lastIndexOf('\n') + 1;
    yield text.slice(0, end);
    rest = text.slice(end);
  }
  yield rest;
}

/** The files of a root that a statement has as they are now, below the folder of all channels. */
function vouchedOf(statement: ChannelStatement | undefined, rootPath: string): readonly string[] {
  if (!statement) return [];
  const own = fromChannelFolder(statement.channel, rootPath);
  return statement.files
    .filter(({ path }) => isOfRoot(path, own))
    .map(({ path }) => fromChannelsFolder(statement.channel, path));
}

/** Folders beside a root that a killed run may have left: snapshots that no statement names. */
export async function staleSnapshots(
  output: Output,
  { place, format }: RootContents,
  vouched: ReadonlySet<string>,
): Promise<readonly string[]> {
  if (format !== 'rpm') return [];
  const parent = place.path.slice(0, Math.max(0, place.path.lastIndexOf('/')));
  const start = snapshotFolder(place.path, '');
  const files = await output.list(parent);
  return files.filter(
    (path) =>
      path.startsWith(start) && /^[0-9a-f]{16}\//.test(path.slice(start.length)) && !vouched.has(path),
  );
}
