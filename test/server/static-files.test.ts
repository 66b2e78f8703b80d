import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execFile, execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { link, mkdir, mkdtemp, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createListener, type Listener } from '../../app/server/listener.ts';
import { serveFiles } from '../../app/server/static-files.ts';
import { speak } from './world.ts';

let dir: string;
let root: string;
let url: string;
let listener: Listener;
let lines: string[];
let errors: unknown[];

const long = Buffer.alloc(300_000, 'deb');
const old = new Date('2026-11-20T08:00:00Z');

beforeEach(async () => {
  [lines, errors] = [[], []];
  dir = await mkdtemp(join(tmpdir(), 'rollout-files-'));
  root = join(dir, 'channels');
  await mkdir(join(root, 'umd/5/pool'), { recursive: true });
  await mkdir(join(root, 'keys'));
  await writeFile(join(dir, 'secret'), 'SECRET');
  await writeFile(join(root, '.hidden'), 'SECRET');
  await writeFile(join(root, 'umd/5/InRelease'), 'Suite: production\n');
  await writeFile(join(root, 'umd/5/pool/tool_1%3a2.3+dfsg-1~deb12_amd64.deb'), long);
  for (const name of ['InRelease', 'pool/tool_1%3a2.3+dfsg-1~deb12_amd64.deb'])
    await utimes(join(root, 'umd/5', name), old, old);
  const handle = serveFiles({ root, prefix: '/channels/', log: (line) => lines.push(line) });
  listener = createListener({
    routes: { files: { prefix: '/channels/', handle } },
    ready: () => true,
    onError: (error) => errors.push(error),
  });
  url = await listener.listen(0);
});
afterEach(async () => {
  await listener.stop();
  await rm(dir, { recursive: true });
  if (errors.length > 0) throw new AggregateError(errors, 'a handler failed');
});

const release = '/channels/umd/5/InRelease';
const packagePath = '/channels/umd/5/pool/tool_1%253a2.3+dfsg-1~deb12_amd64.deb';

describe('a file of the tree', () => {
  test('is served whole, with what caches and apt need', async () => {
    const answer = await fetch(`${url}${packagePath}`);
    expect(answer.status).toBe(200);
    expect(Buffer.from(await answer.arrayBuffer()).equals(long)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'application/vnd.debian.binary-package',
      'content-length': '300000',
      'last-modified': 'Fri, 20 Nov 2026 08:00:00 GMT',
      etag: expect.stringMatching(/^"[0-9a-z-]+"$/),
      'x-content-type-options': 'nosniff',
    });
  });

  test.each([
    ['a.deb', 'application/vnd.debian.binary-package'],
    ['a.rpm', 'application/x-rpm'],
    ['Packages.gz', 'application/gzip'],
    ['a.tar.gz', 'application/gzip'],
    ['a.tar.xz', 'application/x-xz'],
    ['channel.json', 'application/json'],
    ['channel.json.asc', 'application/pgp-signature'],
    ['Release.gpg', 'application/pgp-signature'],
    ['keys/production.asc', 'application/pgp-keys'],
    ['keys/production.gpg', 'application/pgp-keys'],
    ['repomd.xml', 'application/xml'],
    ['InRelease', 'text/plain; charset=utf-8'],
    ['Release', 'text/plain; charset=utf-8'],
    ['mirrorlist', 'text/plain; charset=utf-8'],
    ['umd.sources', 'text/plain; charset=utf-8'],
    ['a.html', 'application/octet-stream'],
    ['a.svg', 'application/octet-stream'],
    ['unknown', 'application/octet-stream'],
  ])('called %s has the type %s', async (name, type) => {
    await writeFile(join(root, name), 'x');
    const answer = await fetch(`${url}/channels/${name}`);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
  });

  test('may be a hard link of the store, or a link inside the tree', async () => {
    await link(join(dir, 'secret'), join(root, 'hard'));
    await symlink('umd/5', join(root, 'current'));
    expect(await (await fetch(`${url}/channels/hard`)).text()).toBe('SECRET');
    expect(await (await fetch(`${url}/channels/current/InRelease`)).text()).toBe('Suite: production\n');
  });

  test('is told about without being sent', async () => {
    const answer = await fetch(`${url}${packagePath}`, { method: 'HEAD' });
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([
      200,
      '300000',
      '',
    ]);
  });

  test('may be empty', async () => {
    await writeFile(join(root, 'empty'), '');
    const answer = await fetch(`${url}/channels/empty`);
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([
      200,
      '0',
      '',
    ]);
  });

  test('is found though the tree was made, or switched, after the start', async () => {
    await rename(root, join(dir, 'next'));
    expect((await fetch(`${url}${release}`)).status).toBe(404);
    await symlink('next', root);
    expect((await fetch(`${url}${release}`)).status).toBe(200);
  });
});

const statusWith = async (headers: Readonly<Record<string, string>>): Promise<number> =>
  (await fetch(`${url}${release}`, { headers })).status;

