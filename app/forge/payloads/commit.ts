import type { Commit } from '../git/commit.ts';
import type { FileChange } from '../git/diff.ts';
import type { Inside } from '../inside.ts';
import type { RepositoryRecord } from '../state.ts';
import { simpleUser } from './account.ts';
import { apiUrl, htmlUrl, nodeId, type Schemas } from './schemas.ts';

/** A commit as git has it. */
export function gitCommit(
  inside: Inside,
  repository: RepositoryRecord,
  record: Commit,
): Schemas['git-commit'] {
  const api = `${apiUrl(inside, repository)}/git`;
  const html = `${htmlUrl(inside, repository)}/commit`;
  return {
    sha: record.sha,
    node_id: nodeId('C', record.sha),
    url: `${api}/commits/${record.sha}`,
    html_url: `${html}/${record.sha}`,
    author: record.author,
    committer: record.committer,
    message: record.message,
    tree: { sha: record.tree, url: `${api}/trees/${record.tree}` },
    parents: record.parents.map((sha) => ({ sha, url: `${api}/commits/${sha}`, html_url: `${html}/${sha}` })),
    verification: verification(record),
  };
}

// The forge knows nobody's signing keys: a signature is passed on and never vouched for.
function verification({ signature, payload }: Commit): Schemas['verification'] {
  return {
    verified: false,
    reason: signature === null ? 'unsigned' : 'unknown_key',
    signature,
    payload,
    verified_at: null,
  };
}

/** A commit with the accounts behind it. */
export function commit(inside: Inside, repository: RepositoryRecord, record: Commit): Schemas['commit'] {
  const {
    author,
    committer,
    message,
    verification: verified,
    tree,
    url,
  } = gitCommit(inside, repository, record);
  const api = `${apiUrl(inside, repository)}/commits`;
  return {
    sha: record.sha,
    node_id: nodeId('C', record.sha),
    url: `${api}/${record.sha}`,
    html_url: `${htmlUrl(inside, repository)}/commit/${record.sha}`,
    comments_url: `${api}/${record.sha}/comments`,
    commit: {
      url,
      author,
      committer,
      message,
      tree,
      comment_count: 0,
      verification: { ...verified, verified_at: null },
    },
    author: accountBehind(inside, record.author.email),
    committer: accountBehind(inside, record.committer.email),
    parents: record.parents.map((sha) => ({
      sha,
      url: `${api}/${sha}`,
      html_url: `${htmlUrl(inside, repository)}/commit/${sha}`,
    })),
  };
}

/** The address under which an account's commits are recorded; GitHub's private addresses have the same form. */
export function commitAddress(account: { readonly id: number; readonly login: string }): string {
  return `${String(account.id)}+${account.login}@users.noreply.forge.invalid`;
}

function accountBehind(inside: Inside, email: string): Schemas['simple-user'] | null {
  const account = inside.state.accounts.find((one) => commitAddress(one) === email);
  return account === undefined ? null : simpleUser(inside, account.login);
}

export function file(
  inside: Inside,
  repository: RepositoryRecord,
  at: string,
  change: FileChange,
): Schemas['diff-entry'] {
  const path = change.path.split('/').map(encodeURIComponent).join('/');
  const html = htmlUrl(inside, repository);
  return {
    sha: change.sha,
    filename: change.path,
    status: change.status,
    additions: change.additions,
    deletions: change.deletions,
    changes: change.additions + change.deletions,
    blob_url: `${html}/blob/${at}/${path}`,
    raw_url: `${html}/raw/${at}/${path}`,
    contents_url: `${apiUrl(inside, repository)}/contents/${path}?ref=${at}`,
    ...(change.previousPath === null ? {} : { previous_filename: change.previousPath }),
  };
}
