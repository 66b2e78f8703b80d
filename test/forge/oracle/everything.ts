import type { Octokit } from '@octokit/rest';
import type { Forge } from '../../../app/forge/forge.ts';
import { branchWith, owner, proposes, repo } from '../trial.ts';

const here = { owner, repo };

/** Who calls: GitHub's own client, with the rights of people, of the App as itself and of its installation. */
export interface Callers {
  readonly forge: Forge;
  /** May push. */
  readonly mona: Octokit;
  /** May read. */
  readonly pia: Octokit;
  /** Owns the organisation. */
  readonly olga: Octokit;
  readonly itself: Octokit;
  readonly app: Octokit;
}

/** Calls every operation the forge has, so that each webhook it knows is caused. */
export async function everything(callers: Callers): Promise<void> {
  await theForgeAndTheApp(callers);
  await teams(callers);
  await files(callers);
  await gitObjects(callers);
  const { number, sha, node } = await proposes(callers.mona, 'everything', true);
  await pullRequest(callers, number, node);
  await reviews(callers, number);
  await labelsOn(callers, number);
  await issues(callers);
  await comments(callers);
  await checks(callers, sha);
  await repository(callers, sha);
  await merge(callers, number);
  await deliveries(callers);
}

async function theForgeAndTheApp({ forge, mona, pia, itself, app }: Callers): Promise<void> {
  await mona.meta.get();
  await mona.rateLimit.get();
  await itself.apps.getAuthenticated();
  await itself.apps.listInstallations();
  await itself.apps.getInstallation({ installation_id: forge.app.installationId });
  await itself.apps.createInstallationAccessToken({
    installation_id: forge.app.installationId,
    permissions: { contents: 'read' },
  });
  await itself.apps.getRepoInstallation(here);
  await itself.apps.getOrgInstallation({ org: owner });
  await app.apps.listReposAccessibleToInstallation();
  await pia.users.getAuthenticated();
  await pia.users.getByUsername({ username: 'mona' });
  await pia.users.getByUsername({ username: owner });
  await pia.users.getByUsername({ username: 'staged-rollout[bot]' });
}

async function teams({ olga, app }: Callers): Promise<void> {
  const team = { org: owner, team_slug: 'adopters' };
  await app.teams.list({ org: owner, per_page: 1 });
  await app.teams.getByName(team);
  await olga.teams.addOrUpdateMembershipForUserInOrg({ ...team, username: 'rita' });
  await app.teams.listMembersInOrg({ ...team, role: 'all' });
  await app.teams.getMembershipForUserInOrg({ ...team, username: 'rita' });
  await olga.teams.removeMembershipForUserInOrg({ ...team, username: 'rita' });
}

async function files({ mona, pia }: Callers): Promise<void> {
  await branchWith(mona, 'files', 'docs/one.txt', 'one\n');
  await pia.repos.getContent({ ...here, path: '' });
  await pia.repos.getContent({ ...here, path: 'docs', ref: 'files' });
  const { data } = await pia.repos.getContent({ ...here, path: 'docs/one.txt', ref: 'files' });
  await mona.repos.createOrUpdateFileContents({
    ...here,
    path: 'docs/one.txt',
    branch: 'files',
    message: 'Say more',
    content: Buffer.from('one and a half\n').toString('base64'),
    ...(Array.isArray(data) ? {} : { sha: data.sha }),
  });
}

async function gitObjects({ app, mona }: Callers): Promise<void> {
  const main = await app.git.getRef({ ...here, ref: 'heads/main' });
  const parent = main.data.object.sha;
  const blob = await app.git.createBlob({ ...here, content: 'b25l', encoding: 'base64' });
  await app.git.getBlob({ ...here, file_sha: blob.data.sha });
  const before = await app.git.getCommit({ ...here, commit_sha: parent });
  const tree = await app.git.createTree({
    ...here,
    base_tree: before.data.tree.sha,
    tree: [
      { path: 'git/one.txt', mode: '100644', type: 'blob', sha: blob.data.sha },
      { path: 'git/two.txt', mode: '100644', type: 'blob', content: 'two' },
    ],
  });
  await app.git.getTree({ ...here, tree_sha: tree.data.sha, recursive: 'true' });
  const author = { name: 'Rollout', email: 'rollout@example.org', date: '2026-05-04T10:00:00Z' };
  const commit = await app.git.createCommit({
    ...here,
    message: 'Two files',
    tree: tree.data.sha,
    parents: [parent],
    author,
  });
  await app.git.createTag({
    ...here,
    tag: 'v1',
    message: 'One',
    object: commit.data.sha,
    type: 'commit',
    tagger: author,
  });
  await mona.git.createRef({ ...here, ref: 'refs/heads/git', sha: parent });
  await mona.git.updateRef({ ...here, ref: 'heads/git', sha: commit.data.sha, force: false });
  await mona.git.listMatchingRefs({ ...here, ref: 'heads/g' });
  await mona.git.deleteRef({ ...here, ref: 'heads/git' });
}

