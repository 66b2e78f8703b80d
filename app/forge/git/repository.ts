import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Buffer } from 'node:buffer';
import { formatCommit, formatTag, parseCommit, type Commit } from './commit.ts';
import { git } from './command.ts';
import { openHistory, type History } from './history.ts';
import { isRefName, noCommit } from './names.ts';
import { openObjectReader, type GitObject, type ObjectInfo } from './object-reader.ts';
import { writeObject } from './object-writer.ts';
import {
  changedTree,
  formatTree,
  parseTree,
  treeChanges,
  type PathChange,
  type TreeChange,
  type TreeEntry,
  type TreeStore,
} from './tree.ts';

/** A bare git repository on disk: what the forge does with it, in its own words. */
export interface BareRepository extends History {
  readonly dir: string;
  info(name: string): Promise<ObjectInfo | undefined>;
  read(name: string): Promise<GitObject | undefined>;
  /** The digest of the commit a branch, tag or digest stands for; git's other ways to name a commit are not taken. */
  commitNamed(name: string): Promise<string | undefined>;
  commit(sha: string): Promise<Commit | undefined>;
  entries(tree: string): Promise<TreeEntry[] | undefined>;
  /** Every branch and tag: full name to digest. */
  refs(): Promise<Map<string, string>>;
  /** The files of one tree that are not the same in another; undefined stands for no files. */
  treeChanges(before: string | undefined, after: string): Promise<PathChange[]>;
  /** The tree of a three-way merge, made without a working tree; undefined on conflict. */
  mergedTree(ours: string, theirs: string): Promise<string | undefined>;
  writeBlob(content: Buffer): Promise<string>;
  /** Undefined when a path to take away is not there. */
  writeTree(base: string | undefined, changes: readonly TreeChange[]): Promise<string | undefined>;
  writeCommit(commit: Omit<Commit, 'sha' | 'payload'>): Promise<string>;
  writeTag(tag: Parameters<typeof formatTag>[0]): Promise<string>;
  /**
   * Moves a ref only if it still is where the caller saw it: compare and swap.
   * @param from the digest seen, undefined when the ref must be new
   * @param to the new digest, undefined to delete
   * @returns false when the ref was somewhere else
   */
  moveRef(ref: string, from: string | undefined, to: string | undefined): Promise<boolean>;
  /** Sets a ref that only the forge writes, whatever it was. */
  setRef(ref: string, to: string): Promise<void>;
  /** Copies the objects behind a ref of another repository here and names them. */
  fetch(other: string, theirRef: string, ourRef: string): Promise<void>;
  close(): void;
}

// The forge tells the hook through the environment which branch is closed to this push, and which may not be rewritten by anyone.
const updateHook = `#!/bin/sh
if [ "$1" = "$FORGE_CLOSED_REF" ]; then
  echo "error: GH006: Protected branch update failed for $1." >&2
  echo "error: Changes must be made through a pull request." >&2
  exit 1
fi
if [ "$1" = "$FORGE_KEPT_REF" ] && [ "$2" != ${noCommit} ]; then
  if [ "$3" = ${noCommit} ] || ! git merge-base --is-ancestor "$2" "$3"; then
    echo "error: GH006: Protected branch update failed for $1." >&2
    echo "error: Cannot force-push to or delete a protected branch." >&2
    exit 1
  fi
fi
exit 0
`;

const settings = `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = true
\tlogallrefupdates = false
[http]
\treceivepack = true
[receive]
\thideRefs = refs/pull
\tfsckObjects = true
\tautogc = false
[uploadpack]
\tallowReachableSHA1InWant = true
\tallowFilter = true
[gc]
\tauto = 0
[maintenance]
\tauto = false
`;

/**
 * Lays out an empty bare repository with `main` as its default branch.
 * @param shares a repository whose objects this one may use, as a fork does
 */
