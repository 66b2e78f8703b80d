import { simpleOrganisation, simpleUser } from '../payloads/account.ts';
import { comment as commentPayload, issue as issuePayload } from '../payloads/issue.ts';
import { pull as pullPayload, review as reviewPayload } from '../payloads/pull.ts';
import { repository as repositoryPayload } from '../payloads/repository.ts';
import { nodeId } from '../payloads/schemas.ts';
import type { Inside } from '../inside.ts';
import type { CommentRecord, IssueRecord, PullIssue, RepositoryRecord, ReviewRecord } from '../state.ts';
import { isPull } from '../state.ts';

/** Whether the App hears of an event: it has subscribed, is listening, and is installed there (in the organisation, not in forks). */
export function isTold(inside: Inside, repository: RepositoryRecord | undefined, event: string): boolean {
  const { app, organisation } = inside.state;
  const installed = repository === undefined || repository.owner === organisation;
  return installed && app.events.includes(event) && inside.webhooks.hooked();
}

/**
 * Sends a webhook, if the App has subscribed to its event.
 * @param repository undefined for an event about the organisation
 * @param payload what is particular to the event; what all events share is added
 * @param sender login of whoever caused it
 */
export function emit(
  inside: Inside,
  repository: RepositoryRecord | undefined,
  event: string,
  payload: Readonly<Record<string, unknown>> & { readonly action?: string },
  sender: string,
): void {
  if (!isTold(inside, repository, event)) return;
  const { app } = inside.state;
  inside.webhooks.send({
    event,
    action: payload.action ?? null,
    repositoryId: repository?.id ?? null,
    payload: {
      ...(repository === undefined ? {} : { repository: repositoryPayload(inside, repository) }),
      ...payload,
      organization: simpleOrganisation(inside),
      installation: { id: app.installationId, node_id: nodeId('I', app.installationId) },
      sender: simpleUser(inside, sender),
    },
  });
}

/** Something happened to a pull request (`pull_request` event). */
export function emitPull(
  inside: Inside,
  repository: RepositoryRecord,
  record: PullIssue,
  action: string,
  sender: string,
  more: Readonly<Record<string, unknown>> = {},
): void {
  const payload = {
    action,
    number: record.number,
    pull_request: pullPayload(inside, repository, record),
    ...more,
  };
  emit(inside, repository, 'pull_request', payload, sender);
}

/** Something happened that pull requests and issues have in common: each tells it by its own event. */
export function emitIssue(
  inside: Inside,
  repository: RepositoryRecord,
  record: IssueRecord,
  action: string,
  sender: string,
  more: Readonly<Record<string, unknown>> = {},
): void {
  if (isPull(record)) emitPull(inside, repository, record, action, sender, more);
  else
    emit(
      inside,
      repository,
      'issues',
      { action, issue: issuePayload(inside, repository, record), ...more },
      sender,
    );
}

export function emitReview(
  inside: Inside,
  repository: RepositoryRecord,
  record: PullIssue,
  review: ReviewRecord,
  action: 'submitted' | 'edited' | 'dismissed',
  sender: string,
): void {
  const shown = reviewPayload(inside, repository, record, review);
  const payload = {
    action,
    // In webhooks GitHub writes the state in lower case, and adds when the review last changed.
    review: {
      ...shown,
      state: review.state.toLowerCase(),
      updated_at: review.lastEditedAt ?? review.submittedAt,
    },
    pull_request: pullPayload(inside, repository, record),
    ...(action === 'edited' ? { changes: {} } : {}),
  };
  emit(inside, repository, 'pull_request_review', payload, sender);
}

export function emitComment(
  inside: Inside,
  repository: RepositoryRecord,
  record: IssueRecord,
  comment: CommentRecord,
  action: 'created' | 'edited' | 'deleted',
  sender: string,
  more: Readonly<Record<string, unknown>> = {},
): void {
  const payload = {
    action,
    issue: issuePayload(inside, repository, record),
    comment: commentPayload(inside, repository, record, comment),
    ...more,
  };
  emit(inside, repository, 'issue_comment', payload, sender);
}
