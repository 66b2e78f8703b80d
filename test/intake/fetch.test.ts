import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readAllowList } from '../../app/intake/address.ts';
import {
  fetchPackage,
  pullReasons,
  type PackageSource,
  type PullOptions,
  type PullReason,
  type PullResult,
} from '../../app/intake/fetch.ts';
import type { Resolve } from '../../app/intake/request.ts';
import { content, digestOf, misdeedPaths, startHostileServer, type HostileServer } from './hostile-server.ts';
import { makeScratch, type Scratch } from './scratch.ts';

const sha256 = digestOf(content);
const size = content.length;

let scratch: Scratch;
let hostile: HostileServer;
beforeEach(async () => {
  scratch = await makeScratch();
  hostile = await startHostileServer();
});
afterEach(async () => {
  await hostile.close();
  await scratch.remove();
});

const fetching = (path: string, other: Partial<PackageSource & PullOptions> = {}): Promise<PullResult> =>
  fetchPackage({
    file: 'tool_1.2.3_amd64.deb',
    url: hostile.url(path),
    size,
    sha256,
    store: scratch.store,
    allow: readAllowList(`127.0.0.1:${String(hostile.port)}`),
    httpHosts: [],
    maximumBytes: 1_000_000,
    deadlineMs: 5_000,
    patienceMs: 300,
    ...other,
  });

describe('a package is pulled', () => {
  test.each(['/good', '/chunked', '/once-redirected', '/three-redirects', '/flips'])(
    'from %s, and stands in the store under its digest',
    async (path) => {
      expect(await fetching(path)).toEqual({ ok: true, sha256, size });
      expect(await readFile(scratch.store.path(sha256))).toEqual(content);
      expect(await scratch.files()).toEqual([`${sha256.slice(0, 2)}/${sha256}`]);
    },
  );

  test('once: what is stored is never asked for again, even when the server has changed its mind', async () => {
    await fetching('/flips');
    expect(await fetching('/flips')).toEqual({ ok: true, sha256, size });
    expect(await fetching('/silent')).toEqual({ ok: true, sha256, size });
    expect(hostile.asked).toEqual(['/flips']);
    expect(await readFile(scratch.store.path(sha256))).toEqual(content);
  });

  test('as itself: it asks for no encoding, carries no credentials and says who asks', async () => {
    let headers: unknown;
    hostile.server.prependListener('request', (request: { headers: unknown }) => (headers = request.headers));
    await fetching('/good');
    expect(headers).toEqual({
      host: `127.0.0.1:${String(hostile.port)}`,
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': 'staged-rollout',
      connection: 'close',
    });
  });

  test('with progress told up to the last byte', async () => {
    const told: number[] = [];
    await fetching('/good', { onProgress: (_source, bytes) => told.push(bytes) });
    expect(told.at(-1)).toBe(size);
    expect(told).toEqual(told.toSorted((a, b) => a - b));
  });
});

