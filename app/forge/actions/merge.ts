import { accountNamed } from '../accounts.ts';
import type { Caller } from '../auth.ts';
import { wholeSeconds, type Person } from '../git/commit.ts';
import type { Inside } from '../inside.ts';
import { commitAddress } from '../payloads/commit.ts';
import { unknownMergeability, type Mergeability } from '../payloads/pull.ts';
import { invalidRequest, Refusal } from '../refusal.ts';
import type { PullIssue, RepositoryRecord } from '../state.ts';
import { afterPush, markMerged } from './push.ts';

export interface MergeOrder {
  /** The head the caller has looked at; the merge is refused when it is another by now. */
  readonly sha: string | undefined;
  readonly title: string | undefined;
  readonly message: string | undefined;
  readonly method: string | undefined;
}

const passing = new Set(['success', 'neutral', 'skipped']);

/** Whether the commit bears the required check with a good conclusion. Only the App makes check runs, so a status of the same name is no substitute. */
function requiredCheckMissing(repository: RepositoryRecord, issue: PullIssue): string | undefined {
  const { protection } = repository;
  if (protection === null || protection.branch !== issue.pull.base.ref) return undefined;
  const latest = repository.checks.findLast(
    (check) => check.sha === issue.pull.head.sha && check.name === protection.check,
  );
  if (latest?.conclusion != null && passing.has(latest.conclusion)) return undefined;
  return `Required status check "${protection.check}" is ${latest === undefined ? 'expected' : latest.conclusion === null ? 'in progress' : 'failing'}.`;
}

/** Whether a pull request can be merged now, and what stands against it. */
export async function mergeabilityOf(
  inside: Inside,
  repository: RepositoryRecord,
  issue: PullIssue,
): Promise<Mergeability> {
  if (issue.state === 'closed') return unknownMergeability;
  const git = inside.repositories.git(repository);
  const base = await git.commitNamed(`refs/heads/${issue.pull.base.ref}`);
  if (base === undefined) return unknownMergeability;
  const merged = await git.mergedTree(base, issue.pull.head.sha);
  if (merged === undefined) return { mergeable: false, state: 'dirty' };
  if (issue.pull.draft) return { mergeable: true, state: 'draft' };
  return {
    mergeable: true,
    state: requiredCheckMissing(repository, issue) === undefined ? 'clean' : 'blocked',
  };
}

/**
 * Merges a pull request with a merge commit. The caller holds the repository's lock.
 * @returns digest of the merge commit
 * @throws Refusal 405 when it cannot be merged, 409 when its head moved
 */
export async function mergePull(
  inside: Inside,
  repository: RepositoryRecord,
  issue: PullIssue,
  caller: Caller,
  login: string,
  order: MergeOrder,
): Promise<string> {
  const { head, base } = issue.pull;
  if (issue.state === 'closed' || issue.pull.draft) throw new Refusal(405, 'Pull Request is not mergeable');
  if (order.sha !== undefined && order.sha !== head.sha) {
    throw new Refusal(409, 'Head branch was modified. Review and try the merge again.');
  }
  const method = order.method ?? 'merge';
  if (method === 'squash') throw new Refusal(405, 'Squash merges are not allowed on this repository.');
  if (method === 'rebase') throw new Refusal(405, 'Rebase merges are not allowed on this repository.');
  if (method !== 'merge') throw invalidRequest('PullRequest', `${method} is no merge method`);
  const missing = caller.kind === 'installation' ? undefined : requiredCheckMissing(repository, issue);
  if (missing !== undefined) throw new Refusal(405, missing);

  const git = inside.repositories.git(repository);
  const ref = `refs/heads/${base.ref}`;
  const tip = await git.commitNamed(ref);
  const tree = tip === undefined ? undefined : await git.mergedTree(tip, head.sha);
  if (tip === undefined || tree === undefined) throw new Refusal(405, 'Pull Request is not mergeable');
  const title =
    order.title ??
    `Merge pull request #${String(issue.number)} from ${head.repository.split('/')[0] ?? ''}/${head.ref}`;
  const who = personOf(inside, login);
  const commit = await git.writeCommit({
    tree,
    parents: [tip, head.sha],
    author: who,
    committer: { ...who, name: 'GitHub', email: 'noreply@github.com' },
    message: `${title}\n\n${order.message ?? issue.title}`,
    signature: null,
  });
  if (!(await git.moveRef(ref, tip, commit)))
    throw new Refusal(405, 'Base branch was modified. Review and try the merge again.');
  base.sha = tip;
  markMerged(inside, repository, issue, commit, login);
  await afterPush(inside, repository, [{ ref, from: tip, to: commit }], login);
  return commit;
}

/** An account as the author of a commit made now. */
export function personOf(inside: Inside, login: string): Person {
  const account = accountNamed(inside.state, login);
  return {
    name: account?.name ?? login,
    email: account === undefined ? '' : commitAddress(account),
    date: wholeSeconds(new Date()),
  };
}
