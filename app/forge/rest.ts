import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Buffer } from 'node:buffer';
import type { Auth } from './auth.ts';
import { readBody } from './body.ts';
import type { Inside } from './inside.ts';
import { Refusal } from './refusal.ts';
import type { Answer, Route } from './route.ts';

const largestBody = 25 * 1024 * 1024;

/** Answers the requests of GitHub's REST interface. */
export interface Rest {
  /** @param url the request's own address, without the `/api/v3` some clients put first */
  answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void>;
}

/** @param changed called after every request that may have changed something */
export function newRest(inside: Inside, auth: Auth, routes: readonly Route[], changed: () => void): Rest {
  async function work(request: IncomingMessage, url: URL): Promise<Answer> {
    const caller = auth.callerOf(request.headers.authorization);
    const body = readBody(await json(request), 'Request');
    for (const route of routes) {
      if (route.method !== request.method) continue;
      const found = route.pattern.exec(url.pathname);
      if (found === null) continue;
      const groups = found.groups ?? {};
      return route.answer(inside, { url, body, caller, auth, param: (name) => decoded(groups[name] ?? '') });
    }
    throw new Refusal(
      501,
      `The embedded forge has no operation ${request.method ?? ''} ${url.pathname}: see its README for those it has, and add it there first`,
    );
  }
  return {
    async answer(request, response, url) {
      let answer: Answer;
      try {
        answer = await work(request, url);
      } catch (error) {
        answer = refused(error);
      }
      if (request.method !== 'GET') changed();
      respond(request, response, answer);
    },
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new Refusal(400, 'The address is not properly encoded');
  }
}

/**
 * The JSON a request carries; undefined when it carries nothing.
 * @throws Refusal 400 when it is no JSON, 413 when it is larger than 25 MiB
 */
export async function json(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > largestBody) throw new Refusal(413, 'Payload too large');
    chunks.push(chunk);
  }
  if (size === 0) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return value;
  } catch {
    throw new Refusal(400, 'Problems parsing JSON');
  }
}

function refused(error: unknown): Answer {
  // What is no refusal is a bug of the forge; its trace goes to whoever is using it, as this forge serves nobody else.
  const refusal =
    error instanceof Refusal ? error : new Refusal(500, `The embedded forge failed: ${traceOf(error)}`);
  return {
    status: refusal.status,
    data: {
      message: refusal.message,
      ...(refusal.errors.length === 0 ? {} : { errors: refusal.errors }),
      documentation_url: 'https://docs.github.com/rest',
      status: String(refusal.status),
    },
  };
}

function traceOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { status, data, headers }: Answer,
): void {
  const text = data === undefined ? '' : JSON.stringify(data);
  const all: Record<string, string> = {
    'x-github-media-type': 'github.v3; format=json',
    'x-github-request-id': randomUUID(),
    'x-ratelimit-limit': '5000',
    'x-ratelimit-remaining': '4999',
    'x-ratelimit-used': '1',
    'x-ratelimit-resource': 'core',
    'x-ratelimit-reset': String(Math.floor(Date.now() / 1000) + 3600),
    'x-content-type-options': 'nosniff',
    ...(text === '' ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    ...headers,
  };
  if (request.method === 'GET' && status === 200) {
    all['etag'] = `W/"${createHash('sha256').update(text).digest('hex')}"`;
    if (sameTag(request.headers['if-none-match'], all['etag'])) {
      delete all['content-type'];
      response.writeHead(304, all);
      response.end();
      return;
    }
  }
  response.writeHead(status, all);
  response.end(text);
}

// RFC 9110 13.1.2: weak comparison, so the mark of weakness does not count.
function sameTag(header: string | undefined, etag: string): boolean {
  return (
    header !== undefined && header.split(',').some((tag) => withoutWeakness(tag) === withoutWeakness(etag))
  );
}

function withoutWeakness(tag: string): string {
  return tag.trim().replace(/^W\//u, '');
}
