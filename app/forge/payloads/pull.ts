import { associationOf, teamWithSlug } from '../accounts.ts';
import { repositoryNamed, type Inside } from '../inside.ts';
import type { PullIssue, RepositoryRecord, ReviewRecord } from '../state.ts';
import { simpleUser } from './account.ts';
import { issueHtmlUrl, labelsOf } from './issue.ts';
import { repository as repositoryPayload } from './repository.ts';
import { apiUrl, nodeId, type Schemas } from './schemas.ts';
import { simpleTeam, team } from './team.ts';

/** What the forge has worked out about merging a pull request. */
export interface Mergeability {
  /** Null while unknown, and for ever once closed. */
  readonly mergeable: boolean | null;
  readonly state: 'blocked' | 'clean' | 'dirty' | 'draft' | 'unknown';
}

export const unknownMergeability: Mergeability = { mergeable: null, state: 'unknown' };

/** A pull request as in a list, and as the part all answers about it share. */
export function simplePull(
  inside: Inside,
  repository: RepositoryRecord,
  record: PullIssue,
): Schemas['pull-request-simple'] {
  const { pull: details } = record;
  const number = String(record.number);
  const api = apiUrl(inside, repository);
  const url = `${api}/pulls/${number}`;
  const html = issueHtmlUrl(inside, repository, record);
  const issueUrl = `${api}/issues/${number}`;
  const statusesUrl = `${api}/statuses/${details.head.sha}`;
  const assignees = record.assignees.map((login) => simpleUser(inside, login));
  const teams = details.teamsAsked.flatMap((slug) => teamWithSlug(inside.state, slug) ?? []);
  return {
    url,
    id: details.id,
    node_id: nodeId('PR', details.id),
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issueUrl,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${api}/pulls/comments{/number}`,
    comments_url: `${issueUrl}/comments`,
    statuses_url: statusesUrl,
    number: record.number,
    state: record.state,
    locked: false,
    active_lock_reason: null,
    title: record.title,
    user: simpleUser(inside, record.author),
    body: record.body,
    labels: labelsOf(inside, repository, record),
    milestone: null,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
    closed_at: record.closedAt,
    merged_at: details.merged?.at ?? null,
    merge_commit_sha: details.merged?.commit ?? null,
    assignee: assignees[0] ?? null,
    assignees,
    requested_reviewers: details.reviewersAsked.map((login) => simpleUser(inside, login)),
    requested_teams: teams.map((one) => team(inside, one)),
    head: side(inside, headRepository(inside, repository, record), details.head),
    base: side(inside, repository, details.base),
    _links: {
      self: { href: url },
      html: { href: html },
      issue: { href: issueUrl },
      comments: { href: `${issueUrl}/comments` },
      review_comments: { href: `${url}/comments` },
      review_comment: { href: `${api}/pulls/comments{/number}` },
      commits: { href: `${url}/commits` },
      statuses: { href: statusesUrl },
    },
    author_association: associationOf(inside.state, record.author, repository),
    auto_merge: null,
    draft: details.draft,
  };
}

/** A pull request as its own answer and in webhooks, where mergeability is not known yet. */
export function pull(
  inside: Inside,
  repository: RepositoryRecord,
  record: PullIssue,
  { mergeable, state }: Mergeability = unknownMergeability,
): Schemas['pull-request'] {
  const { pull: details } = record;
  return {
    ...simplePull(inside, repository, record),
    state: record.state,
    user: simpleUser(inside, record.author),
    requested_teams: details.teamsAsked.flatMap((slug) => {
      const found = teamWithSlug(inside.state, slug);
      return found === undefined ? [] : [simpleTeam(inside, found)];
    }),
    head: side(inside, headRepository(inside, repository, record), details.head),
    base: side(inside, repository, details.base),
    merged: details.merged !== null,
    mergeable,
    rebaseable: mergeable,
    mergeable_state: state,
    merged_by: details.merged === null ? null : simpleUser(inside, details.merged.by),
    comments: record.comments.length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: details.size.commits,
    additions: details.size.additions,
    deletions: details.size.deletions,
    changed_files: details.size.files,
  };
}

/** The repository a pull request comes from: a fork, or its own. */
export function headRepository(
  inside: Inside,
  repository: RepositoryRecord,
  record: PullIssue,
): RepositoryRecord {
  const [owner = '', name = ''] = record.pull.head.repository.split('/');
  return repositoryNamed(inside.state, owner, name) ?? repository;
}

function side(
  inside: Inside,
  repository: RepositoryRecord,
  { ref, sha }: { readonly ref: string; readonly sha: string },
): Schemas['pull-request']['head'] {
  return {
    label: `${repository.owner}:${ref}`,
    ref,
    sha,
    user: simpleUser(inside, repository.owner),
    repo: repositoryPayload(inside, repository),
  };
}

export function review(
  inside: Inside,
  repository: RepositoryRecord,
  about: PullIssue,
  record: ReviewRecord,
): Schemas['pull-request-review'] {
  const html = `${issueHtmlUrl(inside, repository, about)}#pullrequestreview-${String(record.id)}`;
  const pullUrl = `${apiUrl(inside, repository)}/pulls/${String(about.number)}`;
  return {
    id: record.id,
    node_id: nodeId('PRR', record.id),
    user: simpleUser(inside, record.author),
    body: record.body,
    state: record.state,
    html_url: html,
    pull_request_url: pullUrl,
    author_association: associationOf(inside.state, record.author, repository),
    _links: { html: { href: html }, pull_request: { href: pullUrl } },
    ...(record.submittedAt === null ? {} : { submitted_at: record.submittedAt }),
    commit_id: record.commit,
  };
}
