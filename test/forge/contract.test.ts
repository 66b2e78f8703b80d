import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Octokit } from '@octokit/rest';
import { Probot } from 'probot';
import type { Forge } from '../../app/forge/forge.ts';
import {
  appJwt,
  as,
  asApp,
  branchWith,
  client,
  cloneUrl,
  git,
  installationToken,
  owner,
  proposes,
  refusal,
  repo,
  start,
  temporaryFolder,
} from './trial.ts';

// What the application relies on GitHub to do, and the forge therefore does.

const here = { owner, repo };
let forge: Forge;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let work: Awaited<ReturnType<typeof temporaryFolder>>;
let mona: Octokit;
let pia: Octokit;
let rita: Octokit;
let app: Octokit;

beforeAll(async () => {
  [folder, work] = await Promise.all([temporaryFolder(), temporaryFolder()]);
  forge = await start(folder.dir);
  [mona, pia, rita] = [as(forge, 'mona'), as(forge, 'pia'), as(forge, 'rita')];
  app = await asApp(forge);
});

afterAll(async () => {
  await forge.stop();
  await Promise.all([folder.remove(), work.remove()]);
});

async function checked(octokit: Octokit, sha: string, conclusion: 'success' | 'failure'): Promise<void> {
  await octokit.checks.create({
    ...here,
    name: 'rollout',
    head_sha: sha,
    status: 'completed',
    conclusion,
    output: { title: 'Ready', summary: 'All is well.' },
  });
}

describe('who is let in', () => {
  test('a token that nobody was given is refused with 401', async () => {
    expect(await refusal(client(forge, 'ghp_nonsense').users.getAuthenticated())).toMatchObject({
      status: 401,
    });
  });

  test('without a token one reads and does not write', async () => {
    const nobody = client(forge);
    expect((await nobody.repos.get(here)).data.default_branch).toBe('main');
    expect(await refusal(nobody.issues.create({ ...here, title: 'Hello' }))).toMatchObject({ status: 401 });
  });

  test('a personal token tells whose it is', async () => {
    expect((await pia.users.getAuthenticated()).data.login).toBe('pia');
  });

  test.each([
    ['has expired', { exp: Math.floor(Date.now() / 1000) - 5 }],
    ['lasts too long', { exp: Math.floor(Date.now() / 1000) + 3600 }],
    ['was made in the future', { iat: Math.floor(Date.now() / 1000) + 300 }],
    ['is by another App', { iss: 7 }],
  ])('an App whose JSON Web Token %s is refused', async (_why, claims) => {
    expect(await refusal(client(forge, appJwt(forge, claims)).apps.getAuthenticated())).toMatchObject({
      status: 401,
    });
  });

  test('a JSON Web Token with another signature is refused', async () => {
    const [head, claims] = appJwt(forge).split('.');
    const forged = `${head}.${claims}.${Buffer.from('x'.repeat(256)).toString('base64url')}`;
    expect(await refusal(client(forge, forged).apps.getAuthenticated())).toMatchObject({ status: 401 });
  });

  test('an installation token opens only what it was asked for', async () => {
    const reader = client(forge, await installationToken(forge, { contents: 'read', metadata: 'read' }));
    expect((await reader.repos.getBranch({ ...here, branch: 'main' })).status).toBe(200);
    const refused = await refusal(reader.issues.create({ ...here, title: 'Hello' }));
    expect(refused.status).toBe(403);
    expect(refused.message).toContain('Resource not accessible by integration');
  });

  test('an installation token cannot be asked for more than the App has', async () => {
    expect(await refusal(installationToken(forge, { members: 'write' }))).toMatchObject({ status: 422 });
  });

  test('the App finds its installation', async () => {
    const itself = client(forge, appJwt(forge));
    expect((await itself.apps.getAuthenticated()).data?.slug).toBe('staged-rollout');
    expect((await itself.apps.getRepoInstallation(here)).data.id).toBe(forge.app.installationId);
    expect((await itself.apps.listInstallations()).data).toHaveLength(1);
  });
});