describe('a package is not pulled from a server', () => {
  const table: readonly (readonly [path: string, reason: PullReason, told: string])[] = [
    ['/missing', 'not-found', '404'],
    ['/gone', 'not-found', '410'],
    ['/broken', 'http-status', '500'],
    ['/forbidden', 'http-status', '403'],
    ['/partial', 'http-status', '206'],
    ['/empty', 'http-status', '204'],
    ['/no-location', 'http-status', '302'],
    ['/announces-more', 'wrong-size', '40000 bytes were expected and the server announces 40001'],
    ['/announces-less', 'wrong-size', '40000 bytes were expected and the server announces 39999'],
    ['/sends-more', 'wrong-size', '40000 bytes were expected and more came'],
    ['/sends-less', 'wrong-size', '40000 bytes were expected and 39999 came'],
    ['/endless', 'wrong-size', 'more came'],
    ['/wrong-bytes', 'wrong-digest', `SHA-256 ${sha256} was expected`],
    ['/truncated', 'unreachable', 'ECONNRESET'],
    ['/reset-at-once', 'unreachable', 'ECONNRESET'],
    ['/reset-midway', 'unreachable', 'ECONNRESET'],
    ['/silent', 'timeout', 'did not answer within 0.3 seconds'],
    ['/trickles-head', 'timeout', 'did not answer within 0.3 seconds'],
    ['/continues-for-ever', 'timeout', 'did not answer within 0.3 seconds'],
    ['/drip', 'too-slow', '10000 bytes a second were expected'],
    ['/stalls', 'too-slow', '10000 bytes a second were expected'],
    ['/gzip', 'encoded', 'another encoding'],
    ['/says-gzip', 'encoded', 'another encoding'],
    ['/transfer-gzip', 'encoded', 'another encoding'],
    ['/huge-headers', 'unreachable', 'HPE_HEADER_OVERFLOW'],
    ['/two-lengths', 'unreachable', 'HPE_'],
    ['/negative-length', 'unreachable', 'HPE_'],
    ['/not-http', 'unreachable', 'HPE_'],
    ['/bad-chunks', 'unreachable', 'ECONNRESET'],
    ['/four-redirects', 'too-many-redirects', 'more than 3 times'],
    ['/loop', 'too-many-redirects', 'more than 3 times'],
    ['/ping', 'too-many-redirects', 'more than 3 times'],
    ['/to-private', 'refused-address', 'redirected, and 10.0.0.1 is not a public address'],
    ['/to-metadata', 'refused-url', 'redirected, and the address is not https'],
    ['/to-other-port', 'refused-url', 'redirected'],
    ['/to-file', 'refused-url', 'redirected'],
    ['/to-data', 'refused-url', 'redirected'],
    ['/to-user', 'refused-url', 'redirected, and the address carries a user name'],
    ['/to-nothing', 'refused-url', 'redirected'],
  ];

  test.each(table)('that answers as %s: %s', async (path, reason, told) => {
    const result = await fetching(path);
    expect(result).toMatchObject({ ok: false, reason });
    const message = result.ok ? '' : result.message;
    expect(message).toMatch(/^tool_1\.2\.3_amd64\.deb could not be pulled: [^\n]{1,300}\.$/);
    expect(message).toContain(told);
    expect(message).not.toContain('SECRET');
    expect(await scratch.files()).toEqual([]);
  });

  test('in any of its ways that is not in this table', () => {
    const others = ['/good', '/chunked', '/once-redirected', '/three-redirects', '/two-redirects', '/pong'];
    const known = new Set([...others, '/flips', '/to-name', ...table.map(([path]) => path)]);
    expect(misdeedPaths.filter((path) => !known.has(path))).toEqual([]);
  });

  test('that never ends: it is cut soon after the last byte that was declared', async () => {
    await fetching('/endless');
    // What the two kernels buffer, not what the server would send.
    expect(hostile.sent).toBeLessThan(16 * 1024 * 1024);
  });

  test('that keeps the pace but passes the deadline', async () => {
    const result = await fetching('/drip', { deadlineMs: 200, minimumBytesPerSecond: 1 });
    expect(result).toMatchObject({ ok: false, reason: 'timeout' });
    expect(result.ok ? '' : result.message).toContain('not complete after 0.2 seconds');
  });

  test('that nobody listens on', async () => {
    await hostile.close();
    const result = await fetching('/good');
    expect(result).toMatchObject({ ok: false, reason: 'unreachable' });
    expect(result.ok ? '' : result.message).toContain('ECONNREFUSED');
  });
});

describe('a package is not even asked for', () => {
  test('when it is larger than packages may be; one of just that size is', async () => {
    expect(await fetching('/good', { maximumBytes: size - 1 })).toMatchObject({
      ok: false,
      reason: 'too-large',
    });
    expect(hostile.asked).toEqual([]);
    expect(await fetching('/good', { maximumBytes: size })).toMatchObject({ ok: true });
  });

  test('when it is stored with another size than the ticket says', async () => {
    await fetching('/good');
    expect(await fetching('/good', { size: size + 1 })).toMatchObject({ ok: false, reason: 'wrong-size' });
    expect(hostile.asked).toEqual(['/good']);
  });

  test('when nobody allowed loopback', async () => {
    expect(await fetching('/good', { allow: new Set() })).toMatchObject({ ok: false, reason: 'refused-url' });
    expect(
      await fetching('/good', { allow: new Set(), url: `https://127.0.0.1/good`, httpHosts: ['127.0.0.1'] }),
    ).toMatchObject({ ok: false, reason: 'refused-address' });
    expect(
      await fetching('/good', { allow: new Set(), url: `http://127.0.0.1/good`, httpHosts: ['127.0.0.1'] }),
    ).toMatchObject({ ok: false, reason: 'refused-address' });
    expect(hostile.asked).toEqual([]);
  });

  test('and its message is harmless, whatever the URL is', async () => {
    const url = 'https://evil.example:99/<script>`@team`?<b>';
    const result = await fetchPackage({
      url,
      size,
      sha256,
      store: scratch.store,
      allow: new Set(),
      httpHosts: [],
      maximumBytes: 1_000_000,
    });
    expect(result).toEqual({
      ok: false,
      reason: 'refused-url',
      message: 'scriptteam could not be pulled: port 99 is not the one of https.',
    });
  });
});

/** A name service with one answer. */
const answering =
  (...addresses: string[]): Resolve =>
  () =>
    Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));