async function pullRequest({ mona, pia }: Callers, number: number, node: string): Promise<void> {
  const pull = { ...here, pull_number: number };
  const turn = (to: string): Promise<unknown> =>
    mona.graphql(`mutation($id: ID!) { ${to}(input: { pullRequestId: $id }) { clientMutationId } }`, {
      id: node,
    });
  await turn('markPullRequestReadyForReview');
  await turn('convertPullRequestToDraft');
  await turn('markPullRequestReadyForReview');
  await mona.pulls.update({ ...pull, title: 'Everything', body: 'All of it' });
  await mona.pulls.update({ ...pull, state: 'closed' });
  await mona.pulls.update({ ...pull, state: 'open' });
  await branchWith(mona, 'another-base', 'base.txt', 'base\n');
  await mona.pulls.update({ ...pull, base: 'another-base' });
  await mona.pulls.update({ ...pull, base: 'main' });
  await pia.pulls.list({ ...here, state: 'all', sort: 'updated', direction: 'desc', per_page: 100 });
  await pia.pulls.get(pull);
  await pia.pulls.listFiles({ ...pull, per_page: 100, page: 1 });
  await pia.pulls.listCommits(pull);
  await pia.pulls.checkIfMerged(pull).catch(onlyNotFound);
  await mona.repos.createOrUpdateFileContents({
    ...here,
    branch: 'everything',
    path: 'more.txt',
    message: 'More',
    content: 'eA==',
  });
}

async function reviews({ mona, pia, olga, app }: Callers, number: number): Promise<void> {
  const pull = { ...here, pull_number: number };
  await app.pulls.requestReviewers({
    ...pull,
    reviewers: ['rita'],
    team_reviewers: ['adopters', 'managers'],
  });
  await app.pulls.removeRequestedReviewers({ ...pull, reviewers: ['rita'], team_reviewers: ['managers'] });
  await pia.pulls.listRequestedReviewers(pull);
  const pending = await pia.pulls.createReview({ ...pull, body: 'Thinking' });
  await pia.pulls.deletePendingReview({ ...pull, review_id: pending.data.id });
  const { data: review } = await pia.pulls.createReview({ ...pull, body: 'Thinking again' });
  await pia.pulls.submitReview({ ...pull, review_id: review.id, event: 'APPROVE', body: 'Works' });
  await pia.pulls.updateReview({ ...pull, review_id: review.id, body: 'Works here' });
  await pia.pulls.getReview({ ...pull, review_id: review.id });
  await mona.pulls.dismissReview({ ...pull, review_id: review.id, message: 'Too early', event: 'DISMISS' });
  await olga.pulls.createReview({ ...pull, event: 'REQUEST_CHANGES', body: 'Not yet' });
  await olga.pulls.createReview({ ...pull, event: 'COMMENT', body: 'By the way' });
  await mona.pulls.listReviews({ ...pull, per_page: 100 });
}

async function labelsOn({ mona, app, pia }: Callers, number: number): Promise<void> {
  const issue = { ...here, issue_number: number };
  await app.issues.createLabel({ ...here, name: 'state: new', color: '0e8a16', description: 'Just arrived' });
  await app.issues.updateLabel({ ...here, name: 'state: new', new_name: 'state: old', color: 'ff0000' });
  await app.issues.getLabel({ ...here, name: 'state: old' });
  await app.issues.addLabels({ ...issue, labels: ['state: old', 'urgent'] });
  await app.issues.setLabels({ ...issue, labels: ['urgent', 'later'] });
  await app.issues.removeLabel({ ...issue, name: 'urgent' });
  await pia.issues.listLabelsOnIssue(issue);
  await pia.issues.listLabelsForRepo({ ...here, per_page: 100 });
  await app.issues.removeAllLabels(issue);
  await app.issues.deleteLabel({ ...here, name: 'later' });
  await mona.issues.addAssignees({ ...issue, assignees: ['rita'] });
  await mona.issues.removeAssignees({ ...issue, assignees: ['rita'] });
}

