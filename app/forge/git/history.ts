import type { Commit } from './commit.ts';
import { git } from './command.ts';

interface HistoryOptions {
  /** Leaves out what is reachable from here. */
  readonly from?: string;
  /** Only commits that touch this path. */
  readonly path?: string;
  readonly skip?: number;
  readonly limit: number;
}

/** How commits of one repository follow each other. */
export interface History {
  /** Commits reachable from `to`, newest first. */
  history(to: string, options: HistoryOptions): Promise<string[]>;
  /** How many commits `to` has that `from` has not. */
  commitCount(from: string, to: string): Promise<number>;
  isAncestor(older: string, newer: string): Promise<boolean>;
  /** Undefined when two commits have nothing in common. */
  mergeBase(one: string, other: string): Promise<string | undefined>;
}

// Most branches are a few commits ahead in a straight line. That is seen by looking at the commits, without starting git.
const shortLine = 10;

/** @param commit reads a commit of the repository */
export function openHistory(gitDir: string, commit: (sha: string) => Promise<Commit | undefined>): History {
  async function lines(args: readonly string[], accept?: readonly number[]): Promise<string[]> {
    const { stdout } = await git(gitDir, args, accept);
    return stdout
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== '');
  }

  /** The commits after `from` up to `to`, newest first, if they are a short line without merges; else undefined. */
  async function straight(from: string, to: string): Promise<string[] | undefined> {
    const line: string[] = [];
    for (let at = to; at !== from;) {
      const [parent, ...others] = (await commit(at))?.parents ?? [];
      if (parent === undefined || others.length > 0 || line.length === shortLine) return undefined;
      line.push(at);
      at = parent;
    }
    return line;
  }

  return {
    async history(to, { from, path, skip = 0, limit }) {
      const line = from === undefined || path !== undefined ? undefined : await straight(from, to);
      if (line !== undefined) return line.slice(skip, skip + limit);
      const counts = [`--skip=${String(skip)}`, `--max-count=${String(limit)}`];
      const range = from === undefined ? to : `${from}..${to}`;
      return lines([
        'rev-list',
        ...counts,
        range,
        '--',
        ...(path === undefined ? [] : [`:(literal)${path}`]),
      ]);
    },
    async commitCount(from, to) {
      const line = await straight(from, to);
      return line?.length ?? Number((await lines(['rev-list', '--count', `${from}..${to}`]))[0]);
    },
    async isAncestor(older, newer) {
      if (older === newer || (await commit(newer))?.parents.includes(older) === true) return true;
      if ((await straight(older, newer)) !== undefined) return true;
      return (await git(gitDir, ['merge-base', '--is-ancestor', older, newer], [0, 1])).code === 0;
    },
    async mergeBase(one, other) {
      if ((await straight(one, other)) !== undefined) return one;
      return (await lines(['merge-base', one, other], [0, 1]))[0];
    },
  };
}
