import { execFile } from 'node:child_process';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Octokit } from '@octokit/rest';
import { startForge, type Forge, type ForgeSeed } from '../../app/forge/forge.ts';

export const owner = 'egi-test';
export const repo = 'rollout';

// One key for all forges of a test file: making one takes longer than starting a forge.
const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

export const seed: ForgeSeed = {
  organisation: owner,
  repository: repo,
  users: ['mona', 'pia', 'rita', 'olga'].map((login) => ({ login, name: `${login} of the trial` })),
  owners: ['olga'],
  teams: [
    { slug: 'managers', members: ['mona', 'rita'], permission: 'push' },
    { slug: 'adopters', members: ['pia'], permission: 'pull' },
    { slug: 'outside', members: [], permission: 'none' },
  ],
  files: { 'README.md': '# Rollout\n', 'releases/README.md': 'Tickets go here.\n' },
  app: {
    slug: 'staged-rollout',
    privateKey,
    events: [
      'pull_request',
      'pull_request_review',
      'issue_comment',
      'issues',
      'check_run',
      'push',
      'membership',
    ],
    permissions: {
      metadata: 'read',
      members: 'read',
      contents: 'write',
      pull_requests: 'write',
      issues: 'write',
      checks: 'write',
      statuses: 'write',
    },
  },
  requiredCheck: 'rollout',
};

/** A folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<{ dir: string; remove: () => Promise<void> }> {
  const dir = await mkdtemp(join(tmpdir(), 'forge-'));
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

export function start(dir: string, clock: () => Date = () => new Date()): Promise<Forge> {
  return startForge({ dir, clock, seed });
}

const silent = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** GitHub's own client, pointed at the forge. */
export function client(
  forge: Forge,
  token?: string,
  fetch: typeof globalThis.fetch = globalThis.fetch,
): Octokit {
  const auth = token === undefined ? {} : { auth: token };
  return new Octokit({ baseUrl: forge.url, log: silent, request: { fetch }, ...auth });
}

export function as(forge: Forge, login: string): Octokit {
  return client(forge, forge.tokens[login]);
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** A JSON Web Token as an App makes it. */
export function appJwt(forge: Forge, claims: Record<string, unknown> = {}): string {
  const time = Math.floor(Date.now() / 1000);
  const text = `${encoded({ alg: 'RS256', typ: 'JWT' })}.${encoded({ iat: time - 30, exp: time + 500, iss: forge.app.id, ...claims })}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(forge.app.privateKey, 'base64url')}`;
}

export async function installationToken(forge: Forge, permissions?: Record<string, string>): Promise<string> {
  const { data } = await client(forge, appJwt(forge)).request(
    'POST /app/installations/{installation_id}/access_tokens',
    {
      installation_id: forge.app.installationId,
      ...(permissions === undefined ? {} : { permissions }),
    },
  );
  return data.token;
}

export async function asApp(forge: Forge): Promise<Octokit> {
  return client(forge, await installationToken(forge));
}

const run = promisify(execFile);

/** The real git, with no settings but these. */
export async function git(cwd: string, ...args: string[]): Promise<string> {
  const env = {
    PATH: process.env['PATH'],
    HOME: cwd,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Trial',
    GIT_AUTHOR_EMAIL: 'trial@example.org',
    GIT_COMMITTER_NAME: 'Trial',
    GIT_COMMITTER_EMAIL: 'trial@example.org',
    LC_ALL: 'C',
  };
  return (await run('git', args, { cwd, env })).stdout;
}

export function cloneUrl(forge: Forge, token?: string, from = owner): string {
  const credentials = token === undefined ? '' : `x-access-token:${token}@`;
  return `${forge.url.replace('http://', `http://${credentials}`)}/${from}/${repo}.git`;
}

/** A branch with one file more than main, made through the API. */
export async function branchWith(
  octokit: Octokit,
  branch: string,
  path: string,
  text: string,
  from = owner,
): Promise<string> {
  const where = { owner: from, repo };
  const main = await octokit.git.getRef({ ...where, ref: 'heads/main' });
  await octokit.git.createRef({ ...where, ref: `refs/heads/${branch}`, sha: main.data.object.sha });
  const put = await octokit.repos.createOrUpdateFileContents({
    ...where,
    path,
    branch,
    message: `Add ${path}`,
    content: Buffer.from(text).toString('base64'),
  });
  return put.data.commit.sha ?? '';
}

/** A pull request from a branch with one new file. */
export async function proposes(
  octokit: Octokit,
  branch: string,
  draft = false,
): Promise<{ number: number; sha: string; node: string }> {
  const sha = await branchWith(octokit, branch, `releases/${branch}.yml`, `name: ${branch}\n`);
  const { data } = await octokit.pulls.create({
    owner,
    repo,
    title: `Release ${branch}`,
    head: branch,
    base: 'main',
    draft,
  });
  return { number: data.number, sha, node: data.node_id };
}

export interface Received {
  readonly event: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A receiver of webhooks that writes down what comes. */
export async function receiver(): Promise<{ url: string; received: Received[]; close: () => Promise<void> }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      received.push({ event: String(request.headers['x-github-event']), headers: request.headers, body });
      response.writeHead(202).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    url: `http://127.0.0.1:${String(port)}/`,
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

/** The status of a request that must be refused, and why. */
export async function refusal(request: Promise<unknown>): Promise<{ status: number; message: string }> {
  try {
    await request;
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'status' in error && 'message' in error) {
      return { status: Number(error.status), message: String(error.message) };
    }
    throw error;
  }
  throw new Error('the forge did what it should have refused');
}
