import { afterEach, describe, expect, test } from '@jest/globals';
import { request } from 'node:http';
import * as fc from 'fast-check';
import { Probot } from 'probot';
import { hintsOf, webhookEvents } from '../../app/server/hint.ts';
import { createRefusalLog } from '../../app/server/refusal-log.ts';
import { WebhookSecretError, webhookHandler, type WebhookOptions } from '../../app/server/webhooks.ts';
import { payloads } from './payloads.ts';
import { otherSecret, secret, sign, speak, startWorld, type World } from './world.ts';

let world: World;
const start = async (webhook: Partial<WebhookOptions> = {}): Promise<World> => {
  world = await startWorld({ webhook });
  return world;
};
afterEach(() => world.listener.stop());

describe('a signed webhook', () => {
  test.each(Object.entries(payloads))('becomes the hints of its event: %s', async (name, payload) => {
    const event = name === 'merged' || name === 'closed' ? 'pull_request' : name;
    const { deliver, hints, log } = await start();
    const answer = await deliver(event, { ...payload, installation: { id: 3, node_id: 'x' } });
    expect([answer.status, await answer.text()]).toEqual([202, 'accepted\n']);
    expect(hints).toEqual(hintsOf(event, payload));
    expect(hints).not.toEqual([]);
    expect(log).toEqual([]);
  });

  test('of another spelling of the content type is taken', async () => {
    const { deliver, hints } = await start();
    const headers = { 'content-type': 'Application/JSON; charset=utf-8' };
    expect((await deliver('issues', payloads.issues, { headers })).status).toBe(202);
    expect(hints).toHaveLength(1);
  });

  test('with text of every script is taken: the signature is over the bytes', async () => {
    const { deliver, hints } = await start();
    const payload = { ...payloads.issues, title: 'ñ 漢字 🚀 \u202e \u0000' };
    expect((await deliver('issues', payload)).status).toBe(202);
    expect(hints).toHaveLength(1);
  });

  test.each([
    ['an event that is not ours to hear', 'star', { ...payloads.issues }],
    ['a ping', 'ping', { zen: 'x', ...payloads.issues }],
    ['an event called __proto__', '__proto__', payloads.issues],
    ['an event called *', '*', payloads.issues],
    ['another repository', 'issues', { ...payloads.issues, repository: { full_name: 'egi/other' } }],
    [
      'a repository whose name begins like ours',
      'issues',
      { ...payloads.issues, repository: { full_name: 'egi/releases2' } },
    ],
    ['no repository', 'issues', { issue: { number: 9 } }],
    ['a team of another organisation', 'team', { ...payloads.team, organization: { login: 'egi2' } }],
    ['a team of none', 'team', { team: {} }],
    ['a number', 'issues', '5'],
    ['null', 'issues', 'null'],
    ['a list', 'issues', '[]'],
    ['a text', 'issues', '"issues"'],
  ])('about %s is ignored', async (_what, event, payload) => {
    const { deliver, hints } = await start();
    const answer = await deliver(event, payload);
    expect([answer.status, await answer.text()]).toEqual([202, 'ignored\n']);
    expect(hints).toEqual([]);
  });

  test('that is not JSON is refused', async () => {
    const { deliver, hints } = await start();
    expect((await deliver('issues', '{"issue":')).status).toBe(400);
    expect((await deliver('issues', `\uFEFF${JSON.stringify(payloads.issues)}`)).status).toBe(400);
    expect(hints).toEqual([]);
  });

  test('with an action that is a list runs no handler twice', async () => {
    const { deliver, hints } = await start();
    await deliver('pull_request_review', { ...payloads.pull_request_review, action: ['submitted'] });
    expect(hints).toEqual([{ kind: 'issue', number: 7 }]);
  });

  test('whose hint cannot be taken answers 500, so that GitHub shows it as failed', async () => {
    const probot = new Probot({ githubToken: 'none', logLevel: 'fatal' });
    await probot.load((app) => {
      app.on('issues', () => {
        throw new Error('the queue is broken');
      });
    });
    const { deliver, log } = await start({ probot });
    const answer = await deliver('issues', payloads.issues);
    expect([answer.status, await answer.text()]).toEqual([500, 'failed\n']);
    expect(log).toHaveLength(1);
  });
});

