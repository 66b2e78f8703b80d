import { afterEach, describe, expect, test } from '@jest/globals';
import { Agent, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { Hono } from 'hono';
import { createListener, listenerLimits, type ListenerOptions } from '../../app/server/listener.ts';
import { speak, startWorld, type World } from './world.ts';

let world: World;
const start = async (listener: Partial<ListenerOptions> = {}): Promise<World> => {
  world = await startWorld({ listener });
  return world;
};
afterEach(() => world.listener.stop());

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const timed = async (work: Promise<string>): Promise<{ heard: string; ms: number }> => {
  const began = performance.now();
  return { heard: await work, ms: performance.now() - began };
};

const slowly = (ms: number): Partial<ListenerOptions> => ({
  routes: {
    pages: async () => {
      await wait(ms);
      return new Response('done');
    },
  },
});

/** The security headers an answer must carry, whatever it is. */
const secured = {
  'content-security-policy': expect.stringMatching(/^default-src 'none'; style-src 'self';/),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
};

const pages = new Hono()
  .get('/', (context) => context.html('<h1>Board</h1>', 200, { 'x-page': 'yes' }))
  .post('/echo', async (context) => context.text(await context.req.text()))
  .get('/broken', (context) => context.text('broken', 500));

describe('the listener', () => {
  test('says it is alive, and whether it is ready', async () => {
    let ready = false;
    const { url } = await start({ ready: () => ready });
    const ask = async (path: string): Promise<unknown> => {
      const answer = await fetch(`${url}${path}`);
      return [answer.status, await answer.text()];
    };
    expect(await ask('/healthz')).toEqual([200, 'ok\n']);
    expect(await ask('/readyz')).toEqual([503, 'not ready\n']);
    ready = true;
    expect(await ask('/readyz?x=1')).toEqual([200, 'ok\n']);
    expect((await fetch(`${url}/healthz`, { method: 'POST' })).status).toBe(405);
    expect((await fetch(`${url}/healthz`, { method: 'HEAD' })).status).toBe(200);
  });

  test('listens on loopback only, unless told otherwise', async () => {
    const { url } = await start();
    expect(new URL(url).hostname).toBe('127.0.0.1');
  });

  test('says which address is taken', async () => {
    const { url } = await start();
    const second = createListener({ routes: {}, ready: () => true, onError: () => undefined });
    await expect(second.listen(Number(new URL(url).port))).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('hands pages to their handler, and finds nothing without one', async () => {
    const { url } = await start({ routes: { pages: (page) => pages.fetch(page) } });
    const board = await fetch(`${url}/`);
    expect([board.status, await board.text(), board.headers.get('x-page')]).toEqual([
      200,
      '<h1>Board</h1>',
      'yes',
    ]);
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
    expect((await fetch(`${url}/github`, { method: 'POST', body: '{}' })).status).toBe(404);
    await world.listener.stop();
    const bare = await start({ routes: {} });
    expect((await fetch(`${bare.url}/`)).status).toBe(404);
    expect((await fetch(`${bare.url}/github`, { method: 'POST' })).status).toBe(404);
  });

  test('hands files to theirs, by prefix', async () => {
    const files = {
      prefix: '/channels/',
      handle: async (_request: unknown, response: { end: (text: string) => unknown }) =>
        void response.end('file'),
    };
    const { url } = await start({ routes: { files } });
    expect(await (await fetch(`${url}/channels/x`)).text()).toBe('file');
    expect((await fetch(`${url}/channels`)).status).toBe(404);
  });

  test('bounds the bodies that pages are given', async () => {
    const { url } = await start({ routes: { pages: (page) => pages.fetch(page) } });
    const post = async (body: BodyInit, other: object = {}): Promise<number> =>
      (await fetch(`${url}/echo`, { method: 'POST', body, ...other })).status;
    expect(await post('x'.repeat(65_536))).toBe(200);
    expect(await post('x'.repeat(65_537))).toBe(413);
    expect(await post(new Blob(['x']).stream(), { duplex: 'half' })).toBe(411);
  });

  test('tells a client nothing of an error, and its owner all of it', async () => {
    const broken = new Hono().onError((error) => {
      throw error;
    });
    broken.get('*', () => {
      throw new Error('SECRET');
    });
    const { url, errors } = await start({
      routes: { pages: (page) => broken.fetch(page), webhook: () => Promise.reject(new Error('SECRET too')) },
    });
    const page = await fetch(`${url}/`);
    expect([page.status, await page.text()]).toEqual([500, 'failed\n']);
    const webhook = await fetch(`${url}/github`, { method: 'POST' });
    expect([webhook.status, await webhook.text()]).toEqual([500, 'failed\n']);
    expect(errors.map(String)).toEqual(['Error: SECRET', 'Error: SECRET too']);
  });

  test.each(['/healthz', '/readyz', '/', '/nothing', '/broken', '/github'])(
    'sends the security headers with %s',
    async (path) => {
      const { url } = await start({ routes: { pages: (page) => pages.fetch(page) } });
      const answer = await fetch(`${url}${path}`);
      expect(Object.fromEntries(answer.headers)).toMatchObject(secured);
      expect(answer.headers.get('set-cookie')).toBeNull();
    },
  );

  test.each([
    ['no HTTP', 'HELLO\r\n\r\n', '400'],
    ['a path that is none', 'GET http://x/ HTTP/1.1\r\nhost: x\r\n\r\n', '400'],
    ['an asterisk', 'OPTIONS * HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', '400'],
    ['no host', 'GET /healthz HTTP/1.1\r\n\r\n', '400'],
    ['headers of 32 KB', `GET / HTTP/1.1\r\nhost: x\r\nx-a: ${'a'.repeat(32_768)}\r\n\r\n`, '431'],
    ['two lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n', '400'],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n',
      '400',
    ],
  ])('refuses %s', async (_what, text, status) => {
    const { url } = await start({ limits: { keepAliveTimeout: 50 } });
    const heard = await speak(url, text);
    expect(heard).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });
});

describe('slowloris', () => {
  const limits = { headersTimeout: 200, requestTimeout: 400, idleTimeout: 5_000, keepAliveTimeout: 100 };

  test('has the times of the threat model unless a test shortens them', () => {
    expect(listenerLimits).toMatchObject({
      headersTimeout: 10_000,
      requestTimeout: 15_000,
      keepAliveTimeout: 5_000,
      maxHeadersCount: 100,
      maxConnections: 256,
    });
  });

  test('half a head is cut', async () => {
    const { url } = await start({ limits });
    const { heard, ms } = await timed(speak(url, 'GET /healthz HTTP/1.1\r\nhost:'));
    expect(heard).toMatch(/^HTTP\/1\.1 408 [^]*x-content-type-options: nosniff/);
    expect(ms).toBeLessThan(2000);
  });

  test('a head that never ends is cut, though it keeps coming', async () => {
    const { url } = await start({ limits });
    let drip: NodeJS.Timeout | undefined;
    const { ms } = await timed(
      new Promise((resolve) => {
        const socket = connect(Number(new URL(url).port), '127.0.0.1', () => {
          socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n');
          drip = setInterval(() => socket.write('x-a: b\r\n'), 20);
        });
        socket.on('error', () => undefined);
        socket.on('close', () => resolve(''));
        socket.resume();
      }),
    );
    clearInterval(drip);
    expect(ms).toBeLessThan(2000);
  });

  test('half a body is cut, and gives no hint', async () => {
    const { url, hints } = await start({ limits });
    const head =
      'POST /github HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n';
    const { heard, ms } = await timed(speak(url, head, '{"issue":'));
    expect(heard).not.toMatch(/^HTTP\/1\.1 2/);
    expect(ms).toBeLessThan(2500);
    expect(hints).toEqual([]);
  });

  test('a connection that says nothing is cut', async () => {
    const { url } = await start({ limits: { ...limits, idleTimeout: 200 } });
    const { ms } = await timed(speak(url));
    expect(ms).toBeLessThan(2500);
  });

  test('a client that does not read its answer is cut', async () => {
    const { url } = await start({
      limits: { ...limits, idleTimeout: 200 },
      routes: {
        files: {
          prefix: '/channels/',
          handle: async (_request, response) => void response.end(Buffer.alloc(50_000_000)),
        },
      },
    });
    let heard = 0;
    await new Promise<void>((resolve) => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1', () => {
        socket.write('GET /channels/large HTTP/1.1\r\nhost: x\r\n\r\n');
      });
      socket.on('error', () => undefined);
      socket.on('close', () => resolve());
      // Only reading, later, shows that the other side is gone.
      setTimeout(() => socket.on('data', (data) => (heard += data.length)), 1500);
    });
    expect(heard).toBeLessThan(50_000_000);
  });

  test('more connections than there may be are closed, the others served', async () => {
    const { url } = await start({ limits: { maxConnections: 2 } });
    const sockets: Socket[] = [];
    const open = async (): Promise<Socket> => {
      const socket = connect(Number(new URL(url).port), '127.0.0.1');
      socket.on('error', () => undefined);
      socket.resume();
      sockets.push(socket);
      await wait(50);
      return socket;
    };
    await open();
    await open();
    expect((await open()).destroyed).toBe(true);
    expect(sockets.slice(0, 2).map(({ destroyed }) => destroyed)).toEqual([false, false]);
    for (const socket of sockets) socket.destroy();
    await wait(50);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });

  test('headers beyond the hundredth, and what came in the same read, are not kept', async () => {
    let seen = 0;
    const { url } = await start({
      routes: {
        pages: (page) => {
          seen = [...page.headers].length;
          return new Response('x');
        },
      },
    });
    const many = Array.from({ length: 500 }, (_, index) => `x-${String(index)}: y\r\n`).join('');
    const answer = await speak(url, `GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${many}\r\n`);
    // Node 26 refuses such a request whole; older ones drop what is too many.
    expect(answer).toMatch(/^HTTP\/1\.1 (200|431) /);
    expect(seen).toBeLessThanOrEqual(128);
  });
});