async function issues({ mona, pia }: Callers): Promise<void> {
  const { data } = await mona.issues.create({
    ...here,
    title: 'Wrong',
    body: 'Really',
    labels: ['bug'],
    assignees: ['pia'],
  });
  const issue = { ...here, issue_number: data.number };
  await mona.issues.update({ ...issue, title: 'All wrong', body: 'Really so' });
  await mona.issues.update({ ...issue, labels: [], assignees: [] });
  await mona.issues.update({ ...issue, state: 'closed', state_reason: 'not_planned' });
  await mona.issues.update({ ...issue, state: 'open' });
  await pia.issues.get(issue);
  await pia.issues.listForRepo({ ...here, state: 'all', labels: 'bug', since: '2020-01-01T00:00:00Z' });
  await pia.issues.listForRepo({ ...here, state: 'all', creator: 'mona', direction: 'asc', per_page: 100 });
}

async function comments({ mona, pia }: Callers): Promise<void> {
  const { data: issue } = await pia.issues.create({ ...here, title: 'Talk' });
  const { data } = await pia.issues.createComment({ ...here, issue_number: issue.number, body: 'First' });
  await pia.issues.updateComment({ ...here, comment_id: data.id, body: 'Second' });
  await mona.issues.getComment({ ...here, comment_id: data.id });
  await mona.issues.listComments({ ...here, issue_number: issue.number, per_page: 100 });
  await pia.issues.deleteComment({ ...here, comment_id: data.id });
}

async function checks({ mona, pia, app }: Callers, sha: string): Promise<void> {
  const { data: run } = await app.checks.create({
    ...here,
    name: 'rollout',
    head_sha: sha,
    status: 'in_progress',
    details_url: 'https://rollout.example/1',
    output: { title: 'Waiting', summary: 'For a report' },
  });
  const one = { ...here, check_run_id: run.id };
  await app.checks.update({
    ...one,
    status: 'completed',
    conclusion: 'success',
    output: { title: 'Ready', summary: 'All is well', text: 'Really' },
  });
  await pia.checks.get(one);
  await mona.checks.rerequestRun(one);
  await pia.checks.listForRef({ ...here, ref: sha, check_name: 'rollout', filter: 'latest' });
  await mona.repos.createCommitStatus({
    ...here,
    sha,
    state: 'success',
    context: 'ci',
    description: 'Built',
  });
  await pia.repos.listCommitStatusesForRef({ ...here, ref: sha });
}

async function repository({ mona, pia, app }: Callers, sha: string): Promise<void> {
  await pia.repos.get(here);
  await pia.repos.createFork(here);
  await pia.repos.get({ owner: 'pia', repo });
  await pia.repos.listBranches({ ...here, per_page: 100 });
  await pia.repos.getBranch({ ...here, branch: 'main' });
  await pia.repos.getBranch({ ...here, branch: 'files' });
  await app.repos.getBranchProtection({ ...here, branch: 'main' });
  await pia.repos.listCommits({ ...here, sha: 'files', path: 'docs/one.txt' });
  await pia.repos.getCommit({ ...here, ref: sha });
  await mona.repos.compareCommitsWithBasehead({ ...here, basehead: 'main...everything' });
}

async function merge({ pia, app }: Callers, number: number): Promise<void> {
  const pull = { ...here, pull_number: number };
  const { data } = await pia.pulls.get(pull);
  await app.pulls.merge({ ...pull, sha: data.head.sha, commit_title: 'Everything', merge_method: 'merge' });
  await pia.pulls.checkIfMerged(pull);
  await pia.pulls.get(pull);
  await pia.issues.get({ ...here, issue_number: number });
}

async function deliveries({ forge, itself }: Callers): Promise<void> {
  await forge.quiet();
  const { data } = await itself.apps.listWebhookDeliveries({ per_page: 100 });
  const delivery_id = data[0]?.id ?? 0;
  await itself.apps.getWebhookDelivery({ delivery_id });
  await itself.apps.redeliverWebhookDelivery({ delivery_id });
}

function onlyNotFound(error: unknown): void {
  if (typeof error !== 'object' || error === null || !('status' in error) || error.status !== 404)
    throw error;
}
