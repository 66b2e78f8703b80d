import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Auth } from './auth.ts';
import type { Inside } from './inside.ts';
import { newPages } from './pages/pages.ts';
import { Refusal } from './refusal.ts';
import { json, newRest } from './rest.ts';
import { routes } from './routes/index.ts';
import { newSmartHttp } from './smart-http.ts';

/** Sends every request to whoever answers it: GraphQL, git, pages for people, and REST for all the rest. */
export function serve(server: Server, inside: Inside, auth: Auth, changed: () => void): void {
  const rest = newRest(inside, auth, routes, changed);
  const git = newSmartHttp(inside, auth, changed);
  const pages = newPages(inside);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', inside.url);
    if (url.pathname === '/graphql' || url.pathname === '/api/graphql') {
      await graphql(request, response);
      return;
    }
    if (git.serves(url)) {
      await git.answer(request, response, url);
      return;
    }
    if (request.method === 'GET' && (await pages.answer(request, response, url))) return;
    if (url.pathname.startsWith('/api/v3')) url.pathname = url.pathname.slice('/api/v3'.length);
    await rest.answer(request, response, url);
  }

  async function graphql(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let status = 200;
    let body: object;
    try {
      // Loaded when first asked for: most runs never ask, and it is the slowest part to load.
      const { answerGraphql } = await import('./graphql.ts');
      body = await answerGraphql(inside, auth.callerOf(request.headers.authorization), await json(request));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      status = error.status;
      body = { message: error.message, documentation_url: 'https://docs.github.com/graphql' };
    }
    changed();
    response.writeHead(status, {
      'content-type': 'application/json; charset=utf-8',
      'x-ratelimit-remaining': '4999',
    });
    response.end(JSON.stringify(body));
  }

  server.on('request', (request, response) => {
    answer(request, response).catch((error: unknown) => {
      // Whatever was being written cannot be saved; who asked sees a broken answer, not a wrong one.
      if (response.headersSent) response.destroy();
      else
        response
          .writeHead(500, { 'content-type': 'text/plain' })
          .end(error instanceof Error ? error.message : 'failed');
    });
  });
}