describe('what a client has already', () => {
  test('is not sent again, by tag or by time', async () => {
    const { headers } = await fetch(`${url}${release}`);
    const tag = headers.get('etag') ?? '';
    const time = headers.get('last-modified') ?? '';
    expect(await statusWith({ 'if-modified-since': time })).toBe(304);
    expect(await statusWith({ 'if-none-match': tag })).toBe(304);
    expect(await statusWith({ 'if-none-match': `"x", W/${tag}` })).toBe(304);
    expect(await statusWith({ 'if-none-match': '*' })).toBe(304);
    expect(await statusWith({ 'if-none-match': '"x"', 'if-modified-since': time })).toBe(200);
    expect(await statusWith({ 'if-modified-since': 'Fri, 20 Nov 2026 08:00:01 GMT' })).toBe(200);
    expect(await statusWith({ 'if-modified-since': 'nonsense' })).toBe(200);
  });

  test('is sent anew when it was replaced, even by a file of the same length and time', async () => {
    const { headers } = await fetch(`${url}${release}`);
    await writeFile(join(root, 'next'), 'Suite: PRODUCTION\n');
    await utimes(join(root, 'next'), old, old);
    await rename(join(root, 'next'), join(root, 'umd/5/InRelease'));
    expect(await statusWith({ 'if-none-match': headers.get('etag') ?? '' })).toBe(200);
  });

  test('is sent anew when it was replaced within the second in which it was read', async () => {
    let now = Date.UTC(2026, 10, 22, 9, 0, 0, 300);
    const handle = serveFiles({ root, prefix: '/channels/', log: () => undefined, now: () => now });
    const second = createListener({
      routes: { files: { prefix: '/channels/', handle } },
      ready: () => true,
      onError: (error) => errors.push(error),
    });
    const base = await second.listen(0);
    const seen = async (since?: string): Promise<readonly [number, string]> => {
      const answer = await fetch(
        `${base}${release}`,
        since === undefined ? {} : { headers: { 'if-modified-since': since } },
      );
      return [answer.status, answer.headers.get('last-modified') ?? ''];
    };
    const file = join(root, 'umd/5/InRelease');
    await utimes(file, now / 1000, now / 1000);
    const [, first] = await seen();
    now += 500;
    await writeFile(file, 'replaced');
    await utimes(file, now / 1000, now / 1000);
    now += 60_000;
    expect(await seen(first)).toEqual([200, 'Sun, 22 Nov 2026 09:00:00 GMT']);
    expect(await seen('Sun, 22 Nov 2026 09:00:00 GMT')).toEqual([304, 'Sun, 22 Nov 2026 09:00:00 GMT']);
    await second.stop();
  });
});

/** Sends the path as it stands: fetch would tidy it up first. */
const ask = (path: string): Promise<{ status: number; body: string }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const sent = request({ hostname, port, path }, (answer) => {
      let body = '';
      answer.on('data', (data) => (body += String(data)));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body }));
    });
    sent.on('error', reject);
    sent.end();
  });

