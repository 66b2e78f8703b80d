import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server as NetServer } from 'node:net';
import type { Server } from 'node:http';
import { basename, join } from 'node:path';
import type { TicketPackage } from '../model/ticket.ts';
import { buildDeb } from './build-deb.ts';
import { buildRpm } from './build-rpm.ts';

const maintainer = 'Sample Provider <releases@provider.example>';

/** The file server of a software provider: every file dropped into its folder is served, nothing else. */
export interface ProviderServer {
  readonly url: string;
  readonly dir: string;
  /** Builds a sample Debian package, puts it into the folder, and gives what a ticket says of it. */
  readonly offer: (name: string, version: string, architecture?: string) => Promise<TicketPackage>;
  /** The same as an rpm package for x86_64. */
  readonly offerRpm: (name: string, version: string) => Promise<TicketPackage>;
  readonly stop: () => Promise<void>;
}

export async function startProvider(dir: string, port = 0): Promise<ProviderServer> {
  await mkdir(dir, { recursive: true });
  const server = createServer((request, response) => {
    const name = basename(decodeURIComponent(new URL(request.url ?? '/', 'http://provider').pathname));
    const file = join(dir, name);
    stat(file).then(
      ({ size }) => {
        response.writeHead(200, { 'content-length': size, 'content-type': 'application/octet-stream' });
        createReadStream(file)
          .on('error', () => response.destroy())
          .pipe(response);
      },
      () => {
        response.writeHead(404).end();
      },
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${String(portOf(server))}`;
  const put = async (file: string, bytes: Uint8Array): Promise<TicketPackage> => {
    await writeFile(join(dir, file), bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { file, url: `${url}/${file}`, size: bytes.length, sha256 };
  };
  return {
    url,
    dir,
    offer: async (name, version, architecture = 'amd64') => {
      const bytes = buildDeb({
        name,
        version,
        architecture,
        maintainer,
        description: `sample package of ${name}\n Built by the demo; it installs one text file.`,
        files: { [`usr/share/doc/${name}/release.txt`]: `${name} ${version}\n` },
      });
      return put(`${name}_${version}_${architecture}.deb`, bytes);
    },
    offerRpm: async (name, version) => {
      const bytes = buildRpm({
        name,
        version,
        release: '1',
        architecture: 'x86_64',
        packager: maintainer,
        summary: `sample package of ${name}`,
        description: 'Built by the demo; it installs one text file.',
        files: { [`usr/share/doc/${name}/release.txt`]: `${name} ${version}\n` },
      });
      return put(`${name}-${version}-1.x86_64.rpm`, bytes);
    },
    stop: () => closed(server),
  };
}

/** Port that a server listens on. */
export function portOf(server: NetServer): number {
  const address = server.address();
  if (address === null || typeof address === 'string')
    throw new Error('the server does not listen on a port');
  return address.port;
}

export async function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}
