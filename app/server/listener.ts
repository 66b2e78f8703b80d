import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { answer, securityHeaders } from './answer.ts';

type NodeHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** Where requests go; without a handler a path is not found. */
interface Routes {
  /** `POST /github`, see {@link webhookHandler}. */
  readonly webhook?: NodeHandler;
  /** Paths below `prefix`, which begins and ends with a slash. */
  readonly files?: { readonly prefix: string; readonly handle: NodeHandler };
  /** Everything else, in the style of fetch: the `fetch` of a hono app. */
  readonly pages?: (request: Request) => Response | Promise<Response>;
}

/** In milliseconds, and counts (trust.md 8.2). */
export interface ListenerLimits {
  readonly headersTimeout: number;
  /** Headers and body of a request. */
  readonly requestTimeout: number;
  readonly keepAliveTimeout: number;
  /** A connection on which nothing moves, in either direction. */
  readonly idleTimeout: number;
  readonly maxHeadersCount: number;
  readonly maxConnections: number;
  /** How long {@link Listener.stop} waits for requests that have begun. */
  readonly stopTimeout: number;
}

export const listenerLimits: ListenerLimits = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 5_000,
  idleTimeout: 60_000,
  maxHeadersCount: 100,
  maxConnections: 256,
  stopTimeout: 10_000,
};

export interface ListenerOptions {
  readonly routes: Routes;
  /** Whether the service does its work, for `/readyz`. */
  readonly ready: () => boolean;
  /** Told of errors that a handler let through; the client sees only "failed". Must not throw. */
  readonly onError: (error: unknown) => void;
  readonly limits?: Partial<ListenerLimits>;
}

export interface Listener {
  /**
   * Begins to listen; gives the URL to reach it, without a slash at its end. Loopback unless another host is given: TLS is the
   * business of a proxy in front. Rejects with the system's error when the address is taken.
   */
  listen(port: number, host?: string): Promise<string>;
  /** Takes no new connections, lets the requests that have begun end within the limit, and closes. */
  stop(): Promise<void>;
}

/** Longest body that pages are given, in bytes. */
const pageBodyBytes = 64 * 1024;

/** The service's own HTTP server (trust.md 8.2, T05); `/healthz` and `/readyz` are its own. */
export function createListener(options: ListenerOptions): Listener {
  const limits = { ...listenerLimits, ...options.limits };
  const route = createRouter(options);
  let stopping = false;

  const server = createServer({
    // How often Node looks for requests past their time limits; its own 30 s would let 10 s mean 40.
    connectionsCheckingInterval: Math.min(1000, limits.headersTimeout),
    headersTimeout: limits.headersTimeout,
    requestTimeout: limits.requestTimeout,
    keepAliveTimeout: limits.keepAliveTimeout,
  });
  server.maxHeadersCount = limits.maxHeadersCount;
  server.maxConnections = limits.maxConnections;
  server.setTimeout(limits.idleTimeout);
  server.on('clientError', refuseBroken);
  server.on('request', (request, response) => {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    if (stopping) response.setHeader('connection', 'close');
    response.on('close', () => {
      if (stopping) setImmediate(() => server.closeIdleConnections());
    });
    route(request, response, stopping).catch((error: unknown) => {
      options.onError(error);
      if (response.headersSent) response.destroy();
      else answer(response, 500, 'failed', { connection: 'close' });
    });
  });

  return {
    listen: (port, host = '127.0.0.1') => listen(server, port, host),
    stop: () => {
      stopping = true;
      return close(server, limits.stopTimeout);
    },
  };
}

type Router = (request: IncomingMessage, response: ServerResponse, stopping: boolean) => Promise<void>;

function createRouter({ routes, ready, onError }: ListenerOptions): Router {
  const { webhook, files } = routes;
  const pages = routes.pages === undefined ? undefined : pagesHandler(routes.pages, onError);
  return async (request, response, stopping) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    if (!path.startsWith('/')) return answer(response, 400, 'bad request');
    if (path === '/healthz') return health(request, response, true);
    if (path === '/readyz') return health(request, response, ready() && !stopping);
    if (path === '/github' && webhook !== undefined) return webhook(request, response);
    if (files !== undefined && path.startsWith(files.prefix)) return files.handle(request, response);
    if (pages !== undefined) return pages(request, response);
    return answer(response, 404, 'not found', { connection: 'close' });
  };
}

function health({ method }: IncomingMessage, response: ServerResponse, well: boolean): void {
  if (method !== 'GET' && method !== 'HEAD') answer(response, 405, 'only GET', { allow: 'GET, HEAD' });
  else answer(response, well ? 200 : 503, well ? 'ok' : 'not ready');
}

function pagesHandler(
  pages: (request: Request) => Response | Promise<Response>,
  onError: (error: unknown) => void,
): NodeHandler {
  const handle = getRequestListener((request) => pages(request), {
    overrideGlobalObjects: false,
    errorHandler: (error) => {
      onError(error);
      return new Response('failed\n', { status: 500 });
    },
  });
  return async (request, response) => {
    const length = Number(request.headers['content-length'] ?? 0);
    // A body without a length cannot be bounded before it is read; no page needs one.
    if (request.headers['transfer-encoding'] !== undefined) {
      return answer(response, 411, 'length required', { connection: 'close' });
    }
    if (length > pageBodyBytes) return answer(response, 413, 'too large', { connection: 'close' });
    return handle(request, response);
  };
}

/** What Node could not read as HTTP, or waited for too long, is answered like anything else, without echo. */
function refuseBroken(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? '408 Request Timeout'
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? '431 Request Header Fields Too Large'
        : '400 Bad Request';
  const headers = { connection: 'close', 'content-length': '0', ...securityHeaders };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status}\r\n${lines.join('')}\r\n`, () => socket.destroy());
}

async function listen(server: Server, port: number, host: string): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('a listener on a port has an address');
  const name = bound.family === 'IPv6' ? `[${bound.address}]` : bound.address;
  return `http://${name}:${String(bound.port)}`;
}

async function close(server: Server, withinMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  server.closeIdleConnections();
  const late = setTimeout(() => {
    server.closeAllConnections();
  }, withinMs);
  await closed;
  clearTimeout(late);
}