describe('nothing outside the tree', () => {
  test.each([
    '/channels/../secret',
    '/channels/umd/../../secret',
    '/channels/%2e%2e/secret',
    '/channels/%2E%2E%2Fsecret',
    '/channels/..%2fsecret',
    '/channels/..%5csecret',
    '/channels/..\\secret',
    '/channels/%252e%252e/secret',
    '/channels/....//secret',
    '/channels/.',
    '/channels/./../secret',
    '/channels/%2e/umd/5/InRelease',
    '/channels/umd//5/InRelease',
    '/channels//etc/passwd',
    '/channels/%2fetc%2fpasswd',
    '/channels/umd/5/InRelease%00.deb',
    '/channels/umd/5/InRelease/',
    '/channels/umd/5/InRelease/x',
    '/channels/umd/5',
    '/channels/umd/5/',
    '/channels/',
    '/channels/.hidden',
    '/channels/%2ehidden',
    '/channels/%',
    '/channels/%zz',
    '/channels/%c0%ae%c0%ae/secret',
    '/channels/%ef%bc%8e%ef%bc%8e/secret',
    '/channels/umd/5/InRelease%0d%0aset-cookie:x',
    '/channels/out/secret',
    '/channels/out-file',
    '/channels/loop',
    '/channels/beside/secret',
    '/channels/pipe',
    `/channels/${'a'.repeat(300)}`,
    `/channels/${'a/'.repeat(2000)}`,
    '/channelsecret',
    '/CHANNELS/umd/5/InRelease',
  ])('%s is not found', async (path) => {
    await symlink(dir, join(root, 'out'));
    await symlink(join(dir, 'secret'), join(root, 'out-file'));
    await symlink('loop', join(root, 'loop'));
    await mkdir(join(dir, 'channels-beside'));
    await writeFile(join(dir, 'channels-beside/secret'), 'SECRET');
    await symlink('../channels-beside', join(root, 'beside'));
    execFileSync('mkfifo', [join(root, 'pipe')]);
    const { status, body } = await ask(path);
    expect([status, body]).toEqual([404, 'not found\n']);
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('and nothing is written: %s', async (method) => {
    const answer = await fetch(`${url}${release}`, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});

const logged = (): unknown[] => lines.map((line) => JSON.parse(line) as unknown);

describe('the access log', () => {
  test('has one JSON line for each answer', async () => {
    const headers = { 'user-agent': 'Debian APT-HTTP/1.3 (2.6.2)' };
    await (await fetch(`${url}${release}?x=1`, { headers })).text();
    await fetch(`${url}${release}`, { headers, method: 'HEAD' });
    await fetch(`${url}${release}`, { headers: { ...headers, 'if-none-match': '*' } });
    await (await fetch(`${url}/channels/none`, { headers })).text();
    await (await fetch(`${url}${release}`, { headers, method: 'POST' })).text();
    const at = expect.stringMatching(/^20\d\d-\d\d-\d\dT[\d:.]+Z$/);
    const agent = headers['user-agent'];
    expect(logged()).toEqual([
      { at, method: 'GET', path: `${release}?x=1`, status: 200, bytes: 18, agent },
      { at, method: 'HEAD', path: release, status: 200, bytes: 0, agent },
      { at, method: 'GET', path: release, status: 304, bytes: 0, agent },
      { at, method: 'GET', path: '/channels/none', status: 404, bytes: 0, agent },
      { at, method: 'POST', path: release, status: 405, bytes: 0, agent },
    ]);
  });

  test('cannot be made to hold a line of a client, nor a long one', async () => {
    await speak(
      url,
      `GET /channels/x"\\${'y'.repeat(5000)} HTTP/1.1\r\nhost: x\r\nconnection: close\r\nuser-agent: a"b\\c${'z'.repeat(5000)}\r\n\r\n`,
    );
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('\n');
    expect(lines[0]?.length).toBeLessThan(1500);
    expect(logged()).toMatchObject([{ status: 404 }]);
  });

  test('says how far an answer came whose client went away', async () => {
    await writeFile(join(root, 'large'), Buffer.alloc(30_000_000));
    await new Promise<void>((resolve) => {
      const sent = request(`${url}/channels/large`, (answer) => {
        answer.once('data', () => sent.destroy());
        answer.on('error', () => undefined);
        answer.on('close', resolve);
      });
      sent.on('error', () => undefined);
      sent.end();
    });
    while (lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    const [line] = logged() as [{ status: number; bytes: number }];
    expect(line.status).toBe(200);
    expect(line.bytes).toBeGreaterThan(0);
    expect(line.bytes).toBeLessThan(30_000_000);
  });
});

/** Brings a channel of no packages to a version; unsigned, since only the transport is on trial. */
const publish = async (version: string, at: Date): Promise<void> => {
  const packages = `Package: tool\nVersion: ${version}\nArchitecture: all\nMaintainer: x\nSize: 3\nFilename: ./tool.deb\nSHA256: ${'0'.repeat(64)}\n`;
  const digest = createHash('sha256').update(packages).digest('hex');
  const index = join(root, 'apt');
  await mkdir(index, { recursive: true });
  await writeFile(join(index, 'Packages'), packages);
  await writeFile(
    join(index, 'Release'),
    `Suite: x\nDate: ${at.toUTCString()}\nSHA256:\n ${digest} ${String(packages.length)} Packages\n`,
  );
  await utimes(join(index, 'Release'), at, at);
};

const hasApt = ((): boolean => {
  try {
    execFileSync('apt-get', ['--version']);
    return true;
  } catch {
    return false;
  }
})();
(hasApt ? describe : describe.skip)('apt (needs apt-get)', () => {
  test('updates, asks whether anything is new, and sees what is', async () => {
    const client = join(dir, 'client');
    for (const folder of ['lists/partial', 'cache/archives/partial'])
      await mkdir(join(client, folder), { recursive: true });
    await writeFile(join(client, 'status'), '');
    await writeFile(join(client, 'list'), `deb [trusted=yes] ${url}/channels/apt ./\n`);
    const settings = {
      'Dir::State::lists': join(client, 'lists'),
      'Dir::State::status': join(client, 'status'),
      'Dir::Cache': join(client, 'cache'),
      'Dir::Etc::sourcelist': join(client, 'list'),
      'Dir::Etc::sourceparts': '/dev/null',
      'Dir::Etc::parts': '/dev/null',
      'Acquire::http::Proxy': 'DIRECT',
      'APT::Sandbox::User': '',
    };
    const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
    const run = promisify(execFile);
    const update = async (): Promise<string> => (await run('apt-get', [...options, 'update'])).stdout;
    const candidate = async (): Promise<string> =>
      (await run('apt-cache', [...options, 'policy', 'tool'])).stdout;

    await publish('1.0', new Date('2026-11-20T08:00:00Z'));
    expect(await update()).toContain('Get:2');
    expect(await candidate()).toContain('Candidate: 1.0');
    lines.length = 0;
    expect(await update()).toContain('Hit:');
    expect(logged()).toContainEqual(
      expect.objectContaining({ path: '/channels/apt/./Release', status: 304 }),
    );
    await publish('1.1', new Date('2026-11-21T08:00:00Z'));
    expect(await update()).toContain('Get:');
    expect(await candidate()).toContain('Candidate: 1.1');
  });
});
