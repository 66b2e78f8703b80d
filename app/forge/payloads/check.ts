import { openPulls, type Inside } from '../inside.ts';
import type { CheckRecord, PullIssue, RepositoryRecord, StatusRecord } from '../state.ts';
import { simpleUser } from './account.ts';
import { app } from './app.ts';
import { headRepository } from './pull.ts';
import { apiUrl, htmlUrl, nodeId, type Schemas } from './schemas.ts';

export function check(
  inside: Inside,
  repository: RepositoryRecord,
  record: CheckRecord,
): Schemas['check-run'] {
  const url = `${apiUrl(inside, repository)}/check-runs/${String(record.id)}`;
  const html = `${htmlUrl(inside, repository)}/runs/${String(record.id)}`;
  const pulls = openPulls(repository).filter((issue) => issue.pull.head.sha === record.sha);
  return {
    id: record.id,
    node_id: nodeId('CR', record.id),
    head_sha: record.sha,
    external_id: record.externalId,
    url,
    html_url: html,
    details_url: record.detailsUrl ?? html,
    status: record.status,
    conclusion: record.conclusion,
    started_at: record.startedAt,
    completed_at: record.completedAt,
    output: { ...record.output, annotations_count: 0, annotations_url: `${url}/annotations` },
    name: record.name,
    check_suite: { id: record.suite },
    app: app(inside),
    pull_requests: pulls.map((issue) => minimalPull(inside, repository, issue)),
  };
}

function minimalPull(
  inside: Inside,
  repository: RepositoryRecord,
  issue: PullIssue,
): Schemas['pull-request-minimal'] {
  const side = (
    of: RepositoryRecord,
    { ref, sha }: { ref: string; sha: string },
  ): Schemas['pull-request-minimal']['head'] => ({
    ref,
    sha,
    repo: { id: of.id, url: apiUrl(inside, of), name: of.name },
  });
  return {
    id: issue.pull.id,
    number: issue.number,
    url: `${apiUrl(inside, repository)}/pulls/${String(issue.number)}`,
    head: side(headRepository(inside, repository, issue), issue.pull.head),
    base: side(repository, issue.pull.base),
  };
}

export function status(
  inside: Inside,
  repository: RepositoryRecord,
  record: StatusRecord,
): Schemas['status'] {
  return {
    url: `${apiUrl(inside, repository)}/statuses/${record.sha}`,
    avatar_url: null,
    id: record.id,
    node_id: nodeId('SC', record.id),
    state: record.state,
    description: record.description,
    target_url: record.targetUrl,
    context: record.context,
    created_at: record.createdAt,
    updated_at: record.createdAt,
    creator: simpleUser(inside, record.author),
  };
}
