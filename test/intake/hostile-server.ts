import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createHash } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import { gzipSync } from 'node:zlib';

/** What the good server serves: 40,000 bytes that look like nothing in particular. */
export const content = Buffer.from(
  Array.from({ length: 1250 }, (_, part) =>
    createHash('sha256').update(String(part)).digest('hex').slice(0, 32),
  ).join(''),
);
export const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

type Misdeed = (request: IncomingMessage, response: ServerResponse, server: HostileServer) => void;

const redirect =
  (to: (server: HostileServer) => string, status = 302): Misdeed =>
  (_request, response, server) => {
    response.writeHead(status, { location: to(server) }).end('go away');
  };

const raw =
  (...lines: string[]): Misdeed =>
  (_request, response) => {
    const socket = response.socket as Socket;
    socket.write(lines.join('\r\n'));
    socket.end();
  };

/** One way to answer per path; the rest is `/good`. */
const misdeeds: Readonly<Record<string, Misdeed>> = {
  '/good': (_request, response) => response.writeHead(200, { 'content-length': content.length }).end(content),
  '/chunked': (_request, response) => response.writeHead(200).end(content),
  '/missing': (_request, response) => response.writeHead(404).end('SECRET-BODY'),
  '/gone': (_request, response) => response.writeHead(410).end('SECRET-BODY'),
  '/broken': (_request, response) => response.writeHead(500).end('SECRET-BODY'),
  '/forbidden': (_request, response) => response.writeHead(403).end('SECRET-BODY'),
  '/partial': (_request, response) => response.writeHead(206).end(content),
  '/empty': (_request, response) => response.writeHead(204).end(),
  '/announces-more': (_request, response) => {
    response
      .writeHead(200, { 'content-length': content.length + 1 })
      .end(Buffer.concat([content, Buffer.from('x')]));
  },
  '/announces-less': (_request, response) => {
    response.writeHead(200, { 'content-length': content.length - 1 }).end(content.subarray(1));
  },
  '/sends-more': (_request, response) =>
    response.writeHead(200).end(Buffer.concat([content, Buffer.from('x')])),
  '/sends-less': (_request, response) => response.writeHead(200).end(content.subarray(1)),
  '/endless': (_request, response, server) => {
    response.writeHead(200);
    const more = (): void => {
      while (!response.destroyed && response.write(content)) server.sent += content.length;
    };
    response.on('drain', more);
    more();
  },
  '/wrong-bytes': (_request, response) => {
    const other = Buffer.from(content);
    other[20_000] = (other[20_000] ?? 0) ^ 1;
    response.writeHead(200, { 'content-length': other.length }).end(other);
  },
  '/truncated': (_request, response) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, 20_000), () => response.socket?.end());
  },
  '/reset-at-once': (_request, response) => response.socket?.resetAndDestroy(),
  '/reset-midway': (_request, response) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, 20_000), () =>
      setTimeout(() => response.socket?.resetAndDestroy(), 20),
    );
  },
  '/silent': () => undefined,
  '/drip': (_request, response) => {
    response.writeHead(200, { 'content-length': content.length });
    let at = 0;
    const timer = setInterval(() => {
      response.write(content.subarray(at, at + 1));
      at += 1;
    }, 20);
    response.on('close', () => clearInterval(timer));
  },
  '/stalls': (_request, response) => {
    response.writeHead(200, { 'content-length': content.length });
    response.write(content.subarray(0, 39_999));
  },
  '/trickles-head': (_request, response) => {
    const socket = response.socket as Socket;
    socket.write('HTTP/1.1 200 OK\r\n');
    const timer = setInterval(() => socket.write('x-a: b\r\n'), 20);
    socket.on('close', () => clearInterval(timer));
    socket.on('error', () => clearInterval(timer));
  },
  '/continues-for-ever': (_request, response) => {
    const timer = setInterval(() => response.writeContinue(), 20);
    response.on('close', () => clearInterval(timer));
  },
  '/gzip': (_request, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(content)),
  '/says-gzip': (_request, response) => {
    response.writeHead(200, { 'content-encoding': 'GZIP', 'content-length': content.length }).end(content);
  },
  '/transfer-gzip': raw('HTTP/1.1 200 OK', 'transfer-encoding: gzip, chunked', '', '3', 'abc', '0', '', ''),
  '/huge-headers': raw('HTTP/1.1 200 OK', `x-big: ${'a'.repeat(64 * 1024)}`, '', ''),
  '/two-lengths': raw(
    'HTTP/1.1 200 OK',
    'content-length: 3',
    `content-length: ${String(content.length)}`,
    '',
    'abc',
  ),
  '/negative-length': raw('HTTP/1.1 200 OK', 'content-length: -1', '', 'abc'),
  '/not-http': raw('220 ftp.example.org ready', ''),
  '/bad-chunks': raw('HTTP/1.1 200 OK', 'transfer-encoding: chunked', '', 'zz', 'abc', ''),
  '/once-redirected': redirect(() => '/good', 301),
  '/three-redirects': redirect(() => '/two-redirects', 307),
  '/two-redirects': redirect(() => '/once-redirected', 308),
  '/four-redirects': redirect(() => '/three-redirects', 303),
  '/loop': redirect(() => '/loop'),
  '/ping': redirect(() => '/pong'),
  '/pong': redirect(() => '/ping'),
  '/to-private': redirect(() => 'https://10.0.0.1/secret'),
  '/to-metadata': redirect(() => 'http://169.254.169.254/latest/meta-data'),
  '/to-other-port': redirect(({ port }) => `http://127.0.0.1:${String(port + 1)}/good`),
  '/to-file': redirect(() => 'file:///etc/passwd'),
  '/to-data': redirect(() => 'data:text/plain,hello'),
  '/to-user': redirect(({ port }) => `http://user:word@127.0.0.1:${String(port)}/good`),
  '/to-name': redirect(() => 'https://other.test/good'),
  '/to-nothing': redirect(() => ''),
  '/no-location': (_request, response) => response.writeHead(302).end(),
  '/flips': (_request, response, server) => {
    const bytes = server.flipped ? Buffer.alloc(content.length, 'x') : content;
    server.flipped = true;
    response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
  },
};

export const misdeedPaths = Object.keys(misdeeds);

/** A provider's file server that means harm, on loopback. */
export interface HostileServer {
  readonly server: Server;
  readonly port: number;
  readonly url: (path: string) => string;
  /** Paths asked for, in order. */
  readonly asked: string[];
  /** Bytes of `/endless` handed to the network. */
  sent: number;
  flipped: boolean;
  readonly close: () => Promise<void>;
}

export async function startHostileServer(): Promise<HostileServer> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    asked.push(path);
    const answer = misdeeds[path] ?? misdeeds['/good'];
    answer?.(request, response, hostile);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const hostile: HostileServer = {
    server,
    port,
    url: (path) => `http://127.0.0.1:${String(port)}${path}`,
    asked,
    sent: 0,
    flipped: false,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return hostile;
}