describe('git over HTTP', () => {
  test('anyone clones, and a branch pushed by someone with write access is there', async () => {
    const clone = join(work.dir, 'first');
    await git(work.dir, 'clone', '--quiet', cloneUrl(forge), clone);
    await writeFile(join(clone, 'new.txt'), 'new\n');
    await git(clone, 'checkout', '--quiet', '-b', 'from-git');
    await git(clone, 'add', '.');
    await git(clone, 'commit', '--quiet', '-m', 'Add new.txt');
    await git(clone, 'push', '--quiet', cloneUrl(forge, forge.tokens['mona']), 'from-git');
    const sha = (await git(clone, 'rev-parse', 'HEAD')).trim();
    expect((await pia.git.getRef({ ...here, ref: 'heads/from-git' })).data.object.sha).toBe(sha);
  });

  test('a wrong password is refused, although without any one may read', async () => {
    const asked = `${cloneUrl(forge)}/info/refs?service=git-upload-pack`;
    const authorization = `Basic ${Buffer.from('mona:wrong').toString('base64')}`;
    expect((await fetch(asked, { headers: { authorization } })).status).toBe(401);
    expect((await fetch(asked)).status).toBe(200);
  });

  test('who may only read cannot push', async () => {
    const clone = join(work.dir, 'reader');
    await git(work.dir, 'clone', '--quiet', cloneUrl(forge), clone);
    await expect(
      git(clone, 'push', cloneUrl(forge, forge.tokens['pia']), 'HEAD:refs/heads/pias'),
    ).rejects.toThrow('403');
  });

  test('main takes no push from a person, and takes one from the App', async () => {
    const clone = join(work.dir, 'protected');
    await git(work.dir, 'clone', '--quiet', cloneUrl(forge), clone);
    await git(clone, 'commit', '--quiet', '--allow-empty', '-m', 'Straight to main');
    await expect(git(clone, 'push', cloneUrl(forge, forge.tokens['mona']), 'HEAD:main')).rejects.toThrow(
      'GH006: Protected branch update failed',
    );
    await git(clone, 'push', '--quiet', cloneUrl(forge, await installationToken(forge)), 'HEAD:main');
    const sha = (await git(clone, 'rev-parse', 'HEAD')).trim();
    expect((await pia.repos.getBranch({ ...here, branch: 'main' })).data.commit.sha).toBe(sha);
  });

  test('main is not rewritten, not even by the App', async () => {
    const clone = join(work.dir, 'rewrite');
    await git(work.dir, 'clone', '--quiet', cloneUrl(forge), clone);
    await git(clone, 'commit', '--quiet', '--amend', '--allow-empty', '-m', 'Other history');
    const url = cloneUrl(forge, await installationToken(forge));
    await expect(git(clone, 'push', '--force', url, 'HEAD:main')).rejects.toThrow('GH006');
    await expect(git(clone, 'push', url, ':main')).rejects.toThrow(/GH006|refusing to delete/u);
  });

  test('the refs of pull requests can be read and not be written', async () => {
    const { number, sha } = await proposes(mona, 'hidden-refs');
    expect(await git(work.dir, 'ls-remote', cloneUrl(forge), `refs/pull/${String(number)}/head`)).toContain(
      sha,
    );
    const clone = join(work.dir, 'pull-refs');
    await git(work.dir, 'clone', '--quiet', cloneUrl(forge), clone);
    const push = git(
      clone,
      'push',
      cloneUrl(forge, forge.tokens['mona']),
      `HEAD:refs/pull/${String(number)}/head`,
    );
    await expect(push).rejects.toThrow(/deny updating a hidden ref/u);
  });

  test('main takes no commit from a person through the API either', async () => {
    const put = mona.repos.createOrUpdateFileContents({ ...here, path: 'x', message: 'x', content: 'eA==' });
    expect(await refusal(put)).toMatchObject({ status: 409 });
    const { data } = await mona.git.getRef({ ...here, ref: 'heads/from-git' });
    expect(
      await refusal(mona.git.updateRef({ ...here, ref: 'heads/main', sha: data.object.sha, force: true })),
    ).toMatchObject({ status: 422 });
  });
});

