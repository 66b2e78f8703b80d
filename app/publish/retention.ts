import type { Channel } from '../model/channel.ts';
import type { ChannelsFile } from '../model/channels-file.ts';
import { sha256Of } from '../storage/digest.ts';
import { inStatementForm, type StatementFile, type SupersededFile } from './channel-statement.ts';
import { fromChannelFolder } from './layout.ts';
import type { PlannedRoot } from './pool.ts';
import { statementPaths, type Published } from './published-state.ts';
import { isOfRoot } from './roots/root-plan.ts';

/** trust.md 3, core shape 4: the two publications before, and whatever was replaced within a week. */
const defaultRetention = { publications: 2, hours: 7 * 24 };
const hour = 3_600_000;

/**
 * Leaves of what was superseded what a client may still fetch: everything that was part of one of the newest publications before this one,
 * and everything that was replaced a short while ago. A path that is in use again is no longer superseded.
 */
function retained(
  files: readonly SupersededFile[],
  current: ReadonlySet<string>,
  now: Date,
  { retention = defaultRetention }: ChannelsFile,
): readonly SupersededFile[] {
  const numbers = [...new Set(files.map(({ last }) => last))].toSorted((a, b) => b - a);
  const newest = new Set(numbers.slice(0, retention.publications));
  const youngest = now.getTime() - retention.hours * hour;
  const seen = new Set<string>();
  return files.filter(({ path, last, since }) => {
    if (current.has(path) || seen.has(path)) return false;
    if (!newest.has(last) && Date.parse(since) <= youngest) return false;
    seen.add(path);
    return true;
  });
}

/** When a publication is made, and what decides how long others are remembered. */
export interface RetentionTerms {
  readonly now: Date;
  /** SHA-256 of packages that go at once. */
  readonly withdrawn: ReadonlySet<string>;
  readonly file: ChannelsFile;
}

/** What clients may still fetch of the publications before a new one, whose files are `files`, as long as its root is still published. */
export function superseded(
  channel: Channel,
  { statement, sha256: ownSha256, signature }: Published,
  roots: readonly PlannedRoot[],
  files: readonly StatementFile[],
  { now, withdrawn, file }: RetentionTerms,
): readonly SupersededFile[] {
  const { lasting } = statementPaths(channel, ownSha256);
  const ownSignature = {
    path: fromChannelFolder(channel, lasting),
    size: signature.length,
    sha256: sha256Of(signature),
  };
  const rootPaths = roots.map(({ plan }) => fromChannelFolder(channel, plan.root.place.path));
  const left = roots.flatMap(({ changes }) =>
    changes.left.map((one) => ({ ...one, path: fromChannelFolder(channel, one.path) })),
  );
  const current = new Set(files.map(({ path }) => path));
  for (const { changes } of roots)
    for (const { path } of changes.missing) current.add(fromChannelFolder(channel, path));
  const since = inStatementForm(now);
  const replaced = [...statement.files, ...left].map(({ path, size, sha256 }) => ({
    path,
    size,
    sha256,
    last: statement.number,
    since,
  }));
  const ofRoots = [...replaced, ...statement.superseded].filter(
    ({ path, sha256 }) =>
      !withdrawn.has(sha256) &&
      (path.startsWith('statements/') || rootPaths.some((root) => isOfRoot(path, root))),
  );
  return retained([{ ...ownSignature, last: statement.number, since }, ...ofRoots], current, now, file);
}
