import type { IssueFacts } from '../model/registry-request.ts';
import { type GitHub, type Repository, person } from './conversation.ts';
import { sha256 } from './digest.ts';
import { hasStatus } from './status.ts';

/** An issue as REST tells it. */
export type RestIssue = Awaited<ReturnType<GitHub['rest']['issues']['get']>>['data'];

/** The issue or pull request with this number; undefined when there is none, or when it was moved to another repository. */
export async function readIssue(
  github: GitHub,
  at: Repository,
  number: number,
): Promise<RestIssue | undefined> {
  try {
    const { data } = await github.rest.issues.get({ ...at, issue_number: number });
    const own = `/repos/${at.owner}/${at.repo}/issues/${String(number)}`.toLowerCase();
    return data.url.toLowerCase().endsWith(own) ? data : undefined;
  } catch (error) {
    if (hasStatus(error, 404, 410)) return undefined;
    throw error;
  }
}

export const labelNames = (issue: Pick<RestIssue, 'labels'>): readonly string[] =>
  issue.labels.map((label) => (typeof label === 'string' ? label : (label.name ?? '')));

interface Edited {
  readonly repository: {
    readonly issue: {
      readonly body: string;
      readonly lastEditedAt: string | null;
      readonly editor: { readonly login: string } | null;
    };
  };
}

/** The facts of an issue. Its body is read together with when it was edited: GraphQL alone tells both. */
export async function issueFacts(
  github: GitHub,
  { owner, repo }: Repository,
  issue: RestIssue,
): Promise<IssueFacts> {
  const { number } = issue;
  const answer = await github.graphql<Edited>(
    `query ($owner: String!, $repo: String!, $number: Int!) {
      repository(owner: $owner, name: $repo) { issue(number: $number) { body lastEditedAt editor { login } } }
    }`,
    { owner, repo, number },
  );
  const { body, lastEditedAt, editor } = answer.repository.issue;
  return {
    number,
    author: person(issue.user),
    open: issue.state === 'open',
    reopened: issue.state_reason === 'reopened',
    labels: labelNames(issue),
    body,
    bodySha256: sha256(body),
    edited: lastEditedAt === null ? undefined : { at: lastEditedAt, by: editor?.login ?? 'ghost' },
  };
}