describe('pull requests', () => {
  test('the author cannot approve, and cannot ask for changes', async () => {
    const { number } = await proposes(mona, 'own-review');
    const approve = await refusal(
      mona.pulls.createReview({ ...here, pull_number: number, event: 'APPROVE' }),
    );
    expect(approve.status).toBe(422);
    expect(approve.message).toContain('Can not approve your own pull request');
    const change = mona.pulls.createReview({
      ...here,
      pull_number: number,
      event: 'REQUEST_CHANGES',
      body: 'No',
    });
    expect(await refusal(change)).toMatchObject({ status: 422 });
  });

  test('a second pull request from the same branch is refused, and so is one without commits', async () => {
    await proposes(mona, 'twice');
    expect(
      await refusal(mona.pulls.create({ ...here, title: 'Again', head: 'twice', base: 'main' })),
    ).toMatchObject({ status: 422 });
    const main = await mona.git.getRef({ ...here, ref: 'heads/main' });
    await mona.git.createRef({ ...here, ref: 'refs/heads/empty', sha: main.data.object.sha });
    const none = await refusal(mona.pulls.create({ ...here, title: 'Nothing', head: 'empty', base: 'main' }));
    expect(none.message).toContain('No commits between');
  });

  test('a person cannot merge before the required check is there and successful', async () => {
    const { number, sha } = await proposes(mona, 'blocked');
    const merge = () => mona.pulls.merge({ ...here, pull_number: number, sha });
    expect((await mona.pulls.get({ ...here, pull_number: number })).data).toMatchObject({
      mergeable: true,
      mergeable_state: 'blocked',
    });
    expect(await refusal(merge())).toMatchObject({ status: 405 });
    await mona.repos.createCommitStatus({ ...here, sha, state: 'success', context: 'rollout' });
    expect(await refusal(merge())).toMatchObject({ status: 405 });
    await checked(app, sha, 'failure');
    expect(await refusal(merge())).toMatchObject({ status: 405 });
    await checked(app, sha, 'success');
    expect((await merge()).data.merged).toBe(true);
  });

  test('a person makes no check runs', async () => {
    const { sha } = await proposes(mona, 'fake-check');
    expect(await refusal(checked(mona, sha, 'success'))).toMatchObject({ status: 403 });
  });

  test('a head that has moved is not merged', async () => {
    const { number, sha } = await proposes(mona, 'moved');
    await mona.repos.createOrUpdateFileContents({
      ...here,
      branch: 'moved',
      path: 'later.txt',
      message: 'Later',
      content: 'eA==',
    });
    expect(await refusal(app.pulls.merge({ ...here, pull_number: number, sha }))).toMatchObject({
      status: 409,
    });
  });

  test('only merge commits are made', async () => {
    const { number, sha } = await proposes(mona, 'methods');
    await checked(app, sha, 'success');
    const squash = rita.pulls.merge({ ...here, pull_number: number, merge_method: 'squash' });
    expect(await refusal(squash)).toMatchObject({ status: 405 });
    const { data } = await rita.pulls.merge({ ...here, pull_number: number, merge_method: 'merge' });
    const commit = await pia.git.getCommit({ ...here, commit_sha: data.sha });
    expect(commit.data.parents).toHaveLength(2);
    expect(commit.data.parents[1]?.sha).toBe(sha);
    const merged = await pia.pulls.get({ ...here, pull_number: number });
    expect(merged.data).toMatchObject({
      merged: true,
      state: 'closed',
      merge_commit_sha: data.sha,
      merged_by: { login: 'rita' },
    });
    expect((await pia.issues.get({ ...here, issue_number: number })).data.closed_by?.login).toBe('rita');
  });

  test('what reached main meanwhile survives a merge', async () => {
    const first = await proposes(mona, 'meanwhile-1');
    const second = await proposes(mona, 'meanwhile-2');
    await app.pulls.merge({ ...here, pull_number: first.number, sha: first.sha });
    await app.pulls.merge({ ...here, pull_number: second.number, sha: second.sha });
    const { data } = await pia.repos.getContent({ ...here, path: 'releases' });
    const names = Array.isArray(data) ? data.map((one) => one.name) : [];
    expect(names).toEqual(expect.arrayContaining(['meanwhile-1.yml', 'meanwhile-2.yml', 'README.md']));
  });

  test('pull requests that contradict each other cannot both be merged', async () => {
    const one = await branchWith(mona, 'clash-1', 'clash.txt', 'one\n');
    await branchWith(mona, 'clash-2', 'clash.txt', 'two\n');
    const first = await mona.pulls.create({ ...here, title: 'One', head: 'clash-1', base: 'main' });
    const second = await mona.pulls.create({ ...here, title: 'Two', head: 'clash-2', base: 'main' });
    await app.pulls.merge({ ...here, pull_number: first.data.number, sha: one });
    const { data } = await pia.pulls.get({ ...here, pull_number: second.data.number });
    expect(data).toMatchObject({ mergeable: false, mergeable_state: 'dirty' });
    expect(await refusal(app.pulls.merge({ ...here, pull_number: second.data.number }))).toMatchObject({
      status: 405,
    });
  });

  test('merges at the same time are made one after the other, and none is lost', async () => {
    const pulls = [];
    for (const name of ['race-1', 'race-2', 'race-3', 'race-4']) pulls.push(await proposes(mona, name));
    await Promise.all(pulls.map(({ number, sha }) => app.pulls.merge({ ...here, pull_number: number, sha })));
    const { data } = await pia.repos.getContent({ ...here, path: 'releases' });
    const names = Array.isArray(data) ? data.map((one) => one.name) : [];
    expect(names).toEqual(expect.arrayContaining(['race-1.yml', 'race-2.yml', 'race-3.yml', 'race-4.yml']));
  });

  test('a pull request whose commits the App pushes to main counts as merged', async () => {
    const { number, sha } = await proposes(mona, 'pushed-merge');
    const clone = join(work.dir, 'pushed-merge');
    await git(work.dir, 'clone', '--quiet', cloneUrl(forge), clone);
    await git(clone, 'merge', '--quiet', '--no-ff', '-m', 'By hand', sha);
    await git(clone, 'push', '--quiet', cloneUrl(forge, await installationToken(forge)), 'HEAD:main');
    expect((await pia.pulls.get({ ...here, pull_number: number })).data.merged).toBe(true);
  });

  test('a draft cannot be merged, and becomes ready only through GraphQL', async () => {
    const { number, sha, node } = await proposes(mona, 'draft', true);
    expect((await pia.pulls.get({ ...here, pull_number: number })).data.draft).toBe(true);
    expect(await refusal(app.pulls.merge({ ...here, pull_number: number, sha }))).toMatchObject({
      status: 405,
    });
    await app.graphql(
      'mutation($id: ID!) { markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { isDraft } } }',
      { id: node },
    );
    expect((await pia.pulls.get({ ...here, pull_number: number })).data.draft).toBe(false);
    await mona.graphql(
      'mutation($id: ID!) { convertPullRequestToDraft(input: { pullRequestId: $id }) { clientMutationId } }',
      { id: node },
    );
    expect((await pia.pulls.get({ ...here, pull_number: number })).data.draft).toBe(true);
  });

  test('a pull request can come from a fork, follows pushes to it, and is merged', async () => {
    await pia.repos.createFork(here);
    const sha = await branchWith(pia, 'from-fork', 'fork.txt', 'fork\n', 'pia');
    const { data: opened } = await pia.pulls.create({
      ...here,
      title: 'From a fork',
      head: 'pia:from-fork',
      base: 'main',
    });
    expect(opened.head).toMatchObject({
      label: 'pia:from-fork',
      sha,
      repo: { full_name: `pia/${repo}`, fork: true },
    });

    const clone = join(work.dir, 'fork');
    await git(
      work.dir,
      'clone',
      '--quiet',
      '--branch',
      'from-fork',
      cloneUrl(forge, undefined, 'pia'),
      clone,
    );
    await git(clone, 'commit', '--quiet', '--allow-empty', '-m', 'One more');
    await git(clone, 'push', '--quiet', cloneUrl(forge, forge.tokens['pia'], 'pia'), 'from-fork');
    const head = (await git(clone, 'rev-parse', 'HEAD')).trim();
    expect((await mona.pulls.get({ ...here, pull_number: opened.number })).data.head.sha).toBe(head);
    expect(
      await git(work.dir, 'ls-remote', cloneUrl(forge), `refs/pull/${String(opened.number)}/head`),
    ).toContain(head);

    await app.pulls.merge({ ...here, pull_number: opened.number, sha: head });
    expect((await pia.repos.getContent({ ...here, path: 'fork.txt' })).status).toBe(200);
    expect(
      await refusal(app.git.createRef({ owner: 'pia', repo, ref: 'refs/heads/x', sha: head })),
    ).toMatchObject({ status: 403 });
  });

  test('files and commits of a pull request are told', async () => {
    const { number } = await proposes(mona, 'told');
    const files = await pia.pulls.listFiles({ ...here, pull_number: number });
    expect(files.data).toEqual([
      expect.objectContaining({ filename: 'releases/told.yml', status: 'added', additions: 1, deletions: 0 }),
    ]);
    expect((await pia.pulls.listCommits({ ...here, pull_number: number })).data).toHaveLength(1);
    expect((await pia.pulls.get({ ...here, pull_number: number })).data).toMatchObject({
      commits: 1,
      additions: 1,
      changed_files: 1,
    });
  });

  test('reviews are given, edited, dismissed; whoever has reviewed is no longer asked', async () => {
    const { number, sha } = await proposes(mona, 'reviewed');
    const pull = { ...here, pull_number: number };
    await mona.pulls.requestReviewers({ ...pull, reviewers: ['rita'], team_reviewers: ['adopters'] });
    expect((await pia.pulls.listRequestedReviewers(pull)).data).toMatchObject({
      users: [{ login: 'rita' }],
      teams: [{ slug: 'adopters' }],
    });
    const review = await pia.pulls.createReview({ ...pull, event: 'APPROVE', body: 'Works here' });
    expect(review.data).toMatchObject({ state: 'APPROVED', commit_id: sha });
    expect((await mona.pulls.listRequestedReviewers(pull)).data).toMatchObject({
      users: [{ login: 'rita' }],
      teams: [],
    });
    await pia.pulls.updateReview({ ...pull, review_id: review.data.id, body: 'Works here, mostly' });
    await rita.pulls.dismissReview({ ...pull, review_id: review.data.id, message: 'Too old' });
    expect((await pia.pulls.listReviews(pull)).data).toMatchObject([
      { state: 'DISMISSED', body: 'Works here, mostly' },
    ]);
    expect(
      await refusal(mona.pulls.requestReviewers({ ...pull, team_reviewers: ['outside'] })),
    ).toMatchObject({ status: 422 });
    expect(await refusal(mona.pulls.requestReviewers({ ...pull, reviewers: ['mona'] }))).toMatchObject({
      status: 422,
    });
  });

  test('a pending review is seen by its author only, until it is submitted', async () => {
    const { number } = await proposes(mona, 'pending');
    const pull = { ...here, pull_number: number };
    const pending = await pia.pulls.createReview({ ...pull, body: 'Thinking' });
    expect((await mona.pulls.listReviews(pull)).data).toEqual([]);
    expect((await pia.pulls.listReviews(pull)).data).toMatchObject([{ state: 'PENDING' }]);
    await pia.pulls.submitReview({ ...pull, review_id: pending.data.id, event: 'COMMENT' });
    expect((await mona.pulls.listReviews(pull)).data).toMatchObject([
      { state: 'COMMENTED', user: { login: 'pia' } },
    ]);
  });

  test('lists are filtered by state, head and base', async () => {
    const { number } = await proposes(mona, 'filtered');
    const numbers = async (filter: object) =>
      (await pia.pulls.list({ ...here, per_page: 100, ...filter })).data.map((one) => one.number);
    expect(await numbers({ head: `${owner}:filtered` })).toEqual([number]);
    expect(await numbers({ base: 'filtered' })).toEqual([]);
    await mona.pulls.update({ ...here, pull_number: number, state: 'closed' });
    expect(await numbers({})).not.toContain(number);
    expect(await numbers({ state: 'closed' })).toContain(number);
    await mona.pulls.update({ ...here, pull_number: number, state: 'open' });
    expect(await numbers({})).toContain(number);
  });
});