describe('replay-1000x-no-effect', () => {
  test('one body sent a thousand times under new ids is a thousand times the same hint, and nothing else', async () => {
    const { deliver, hints } = await start();
    for (let round = 0; round < 1000; round += 50) {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          deliver('pull_request_review', payloads.pull_request_review, {
            headers: { 'x-github-delivery': `${String(round)}-${String(index)}` },
          }),
        ),
      );
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    }
    expect(hints).toEqual(Array.from({ length: 1000 }, () => ({ kind: 'issue', number: 7 })));
  });
});

describe('event-swap-is-harmless', () => {
  test('a body sent under every other event name only points at a ticket it names, or at the repository', async () => {
    const { deliver, hints } = await start();
    let pairs = 0;
    for (const payload of Object.values(payloads)) {
      const named = JSON.stringify(payload);
      for (const event of webhookEvents) {
        hints.length = 0;
        expect((await deliver(event, payload)).status).toBe(202);
        pairs += 1;
        for (const hint of hints) {
          // What the hint points at stands in the payload, or is the tip of the default branch.
          const number = hint.kind === 'issue' ? String(hint.number) : '';
          const pointsAt =
            hint.kind === 'issue' ? new RegExp(`"number":${number}\\b|pr-${number}-`) : hint.ref;
          expect(`${named} refs/heads/main HEAD`).toMatch(pointsAt);
        }
      }
    }
    expect(pairs).toBe(12 * 10);
  });
});

describe('a webhook that is not signed by us', () => {
  const body = JSON.stringify(payloads.issues);
  test.each([
    ['another secret', sign(body, otherSecret)],
    ['the word development', sign(body, 'development')],
    ['upper-case digits', sign(body).toUpperCase().replace('SHA256', 'sha256')],
    ['another body', sign(`${body} `)],
    ['SHA-1', 'sha1=0000000000000000000000000000000000000000'],
    ['an empty header', ''],
    ['no header', undefined],
    ['two signatures', `${sign(body)}, ${sign(body)}`],
    ['a cut signature', sign(body).slice(0, -1)],
  ])('is refused: %s', async (_what, signature) => {
    const { deliver, hints } = await start();
    const answer = await deliver('issues', body, { headers: { 'x-hub-signature-256': signature } });
    expect([answer.status, await answer.text()]).toEqual([401, 'bad signature\n']);
    expect(hints).toEqual([]);
  });

  test('is refused when it is empty, or not UTF-8, though the digest is right', async () => {
    const { deliver, url } = await start();
    expect((await deliver('issues', '')).status).toBe(401);
    const bytes = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    const headers = {
      'content-type': 'application/json',
      'x-github-event': 'issues',
      'x-hub-signature-256': sign(bytes),
    };
    expect((await fetch(`${url}/github`, { method: 'POST', body: bytes, headers })).status).toBe(401);
  });

  test('is refused when its bytes only read like the signed ones: broken UTF-8 for a replacement character', async () => {
    const { url, hints } = await start();
    const signed = Buffer.from(JSON.stringify({ ...payloads.issues, title: '\uFFFD' }));
    const at = signed.indexOf('\uFFFD');
    const changed = Buffer.concat([signed.subarray(0, at), Buffer.from([0xff]), signed.subarray(at + 3)]);
    expect(changed.toString('utf8')).toBe(signed.toString('utf8'));
    const headers = {
      'content-type': 'application/json',
      'x-github-event': 'issues',
      'x-hub-signature-256': sign(signed),
    };
    const send = async (bytes: Buffer<ArrayBuffer>): Promise<number> =>
      (await fetch(`${url}/github`, { method: 'POST', body: bytes, headers })).status;
    expect([await send(changed), await send(signed)]).toEqual([401, 202]);
    expect(hints).toHaveLength(1);
  });

  test('bad-sig-1MB-logs<1KB: a megabyte of it leaves one short line a minute for each source', async () => {
    let now = Date.UTC(2026, 10, 22);
    const { deliver, log } = await start({ now: () => now });
    const filler = JSON.stringify({ ...payloads.issues, filler: 'SECRET'.repeat(170_000) });
    expect(filler.length).toBeGreaterThan(1_000_000);
    const send = async (): Promise<void> => {
      const answer = await deliver('issues', filler, { secret: otherSecret });
      expect(answer.status).toBe(401);
    };
    for (let round = 0; round < 5; round += 1) await send();
    expect(log).toHaveLength(1);
    expect(log.join('').length).toBeLessThan(512);
    expect(log.join('')).not.toContain('SECRET');
    now += 60_000;
    await send();
    expect(log.map((line) => JSON.parse(line) as unknown)).toEqual([
      { at: '2026-11-22T00:00:00.000Z', refused: 'bad signature', source: '127.0.0.1', unlogged: 0 },
      { at: '2026-11-22T00:01:00.000Z', refused: 'bad signature', source: '127.0.0.1', unlogged: 4 },
    ]);
  });
});

