import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Webhooks } from '@octokit/webhooks';
import type { Octokit } from '@octokit/rest';
import type { Forge } from '../../app/forge/forge.ts';
import {
  appJwt,
  as,
  asApp,
  client,
  owner,
  proposes,
  receiver,
  repo,
  start,
  temporaryFolder,
} from './trial.ts';

const here = { owner, repo };
let forge: Forge;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let listener: Awaited<ReturnType<typeof receiver>>;
let mona: Octokit;
let pia: Octokit;

beforeEach(async () => {
  [folder, listener] = await Promise.all([temporaryFolder(), receiver()]);
  forge = await start(folder.dir);
  forge.hook(listener.url);
  [mona, pia] = [as(forge, 'mona'), as(forge, 'pia')];
});

afterEach(async () => {
  await forge.stop();
  await Promise.all([listener.close(), folder.remove()]);
});

interface Payload {
  readonly action?: string;
  readonly number?: number;
  readonly installation?: { readonly id: number };
  readonly sender?: { readonly login: string };
}

function payloads(): { event: string; payload: Payload }[] {
  return listener.received.map(({ event, body }) => ({ event, payload: JSON.parse(body) as Payload }));
}

async function told(): Promise<string[]> {
  await forge.quiet();
  return payloads().map(({ event, payload }) =>
    payload.action === undefined ? event : `${event}.${payload.action}`,
  );
}