export async function layOutRepository(dir: string, shares?: string): Promise<void> {
  await mkdir(join(dir, '..'), { recursive: true });
  await rm(dir, { recursive: true, force: true });
  await mkdir(join(dir, 'objects', 'info'), { recursive: true });
  await mkdir(join(dir, 'objects', 'pack'));
  await mkdir(join(dir, 'refs', 'heads'), { recursive: true });
  await mkdir(join(dir, 'refs', 'tags'));
  await mkdir(join(dir, 'hooks'));
  await writeFile(join(dir, 'config'), settings);
  await writeFile(join(dir, 'hooks', 'update'), updateHook, { mode: 0o755 });
  if (shares !== undefined) {
    const path = relative(join(dir, 'objects'), join(shares, 'objects'));
    await writeFile(join(dir, 'objects', 'info', 'alternates'), `${path}\n`);
  }
  // Last, because it is what makes a folder a repository.
  await writeFile(join(dir, 'HEAD'), 'ref: refs/heads/main\n');
}

const mergesKept = 500;

/** Opens a bare repository; nothing is read before it is asked for. */
export function openRepository(dir: string): BareRepository {
  const reader = openObjectReader(dir);
  const merges = new Map<string, string | undefined>();
  const store: TreeStore = {
    async entries(sha) {
      const found = await reader.read(sha);
      return found?.type === 'tree' ? parseTree(found.content) : undefined;
    },
    write: (entries) => writeObject(dir, 'tree', formatTree(entries)),
  };
  async function readCommit(sha: string): Promise<Commit | undefined> {
    const found = await reader.read(sha);
    return found?.type === 'commit' ? parseCommit(found.sha, found.content) : undefined;
  }
  return {
    dir,
    info: reader.info,
    read: reader.read,
    async commitNamed(name) {
      if (!isRefName(name)) return undefined;
      const found = await reader.info(`${name}^{commit}`);
      return found?.type === 'commit' ? found.sha : undefined;
    },
    commit: readCommit,
    entries: store.entries,
    async refs() {
      const args = ['for-each-ref', '--format=%(objectname) %(refname)', 'refs/heads', 'refs/tags'];
      const found = (await git(dir, args)).stdout
        .toString('utf8')
        .split('\n')
        .filter((line) => line !== '');
      return new Map(found.map((line) => [line.slice(41), line.slice(0, 40)]));
    },
    ...openHistory(dir, readCommit),
    treeChanges: (before, after) => treeChanges(store, before, after),
    async mergedTree(ours, theirs) {
      // A merge depends on the two commits only, so its result never has to be worked out twice.
      const key = `${ours} ${theirs}`;
      if (!merges.has(key)) {
        if (merges.size >= mergesKept) merges.clear();
        const args = [
          'merge-tree',
          '--write-tree',
          '--no-messages',
          '--allow-unrelated-histories',
          ours,
          theirs,
        ];
        const { code, stdout } = await git(dir, args, [0, 1]);
        merges.set(key, code === 0 ? stdout.toString('utf8').slice(0, 40) : undefined);
      }
      return merges.get(key);
    },
    writeBlob: (content) => writeObject(dir, 'blob', content),
    writeTree: (base, changes) => changedTree(store, base, changes),
    writeCommit: (commit) => writeObject(dir, 'commit', formatCommit(commit)),
    writeTag: (tag) => writeObject(dir, 'tag', formatTag(tag)),
    async moveRef(ref, from, to) {
      const change = to === undefined ? ['-d', ref, from ?? noCommit] : [ref, to, from ?? noCommit];
      return (await git(dir, ['update-ref', ...change], [0, 1, 128])).code === 0;
    },
    async setRef(ref, to) {
      await git(dir, ['update-ref', ref, to]);
    },
    async fetch(other, theirRef, ourRef) {
      await git(dir, [
        'fetch',
        '--quiet',
        '--no-tags',
        '--no-write-fetch-head',
        other,
        `+${theirRef}:${ourRef}`,
      ]);
    },
    close: reader.close,
  };
}
