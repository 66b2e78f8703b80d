import type { Channel } from '../model/channel.ts';
import { isLeftover, type Output } from '../storage/output.ts';
import type { ChannelStatement } from './channel-statement.ts';
import { fromChannelsFolder } from './layout.ts';
import { isOurs, isPooled, staleSnapshots, vouchedPaths, type PlannedRoot } from './pool.ts';
import { statementPaths, type Published } from './published-state.ts';

/**
 * Files to be removed once a publication stands: what neither its statement nor an index refers to any more. `unknown` are files that were found
 * beside what is known.
 */
export function goneFiles(
  roots: readonly PlannedRoot[],
  statement: ChannelStatement,
  before: ChannelStatement | undefined,
  unknown: readonly string[],
): readonly string[] {
  const vouched = vouchedPaths(statement);
  const gone = new Set([...unknown, ...roots.flatMap(({ changes }) => changes.stale)]);
  for (const { changes } of roots) for (const { path } of changes.left) gone.add(path);
  if (before !== statement) for (const path of vouchedPaths(before)) gone.add(path);
  return [...gone].filter(
    (path) => !vouched.has(path) && !roots.some(({ plan }) => isPooled(path, plan.root)),
  );
}

/** What killed runs left: files set aside, signatures and snapshots of publications that never stood. For a publisher that remembers nothing. */
export async function unknownFiles(
  output: Output,
  channel: Channel,
  { statement, sha256 }: Published,
  roots: readonly PlannedRoot[],
): Promise<readonly string[]> {
  const vouched = vouchedPaths(statement);
  const { lasting } = statementPaths(channel, sha256);
  const own = (await output.list(channel)).filter(
    (path) =>
      isLeftover(path) ||
      (path.startsWith(`${channel}/statements/`) && path !== lasting && !vouched.has(path)),
  );
  const snapshots = await Promise.all(roots.map(({ plan }) => staleSnapshots(output, plan.root, vouched)));
  return [...own, ...snapshots.flat()];
}

/** The packages and indexes of roots that are no longer published. */
export async function formerFiles(
  output: Output,
  roots: readonly PlannedRoot[],
  { channel }: ChannelStatement,
  before: ChannelStatement | undefined,
): Promise<readonly string[]> {
  const now = new Set(roots.map(({ plan }) => plan.root.place.path));
  const former = new Map(
    (before?.roots ?? []).map(({ path, format }) => [fromChannelsFolder(channel, path), format]),
  );
  const lists = await Promise.all(
    [...former]
      .filter(([path]) => !now.has(path))
      .map(async ([path, format]) => (await output.list(path)).filter((file) => isOurs(file, path, format))),
  );
  return lists.flat();
}
