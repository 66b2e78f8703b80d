import { join } from 'node:path';
import type { Channel } from '../model/channel.ts';
import type { IndexEntry } from '../repository/index-chunks.ts';
import { keepFile, keptFile } from '../storage/kept-file.ts';

/** A package as it stands in a pool. */
export type PooledFile = Pick<IndexEntry, 'path' | 'size' | 'sha256'>;

/** What a publication left in place. */
export interface LeftInPlace {
  /** sha256 of its channel.json. */
  readonly statement: string;
  /** sha256 of what its client files were made from. */
  readonly setup: string;
  /** The packages of each root by its path, sorted by path. */
  readonly pools: ReadonlyMap<string, readonly PooledFile[]>;
}

/*
 * For a command that runs again and again: to look at every file of a large channel takes longer than to publish, so what the last run left is kept
 * in a file, and is believed as long as the very statement of that run is published.
 */

/** Keeps what a run left. */
export async function keepLeft(folder: string, channel: Channel, left: LeftInPlace): Promise<void> {
  const lines = [JSON.stringify({ statement: left.statement, setup: left.setup })];
  for (const [path, files] of left.pools) {
    lines.push(`/${path}`);
    for (const { path: file, sha256, size } of files) lines.push(`${file}\t${sha256}\t${String(size)}`);
  }
  await keepFile(filePath(folder, channel), `${lines.join('\n')}\n`);
}

/** What the last run left; undefined when nothing is kept, or it is damaged. */
export async function keptLeft(folder: string, channel: Channel): Promise<LeftInPlace | undefined> {
  const text = (await keptFile(filePath(folder, channel)))?.toString();
  if (text === undefined) return undefined;
  const [head = '', ...lines] = text.trimEnd().split('\n');
  // oxlint-disable-next-line no-unsafe-type-assertion -- the digest says that `keepLeft` has written it
  const { statement, setup } = JSON.parse(head) as Pick<LeftInPlace, 'statement' | 'setup'>;
  const pools = new Map<string, PooledFile[]>();
  let pool: PooledFile[] = [];
  for (const line of lines) {
    if (line.startsWith('/')) {
      pool = [];
      pools.set(line.slice(1), pool);
      continue;
    }
    const [path = '', sha256 = '', size = ''] = line.split('\t');
    pool.push({ path, sha256, size: Number(size) });
  }
  return { statement, setup, pools };
}

function filePath(folder: string, channel: Channel): string {
  return join(folder, 'last-run', `${channel}.txt`);
}
