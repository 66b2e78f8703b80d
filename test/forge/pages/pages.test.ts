import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import type { Forge } from '../../../app/forge/forge.ts';
import { as, asApp, owner, proposes, repo, start, temporaryFolder } from '../trial.ts';

const here = { owner, repo };
let forge: Forge;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let number: number;
let sha: string;
let address: string;
let text: string;
let policy: string;

beforeAll(async () => {
  folder = await temporaryFolder();
  forge = await start(folder.dir);
  const [mona, pia, app] = [as(forge, 'mona'), as(forge, 'pia'), await asApp(forge)];
  ({ number, sha } = await proposes(mona, 'shown'));
  await mona.pulls.update({ ...here, pull_number: number, title: 'Release <b>bold</b>' });
  await app.issues.createLabel({
    ...here,
    name: 'state: staged',
    color: '0e8a16',
    description: 'With the "early" adopters',
  });
  await app.issues.addLabels({ ...here, issue_number: number, labels: ['state: staged'] });
  await app.checks.create({
    ...here,
    name: 'rollout',
    head_sha: sha,
    conclusion: 'failure',
    output: { title: 'Not ready', summary: '- no report yet' },
  });
  await pia.pulls.createReview({ ...here, pull_number: number, event: 'APPROVE', body: 'Works **well**' });
  await pia.issues.createComment({
    ...here,
    issue_number: number,
    body: '<script>alert(1)</script><!-- secret --> [click](javascript:alert(1))',
  });
  address = (await pia.pulls.get({ ...here, pull_number: number })).data.html_url;
  const answer = await fetch(address);
  text = await answer.text();
  policy = answer.headers.get('content-security-policy') ?? '';
});

afterAll(async () => {
  await forge.stop();
  await folder.remove();
});

describe('the page of a pull request', () => {
  test('is where its html_url points, and shows what there is', () => {
    expect(address).toBe(`${forge.url}/${owner}/${repo}/pull/${String(number)}`);
    for (const shown of [
      'open',
      'state: staged',
      'rollout',
      'failure',
      'Not ready',
      'no report yet',
      'approved',
      'Works <strong>well</strong>',
      'releases/shown.yml',
    ]) {
      expect(text).toContain(shown);
    }
  });

  test('shows what strangers wrote as text, and hides their hidden comments', () => {
    expect(text).toContain('Release &lt;b&gt;bold&lt;/b&gt;');
    expect(text).toContain('&lt;script&gt;');
    expect(text).not.toContain('<script');
    expect(text).not.toContain('secret');
    expect(text).not.toContain('href="javascript');
    expect(text).toContain('With the &quot;early&quot; adopters');
  });

  test('lets the browser load nothing but its own style', () => {
    const style = /<style>([^<]*)<\/style>/u.exec(text)?.[1] ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`style-src 'sha256-${createHash('sha256').update(style).digest('base64')}'`);
    expect(text).not.toMatch(/ style="/u);
    expect(style).toContain('background:#0e8a16');
  });
});

describe('the other pages', () => {
  test('list pull requests and issues', async () => {
    const issue = await as(forge, 'pia').issues.create({ ...here, title: 'An issue' });
    const pulls = await (await fetch(`${forge.url}/${owner}/${repo}/pulls`)).text();
    const issues = await (await fetch(`${forge.url}/${owner}/${repo}/issues`)).text();
    expect(pulls).toContain(`/pull/${String(number)}`);
    expect(pulls).not.toContain('An issue');
    expect(issues).toContain(`/issues/${String(issue.data.number)}`);
    expect(await (await fetch(issue.data.html_url)).text()).toContain('An issue');
  });

  test('a browser at the root is sent to the list', async () => {
    const answer = await fetch(forge.url, { headers: { accept: 'text/html' }, redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, `/${owner}/${repo}/pulls`]);
  });

  test('a check run has a page at its html_url', async () => {
    const { data } = await as(forge, 'pia').checks.listForRef({ ...here, ref: sha });
    expect(await (await fetch(data.check_runs[0]?.html_url ?? '')).text()).toContain('no report yet');
  });

  test('a file is given as plain text, whatever is in it', async () => {
    const { data } = await as(forge, 'pia').pulls.listFiles({ ...here, pull_number: number });
    const answer = await fetch(data[0]?.raw_url ?? '');
    expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await answer.text()).toBe('name: shown\n');
    expect((await fetch(`${forge.url}/${owner}/${repo}/commit/${sha}`)).status).toBe(200);
  });

  test.each(['/pull/999', '/runs/1', '/blob/main/absent', '/blob/main/../../etc/passwd', '/commit/HEAD'])(
    'there is no page %s',
    async (path) => {
      expect((await fetch(`${forge.url}/${owner}/${repo}${path}`)).status).toBe(501);
    },
  );
});
