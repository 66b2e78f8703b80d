import {
  addLabels,
  assign,
  checkText,
  checkTitle,
  editIssue,
  newIssue,
  setLabels,
  unassign,
} from '../actions/issue.ts';
import { emitIssue } from '../actions/events.ts';
import { closePull } from '../actions/push.ts';
import { reopenPull } from '../actions/pull.ts';
import { reads, writes } from '../access.ts';
import { permissionOf } from '../accounts.ts';
import type { Caller } from '../auth.ts';
import type { Body } from '../body.ts';
import { now, touch, type Inside } from '../inside.ts';
import { issue as issuePayload } from '../payloads/issue.ts';
import { Refusal } from '../refusal.ts';
import { actorOf, issueOf, listed, repositoryOf, route, type Route } from '../route.ts';
import { isPull, type IssueRecord, type RepositoryRecord } from '../state.ts';

const readsIssues = reads('issues', 'pull_requests');

/** Whether a caller may do what needs push permission. The App's own permissions are checked with the operation. */
function hasPush(inside: Inside, repository: RepositoryRecord, caller: Caller): boolean {
  if (caller.kind === 'installation') return true;
  return caller.kind === 'user' && permissionOf(inside.state, caller.login, repository) !== 'read';
}

/** What someone wrote can be changed by its author and by whoever may push. @throws Refusal 403 */
export function checkMayEdit(
  inside: Inside,
  repository: RepositoryRecord,
  caller: Caller,
  author: string,
): void {
  const isAuthor = caller.kind === 'user' && caller.login === author;
  if (!isAuthor && !hasPush(inside, repository, caller))
    throw new Refusal(403, 'You may not edit what others wrote.');
}

async function changeState(
  inside: Inside,
  repository: RepositoryRecord,
  issue: IssueRecord,
  body: Body,
  sender: string,
): Promise<void> {
  const wanted = body.word('state', ['open', 'closed']);
  if (wanted === undefined || wanted === issue.state) return;
  if (isPull(issue)) {
    if (wanted === 'closed') closePull(inside, repository, issue, sender);
    else await reopenPull(inside, repository, issue, sender);
    return;
  }
  const reason = body.word('state_reason', ['completed', 'not_planned', 'duplicate', 'reopened']);
  issue.state = wanted;
  issue.stateReason = wanted === 'closed' ? (reason ?? 'completed') : 'reopened';
  issue.closedAt = wanted === 'closed' ? now(inside) : null;
  issue.closedBy = wanted === 'closed' ? sender : null;
  touch(inside, issue);
  emitIssue(inside, repository, issue, wanted === 'closed' ? 'closed' : 'reopened', sender);
}

/** Operations about issues, and about pull requests as far as they are issues. */
export const issueRoutes: readonly Route[] = [
  route('GET', '/repos/:owner/:repo/issues', readsIssues, (inside, call) => {
    const repository = repositoryOf(inside, call);
    const { searchParams: query } = call.url;
    const state = query.get('state') ?? 'open';
    const since = query.get('since') ?? '';
    const labels = (query.get('labels') ?? '').split(',').filter((name) => name !== '');
    const found = repository.issues
      .filter((issue) => state === 'all' || issue.state === state)
      .filter((issue) => labels.every((name) => issue.labels.includes(name)))
      .filter((issue) => query.get('creator') === null || query.get('creator') === issue.author)
      .filter((issue) => issue.updatedAt >= since)
      .toReversed();
    if (query.get('direction') === 'asc') found.reverse();
    return listed(call, found, (issue) => issuePayload(inside, repository, issue));
  }),
  route('POST', '/repos/:owner/:repo/issues', writes('signed-in', 'issues'), (inside, call) => {
    const repository = repositoryOf(inside, call);
    const author = actorOf(inside, call.caller);
    const title = call.body.text('title');
    const body = call.body.optionalText('body') ?? null;
    checkTitle('Issue', title);
    checkText('Issue', body);
    const issue = newIssue(inside, repository, { author, title, body }, null);
    emitIssue(inside, repository, issue, 'opened', author);
    // Who cannot label gets an issue without the labels, not an error.
    if (hasPush(inside, repository, call.caller)) {
      addLabels(inside, repository, issue, call.body.texts('labels') ?? [], author);
      assign(inside, repository, issue, call.body.texts('assignees') ?? [], author);
    }
    return { status: 201, data: issuePayload(inside, repository, issue) };
  }),
  route('GET', '/repos/:owner/:repo/issues/:number', readsIssues, (inside, call) => {
    const repository = repositoryOf(inside, call);
    return { status: 200, data: issuePayload(inside, repository, issueOf(repository, call)) };
  }),
  route(
    'PATCH',
    '/repos/:owner/:repo/issues/:number',
    writes('signed-in', 'issues', 'pull_requests'),
    async (inside, call) => {
      const repository = repositoryOf(inside, call);
      const issue = issueOf(repository, call);
      const sender = actorOf(inside, call.caller);
      checkMayEdit(inside, repository, call.caller, issue.author);
      const title = call.body.optionalText('title') ?? undefined;
      const body = call.body.optionalText('body');
      if (title !== undefined) checkTitle('Issue', title);
      checkText('Issue', body);
      const labels = call.body.texts('labels');
      const assignees = call.body.texts('assignees');
      editIssue(inside, repository, issue, { title, body }, sender);
      if (hasPush(inside, repository, call.caller)) {
        if (labels !== undefined) setLabels(inside, repository, issue, labels, sender);
        if (assignees !== undefined) {
          unassign(
            inside,
            repository,
            issue,
            issue.assignees.filter((login) => !assignees.includes(login)),
            sender,
          );
          assign(inside, repository, issue, assignees, sender);
        }
      }
      await changeState(inside, repository, issue, call.body, sender);
      return { status: 200, data: issuePayload(inside, repository, issue) };
    },
  ),
  route(
    'POST',
    '/repos/:owner/:repo/issues/:number/assignees',
    writes('push', 'issues', 'pull_requests'),
    (inside, call) => {
      const repository = repositoryOf(inside, call);
      const issue = issueOf(repository, call);
      assign(inside, repository, issue, call.body.texts('assignees') ?? [], actorOf(inside, call.caller));
      return { status: 201, data: issuePayload(inside, repository, issue) };
    },
  ),
  route(
    'DELETE',
    '/repos/:owner/:repo/issues/:number/assignees',
    writes('push', 'issues', 'pull_requests'),
    (inside, call) => {
      const repository = repositoryOf(inside, call);
      const issue = issueOf(repository, call);
      unassign(inside, repository, issue, call.body.texts('assignees') ?? [], actorOf(inside, call.caller));
      return { status: 200, data: issuePayload(inside, repository, issue) };
    },
  ),
];
