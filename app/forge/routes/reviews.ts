import { checkText } from '../actions/issue.ts';
import { emitReview } from '../actions/events.ts';
import { addReview, askReviewers, reviewEvents, submitReview, unaskReviewers } from '../actions/review.ts';
import { reads, writes } from '../access.ts';
import { teamWithSlug } from '../accounts.ts';
import { isSha } from '../git/names.ts';
import { now, touch } from '../inside.ts';
import { simpleUser } from '../payloads/account.ts';
import { review as reviewPayload, simplePull } from '../payloads/pull.ts';
import { team as teamPayload } from '../payloads/team.ts';
import { notFound, Refusal } from '../refusal.ts';
import { actorOf, listed, pullOf, repositoryOf, route, type Call, type Route } from '../route.ts';
import type { PullIssue, ReviewRecord } from '../state.ts';

const reviews = writes('signed-in', 'pull_requests');
const readsPulls = reads('pull_requests');

function reviewOf(issue: PullIssue, call: Call<'review'>): ReviewRecord {
  const found = issue.pull.reviews.find((one) => String(one.id) === call.param('review'));
  if (found === undefined) throw notFound();
  return found;
}

function checkAuthor(review: ReviewRecord, login: string): void {
  if (review.author !== login) throw new Refusal(403, 'Only its author may change a review.');
}

/** Operations about reviews, and about who is asked for one. */
export const reviewRoutes: readonly Route[] = [
  route('GET', '/repos/:owner/:repo/pulls/:number/reviews', readsPulls, (inside, call) => {
    const repository = repositoryOf(inside, call);
    const issue = pullOf(repository, call);
    const { caller } = call;
    // A pending review is seen by its author only.
    const seen = issue.pull.reviews.filter(
      (one) =>
        one.state !== 'PENDING' ||
        (caller.kind !== 'nobody' && caller.kind !== 'app' && one.author === actorOf(inside, caller)),
    );
    return listed(call, seen, (one) => reviewPayload(inside, repository, issue, one));
  }),
  route('POST', '/repos/:owner/:repo/pulls/:number/reviews', reviews, async (inside, call) => {
    const repository = repositoryOf(inside, call);
    const issue = pullOf(repository, call);
    const body = call.body.optionalText('body') ?? '';
    checkText('PullRequestReview', body);
    const commit = call.body.optionalText('commit_id') ?? issue.pull.head.sha;
    const known = isSha(commit) && (await inside.repositories.git(repository).commitNamed(commit)) === commit;
    if (!known) throw new Refusal(422, 'Unprocessable Entity', ['Commit is not part of the pull request']);
    const author = actorOf(inside, call.caller);
    const review = addReview(inside, repository, issue, {
      author,
      body,
      commit,
      event: call.body.word('event', reviewEvents),
    });
    return { status: 200, data: reviewPayload(inside, repository, issue, review) };
  }),
  route('GET', '/repos/:owner/:repo/pulls/:number/reviews/:review', readsPulls, (inside, call) => {
    const repository = repositoryOf(inside, call);
    const issue = pullOf(repository, call);
    return { status: 200, data: reviewPayload(inside, repository, issue, reviewOf(issue, call)) };
  }),
  route('PUT', '/repos/:owner/:repo/pulls/:number/reviews/:review', reviews, (inside, call) => {
    const repository = repositoryOf(inside, call);
    const issue = pullOf(repository, call);
    const review = reviewOf(issue, call);
    const sender = actorOf(inside, call.caller);
    checkAuthor(review, sender);
    const body = call.body.text('body');
    checkText('PullRequestReview', body);
    if (body !== review.body) {
      review.body = body;
      review.lastEditedAt = now(inside);
      touch(inside, issue);
      if (review.state !== 'PENDING') emitReview(inside, repository, issue, review, 'edited', sender);
    }
    return { status: 200, data: reviewPayload(inside, repository, issue, review) };
  }),
  route('DELETE', '/repos/:owner/:repo/pulls/:number/reviews/:review', reviews, (inside, call) => {
    const repository = repositoryOf(inside, call);
    const issue = pullOf(repository, call);
    const review = reviewOf(issue, call);
    checkAuthor(review, actorOf(inside, call.caller));
    if (review.state !== 'PENDING')
      throw new Refusal(422, 'Can not delete a non-pending pull request review');
    issue.pull.reviews = issue.pull.reviews.filter((one) => one !== review);
    return { status: 200, data: reviewPayload(inside, repository, issue, review) };
  }),
  route('POST', '/repos/:owner/:repo/pulls/:number/reviews/:review/events', reviews, (inside, call) => {
    const repository = repositoryOf(inside, call);
    const issue = pullOf(repository, call);
    const review = reviewOf(issue, call);
    checkAuthor(review, actorOf(inside, call.caller));
    const event = call.body.word('event', reviewEvents);
    if (event === undefined) throw new Refusal(422, 'Unprocessable Entity', ['Event is missing']);
    const body = call.body.optionalText('body');
    checkText('PullRequestReview', body);
    if (body != null) review.body = body;
    submitReview(inside, repository, issue, review, event);
    return { status: 200, data: reviewPayload(inside, repository, issue, review) };
  }),
  route(
    'PUT',
    '/repos/:owner/:repo/pulls/:number/reviews/:review/dismissals',
    writes('push', 'pull_requests'),
    (inside, call) => {
      const repository = repositoryOf(inside, call);
      const issue = pullOf(repository, call);
      const review = reviewOf(issue, call);
      call.body.text('message');
      if (review.state !== 'APPROVED' && review.state !== 'CHANGES_REQUESTED') {
        throw new Refusal(422, 'Unprocessable Entity', [
          'Can not dismiss a review that is neither an approval nor a request for changes',
        ]);
      }
      review.state = 'DISMISSED';
      touch(inside, issue);
      emitReview(inside, repository, issue, review, 'dismissed', actorOf(inside, call.caller));
      return { status: 200, data: reviewPayload(inside, repository, issue, review) };
    },
  ),
  route('GET', '/repos/:owner/:repo/pulls/:number/requested_reviewers', readsPulls, (inside, call) => {
    const { pull } = pullOf(repositoryOf(inside, call), call);
    const teams = pull.teamsAsked.flatMap((slug) => teamWithSlug(inside.state, slug) ?? []);
    return {
      status: 200,
      data: {
        users: pull.reviewersAsked.map((login) => simpleUser(inside, login)),
        teams: teams.map((one) => teamPayload(inside, one)),
      },
    };
  }),
  route(
    'POST',
    '/repos/:owner/:repo/pulls/:number/requested_reviewers',
    writes('push', 'pull_requests'),
    (inside, call) => {
      const repository = repositoryOf(inside, call);
      const issue = pullOf(repository, call);
      const sender = actorOf(inside, call.caller);
      askReviewers(
        inside,
        repository,
        issue,
        call.body.texts('reviewers') ?? [],
        call.body.texts('team_reviewers') ?? [],
        sender,
      );
      return { status: 201, data: simplePull(inside, repository, issue) };
    },
  ),
  route(
    'DELETE',
    '/repos/:owner/:repo/pulls/:number/requested_reviewers',
    writes('push', 'pull_requests'),
    (inside, call) => {
      const repository = repositoryOf(inside, call);
      const issue = pullOf(repository, call);
      const sender = actorOf(inside, call.caller);
      unaskReviewers(
        inside,
        repository,
        issue,
        call.body.texts('reviewers') ?? [],
        call.body.texts('team_reviewers') ?? [],
        sender,
      );
      return { status: 200, data: simplePull(inside, repository, issue) };
    },
  ),
];
