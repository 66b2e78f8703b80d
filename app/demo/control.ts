import { type IncomingMessage, createServer } from 'node:http';
import { closed, portOf } from './provider.ts';
import type { World } from './world.ts';

/** The demo's own knobs on loopback: its clock and the list of mails (interfaces.md). */
export interface Control {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

const mostBody = 1024;

export async function startControl(world: World): Promise<Control> {
  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
    };
    const path = (request.url ?? '').split('?')[0];
    const time = (): object => ({ now: world.clock.now().toISOString() });
    if (path === '/clock' && request.method === 'GET') answer(200, time());
    // The service sends no mails yet, and so none were sent.
    else if (path === '/mail' && request.method === 'GET') answer(200, []);
    else if (path === '/clock' && request.method === 'POST') {
      moveClock(world, request).then(
        (problem) => {
          if (problem === undefined) answer(200, time());
          else answer(400, { error: problem });
        },
        () => {
          answer(500, { error: 'the sweep after the move failed; the service log says why' });
        },
      );
    } else answer(404, { error: 'there are GET and POST /clock, and GET /mail' });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${String(portOf(server))}`,
    stop: () => closed(server),
  };
}

/** Moves the clock as the request says and waits for the sweep; gives what is wrong with the request. */
async function moveClock(world: World, request: IncomingMessage): Promise<string | undefined> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > mostBody) return 'the body is too long';
  }
  const wrong = 'say {"advance": "1wd"}, "3h" or "PT90M", or {"to": "2026-11-30T09:00:00Z"}';
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return wrong;
  }
  if (typeof body !== 'object' || body === null) return wrong;
  if ('advance' in body && typeof body.advance === 'string') {
    return (await world.advance(body.advance)) ? undefined : wrong;
  }
  if ('to' in body && typeof body.to === 'string' && !Number.isNaN(Date.parse(body.to))) {
    return (await world.advance(new Date(body.to))) ? undefined : 'the clock does not go backwards';
  }
  return wrong;
}
