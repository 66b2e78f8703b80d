import { emitComment } from '../actions/events.ts';
import { checkText } from '../actions/issue.ts';
import { reads, writes } from '../access.ts';
import { now, touch } from '../inside.ts';
import { comment as commentPayload } from '../payloads/issue.ts';
import { notFound } from '../refusal.ts';
import { actorOf, issueOf, listed, repositoryOf, route, type Call, type Route } from '../route.ts';
import { nextId, type CommentRecord, type IssueRecord, type RepositoryRecord } from '../state.ts';
import { checkMayEdit } from './issues.ts';

const comments = writes('signed-in', 'issues', 'pull_requests');
const readsComments = reads('issues', 'pull_requests');

function commentOf(
  repository: RepositoryRecord,
  call: Call<'id'>,
): { issue: IssueRecord; comment: CommentRecord } {
  for (const issue of repository.issues) {
    const comment = issue.comments.find((one) => String(one.id) === call.param('id'));
    if (comment !== undefined) return { issue, comment };
  }
  throw notFound();
}

/** Operations about comments in the conversation of an issue or pull request. */
export const commentRoutes: readonly Route[] = [
  route('GET', '/repos/:owner/:repo/issues/:number/comments', readsComments, (inside, call) => {
    const repository = repositoryOf(inside, call);
    const issue = issueOf(repository, call);
    const since = call.url.searchParams.get('since') ?? '';
    const found = issue.comments.filter((one) => one.updatedAt >= since);
    return listed(call, found, (one) => commentPayload(inside, repository, issue, one));
  }),
  route('POST', '/repos/:owner/:repo/issues/:number/comments', comments, (inside, call) => {
    const repository = repositoryOf(inside, call);
    const issue = issueOf(repository, call);
    const author = actorOf(inside, call.caller);
    const body = call.body.text('body');
    checkText('IssueComment', body);
    const at = now(inside);
    const comment: CommentRecord = {
      id: nextId(inside.state),
      author,
      body,
      createdAt: at,
      updatedAt: at,
      lastEditedAt: null,
    };
    issue.comments.push(comment);
    touch(inside, issue);
    emitComment(inside, repository, issue, comment, 'created', author);
    return { status: 201, data: commentPayload(inside, repository, issue, comment) };
  }),
  route('GET', '/repos/:owner/:repo/issues/comments/:id', readsComments, (inside, call) => {
    const repository = repositoryOf(inside, call);
    const { issue, comment } = commentOf(repository, call);
    return { status: 200, data: commentPayload(inside, repository, issue, comment) };
  }),
  route('PATCH', '/repos/:owner/:repo/issues/comments/:id', comments, (inside, call) => {
    const repository = repositoryOf(inside, call);
    const { issue, comment } = commentOf(repository, call);
    checkMayEdit(inside, repository, call.caller, comment.author);
    const body = call.body.text('body');
    checkText('IssueComment', body);
    const was = comment.body;
    if (body !== was) {
      comment.body = body;
      comment.updatedAt = now(inside);
      comment.lastEditedAt = comment.updatedAt;
      touch(inside, issue);
      const changes = { body: { from: was } };
      emitComment(inside, repository, issue, comment, 'edited', actorOf(inside, call.caller), { changes });
    }
    return { status: 200, data: commentPayload(inside, repository, issue, comment) };
  }),
  route('DELETE', '/repos/:owner/:repo/issues/comments/:id', comments, (inside, call) => {
    const repository = repositoryOf(inside, call);
    const { issue, comment } = commentOf(repository, call);
    checkMayEdit(inside, repository, call.caller, comment.author);
    issue.comments = issue.comments.filter((one) => one !== comment);
    touch(inside, issue);
    emitComment(inside, repository, issue, comment, 'deleted', actorOf(inside, call.caller));
    return { status: 204 };
  }),
];
