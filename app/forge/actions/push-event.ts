import { accountNamed } from '../accounts.ts';
import type { Commit } from '../git/commit.ts';
import { noCommit } from '../git/names.ts';
import type { BareRepository } from '../git/repository.ts';
import type { PathChange } from '../git/tree.ts';
import type { Inside } from '../inside.ts';
import { commitAddress } from '../payloads/commit.ts';
import { repository as repositoryPayload } from '../payloads/repository.ts';
import { htmlUrl } from '../payloads/schemas.ts';
import type { RepositoryRecord } from '../state.ts';
import { emit, isTold } from './events.ts';

/** A branch or tag that was made (`from` undefined), moved, or deleted (`to` undefined). */
export interface RefChange {
  readonly ref: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

const commitsTold = 20;

/** Tells the App that a ref has moved (`push` event), with the commits that came by it. */
export async function emitPush(
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
  // A tag may stand for something else than a commit.
  if ((await git.commitNamed(to)) === undefined) return [];
  const main = await git.commitNamed('refs/heads/main');
  const since = from ?? (ref === 'refs/heads/main' ? undefined : main);
  const shas = await git.history(to, { limit: commitsTold, ...(since === undefined ? {} : { from: since }) });
  const told: object[] = [];
  for (const sha of shas.toReversed()) {
    const commit = await git.commit(sha);
    if (commit === undefined) continue;
    const files = await filesTouched(git, commit);
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
  commit: Commit,
): Promise<Record<PathChange['what'], string[]>> {
  const touched: Record<PathChange['what'], string[]> = { added: [], removed: [], modified: [] };
  const [parent, ...others] = commit.parents;
  // A merge brings what its branch's own commits have already told.
  if (others.length > 0) return touched;
  const before = parent === undefined ? undefined : await git.commit(parent);
  for (const { path, what } of await git.treeChanges(before?.tree, commit.tree)) touched[what].push(path);
  return touched;
}
