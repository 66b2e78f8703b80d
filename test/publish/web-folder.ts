import { createReadStream, stat } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { Readable } from 'node:stream';

/** A web server over a folder, as a mirror would be. */
export interface WebFolder {
  readonly url: string;
  /** Paths asked for, in order. */
  readonly asked: string[];
  /** Paths whose answer has no end: zeros, up to a hundred megabytes. */
  readonly endless: Set<string>;
  close(): Promise<void>;
}

export async function serveFolder(folder: string): Promise<WebFolder> {
  const asked: string[] = [];
  const endless = new Set<string>();
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname);
    asked.push(path);
    if (endless.has(path)) {
      response.writeHead(200);
      zeros().pipe(response);
      return;
    }
    const file = join(folder, normalize(path));
    stat(file, (error, found) => {
      if (error ?? !found.isFile()) {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(200, { 'content-length': found.size });
      createReadStream(file).pipe(response);
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    asked,
    endless,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}

function zeros(): Readable {
  const piece = Buffer.alloc(64 * 1024);
  let sent = 0;
  return new Readable({
    read() {
      const isOver = sent >= 100 * 1024 * 1024;
      if (!isOver) sent += piece.length;
      this.push(isOver ? null : piece);
    },
  });
}