describe('issues, comments and labels', () => {
  test('issues and pull requests are numbered in one sequence', async () => {
    const issue = await pia.issues.create({ ...here, title: 'Something is wrong', body: 'Really' });
    const { number } = await proposes(mona, 'sequence');
    expect(number).toBe(issue.data.number + 1);
    const all = await pia.paginate(pia.issues.listForRepo, { ...here, state: 'all', per_page: 10 });
    expect(all.find((one) => one.number === number)?.pull_request).toBeDefined();
    expect(all.find((one) => one.number === issue.data.number)?.pull_request).toBeUndefined();
    const closed = await mona.issues.update({
      ...here,
      issue_number: issue.data.number,
      state: 'closed',
      state_reason: 'not_planned',
    });
    expect(closed.data).toMatchObject({
      state: 'closed',
      state_reason: 'not_planned',
      closed_by: { login: 'mona' },
    });
  });

  test('the body of an issue tells when it was last edited, and by whom; a pull request is no issue there', async () => {
    const { data } = await pia.issues.create({ ...here, title: 'A wish', body: 'First' });
    const edits = () =>
      pia.graphql<{ repository: { issue: object } }>(
        `query($owner: String!, $repo: String!, $number: Int!) { repository(owner: $owner, name: $repo) { issue(number: $number) { number body author { login } lastEditedAt editor { login } } } }`,
        { ...here, number: data.number },
      );
    const plain = { number: data.number, author: { login: 'pia' } };
    expect((await edits()).repository.issue).toEqual({
      ...plain,
      body: 'First',
      lastEditedAt: null,
      editor: null,
    });
    await mona.issues.update({ ...here, issue_number: data.number, title: 'Another title' });
    expect((await edits()).repository.issue).toMatchObject({ lastEditedAt: null });
    await mona.issues.update({ ...here, issue_number: data.number, body: 'Second' });
    expect((await edits()).repository.issue).toEqual({
      ...plain,
      body: 'Second',
      lastEditedAt: expect.stringContaining('Z'),
      editor: { login: 'mona' },
    });
    const { number } = await proposes(mona, 'no-issue');
    await expect(
      pia.graphql(
        `query($owner: String!, $repo: String!, $number: Int!) { repository(owner: $owner, name: $repo) { issue(number: $number) { number } } }`,
        { ...here, number },
      ),
    ).rejects.toThrow('Could not resolve to an Issue');
  });

  test('comments are written, edited by their author or a maintainer, and deleted', async () => {
    const { number } = await proposes(mona, 'comments');
    const { data: comment } = await pia.issues.createComment({
      ...here,
      issue_number: number,
      body: 'First',
    });
    await pia.issues.updateComment({ ...here, comment_id: comment.id, body: 'Second' });
    const edits = await pia.graphql<{
      repository: {
        pullRequest: { comments: { nodes: { databaseId: number; lastEditedAt: string | null }[] } };
      };
    }>(
      `query($owner: String!, $repo: String!, $number: Int!) { repository(owner: $owner, name: $repo) { pullRequest(number: $number) { comments(first: 10) { nodes { databaseId lastEditedAt } } } } }`,
      { ...here, number },
    );
    expect(edits.repository.pullRequest.comments.nodes).toEqual([
      { databaseId: comment.id, lastEditedAt: expect.stringContaining('Z') },
    ]);
    expect((await mona.issues.getComment({ ...here, comment_id: comment.id })).data.body).toBe('Second');
    const other = await mona.issues.createComment({ ...here, issue_number: number, body: 'Mine' });
    expect(
      await refusal(pia.issues.updateComment({ ...here, comment_id: other.data.id, body: 'Yours' })),
    ).toMatchObject({ status: 403 });
    await mona.issues.deleteComment({ ...here, comment_id: comment.id });
    expect(
      (await pia.issues.listComments({ ...here, issue_number: number })).data.map((one) => one.body),
    ).toEqual(['Mine']);
  });

  test('a comment longer than GitHub takes is refused', async () => {
    const { number } = await proposes(mona, 'long');
    const write = (length: number) =>
      pia.issues.createComment({ ...here, issue_number: number, body: 'x'.repeat(length) });
    expect((await write(65_536)).status).toBe(201);
    expect(await refusal(write(65_537))).toMatchObject({ status: 422 });
  });

  test('labels are made, put on, replaced and taken off', async () => {
    const { number } = await proposes(mona, 'labels');
    const issue = { ...here, issue_number: number };
    await app.issues.createLabel({
      ...here,
      name: 'state: new',
      color: '0e8a16',
      description: 'Just arrived',
    });
    await app.issues.addLabels({ ...issue, labels: ['state: new', 'urgent'] });
    await app.issues.setLabels({ ...issue, labels: ['urgent', 'later'] });
    const names = async () => (await pia.issues.listLabelsOnIssue(issue)).data.map((one) => one.name);
    expect(await names()).toEqual(['urgent', 'later']);
    await app.issues.removeLabel({ ...issue, name: 'urgent' });
    expect(await names()).toEqual(['later']);
    expect(await refusal(app.issues.removeLabel({ ...issue, name: 'urgent' }))).toMatchObject({
      status: 404,
    });
    expect(await refusal(pia.issues.addLabels({ ...issue, labels: ['mine'] }))).toMatchObject({
      status: 403,
    });
    const updated = await app.issues.updateLabel({ ...here, name: 'later', color: 'ff0000' });
    expect(updated.data.color).toBe('ff0000');
    const assigned = await mona.issues.addAssignees({ ...issue, assignees: ['rita', 'nobody-here'] });
    expect(assigned.data.assignees?.map((one) => one.login)).toEqual(['rita']);
  });
});

