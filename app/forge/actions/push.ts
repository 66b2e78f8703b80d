import { accountNamed } from '../accounts.ts';
import { git as runGit } from '../git/command.ts';
import { changedFiles, commitCount } from '../git/diff.ts';
import { noCommit } from '../git/names.ts';
import type { BareRepository } from '../git/repository.ts';
import { now, openPulls, touch, type Inside } from '../inside.ts';
import { repository as repositoryPayload } from '../payloads/repository.ts';
import { commitAddress } from '../payloads/commit.ts';
import { htmlUrl } from '../payloads/schemas.ts';
import { fullName, type PullIssue, type PullSize, type RepositoryRecord } from '../state.ts';
import { emit, emitPull, isTold } from './events.ts';

/** A branch or tag that was made (`from` undefined), moved, or deleted (`to` undefined). */
export interface RefChange {
  readonly ref: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

const commitsTold = 20;
// GitHub says nothing about a push of more tags than this.
const tagsTold = 3;

/** The refs that differ between two readings. */
export function refChanges(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): RefChange[] {
  const names = new Set([...before.keys(), ...after.keys()]);
  return [...names]
    .map((ref) => ({ ref, from: before.get(ref), to: after.get(ref) }))
    .filter(({ from, to }) => from !== to);
}

/**
 * What follows from refs having moved: webhooks, and pull requests whose head moved or whose commits reached their base.
 * The caller holds the repository's lock.
 */
export async function afterPush(
  inside: Inside,
  repository: RepositoryRecord,
  changes: readonly RefChange[],
  sender: string,
): Promise<void> {
  if (changes.length === 0) return;
  repository.pushedAt = now(inside);
  const tags = changes.filter((change) => change.ref.startsWith('refs/tags/')).length;
  for (const change of changes) {
    if (!change.ref.startsWith('refs/tags/') || tags <= tagsTold)
      await emitPush(inside, repository, change, sender);
  }
  for (const change of changes) {
    if (!change.ref.startsWith('refs/heads/')) continue;
    await followHead(inside, repository, change, sender);
    await closeMerged(inside, repository, change, sender);
  }
}

async function emitPush(
  inside: Inside,
  repository: RepositoryRecord,
  { ref, from, to }: RefChange,
  sender: string,
): Promise<void> {
  if (!isTold(inside, repository, 'push')) return;
  const git = inside.repositories.git(repository);
  const commits = to === undefined ? [] : await toldCommits(inside, repository, git, { ref, from, to });
  const before = from ?? noCommit;
  const after = to ?? noCommit;
  const account = accountNamed(inside.state, sender);
  const shown = repositoryPayload(inside, repository);
  const payload = {
    ref,
    before,
    after,
    created: from === undefined,
    deleted: to === undefined,
    forced: from !== undefined && to !== undefined && !(await git.isAncestor(from, to)),
    base_ref: null,
    compare: `${htmlUrl(inside, repository)}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits,
    head_commit: commits.at(-1) ?? null,
    pusher: { name: sender, email: account === undefined ? null : commitAddress(account) },
    // Only here GitHub writes these two as seconds since 1970.
    repository: {
      ...shown,
      created_at: seconds(repository.createdAt),
      pushed_at: seconds(repository.pushedAt),
      master_branch: 'main',
    },
  };
  emit(inside, repository, 'push', payload, sender);
}

function seconds(time: string): number {
  return Math.floor(Date.parse(time) / 1000);
}

async function toldCommits(
  inside: Inside,
  repository: RepositoryRecord,
  git: BareRepository,
  { ref, from, to }: RefChange & { readonly to: string },
): Promise<object[]> {
  const main = await git.commitNamed('refs/heads/main');
  const since = from ?? (ref === 'refs/heads/main' ? undefined : main);
  const shas = await git.history(to, { limit: commitsTold, ...(since === undefined ? {} : { from: since }) });
  const told: object[] = [];
  for (const sha of shas.toReversed()) {
    const commit = await git.commit(sha);
    if (commit === undefined) continue;
    const files = await filesTouched(git, sha);
    told.push({
      id: sha,
      tree_id: commit.tree,
      distinct: true,
      message: commit.message,
      timestamp: commit.committer.date,
      url: `${htmlUrl(inside, repository)}/commit/${sha}`,
      author: { name: commit.author.name, email: commit.author.email },
      committer: { name: commit.committer.name, email: commit.committer.email },
      ...files,
    });
  }
  return told;
}

async function filesTouched(
  git: BareRepository,
  sha: string,
): Promise<{ added: string[]; removed: string[]; modified: string[] }> {
  const { stdout } = await runGit(git.dir, [
    'diff-tree',
    '-r',
    '--root',
    '--no-commit-id',
    '--name-status',
    '--no-renames',
    '-z',
    sha,
  ]);
  const fields = stdout.toString('utf8').split('\0');
  const touched: { added: string[]; removed: string[]; modified: string[] } = {
    added: [],
    removed: [],
    modified: [],
  };
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const path = fields[at + 1] ?? '';
    if (fields[at] === 'A') touched.added.push(path);
    else if (fields[at] === 'D') touched.removed.push(path);
    else touched.modified.push(path);
  }
  return touched;
}

/** Pull requests from a branch follow it (`synchronize`). The pull request may be in another repository than its branch. */
async function followHead(
  inside: Inside,
  repository: RepositoryRecord,
  { ref, to }: RefChange,
  sender: string,
): Promise<void> {
  const name = fullName(repository);
  for (const base of inside.state.repositories) {
    for (const issue of openPulls(base)) {
      const { head } = issue.pull;
      if (head.repository !== name || `refs/heads/${head.ref}` !== ref || head.sha === to) continue;
      if (to === undefined) closePull(inside, base, issue, sender);
      else if (base === repository) await moveHead(inside, base, issue, to, sender);
      else await inside.repositories.lock(base).run(() => moveHead(inside, base, issue, to, sender));
    }
  }
}

async function moveHead(
  inside: Inside,
  base: RepositoryRecord,
  issue: PullIssue,
  to: string,
  sender: string,
): Promise<void> {
  const before = issue.pull.head.sha;
  await bringHead(inside, base, issue.number, issue.pull.head);
  issue.pull.head.sha = to;
  const tip = await inside.repositories.git(base).commitNamed(`refs/heads/${issue.pull.base.ref}`);
  if (tip !== undefined) issue.pull.base.sha = tip;
  issue.pull.size = await measure(inside.repositories.git(base), issue.pull.base.sha, to);
  touch(inside, issue);
  emitPull(inside, base, issue, 'synchronize', sender, { before, after: to });
}

/** Brings the commits of a pull request's head into the base repository and names them `refs/pull/<number>/head`. */
export async function bringHead(
  inside: Inside,
  base: RepositoryRecord,
  number: number,
  head: { readonly repository: string; readonly ref: string },
): Promise<void> {
  const source = inside.state.repositories.find((one) => fullName(one) === head.repository);
  if (source === undefined) return;
  const git = inside.repositories.git(base);
  const name = `refs/pull/${String(number)}/head`;
  if (source !== base) {
    await git.fetch(inside.repositories.git(source).dir, `refs/heads/${head.ref}`, name);
    return;
  }
  const tip = await git.commitNamed(`refs/heads/${head.ref}`);
  if (tip !== undefined) await git.setRef(name, tip);
}

/** How much a head changes compared with a base. */
export async function measure(git: BareRepository, base: string, head: string): Promise<PullSize> {
  const [files, commits] = await Promise.all([
    changedFiles(git.dir, base, head),
    commitCount(git.dir, base, head),
  ]);
  return {
    commits,
    files: files.length,
    additions: files.reduce((sum, file) => sum + file.additions, 0),
    deletions: files.reduce((sum, file) => sum + file.deletions, 0),
  };
}

export function closePull(
  inside: Inside,
  repository: RepositoryRecord,
  issue: PullIssue,
  sender: string,
): void {
  issue.state = 'closed';
  issue.closedAt = now(inside);
  issue.closedBy = sender;
  touch(inside, issue);
  emitPull(inside, repository, issue, 'closed', sender);
}

/** A pull request whose head has become part of its base counts as merged, however that came about. */
async function closeMerged(
  inside: Inside,
  repository: RepositoryRecord,
  { ref, to }: RefChange,
  sender: string,
): Promise<void> {
  const waiting = openPulls(repository).filter((issue) => `refs/heads/${issue.pull.base.ref}` === ref);
  if (to === undefined || waiting.length === 0) return;
  const { stdout } = await runGit(inside.repositories.git(repository).dir, [
    'for-each-ref',
    `--merged=${to}`,
    '--format=%(refname)',
    'refs/pull',
  ]);
  const reached = new Set(stdout.toString('utf8').split('\n'));
  for (const issue of waiting) {
    if (reached.has(`refs/pull/${String(issue.number)}/head`))
      markMerged(inside, repository, issue, to, sender);
  }
}

/** Records a merge and closes the pull request. */
export function markMerged(
  inside: Inside,
  repository: RepositoryRecord,
  issue: PullIssue,
  commit: string,
  sender: string,
): void {
  issue.pull.merged = { at: now(inside), by: sender, commit };
  closePull(inside, repository, issue, sender);
}
