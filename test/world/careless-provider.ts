import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { closed } from '../../app/demo/provider.ts';

/** A file server that the operator allows, and that serves what nobody should take. */
export interface CarelessProvider {
  readonly url: string;
  /** `host:port`, as the operator allows it. */
  readonly host: string;
  /** Bytes that the server for nobody outside was asked for, by path: the network behind a redirect. */
  readonly insideAsked: readonly string[];
  /** Files that are served as they are, by name. */
  readonly files: Map<string, Uint8Array>;
  stop(): Promise<void>;
}

/** `/endless/…` never ends, `/inside/…` redirects into a network that is not for packages; everything else is a file, or 404. */
export async function startCarelessProvider(): Promise<CarelessProvider> {
  const insideAsked: string[] = [];
  const inside = createServer((request, response) => {
    insideAsked.push(request.url ?? '');
    response.end('secret');
  });
  const insidePort = await listening(inside);
  const files = new Map<string, Uint8Array>();
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const file = files.get(path.slice(1));
    if (path.startsWith('/endless/')) pourForEver(response);
    else if (path.startsWith('/inside/'))
      response.writeHead(302, { location: `http://127.0.0.1:${String(insidePort)}/secret` }).end();
    else if (file) response.writeHead(200, { 'content-length': file.length }).end(file);
    else response.writeHead(404).end();
  });
  const host = `127.0.0.1:${String(await listening(server))}`;
  return {
    url: `http://${host}`,
    host,
    insideAsked,
    files,
    stop: async () => {
      await Promise.all([closed(server), closed(inside)]);
    },
  };
}

function pourForEver(response: ServerResponse): void {
  const chunk = Buffer.alloc(16 * 1024, 'x');
  const pour = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', pour).on('error', () => response.destroy());
  pour();
}

async function listening(server: ReturnType<typeof createServer>): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}