describe('the App at work', () => {
  test('it reports by a check run, and merges', async () => {
    const { number, sha } = await proposes(mona, 'app-merges');
    const run = await app.checks.create({ ...here, name: 'rollout', head_sha: sha, status: 'in_progress' });
    await app.checks.update({
      ...here,
      check_run_id: run.data.id,
      conclusion: 'success',
      output: { title: 'Ready', summary: 'Go' },
    });
    const { data } = await pia.checks.listForRef({
      ...here,
      ref: sha,
      check_name: 'rollout',
      app_id: forge.app.id,
    });
    expect(data).toMatchObject({
      total_count: 1,
      check_runs: [{ conclusion: 'success', app: { id: forge.app.id }, pull_requests: [{ number }] }],
    });
    const merged = await app.pulls.merge({ ...here, pull_number: number, sha });
    expect((await pia.git.getRef({ ...here, ref: 'heads/main' })).data.object.sha).toBe(merged.data.sha);
  });

  test('Probot signs in as the App, and acts in the installation', async () => {
    const { id, privateKey, webhookSecret, installationId } = forge.app;
    const probot = new Probot({
      appId: id,
      privateKey,
      secret: webhookSecret,
      baseUrl: forge.url,
      logLevel: 'fatal',
    });
    const octokit = await probot.auth(installationId);
    const { data } = await octokit.rest.issues.create({ ...here, title: 'By Probot' });
    expect(data.user).toMatchObject({ login: 'staged-rollout[bot]', type: 'Bot' });
  });

  test('a summary longer than GitHub takes is refused', async () => {
    const { sha } = await proposes(mona, 'long-summary');
    const report = (length: number) =>
      app.checks.create({
        ...here,
        name: 'rollout',
        head_sha: sha,
        status: 'in_progress',
        output: { title: 'Long', summary: 'x'.repeat(length) },
      });
    expect((await report(65_535)).status).toBe(201);
    expect(await refusal(report(65_536))).toMatchObject({ status: 422 });
  });

  test('it writes commits with git data, and moves main only from where it was', async () => {
    const main = await app.git.getRef({ ...here, ref: 'heads/main' });
    const parent = main.data.object.sha;
    const blob = await app.git.createBlob({ ...here, content: 'channel: candidate\n' });
    const base = await app.git.getCommit({ ...here, commit_sha: parent });
    const tree = await app.git.createTree({
      ...here,
      base_tree: base.data.tree.sha,
      tree: [{ path: 'repos-manifest/candidate/1.yml', mode: '100644', type: 'blob', sha: blob.data.sha }],
    });
    const author = { name: 'Rollout', email: 'rollout@example.org', date: '2026-05-04T10:00:00Z' };
    const signature = '-----BEGIN PGP SIGNATURE-----\n\nnot really\n-----END PGP SIGNATURE-----\n';
    const commit = await app.git.createCommit({
      ...here,
      message: 'Promote',
      tree: tree.data.sha,
      parents: [parent],
      author,
      signature,
    });
    await app.git.updateRef({ ...here, ref: 'heads/main', sha: commit.data.sha });
    const clone = join(work.dir, 'journal');
    await git(work.dir, 'clone', '--quiet', cloneUrl(forge), clone);
    expect(await git(clone, 'show', 'HEAD:repos-manifest/candidate/1.yml')).toBe('channel: candidate\n');
    expect(await git(clone, 'cat-file', 'commit', 'HEAD')).toContain(
      'gpgsig -----BEGIN PGP SIGNATURE-----\n \n not really\n',
    );
    expect((await git(clone, 'fsck', '--strict')).trim()).toBe('');
    expect((await pia.git.getCommit({ ...here, commit_sha: commit.data.sha })).data).toMatchObject({
      author,
      verification: { verified: false },
    });
    const stale = await app.git.createCommit({
      ...here,
      message: 'Late',
      tree: tree.data.sha,
      parents: [parent],
      author,
    });
    expect(
      await refusal(app.git.updateRef({ ...here, ref: 'heads/main', sha: stale.data.sha })),
    ).toMatchObject({ status: 422 });
    const { data } = await pia.repos.compareCommitsWithBasehead({ ...here, basehead: `${parent}...main` });
    expect(data).toMatchObject({
      status: 'ahead',
      ahead_by: 1,
      files: [{ filename: 'repos-manifest/candidate/1.yml', status: 'added' }],
    });
  });

  test('it sees teams and cannot change them without the permission; an owner can', async () => {
    const team = { org: owner, team_slug: 'adopters' };
    expect((await app.teams.listMembersInOrg(team)).data.map((one) => one.login)).toEqual(['pia']);
    expect(
      await refusal(app.teams.addOrUpdateMembershipForUserInOrg({ ...team, username: 'rita' })),
    ).toMatchObject({ status: 403 });
    expect(
      await refusal(mona.teams.addOrUpdateMembershipForUserInOrg({ ...team, username: 'rita' })),
    ).toMatchObject({ status: 403 });
    await as(forge, 'olga').teams.addOrUpdateMembershipForUserInOrg({ ...team, username: 'rita' });
    expect((await app.teams.getMembershipForUserInOrg({ ...team, username: 'rita' })).data.state).toBe(
      'active',
    );
    forge.setTeam('adopters', ['pia']);
    expect(await refusal(app.teams.getMembershipForUserInOrg({ ...team, username: 'rita' }))).toMatchObject({
      status: 404,
    });
  });
});

