import { git as runGit } from '../git/command.ts';
import { changedFiles } from '../git/diff.ts';
import type { BareRepository } from '../git/repository.ts';
import { now, openPulls, touch, type Inside } from '../inside.ts';
import { fullName, type PullIssue, type PullSize, type RepositoryRecord } from '../state.ts';
import { emitPull } from './events.ts';
import { emitPush, type RefChange } from './push-event.ts';

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
  const [files, commits] = await Promise.all([changedFiles(git, base, head), git.commitCount(base, head)]);
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
