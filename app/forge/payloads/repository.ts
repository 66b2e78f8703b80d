import { permissionOf } from '../accounts.ts';
import { repositoryNamed, type Inside } from '../inside.ts';
import { fullName, type RepositoryRecord } from '../state.ts';
import { simpleUser } from './account.ts';
import { apiUrl, htmlUrl, nodeId, type Schemas } from './schemas.ts';

/** A repository as it appears inside other answers. */
export function repository(inside: Inside, record: RepositoryRecord): Schemas['repository'] {
  const url = apiUrl(inside, record);
  const html = htmlUrl(inside, record);
  const open = record.issues.filter((issue) => issue.state === 'open').length;
  const forks = inside.state.repositories.filter((other) => other.forkOf === fullName(record)).length;
  return {
    id: record.id,
    node_id: nodeId('R', record.id),
    name: record.name,
    full_name: fullName(record),
    private: record.private ?? false,
    owner: simpleUser(inside, record.owner),
    html_url: html,
    description: null,
    fork: record.forkOf !== null,
    url,
    archive_url: `${url}/{archive_format}{/ref}`,
    assignees_url: `${url}/assignees{/user}`,
    blobs_url: `${url}/git/blobs{/sha}`,
    branches_url: `${url}/branches{/branch}`,
    collaborators_url: `${url}/collaborators{/collaborator}`,
    comments_url: `${url}/comments{/number}`,
    commits_url: `${url}/commits{/sha}`,
    compare_url: `${url}/compare/{base}...{head}`,
    contents_url: `${url}/contents/{+path}`,
    contributors_url: `${url}/contributors`,
    deployments_url: `${url}/deployments`,
    downloads_url: `${url}/downloads`,
    events_url: `${url}/events`,
    forks_url: `${url}/forks`,
    git_commits_url: `${url}/git/commits{/sha}`,
    git_refs_url: `${url}/git/refs{/sha}`,
    git_tags_url: `${url}/git/tags{/sha}`,
    git_url: `git:${html.slice(html.indexOf(':') + 1)}.git`,
    issue_comment_url: `${url}/issues/comments{/number}`,
    issue_events_url: `${url}/issues/events{/number}`,
    issues_url: `${url}/issues{/number}`,
    keys_url: `${url}/keys{/key_id}`,
    labels_url: `${url}/labels{/name}`,
    languages_url: `${url}/languages`,
    merges_url: `${url}/merges`,
    milestones_url: `${url}/milestones{/number}`,
    notifications_url: `${url}/notifications{?since,all,participating}`,
    pulls_url: `${url}/pulls{/number}`,
    releases_url: `${url}/releases{/id}`,
    ssh_url: `${html}.git`,
    stargazers_url: `${url}/stargazers`,
    statuses_url: `${url}/statuses/{sha}`,
    subscribers_url: `${url}/subscribers`,
    subscription_url: `${url}/subscription`,
    tags_url: `${url}/tags`,
    teams_url: `${url}/teams`,
    trees_url: `${url}/git/trees{/sha}`,
    clone_url: `${html}.git`,
    mirror_url: null,
    hooks_url: `${url}/hooks`,
    svn_url: html,
    homepage: null,
    language: null,
    forks_count: forks,
    forks,
    stargazers_count: 0,
    watchers_count: 0,
    watchers: 0,
    size: 0,
    default_branch: 'main',
    open_issues_count: open,
    open_issues: open,
    is_template: false,
    topics: [],
    has_issues: true,
    has_projects: false,
    has_wiki: false,
    has_pages: false,
    // Deprecated by GitHub, and still sent by it.
    // oxlint-disable-next-line typescript/no-deprecated
    has_downloads: false,
    has_discussions: false,
    archived: false,
    disabled: false,
    visibility: 'public',
    pushed_at: record.pushedAt,
    created_at: record.createdAt,
    updated_at: record.pushedAt,
    license: null,
    allow_forking: true,
    web_commit_signoff_required: false,
  };
}

/** @param login whose permissions the answer tells; undefined for nobody's */
export function fullRepository(
  inside: Inside,
  record: RepositoryRecord,
  login: string | undefined,
): Schemas['full-repository'] {
  const permission = login === undefined ? 'read' : permissionOf(inside.state, login, record);
  const parent = parentOf(inside, record);
  const shown = repository(inside, record);
  return {
    ...shown,
    license: null,
    pushed_at: record.pushedAt,
    created_at: record.createdAt,
    updated_at: record.pushedAt,
    has_discussions: false,
    network_count: shown.forks_count,
    subscribers_count: 0,
    permissions: {
      admin: permission === 'admin',
      maintain: permission === 'admin',
      push: permission !== 'read',
      triage: permission !== 'read',
      pull: true,
    },
    allow_merge_commit: true,
    allow_squash_merge: false,
    allow_rebase_merge: false,
    allow_auto_merge: false,
    delete_branch_on_merge: false,
    ...(parent === undefined
      ? {}
      : { parent: repository(inside, parent), source: repository(inside, parent) }),
  };
}

function parentOf(inside: Inside, record: RepositoryRecord): RepositoryRecord | undefined {
  const [owner, name] = record.forkOf?.split('/') ?? [];
  return owner === undefined || name === undefined ? undefined : repositoryNamed(inside.state, owner, name);
}
