import { join } from 'node:path';
import { wholeSeconds } from './git/commit.ts';
import { openRepository, type BareRepository } from './git/repository.ts';
import { newLock, type Lock } from './lock.ts';
import { fullName, type IssueRecord, type PullIssue, type RepositoryRecord, type State } from './state.ts';
import type { Webhooks } from './webhooks.ts';

/** What every part of the forge works with. */
export interface Inside {
  /** Where the forge is reached, without a slash at the end. */
  readonly url: string;
  readonly state: State;
  readonly webhooks: Webhooks;
  readonly repositories: OpenRepositories;
  /** The time people see: of comments, reviews, merges. Tokens and git commits use the real time. */
  readonly clock: () => Date;
}

/** The bare repositories of the forge, each opened once, each with the lock that everything moving its refs goes through. */
export interface OpenRepositories {
  git(repository: RepositoryRecord): BareRepository;
  lock(repository: RepositoryRecord): Lock;
  close(): void;
}

/** The bare repositories below a folder, at `<owner>/<name>.git`. */
export function openRepositories(dir: string): OpenRepositories {
  const opened = new Map<string, { git: BareRepository; lock: Lock }>();
  function open(repository: RepositoryRecord): { git: BareRepository; lock: Lock } {
    const name = fullName(repository);
    const found = opened.get(name);
    if (found !== undefined) return found;
    const fresh = {
      git: openRepository(join(dir, repository.owner, `${repository.name}.git`)),
      lock: newLock(),
    };
    opened.set(name, fresh);
    return fresh;
  }
  return {
    git: (repository) => open(repository).git,
    lock: (repository) => open(repository).lock,
    close() {
      for (const { git } of opened.values()) git.close();
    },
  };
}

/** The forge's time as GitHub writes times. */
export function now(inside: Inside): string {
  return wholeSeconds(inside.clock());
}

/** Names are found whatever their case, as on GitHub. */
export function repositoryNamed(state: State, owner: string, name: string): RepositoryRecord | undefined {
  const wanted = `${owner}/${name}`.toLowerCase();
  return state.repositories.find((repository) => fullName(repository).toLowerCase() === wanted);
}

/** The open pull requests of a repository, oldest first. */
export function openPulls(repository: RepositoryRecord): PullIssue[] {
  return repository.issues.filter(
    (issue): issue is PullIssue => issue.pull !== null && issue.state === 'open',
  );
}

/** Notes that something about an issue has changed. */
export function touch(inside: Inside, issue: IssueRecord): void {
  issue.updatedAt = now(inside);
}