describe('what is no webhook', () => {
  test.each(['GET', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('%s is not for this path', async (method) => {
    const { url } = await start();
    const answer = await fetch(`${url}/github`, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test.each([
    'application/x-www-form-urlencoded',
    'text/plain',
    'application/jsonp',
    'application/json, text/html',
    undefined,
  ])('content of type %s is not taken', async (type) => {
    const { url, hints } = await start();
    const body = Buffer.from(JSON.stringify(payloads.issues));
    const headers = {
      'x-github-event': 'issues',
      'x-hub-signature-256': sign(body),
      ...(type === undefined ? {} : { 'content-type': type }),
    };
    expect((await fetch(`${url}/github`, { method: 'POST', body, headers })).status).toBe(415);
    expect(hints).toEqual([]);
  });
});

/** A good webhook of just so many bytes. */
const ofLength = (length: number): string => {
  const head = JSON.stringify({ ...payloads.issues, filler: '' }).slice(0, -2);
  return `${head}${'x'.repeat(length - head.length - 2)}"}`;
};

describe('the length of a webhook', () => {
  const mebibyte = 1024 * 1024;

  test('may be 1 MiB and no byte more', async () => {
    const { deliver, hints } = await start();
    expect((await deliver('issues', ofLength(mebibyte))).status).toBe(202);
    const answer = await deliver('issues', ofLength(mebibyte + 1));
    expect([answer.status, await answer.text()]).toEqual([413, 'too large\n']);
    expect(hints).toHaveLength(1);
  });

  test('may be set to 25 MiB, not more', async () => {
    const { deliver, hints } = await start({ limits: { bodyBytes: 25 * mebibyte } });
    expect((await deliver('issues', ofLength(25 * mebibyte))).status).toBe(202);
    expect(hints).toHaveLength(1);
    for (const bodyBytes of [25 * mebibyte + 1, 0, -1, Number.NaN]) {
      await expect(startWorld({ webhook: { limits: { bodyBytes } } })).rejects.toThrow(RangeError);
    }
  });

  test('of 2 MiB is answered 413, with or without its length told before', async () => {
    const { deliver, url } = await start();
    expect((await deliver('issues', ofLength(2 * mebibyte))).status).toBe(413);
    const status = await new Promise((resolve, reject) => {
      const sending = request(
        `${url}/github`,
        { method: 'POST', headers: { 'content-type': 'application/json' } },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      );
      sending.on('error', reject);
      for (let part = 0; part < 32; part += 1) sending.write(Buffer.alloc(65_536, 'x'));
      sending.end();
    });
    expect(status).toBe(413);
  });

  test('200MB-body-rss<64MB: what is sent without end is dropped, not kept', async () => {
    const { url } = await start();
    const before = process.memoryUsage().rss;
    let [sent, peak] = [0, before];
    await new Promise<void>((resolve) => {
      const sending = request(`${url}/github`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
      });
      const block = Buffer.alloc(65_536, 'x');
      const more = (): void => {
        while (!sending.destroyed && sent < 200 * mebibyte) {
          sent += block.length;
          peak = Math.max(peak, process.memoryUsage().rss);
          if (!sending.write(block)) {
            sending.once('drain', more);
            return;
          }
        }
      };
      sending.on('error', () => undefined);
      sending.on('close', resolve);
      more();
    });
    expect(sent).toBeLessThan(32 * mebibyte);
    expect(peak - before).toBeLessThan(64 * mebibyte);
  });

  test('counts over all requests: what would be too much at once is asked to come later', async () => {
    const { deliver, hints } = await start({ limits: { heldBytes: 1000 } });
    const answer = await deliver('issues', ofLength(2000));
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '60']);
    for (let round = 0; round < 20; round += 1) {
      expect((await deliver('issues', ofLength(900))).status).toBe(202);
    }
    expect(hints).toHaveLength(20);
  });

  test('is no matter when the client goes away in the middle', async () => {
    const { url, hints, errors } = await start();
    await new Promise<void>((resolve) => {
      const sending = request(`${url}/github`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': '1000' },
      });
      sending.on('error', () => resolve());
      sending.write('{"issue":', () => setTimeout(() => sending.destroy(), 20));
    });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect([hints, errors]).toEqual([[], []]);
  });
});

describe('secrets', () => {
  test('two are accepted while one replaces the other, a third is not', async () => {
    const { deliver, hints } = await start({ secrets: [otherSecret, secret] });
    expect((await deliver('issues', payloads.issues, { secret })).status).toBe(202);
    expect((await deliver('issues', payloads.issues, { secret: otherSecret })).status).toBe(202);
    expect((await deliver('issues', payloads.issues, { secret: `${secret}x` })).status).toBe(401);
    expect(hints).toHaveLength(2);
  });

  test.each([
    [[]],
    [['']],
    [['development']],
    [['short']],
    [['a'.repeat(64)]],
    [[secret, 'development']],
    [[secret, otherSecret, `${secret}x`]],
  ])('start-refuses-weak-secret: %j', async (secrets) => {
    await start();
    const probot = new Probot({ githubToken: 'none', logLevel: 'fatal' });
    expect(() =>
      webhookHandler({ probot, secrets, repository: 'egi/releases', log: () => undefined }),
    ).toThrow(WebhookSecretError);
  });
});

test('no signed text at all makes it throw, hang or hint at anything odd', async () => {
  const { deliver, hints, errors } = await start();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...webhookEvents),
      fc.oneof(fc.json(), fc.string({ minLength: 1 })),
      async (event, body) => {
        expect([202, 400]).toContain((await deliver(event, body)).status);
      },
    ),
    { numRuns: 300 },
  );
  expect([hints, errors]).toEqual([[], []]);
});

test('a request split by hand in the middle of its body is put together again', async () => {
  const { url, hints } = await start();
  const body = JSON.stringify(payloads.issues);
  const head = [
    'POST /github HTTP/1.1',
    'host: x',
    'connection: close',
    'content-type: application/json',
    'x-github-event: issues',
    `x-hub-signature-256: ${sign(body)}`,
    `content-length: ${String(body.length)}`,
  ].join('\r\n');
  expect(await speak(url, head, '\r\n\r\n', body.slice(0, 10), body.slice(10))).toMatch(/^HTTP\/1\.1 202 /);
  expect(hints).toHaveLength(1);
});

describe('the log of refusals', () => {
  test('holds a hundred sources a minute, counts the others, and forgets', async () => {
    await start();
    const lines: string[] = [];
    let now = 0;
    const note = createRefusalLog(
      (line) => lines.push(line),
      () => now,
    );
    for (let source = 0; source < 1000; source += 1) note(`2001:db8::${String(source)}`, 'bad signature');
    expect(lines).toHaveLength(100);
    now = 60_000;
    note(undefined, 'bad signature');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ source: 'unknown', unlogged: 900 });
    note('s'.repeat(10_000), 'bad signature');
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(512);
  });
});
