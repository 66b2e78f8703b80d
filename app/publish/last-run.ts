import { join } from 'node:path';
import type { Channel } from '../model/channel.ts';
import type { IndexEntry } from '../repository/index-chunks.ts';
import { keepFile, keptFile } from '../storage/kept-file.ts';

/** Raised whenever the file is written in another form, so that what an older program left is not believed. */
const salt = '2 ';

/** A package as it stands in a pool. */
export type PooledFile = Pick<IndexEntry, 'path' | 'size' | 'sha256'>;

/** What a publication left in place. */
export interface LeftInPlace {
  /** sha256 of its channel.json. */
  readonly statement: string;
  /** sha256 of what its client files were made from. */
  readonly setup: string;
  /** The packages of each root by its path, as `poolText` writes them. */
  readonly pools: ReadonlyMap<string, string>;
}

/*
 * For a command that runs again and again: to look at every file of a large channel takes longer than to publish, so what the last run left is kept
 * in a file, and is believed as long as the very statement of that run is published.
 */

/** Keeps what a run left. */
export async function keepLeft(folder: string, channel: Channel, left: LeftInPlace): Promise<void> {
  const head = JSON.stringify({ statement: left.statement, setup: left.setup });
  // No package has a path that begins with a slash.
  const pools = [...left.pools].map(([path, text]) => `\n/${path}\n${text}`);
  await keepFile(filePath(folder, channel), `${head}${pools.join('')}`, { salt });
}

/** What the last run left; undefined when nothing is kept, or it is damaged. */
export async function keptLeft(folder: string, channel: Channel): Promise<LeftInPlace | undefined> {
  const text = (await keptFile(filePath(folder, channel), salt))?.toString();
  if (text === undefined) return undefined;
  const [head = '', ...pools] = text.split('\n/');
  // oxlint-disable-next-line no-unsafe-type-assertion -- the digest says that `keepLeft` has written it
  const { statement, setup } = JSON.parse(head) as Pick<LeftInPlace, 'statement' | 'setup'>;
  const byPath = pools.map((pool): readonly [string, string] => {
    const end = pool.indexOf('\n');
    return [pool.slice(0, end), pool.slice(end + 1)];
  });
  return { statement, setup, pools: new Map(byPath) };
}

const texts = new WeakMap<readonly PooledFile[], string>();

/** The packages of a pool, a line each. */
export function poolText(files: readonly PooledFile[]): string {
  const known = texts.get(files);
  if (known !== undefined) return known;
  const text = files.map(({ path, sha256, size }) => `${path}\t${sha256}\t${String(size)}`).join('\n');
  texts.set(files, text);
  return text;
}

/**
 * What is not the same in a pool that a run left, as `poolText` writes it, and in one that has to be; both are sorted by path, and so is the
 * outcome. Only what differs is read.
 */
export function poolDifferences<F extends PooledFile>(
  left: string,
  wanted: readonly F[],
): { readonly left: readonly PooledFile[]; readonly wanted: readonly F[] } {
  const text = poolText(wanted);
  if (text === left) return { left: [], wanted: [] };
  const [leftLines, wantedLines] = [linesOf(left), linesOf(text)];
  const gone: PooledFile[] = [];
  const come: F[] = [];
  for (let [i, j] = [0, 0]; i < leftLines.length || j < wantedLines.length;) {
    const [was, file] = [leftLines[i], wanted[j]];
    if (was !== undefined && was === wantedLines[j]) {
      i += 1;
      j += 1;
      continue;
    }
    const before = was === undefined ? undefined : pooledFile(was);
    const isFirst = before && (!file || before.path <= file.path);
    if (isFirst) {
      gone.push(before);
      i += 1;
    }
    if (file && (!isFirst || before.path === file.path)) {
      come.push(file);
      j += 1;
    }
  }
  return { left: gone, wanted: come };
}

function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.split('\n');
}

function pooledFile(line: string): PooledFile {
  const [path = '', sha256 = '', size = ''] = line.split('\t');
  return { path, sha256, size: Number(size) };
}

function filePath(folder: string, channel: Channel): string {
  return join(folder, 'last-run', `${channel}.txt`);
}

/** Where the chunks of a channel's indexes are kept beside it. */
export function chunksFile(folder: string, channel: Channel): string {
  return join(folder, 'last-run', `${channel}.chunks`);
}