describe('names', () => {
  test.each([
    ['127.0.0.1'],
    ['10.0.0.7'],
    ['169.254.169.254'],
    ['::1'],
    ['::ffff:10.0.0.7'],
    ['fd00::7'],
    ['8.8.8.8', '10.0.0.7'],
  ])(
    'that lead to %s are refused, without a connection and without telling the address',
    async (...addresses) => {
      const result = await fetching('/', {
        url: 'https://files.example.org/p.deb',
        resolve: answering(...addresses),
      });
      expect(result).toMatchObject({ ok: false, reason: 'refused-address' });
      expect(result.ok ? '' : result.message).toContain(
        'files.example.org leads to an address that is not public',
      );
      for (const address of addresses) expect(JSON.stringify(result)).not.toContain(address);
    },
  );

  test('are resolved once, and the connection goes to what was checked', async () => {
    let asked = 0;
    const rebinding: Resolve = (host) => {
      asked += 1;
      expect(host).toBe('rebind.test');
      return Promise.resolve([{ address: asked === 1 ? '127.0.0.1' : '192.0.2.1', family: 4 }]);
    };
    const pair = `rebind.test:${String(hostile.port)}`;
    const result = await fetching('/', {
      url: `http://${pair}/good`,
      allow: readAllowList(pair),
      resolve: rebinding,
    });
    expect(result).toEqual({ ok: true, sha256, size });
    expect(asked).toBe(1);
  });

  test('are resolved again for a redirect, and checked again', async () => {
    const pair = `rebind.test:${String(hostile.port)}`;
    const addresses: Readonly<Record<string, string>> = {
      'rebind.test': '127.0.0.1',
      'other.test': '10.0.0.9',
    };
    const seen: string[] = [];
    const resolve: Resolve = (host) => {
      seen.push(host);
      return Promise.resolve([{ address: addresses[host] ?? '', family: 4 }]);
    };
    const going = { allow: readAllowList(pair), resolve };
    expect(await fetching('/', { ...going, url: `http://${pair}/to-name` })).toMatchObject({
      ok: false,
      reason: 'refused-address',
    });
    expect(seen).toEqual(['rebind.test', 'other.test']);
    expect(await fetching('/', { ...going, url: `http://${pair}/once-redirected` })).toMatchObject({
      ok: true,
    });
    expect(seen).toEqual(['rebind.test', 'other.test', 'rebind.test', 'rebind.test']);
  });

  test('that do not exist, or never resolve, end in a result', async () => {
    const missing = await fetching('/', {
      url: 'https://nowhere.example.org/p.deb',
      resolve: () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' })),
    });
    expect(missing).toMatchObject({ ok: false, reason: 'unreachable' });
    const none = await fetching('/', { url: 'https://nowhere.example.org/p.deb', resolve: answering() });
    expect(none).toMatchObject({ ok: false, reason: 'unreachable' });
    const hanging = await fetching('/', {
      url: 'https://slow.example.org/p.deb',
      resolve: () => new Promise(() => undefined),
    });
    expect(hanging).toMatchObject({ ok: false, reason: 'timeout' });
  });

  test('of this machine are resolved by the system, and refused', async () => {
    expect(await fetching('/', { url: 'https://localhost/p.deb' })).toMatchObject({
      ok: false,
      reason: 'refused-address',
    });
  });
});

describe('a caller', () => {
  test('who gives up gets the reason of the signal, and nothing is left', async () => {
    const stop = new AbortController();
    const fetched = fetching('/stalls', { signal: stop.signal, patienceMs: 5_000 });
    setTimeout(() => stop.abort(new Error('shutting down')), 50);
    await expect(fetched).rejects.toThrow('shutting down');
    expect(await scratch.files()).toEqual([]);
    await expect(fetching('/good', { signal: stop.signal })).rejects.toThrow('shutting down');
  });

  test('is told of an outage of the store, not of a fault of the package', async () => {
    await scratch.remove();
    await expect(fetching('/good')).rejects.toMatchObject({ name: 'StorageOutage' });
  });

  test('whose own code has a bug hears of it', async () => {
    const fetched = fetching('/good', {
      onProgress: () => {
        throw new TypeError('a bug');
      },
    });
    await expect(fetched).rejects.toThrow('a bug');
    expect(await scratch.files()).toEqual([]);
  });
});

const hasOpenssl = ((): boolean => {
  try {
    execFileSync('openssl', ['version']);
    return true;
  } catch {
    return false;
  }
})();
(hasOpenssl ? describe : describe.skip)('over TLS (needs openssl)', () => {
  let server: Server;
  let keys: Scratch;
  beforeAll(async () => {
    keys = await makeScratch();
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => join(keys.dir, name)) as [string, string];
    const subject = [
      '-subj',
      '/CN=localhost',
      '-days',
      '2',
      '-nodes',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
    ];
    execFileSync('openssl', ['req', '-x509', ...subject, '-keyout', key, '-out', cert], { stdio: 'pipe' });
    server = createServer({ key: await readFile(key), cert: await readFile(cert) }, (_request, response) => {
      response.end(content);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(async () => {
    server.close();
    await keys.remove();
  });

  test('a certificate that nobody vouches for is refused, even from a host that is allowed', async () => {
    const pair = `localhost:${String((server.address() as AddressInfo).port)}`;
    const result = await fetching('/', { url: `https://${pair}/good`, allow: readAllowList(pair) });
    expect(result).toMatchObject({ ok: false, reason: 'unreachable' });
    expect(result.ok ? '' : result.message).toContain('SELF_SIGNED');
  });
});

test('every reason has a server or a URL above that causes it', async () => {
  const source = await readFile(new URL(import.meta.url), 'utf8');
  expect(pullReasons.filter((reason) => !source.includes(`'${reason}'`))).toEqual([]);
});