describe('manners', () => {
  test('what has not changed is answered with 304', async () => {
    const first = await pia.repos.get(here);
    const again = await fetch(`${forge.url}/repos/${owner}/${repo}`, {
      headers: {
        authorization: `token ${forge.tokens['pia'] ?? ''}`,
        'if-none-match': first.headers.etag ?? '',
      },
    });
    expect([again.status, await again.text()]).toEqual([304, '']);
  });

  test('long lists come in pages with links', async () => {
    const { number } = await proposes(mona, 'pages');
    for (let at = 1; at <= 7; at += 1)
      await pia.issues.createComment({ ...here, issue_number: number, body: `Comment ${String(at)}` });
    const all = await pia.paginate(pia.issues.listComments, { ...here, issue_number: number, per_page: 3 });
    expect(all.map((one) => one.body)).toEqual([1, 2, 3, 4, 5, 6, 7].map((at) => `Comment ${String(at)}`));
  });

  test('both prefixes serve the same', async () => {
    const answers = await Promise.all(
      ['', '/api/v3'].map(async (prefix) =>
        (await fetch(`${forge.url}${prefix}/repos/${owner}/${repo}`)).text(),
      ),
    );
    expect(answers[0]).toBe(answers[1]);
  });

  test('an operation the forge does not have is refused loudly', async () => {
    const refused = await refusal(pia.request('GET /repos/{owner}/{repo}/milestones', here));
    expect(refused.status).toBe(501);
    expect(refused.message).toContain('The embedded forge has no operation GET');
  });

  test('a request without a required field is refused with 422', async () => {
    expect(
      await refusal(pia.request('POST /repos/{owner}/{repo}/issues', { ...here } as never)),
    ).toMatchObject({ status: 422 });
  });

  test.each([['../../etc/passwd'], ['a/../b'], ['.git/config'], ['a\nb'], ['']])(
    'the path %j cannot be written',
    async (path) => {
      const tree = [{ path, mode: '100644' as const, type: 'blob' as const, content: 'x' }];
      expect(await refusal(app.git.createTree({ ...here, tree }))).toMatchObject({ status: 422 });
    },
  );

  test.each([
    ['refs/heads/../../x'],
    ['refs/pull/1/head'],
    ['refs/heads/a b'],
    ['refs/heads/-x\n'],
    ['HEAD'],
  ])('the ref %j cannot be made', async (ref) => {
    const { data } = await app.git.getRef({ ...here, ref: 'heads/main' });
    expect(await refusal(app.git.createRef({ ...here, ref, sha: data.object.sha }))).toMatchObject({
      status: 422,
    });
  });
});
