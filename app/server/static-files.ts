import { constants, type BigIntStats, type ReadStream } from 'node:fs';
import { open, realpath, type FileHandle } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { contentType } from '../storage/content-type.ts';
import { answer } from './answer.ts';

export interface StaticFilesOptions {
  /** Folder whose files are served. It need not exist yet. */
  readonly root: string;
  /** Path it stands under, with a slash at both ends. */
  readonly prefix: string;
  /** Takes one JSON line per answer, without its line end: `{at, method, path, status, bytes, agent}`; bytes of the file sent. */
  readonly log: (line: string) => void;
  /** Milliseconds. */
  readonly now?: () => number;
}

/**
 * Gives the handler of a read-only file tree: GET and HEAD, no listings, nothing outside `root`, whatever the path or a symbolic
 * link says. Answers 304 to `If-None-Match` and, as apt asks, to `If-Modified-Since`.
 */
export function serveFiles(
  options: StaticFilesOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { root, prefix, log, now = Date.now } = options;
  return async (request, response) => {
    let body: ReadStream | undefined;
    response.on('close', () => {
      log(accessLine(request, response, { at: now(), bytes: body?.bytesRead ?? 0 }));
    });
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      answer(response, 405, 'only GET', { allow: 'GET, HEAD', connection: 'close' });
      return;
    }
    const path = pathOf(request.url ?? '', prefix);
    const file = path === undefined ? undefined : await openInside(root, path);
    if (path === undefined || file === undefined) {
      answer(response, 404, 'not found');
      return;
    }
    try {
      body = beginAnswer(request, response, {
        file,
        path,
        now: now(),
        stats: await file.stat({ bigint: true }),
      });
      if (body !== undefined) await finish(body, response);
    } finally {
      await file.close();
    }
  };
}

/** The parts of a URL's path below the prefix, decoded once; undefined for anything but plain names. */
function pathOf(url: string, prefix: string): string | undefined {
  const raw = url.split(/[?#]/, 1)[0] ?? '';
  if (!raw.startsWith(prefix) || raw.length > 2048) return undefined;
  const names: string[] = [];
  for (const part of raw.slice(prefix.length).split('/')) {
    // apt writes the `./` of a flat repository as it stands in sources.list.
    if (part === '.') continue;
    const name = decoded(part);
    // A leading dot takes in `.` and `..`, and files that were not meant to be seen.
    if (name === undefined || !/^[A-Za-z0-9_+~^%@=:,][A-Za-z0-9._+~^%@=:, -]{0,254}$/.test(name))
      return undefined;
    names.push(name);
  }
  return names.join('/');
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

/** Opens a regular file below `root` once symbolic links are followed; undefined when there is none. */
async function openInside(root: string, path: string): Promise<FileHandle | undefined> {
  try {
    const top = await realpath(root);
    const real = await realpath(join(top, path));
    if (!real.startsWith(top + sep)) return undefined;
    // NONBLOCK: a named pipe must not hold a request for ever.
    const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    if ((await file.stat()).isFile()) return file;
    await file.close();
    return undefined;
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

const isAbsence = (error: unknown): boolean =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  ['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG', 'EACCES', 'ENXIO'].includes(String(error.code));

interface Sending {
  readonly file: FileHandle;
  readonly stats: BigIntStats;
  readonly path: string;
  readonly now: number;
}

/** Sends the head of the answer, and all of it where there is no body; gives the body to send after it. */
function beginAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  { file, stats, path, now }: Sending,
): ReadStream | undefined {
  const etag = `"${stats.ino.toString(36)}-${stats.mtimeNs.toString(36)}-${stats.size.toString(36)}"`;
  const modified = lastModified(stats, now);
  const validators = {
    etag,
    'last-modified': modified,
    'cache-control': 'no-cache',
    'accept-ranges': 'none',
  };
  if (isUnchanged(request, etag, modified)) {
    response.writeHead(304, validators).end();
    return undefined;
  }
  const size = Number(stats.size);
  response.writeHead(200, { ...validators, 'content-type': contentType(path), 'content-length': size });
  if (request.method === 'HEAD' || size === 0) {
    response.end();
    return undefined;
  }
  return file.createReadStream({ start: 0, end: size - 1, autoClose: false });
}

async function finish(body: ReadStream, response: ServerResponse): Promise<void> {
  try {
    await pipeline(body, response);
  } catch (error) {
    // The client went away, or the connection was cut: the access log has how far it came.
    if (!response.destroyed) throw error;
  }
}

/**
 * The file's time in whole seconds; one second earlier while that second is not over, because the file may be replaced within it
 * and the time would not tell (RFC 9110 8.8.2.2).
 */
function lastModified({ mtimeMs }: BigIntStats, now: number): string {
  const second = Math.floor(Number(mtimeMs) / 1000);
  const over = Math.floor(now / 1000) > second;
  return new Date((over ? second : second - 1) * 1000).toUTCString();
}

/** RFC 9110 13.2.2; times must be equal, not later: a file put back from before is a change too. */
function isUnchanged({ headers }: IncomingMessage, etag: string, modified: string): boolean {
  const match = headers['if-none-match'];
  if (match !== undefined) {
    return match.split(',').some((one) => ['*', etag].includes(one.trim().replace(/^W\//, '')));
  }
  return headers['if-modified-since'] === modified;
}

function accessLine(
  request: IncomingMessage,
  response: ServerResponse,
  { at, bytes }: { readonly at: number; readonly bytes: number },
): string {
  return JSON.stringify({
    at: new Date(at).toISOString(),
    method: request.method,
    path: (request.url ?? '').slice(0, 1024),
    status: response.statusCode,
    bytes,
    agent: (request.headers['user-agent'] ?? '').slice(0, 256),
  });
}
