import { accountNamed, isMember, teamWithSlug } from '../accounts.ts';
import { now, touch, type Inside } from '../inside.ts';
import { simpleUser } from '../payloads/account.ts';
import { team as teamPayload } from '../payloads/team.ts';
import { Refusal } from '../refusal.ts';
import { nextId, type PullIssue, type RepositoryRecord, type ReviewRecord } from '../state.ts';
import { emitPull, emitReview } from './events.ts';

export const reviewEvents = ['APPROVE', 'REQUEST_CHANGES', 'COMMENT'] as const;
export type ReviewEvent = (typeof reviewEvents)[number];

const stateAfter = {
  APPROVE: 'APPROVED',
  REQUEST_CHANGES: 'CHANGES_REQUESTED',
  COMMENT: 'COMMENTED',
} as const;

/**
 * Adds a review, submitted at once when it has an event, else pending.
 * @param commit digest of the commit that was looked at
 * @throws Refusal 422 for a judgement on one's own pull request, or one that needs words and has none
 */
export function addReview(
  inside: Inside,
  repository: RepositoryRecord,
  issue: PullIssue,
  from: {
    readonly author: string;
    readonly body: string;
    readonly commit: string;
    readonly event: ReviewEvent | undefined;
  },
): ReviewRecord {
  const { author, body, commit, event } = from;
  if (issue.pull.reviews.some((one) => one.author === author && one.state === 'PENDING')) {
    throw new Refusal(422, 'Unprocessable Entity', [
      'User can only have one pending review per pull request',
    ]);
  }
  if (event !== undefined) checkJudgement(issue, author, body, event);
  const review: ReviewRecord = {
    id: nextId(inside.state),
    author,
    commit,
    body,
    state: 'PENDING',
    submittedAt: null,
    lastEditedAt: null,
  };
  issue.pull.reviews.push(review);
  if (event !== undefined) submitReview(inside, repository, issue, review, event);
  return review;
}

function checkJudgement(issue: PullIssue, author: string, body: string, event: ReviewEvent): void {
  if (author === issue.author && event !== 'COMMENT') {
    const what = event === 'APPROVE' ? 'approve' : 'request changes on';
    throw new Refusal(422, 'Unprocessable Entity', [`Can not ${what} your own pull request`]);
  }
  if (event !== 'APPROVE' && body.trim() === '')
    throw new Refusal(422, 'Unprocessable Entity', ['Body cannot be blank']);
}

/** Submits a pending review. @throws Refusal 422 as `addReview` */
export function submitReview(
  inside: Inside,
  repository: RepositoryRecord,
  issue: PullIssue,
  review: ReviewRecord,
  event: ReviewEvent,
): void {
  if (review.state !== 'PENDING')
    throw new Refusal(422, 'Unprocessable Entity', ['Can not submit a review that is not pending']);
  checkJudgement(issue, review.author, review.body, event);
  review.state = stateAfter[event];
  review.submittedAt = now(inside);
  // Whoever has reviewed is no longer waited for, and answers for the teams they are in.
  issue.pull.reviewersAsked = issue.pull.reviewersAsked.filter((login) => login !== review.author);
  issue.pull.teamsAsked = issue.pull.teamsAsked.filter((slug) => {
    const team = teamWithSlug(inside.state, slug);
    return team === undefined || !isMember(team, review.author);
  });
  touch(inside, issue);
  emitReview(inside, repository, issue, review, 'submitted', review.author);
}

/**
 * Asks people and teams for a review.
 * @throws Refusal 422 for the author, strangers, and teams without access to the repository; then nobody is asked
 */
export function askReviewers(
  inside: Inside,
  repository: RepositoryRecord,
  issue: PullIssue,
  logins: readonly string[],
  slugs: readonly string[],
  sender: string,
): void {
  const people = logins.map((login) => accountNamed(inside.state, login));
  if (people.some((account) => account?.login === issue.author)) {
    throw new Refusal(422, 'Review cannot be requested from pull request author.');
  }
  const teams = slugs.map((slug) => teamWithSlug(inside.state, slug));
  const strangers =
    people.some((account) => account?.kind !== 'User') ||
    teams.some((team) => team === undefined || team.permission === 'none');
  if (strangers) {
    const message =
      'Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the';
    throw new Refusal(422, `${message} ${repository.owner}/${repository.name} repository.`);
  }
  for (const account of people) {
    if (account === undefined || issue.pull.reviewersAsked.includes(account.login)) continue;
    issue.pull.reviewersAsked.push(account.login);
    touch(inside, issue);
    emitPull(inside, repository, issue, 'review_requested', sender, {
      requested_reviewer: simpleUser(inside, account.login),
    });
  }
  for (const team of teams) {
    if (team === undefined || issue.pull.teamsAsked.includes(team.slug)) continue;
    issue.pull.teamsAsked.push(team.slug);
    touch(inside, issue);
    emitPull(inside, repository, issue, 'review_requested', sender, {
      requested_team: teamPayload(inside, team),
    });
  }
}

/** Takes requests for review back; who was not asked is passed over. */
export function unaskReviewers(
  inside: Inside,
  repository: RepositoryRecord,
  issue: PullIssue,
  logins: readonly string[],
  slugs: readonly string[],
  sender: string,
): void {
  for (const login of issue.pull.reviewersAsked.filter((one) => logins.includes(one))) {
    issue.pull.reviewersAsked = issue.pull.reviewersAsked.filter((one) => one !== login);
    touch(inside, issue);
    emitPull(inside, repository, issue, 'review_request_removed', sender, {
      requested_reviewer: simpleUser(inside, login),
    });
  }
  for (const slug of issue.pull.teamsAsked.filter((one) => slugs.includes(one))) {
    issue.pull.teamsAsked = issue.pull.teamsAsked.filter((one) => one !== slug);
    const team = teamWithSlug(inside.state, slug);
    if (team === undefined) continue;
    touch(inside, issue);
    emitPull(inside, repository, issue, 'review_request_removed', sender, {
      requested_team: teamPayload(inside, team),
    });
  }
}