describe('webhooks', () => {
  test('are signed as GitHub signs them', async () => {
    await pia.issues.create({ ...here, title: 'Hello' });
    await forge.quiet();
    const [one] = listener.received;
    const signature = String(one?.headers['x-hub-signature-256']);
    expect(one?.headers).toMatchObject({ 'x-github-event': 'issues', 'content-type': 'application/json' });
    expect(await new Webhooks({ secret: forge.app.webhookSecret }).verify(one?.body ?? '', signature)).toBe(
      true,
    );
    expect(await new Webhooks({ secret: 'another secret' }).verify(one?.body ?? '', signature)).toBe(false);
    expect(payloads()[0]?.payload).toMatchObject({
      installation: { id: forge.app.installationId },
      sender: { login: 'pia' },
    });
  });

  test('tell the life of a pull request in order', async () => {
    const { number, sha, node } = await proposes(mona, 'life', true);
    const pull = { ...here, pull_number: number };
    const issue = { ...here, issue_number: number };
    const app = await asApp(forge);
    await mona.graphql(
      'mutation($id: ID!) { markPullRequestReadyForReview(input: { pullRequestId: $id }) { clientMutationId } }',
      { id: node },
    );
    await mona.pulls.update({ ...pull, title: 'Another title' });
    await app.issues.addLabels({ ...issue, labels: ['new'] });
    await app.issues.removeLabel({ ...issue, name: 'new' });
    await app.issues.addAssignees({ ...issue, assignees: ['mona'] });
    await app.pulls.requestReviewers({ ...pull, team_reviewers: ['adopters'] });
    const review = await pia.pulls.createReview({ ...pull, event: 'APPROVE', body: 'Good' });
    await pia.pulls.updateReview({ ...pull, review_id: review.data.id, body: 'Very good' });
    await mona.pulls.dismissReview({ ...pull, review_id: review.data.id, message: 'Too early' });
    await mona.repos.createOrUpdateFileContents({
      ...here,
      branch: 'life',
      path: 'more.txt',
      message: 'More',
      content: 'eA==',
    });
    await app.checks.create({
      ...here,
      name: 'rollout',
      head_sha: sha,
      status: 'completed',
      conclusion: 'success',
    });
    await app.pulls.merge(pull);
    expect(await told()).toEqual([
      'push',
      'push',
      'pull_request.opened',
      'pull_request.ready_for_review',
      'pull_request.edited',
      'pull_request.labeled',
      'pull_request.unlabeled',
      'pull_request.assigned',
      'pull_request.review_requested',
      'pull_request_review.submitted',
      'pull_request_review.edited',
      'pull_request_review.dismissed',
      'push',
      'pull_request.synchronize',
      'check_run.created',
      'check_run.completed',
      'pull_request.closed',
      'push',
    ]);
  });

  test('tell of comments written, edited and deleted', async () => {
    const issue = await pia.issues.create({ ...here, title: 'Talk' });
    const { data } = await pia.issues.createComment({
      ...here,
      issue_number: issue.data.number,
      body: 'First',
    });
    await pia.issues.updateComment({ ...here, comment_id: data.id, body: 'Second' });
    await pia.issues.deleteComment({ ...here, comment_id: data.id });
    expect(await told()).toEqual([
      'issues.opened',
      'issue_comment.created',
      'issue_comment.edited',
      'issue_comment.deleted',
    ]);
    expect(payloads()[2]?.payload).toMatchObject({
      changes: { body: { from: 'First' } },
      comment: { body: 'Second' },
    });
  });

  test('tell what a push brought', async () => {
    await proposes(mona, 'pushed');
    await forge.quiet();
    expect(payloads()[0]?.payload).toMatchObject({ ref: 'refs/heads/pushed', created: true, commits: [] });
    expect(payloads()[1]?.payload).toMatchObject({
      created: false,
      commits: [{ added: ['releases/pushed.yml'], removed: [], modified: [] }],
    });
  });

  test('tell who joins and leaves a team', async () => {
    forge.setTeam('adopters', ['rita']);
    expect(await told()).toEqual(['membership.removed', 'membership.added']);
    expect(() => {
      forge.setTeam('adopters', ['stranger']);
    }).toThrow('There is no user stranger');
  });

  test('are sent for what happens in the organisation, not in forks', async () => {
    await pia.repos.createFork(here);
    await pia.issues.create({ owner: 'pia', repo, title: 'In the fork' });
    expect(await told()).toEqual([]);
  });

  test('that were lost are recorded as failed, not tried again, and can be redelivered with the same id', async () => {
    forge.losing(true);
    await pia.issues.create({ ...here, title: 'Lost' });
    expect(await told()).toEqual([]);
    expect(forge.deliveries()).toMatchObject([{ event: 'issues', statusCode: 0, redelivery: false }]);
    forge.losing(false);
    expect(await forge.redeliver()).toBe(1);
    expect(await told()).toEqual(['issues.opened']);
    const [first, second] = forge.deliveries();
    expect(second).toMatchObject({ statusCode: 202, redelivery: true, guid: first?.guid });
    expect(listener.received[0]?.headers['x-github-delivery']).toBe(first?.guid);
    expect(await forge.redeliver()).toBe(0);
  });

  test('can be found and redelivered by the App itself', async () => {
    const itself = client(forge, appJwt(forge));
    forge.losing(true);
    for (const title of ['One', 'Two', 'Three']) await pia.issues.create({ ...here, title });
    await forge.quiet();
    forge.losing(false);
    const { data, headers } = await itself.apps.listWebhookDeliveries({ per_page: 2 });
    expect(data).toHaveLength(2);
    expect(headers.link).toContain('cursor=');
    const [latest] = data;
    await itself.apps.redeliverWebhookDelivery({ delivery_id: latest?.id ?? 0 });
    expect(await told()).toEqual(['issues.opened']);
    const { data: whole } = await itself.apps.getWebhookDelivery({ delivery_id: latest?.id ?? 0 });
    expect(whole.request.payload).toMatchObject({ issue: { title: 'Three' } });
  });

  test('to a receiver that is not there are recorded as failed', async () => {
    forge.hook('http://127.0.0.1:9/');
    await pia.issues.create({ ...here, title: 'Nobody hears' });
    await forge.quiet();
    expect(forge.deliveries()).toMatchObject([{ statusCode: 0, status: 'failed to connect to host' }]);
  });
});
