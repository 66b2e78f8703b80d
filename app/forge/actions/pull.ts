import { isRefName } from '../git/names.ts';
import { now, openPulls, repositoryNamed, touch, type Inside } from '../inside.ts';
import { invalidField, invalidRequest } from '../refusal.ts';
import { fullName, isPull, nextId, type PullIssue, type RepositoryRecord } from '../state.ts';
import { emitPull } from './events.ts';
import { newIssue } from './issue.ts';
import { bringHead, measure } from './push.ts';

export interface PullOrder {
  readonly author: string;
  readonly title: string;
  readonly body: string | null;
  readonly draft: boolean;
  /** A branch, or `login:branch` for one in a fork. */
  readonly head: string;
  readonly base: string;
}

/**
 * Opens a pull request. The caller holds the repository's lock.
 * @throws Refusal 422 for branches that do not exist, without difference, or already in an open pull request
 */
export async function openPull(
  inside: Inside,
  repository: RepositoryRecord,
  order: PullOrder,
): Promise<PullIssue> {
  const [owner, ref] = order.head.includes(':') ? halves(order.head) : [repository.owner, order.head];
  if (!isRefName(ref)) throw invalidField('PullRequest', 'head', 'invalid');
  if (!isRefName(order.base)) throw invalidField('PullRequest', 'base', 'invalid');
  const source = sourceOf(inside, repository, owner);
  const git = inside.repositories.git(repository);
  const sha =
    source === undefined ? undefined : await inside.repositories.git(source).commitNamed(`refs/heads/${ref}`);
  const base = await git.commitNamed(`refs/heads/${order.base}`);
  if (source === undefined || sha === undefined) throw invalidField('PullRequest', 'head', 'invalid');
  if (base === undefined) throw invalidField('PullRequest', 'base', 'invalid');
  const head = { repository: fullName(source), ref };
  if (
    openPulls(repository).some(
      ({ pull }) =>
        pull.head.repository === head.repository && pull.head.ref === ref && pull.base.ref === order.base,
    )
  ) {
    throw invalidRequest('PullRequest', `A pull request already exists for ${owner}:${ref}.`);
  }
  await bringHead(inside, repository, repository.nextNumber, head);
  const size = await measure(git, base, sha);
  if (size.commits === 0) throw invalidRequest('PullRequest', `No commits between ${order.base} and ${ref}`);
  const issue = newIssue(inside, repository, order, {
    id: nextId(inside.state),
    draft: order.draft,
    head: { ...head, sha },
    base: { ref: order.base, sha: base },
    size,
    reviews: [],
    reviewersAsked: [],
    teamsAsked: [],
    merged: null,
  });
  if (!isPull(issue)) throw new Error('a pull request lost its branches');
  emitPull(inside, repository, issue, 'opened', order.author);
  return issue;
}

function halves(head: string): [string, string] {
  const colon = head.indexOf(':');
  return [head.slice(0, colon), head.slice(colon + 1)];
}

/** The repository of an owner that a pull request can come from: the base itself, or its fork. */
function sourceOf(inside: Inside, base: RepositoryRecord, owner: string): RepositoryRecord | undefined {
  if (owner.toLowerCase() === base.owner.toLowerCase()) return base;
  const fork = repositoryNamed(inside.state, owner, base.name);
  return fork?.forkOf === fullName(base) ? fork : undefined;
}

/** Opens a closed pull request again, with its branch as it is now. @throws Refusal 422 when merged, or the branch is gone */
export async function reopenPull(
  inside: Inside,
  repository: RepositoryRecord,
  issue: PullIssue,
  sender: string,
): Promise<void> {
  const { head, base, merged } = issue.pull;
  const [owner = '', name = ''] = head.repository.split('/');
  const source = repositoryNamed(inside.state, owner, name);
  const sha =
    source === undefined
      ? undefined
      : await inside.repositories.git(source).commitNamed(`refs/heads/${head.ref}`);
  if (merged !== null || sha === undefined)
    throw invalidRequest(
      'PullRequest',
      'state cannot be changed. The pull request was merged or its branch was deleted.',
    );
  await bringHead(inside, repository, issue.number, head);
  head.sha = sha;
  issue.pull.size = await measure(inside.repositories.git(repository), base.sha, sha);
  issue.state = 'open';
  issue.closedAt = null;
  issue.closedBy = null;
  touch(inside, issue);
  emitPull(inside, repository, issue, 'reopened', sender);
}

/** Points a pull request at another branch. @throws Refusal 422 when there is none */
export async function changeBase(
  inside: Inside,
  repository: RepositoryRecord,
  issue: PullIssue,
  ref: string,
  sender: string,
): Promise<void> {
  const { base, head } = issue.pull;
  if (ref === base.ref) return;
  const git = inside.repositories.git(repository);
  const sha = isRefName(ref) ? await git.commitNamed(`refs/heads/${ref}`) : undefined;
  if (sha === undefined || issue.state === 'closed') throw invalidField('PullRequest', 'base', 'invalid');
  const changes = { base: { ref: { from: base.ref }, sha: { from: base.sha } } };
  base.ref = ref;
  base.sha = sha;
  issue.pull.size = await measure(git, sha, head.sha);
  touch(inside, issue);
  emitPull(inside, repository, issue, 'edited', sender, { changes });
}

/** Makes a draft ready for review, or a pull request a draft again. */
export function setDraft(
  inside: Inside,
  repository: RepositoryRecord,
  issue: PullIssue,
  draft: boolean,
  sender: string,
): void {
  if (issue.pull.draft === draft) return;
  issue.pull.draft = draft;
  issue.updatedAt = now(inside);
  emitPull(inside, repository, issue, draft ? 'converted_to_draft' : 'ready_for_review', sender);
}
