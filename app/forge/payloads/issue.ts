import { associationOf } from '../accounts.ts';
import type { Inside } from '../inside.ts';
import type { CommentRecord, IssueRecord, LabelRecord, RepositoryRecord } from '../state.ts';
import { simpleUser } from './account.ts';
import { apiUrl, htmlUrl, nodeId, type Schemas } from './schemas.ts';

export function label(
  inside: Inside,
  repository: RepositoryRecord,
  record: LabelRecord,
): Schemas['label'] & { description: string } {
  return {
    id: record.id,
    node_id: nodeId('LA', record.id),
    url: `${apiUrl(inside, repository)}/labels/${encodeURIComponent(record.name)}`,
    name: record.name,
    color: record.color,
    default: false,
    description: record.description ?? '',
  };
}

/** The labels an issue bears, in the order they were put on. */
export function labelsOf(
  inside: Inside,
  repository: RepositoryRecord,
  bearer: IssueRecord,
): ReturnType<typeof label>[] {
  return bearer.labels.flatMap((name) => {
    const record = repository.labels.find((one) => one.name === name);
    return record === undefined ? [] : [label(inside, repository, record)];
  });
}

/** Nobody reacts with a thumb here, but GitHub always tells how many did. */
function noReactions(url: string): Schemas['reaction-rollup'] {
  return {
    url: `${url}/reactions`,
    total_count: 0,
    '+1': 0,
    '-1': 0,
    laugh: 0,
    hooray: 0,
    confused: 0,
    heart: 0,
    rocket: 0,
    eyes: 0,
  };
}

/** Where people read an issue or pull request. */
export function issueHtmlUrl(inside: Inside, repository: RepositoryRecord, record: IssueRecord): string {
  return `${htmlUrl(inside, repository)}/${record.pull === null ? 'issues' : 'pull'}/${String(record.number)}`;
}

export function issue(inside: Inside, repository: RepositoryRecord, record: IssueRecord): Schemas['issue'] {
  const url = `${apiUrl(inside, repository)}/issues/${String(record.number)}`;
  const html = issueHtmlUrl(inside, repository, record);
  const assignees = record.assignees.map((login) => simpleUser(inside, login));
  return {
    id: record.id,
    node_id: nodeId('I', record.id),
    url,
    repository_url: apiUrl(inside, repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: html,
    number: record.number,
    title: record.title,
    body: record.body,
    user: simpleUser(inside, record.author),
    labels: labelsOf(inside, repository, record),
    state: record.state,
    state_reason: record.stateReason,
    locked: false,
    active_lock_reason: null,
    assignee: assignees[0] ?? null,
    assignees,
    milestone: null,
    comments: record.comments.length,
    created_at: record.createdAt,
    updated_at: record.updatedAt,
    closed_at: record.closedAt,
    closed_by: record.closedBy === null ? null : simpleUser(inside, record.closedBy),
    author_association: associationOf(inside.state, record.author, repository),
    performed_via_github_app: null,
    timeline_url: `${url}/timeline`,
    reactions: noReactions(url),
    ...(record.pull === null
      ? {}
      : {
          draft: record.pull.draft,
          pull_request: {
            url: `${apiUrl(inside, repository)}/pulls/${String(record.number)}`,
            html_url: html,
            diff_url: `${html}.diff`,
            patch_url: `${html}.patch`,
            merged_at: record.pull.merged?.at ?? null,
          },
        }),
  };
}

export function comment(
  inside: Inside,
  repository: RepositoryRecord,
  about: IssueRecord,
  record: CommentRecord,
): Schemas['issue-comment'] {
  const id = String(record.id);
  const url = `${apiUrl(inside, repository)}/issues/comments/${id}`;
  return {
    id: record.id,
    node_id: nodeId('IC', record.id),
    url,
    html_url: `${issueHtmlUrl(inside, repository, about)}#issuecomment-${id}`,
    issue_url: `${apiUrl(inside, repository)}/issues/${String(about.number)}`,
    body: record.body,
    user: simpleUser(inside, record.author),
    created_at: record.createdAt,
    updated_at: record.updatedAt,
    author_association: associationOf(inside.state, record.author, repository),
    performed_via_github_app: null,
    reactions: noReactions(url),
  };
}