describe('stopping', () => {
  test('lets a request that has begun end, takes no other, and then closes', async () => {
    const { url, listener } = await start(slowly(200));
    const begun = fetch(`${url}/`);
    await wait(50);
    const began = performance.now();
    const stopped = listener.stop();
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed');
    expect(await (await begun).text()).toBe('done');
    await stopped;
    expect(performance.now() - began).toBeLessThan(1500);
  });

  test('cuts what takes longer than the limit', async () => {
    const { url, listener } = await start({ ...slowly(1_000), limits: { stopTimeout: 100 } });
    const begun = fetch(`${url}/`).then(
      () => 'answered',
      () => 'cut',
    );
    await wait(50);
    const began = performance.now();
    await listener.stop();
    expect(performance.now() - began).toBeLessThan(800);
    expect(await begun).toBe('cut');
  });

  test('closes connections that are only kept open', async () => {
    const { url, listener } = await start();
    const agent = new Agent({ keepAlive: true });
    await new Promise<void>((resolve) => {
      request(`${url}/healthz`, { agent }, (answer) => answer.resume().on('end', resolve)).end();
    });
    const began = performance.now();
    await listener.stop();
    expect(performance.now() - began).toBeLessThan(1000);
    agent.destroy();
  });

  test('may be asked for twice', async () => {
    const { listener, url } = await start();
    await Promise.all([listener.stop(), listener.stop()]);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed');
  });
});
