import type { ChannelsFile } from '../model/channels-file.ts';
import { renderRoot, type RenderedRoot, type RootPool } from './apt-root.ts';
import type { ChannelContents, RootContents } from './channel-contents.ts';
import {
  inStatementForm,
  statementText,
  type ChannelStatement,
  type SupersededFile,
} from './channel-statement.ts';
import { sha256Of } from '../storage/digest.ts';
import type { Signer } from './keys.ts';
import { fromChannelFolder } from './layout.ts';
import type { OutputFile } from './output.ts';

/** A root of the channel with its packages in their places. */
export interface PlacedRoot {
  readonly root: RootContents;
  readonly pool: RootPool;
}

/** What a publication of a channel is made from, besides its place in the line of publications. */
export interface GenerationInput {
  readonly contents: ChannelContents;
  readonly roots: readonly PlacedRoot[];
  readonly channelsFile: ChannelsFile;
  readonly signer: Signer;
}

/** The place in the line: number, predecessor and time of one publication. */
export interface Issue extends Pick<ChannelStatement, 'number' | 'commit' | 'previous'> {
  readonly superseded: readonly SupersededFile[];
  readonly issued: Date;
}

/** One publication of a channel, complete and in memory: everything but the packages. */
export interface Generation {
  readonly statement: ChannelStatement;
  readonly text: string;
  readonly signature: string;
  readonly roots: readonly RenderedRoot[];
}

const day = 86_400_000;
/** How many earlier generations of an index stay reachable by hash (channels.md; trust.md 1.5). */
const keptGenerations = 2;

/** Renders and signs a publication. It is an outcome of its arguments alone: the same give the same bytes. */
export async function renderGeneration(input: GenerationInput, issue: Issue): Promise<Generation> {
  const { contents, channelsFile, signer } = input;
  const { channel } = contents;
  const expires = new Date(issue.issued.getTime() + channelsFile.valid_days * day);
  const roots: RenderedRoot[] = [];
  for (const { root, pool } of input.roots) {
    roots.push(
      await renderRoot(root, pool, {
        channel,
        origin: channelsFile.origin,
        issued: issue.issued,
        expires,
        signer,
      }),
    );
  }
  const files = roots.flatMap(filesOf).map(({ path, bytes }) => ({
    path: fromChannelFolder(channel, path),
    size: bytes.length,
    sha256: sha256Of(bytes),
  }));
  const current = new Set(files.map(({ path }) => path));
  const statement: ChannelStatement = {
    apiVersion: 'rollout/v1',
    kind: 'Channel',
    channel,
    number: issue.number,
    commit: issue.commit,
    issued: inStatementForm(issue.issued),
    expires: inStatementForm(expires),
    previous: issue.previous,
    releases: [...contents.releases],
    roots: input.roots.flatMap(({ root }) =>
      root.targets.map(({ target }) => ({ ...target, path: fromChannelFolder(channel, root.path) })),
    ),
    files: files.toSorted(byPath),
    superseded: newestGenerations(issue.superseded, current).toSorted(byPath),
  };
  const text = statementText(statement);
  return {
    statement,
    text,
    signature: await signer.signDetached(new TextEncoder().encode(text), issue.issued),
    roots,
  };
}

/** Everything of a root that the statement vouches for. */
function filesOf(root: RenderedRoot): readonly OutputFile[] {
  return [...root.byHash, ...root.indexes, root.release, root.detachedSignature, root.inRelease];
}

/**
 * The indexes that a new publication takes the place of: the by-hash files of the one before and what that one kept, as long as their root
 * is still published.
 */
export function supersededBy(
  published: ChannelStatement,
  roots: readonly PlacedRoot[],
): readonly SupersededFile[] {
  const rootPaths = roots.map(({ root }) => `${fromChannelFolder(published.channel, root.path)}/`);
  const before = published.files
    .filter(({ path }) => path.includes('/by-hash/'))
    .map(({ path, size, sha256 }) => ({ path, size, sha256, last: published.number }));
  return [...before, ...published.superseded].filter(({ path }) =>
    rootPaths.some((root) => path.startsWith(root)),
  );
}

/** Leaves of each folder the files of its newest generations, without those that are current (again). */
function newestGenerations(
  superseded: readonly SupersededFile[],
  current: ReadonlySet<string>,
): SupersededFile[] {
  const byFolder = new Map<string, SupersededFile[]>();
  for (const file of superseded) {
    if (current.has(file.path)) continue;
    const folder = file.path.slice(0, file.path.lastIndexOf('/'));
    const others = byFolder.get(folder);
    if (others) others.push(file);
    else byFolder.set(folder, [file]);
  }
  return [...byFolder.values()].flatMap((files) => {
    const numbers = [...new Set(files.map(({ last }) => last))].toSorted((a, b) => b - a);
    const newest = new Set(numbers.slice(0, keptGenerations));
    return files.filter(({ last }) => newest.has(last));
  });
}

function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : Number(a.path > b.path);
}
