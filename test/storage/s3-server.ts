import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { S3Access } from '../../app/storage/s3-request.ts';
import { signatureFault } from './s3-signature.ts';

/** An object in memory. */
interface S3Object {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 in base64, when the writer asked for it. */
  readonly checksum: string | undefined;
  readonly modified: Date;
}

/** A request as the server saw it, in the order of their arrival. */
export interface SeenRequest {
  readonly method: string;
  /** `bucket/key`, decoded. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
}

/**
 * What goes wrong with one request: an error answer instead of the effect; the connection cut before or after the effect, and something done
 * just before the cut; no answer at all; half of the body of the answer; an error after status 200, as copies may have it; other headers or
 * another body in the answer.
 */
export type Fault =
  | { readonly status: number; readonly code: string; readonly location?: string }
  | { readonly cut: 'before' | 'after'; readonly act?: () => Promise<void> | void }
  | 'silence'
  | 'half'
  | 'late-error'
  | { readonly body?: string; readonly headers?: Readonly<Record<string, string>> };

/** How this service differs from Amazon's. */
export interface S3Habits {
  /** Objects in one page of a list; 1000 unless given. */
  readonly page?: number;
  /** Least bytes of a part but the last; 5 MiB unless given. */
  readonly leastPart?: number;
  /** Most bytes copied by one request; 5 GiB unless given. */
  readonly mostCopied?: number;
  /** `false`: writes whatever the condition says, as older services do. */
  readonly conditions?: boolean;
  /** `false`: knows nothing of checksums, as older services do. */
  readonly checksums?: boolean;
  /** Anybody may GET what begins so: `bucket/channels/`. */
  readonly open?: string;
  /** The server's clock, in milliseconds. */
  readonly now?: () => number;
}

export interface S3Server {
  readonly url: string;
  readonly access: S3Access;
  /** By `bucket/key`; may be changed behind the client's back. */
  readonly objects: Map<string, S3Object>;
  /** Multipart uploads that are neither complete nor aborted. */
  readonly uploads: ReadonlyMap<string, unknown>;
  readonly requests: SeenRequest[];
  /** Asked for each request when it has come in whole. */
  fault: ((request: SeenRequest, number: number) => Fault | undefined) | undefined;
  close(): Promise<void>;
}

interface Upload {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly parts: Map<number, Buffer>;
}
interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

const mostBody = 64 * 1024 * 1024;
const kept = ['content-type', 'cache-control', 'x-amz-meta-sha256'];

/**
 * A service that speaks the part of S3 that the application uses, in memory, on loopback, path style, with one key: objects with Range and
 * conditions, CopyObject, multipart uploads, ListObjectsV2 with pages. It checks signatures, payload digests and the clock as Amazon does.
 *
 * Its limits: buckets exist as soon as they are named in `buckets`; no versions, no policies but one open prefix, no virtual-hosted
 * addresses, no unsigned or chunk-signed payloads, no presigned addresses, no DeleteObjects, no checksums but SHA-256 of whole objects, no
 * other metadata than `sha256`. One request is one step: it has no races of its own (no 409), and what is written is read at once.
 */
export async function startS3Server(buckets: readonly string[], habits: S3Habits = {}): Promise<S3Server> {
  const objects = new Map<string, S3Object>();
  const uploads = new Map<string, Upload>();
  const requests: SeenRequest[] = [];
  const credentials = { region: 'eu-test-1', keyId: 'AKIDTEST', secret: randomBytes(20).toString('hex') };
  const now = habits.now ?? Date.now;

  const server = createServer((request, response) => {
    serve(request, response).catch((error: unknown) => {
      response.destroy(error as Error);
    });
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await wholeBody(request);
    const url = new URL(request.url ?? '/', 'http://host');
    const seen: SeenRequest = {
      method: request.method ?? '',
      // Amazon reads a plus sign in a path as a space.
      path: decodeURIComponent(url.pathname.slice(1).replaceAll('+', ' ')),
      query: url.searchParams,
      headers: request.headers,
    };
    const isOpen =
      habits.open !== undefined &&
      request.headers.authorization === undefined &&
      ['GET', 'HEAD'].includes(seen.method) &&
      url.search === '' &&
      seen.path.startsWith(habits.open);
    if (!isOpen) requests.push(seen);
    const fault = isOpen ? undefined : made.fault?.(seen, requests.length);
    if (fault === 'silence') return;
    const cut = typeof fault === 'object' && 'cut' in fault ? fault : undefined;
    if (cut?.cut === 'before') {
      await cut.act?.();
      request.socket.destroy();
      return;
    }
    const wrong = isOpen ? undefined : signatureFault(request, body, credentials, now());
    const bucket = seen.path.split('/')[0] ?? '';
    let answer: Answer;
    if (typeof fault === 'object' && 'status' in fault) {
      const { status, code, location } = fault;
      answer = { ...error(status, code), ...(location !== undefined && { headers: { location } }) };
    } else if (wrong !== undefined) answer = error(wrong === 'XAmzContentSHA256Mismatch' ? 400 : 403, wrong);
    else if (!buckets.includes(bucket)) answer = error(404, 'NoSuchBucket');
    else if (fault === 'late-error') answer = { ...error(200, 'InternalError') };
    else answer = effect(seen, body);
    if (cut) {
      await cut.act?.();
      request.socket.destroy();
      return;
    }
    const other: { readonly body?: string; readonly headers?: Readonly<Record<string, string>> } =
      typeof fault === 'object' && !('status' in fault) && !('cut' in fault) ? fault : {};
    const bytes = Buffer.from(other.body ?? answer.body ?? '');
    response.writeHead(answer.status, {
      'content-length': bytes.length,
      ...answer.headers,
      ...other.headers,
    });
    if (fault === 'half') {
      response.write(bytes.subarray(0, bytes.length / 2), () => request.socket.destroy());
      return;
    }
    response.end(seen.method === 'HEAD' ? undefined : bytes);
  }

  function effect(seen: SeenRequest, body: Buffer): Answer {
    const { method, path, query, headers } = seen;
    if (!path.includes('/'))
      return method === 'GET' && query.get('list-type') === '2' ? list(seen) : unknown();
    const upload = uploads.get(query.get('uploadId') ?? '');
    if (query.has('uploadId')) {
      if (upload?.path !== path) return error(404, 'NoSuchUpload');
      return partEffect(seen, body, upload, query.get('uploadId') ?? '');
    }
    if (method === 'POST' && query.has('uploads')) {
      const id = randomBytes(12).toString('base64url');
      uploads.set(id, { path, headers: keptOf(headers), parts: new Map() });
      return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
    }
    if ([...query].length > 0) return unknown();
    if (method === 'GET' || method === 'HEAD') return read(seen);
    if (method === 'DELETE') {
      objects.delete(path);
      return { status: 204 };
    }
    return method === 'PUT' ? write(seen, body) : unknown();
  }

  function read({ path, headers }: SeenRequest): Answer {
    const object = objects.get(path);
    if (!object) return error(404, 'NoSuchKey');
    const { bytes, etag, modified, checksum } = object;
    const about = {
      ...object.headers,
      etag,
      'last-modified': modified.toUTCString(),
      'accept-ranges': 'bytes',
      ...(checksum !== undefined &&
        headers['x-amz-checksum-mode'] === 'ENABLED' && { 'x-amz-checksum-sha256': checksum }),
    };
    if (headers['if-match'] !== undefined && headers['if-match'] !== etag)
      return error(412, 'PreconditionFailed');
    if (headers['if-none-match'] === etag || headers['if-modified-since'] === about['last-modified'])
      return { status: 304, headers: about };
    const validator = headers['if-range'];
    const isSame = validator === undefined || [etag, about['last-modified']].includes(String(validator));
    const range = isSame ? /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '') : null;
    if (!range)
      return { status: 200, headers: { ...about, 'content-length': String(bytes.length) }, body: bytes };
    const from = Number(range[1]);
    const to = Math.min(bytes.length - 1, range[2] === '' ? Infinity : Number(range[2]));
    if (from > to) return error(416, 'InvalidRange');
    const contentRange = `bytes ${String(from)}-${String(to)}/${String(bytes.length)}`;
    return {
      status: 206,
      headers: { ...about, 'content-range': contentRange },
      body: bytes.subarray(from, to + 1),
    };
  }

  function write({ path, headers }: SeenRequest, body: Buffer): Answer {
    const refusal = habits.conditions === false ? undefined : refusalOf(path, headers);
    if (refusal) return refusal;
    const source = headers['x-amz-copy-source'];
    const asked = headers['x-amz-checksum-sha256'];
    const sum = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64');
    if (source === undefined) {
      if (asked !== undefined && asked !== sum(body)) return error(400, 'BadDigest');
      return {
        status: 200,
        headers: { etag: store(path, body, headers, asked === undefined ? undefined : sum(body)) },
      };
    }
    const from = objects.get(decodeURIComponent(String(source)).replace(/^\//, ''));
    if (!from) return error(404, 'NoSuchKey');
    if (from.bytes.length > (habits.mostCopied ?? 5 * 1024 ** 3)) return error(400, 'InvalidRequest');
    const isReplaced = headers['x-amz-metadata-directive'] === 'REPLACE';
    const checksum = headers['x-amz-checksum-algorithm'] === 'SHA256' ? sum(from.bytes) : from.checksum;
    const etag = store(path, from.bytes, isReplaced ? headers : from.headers, checksum);
    const told = objects.get(path)?.checksum;
    return xml(
      `<CopyObjectResult><ETag>${etag.replaceAll('"', '&quot;')}</ETag>${told === undefined ? '' : `<ChecksumSHA256>${told}</ChecksumSHA256>`}</CopyObjectResult>`,
    );
  }

  function refusalOf(path: string, headers: IncomingHttpHeaders): Answer | undefined {
    const there = objects.get(path);
    if (headers['if-none-match'] !== undefined) {
      if (headers['if-none-match'] !== '*') return error(501, 'NotImplemented');
      if (there) return error(412, 'PreconditionFailed');
    }
    if (headers['if-match'] === undefined) return undefined;
    if (!there) return error(404, 'NoSuchKey');
    return headers['if-match'] === there.etag ? undefined : error(412, 'PreconditionFailed');
  }

  function partEffect(
    { method, query, headers }: SeenRequest,
    body: Buffer,
    upload: Upload,
    id: string,
  ): Answer {
    if (method === 'DELETE') {
      uploads.delete(id);
      return { status: 204 };
    }
    if (method === 'PUT') {
      const source = headers['x-amz-copy-source'];
      let bytes: Buffer | undefined = body;
      if (source !== undefined) {
        const range = /^bytes=(\d+)-(\d+)$/.exec(String(headers['x-amz-copy-source-range']));
        bytes = objects.get(decodeURIComponent(String(source)).replace(/^\//, ''))?.bytes;
        if (!bytes || Number(range?.[2]) >= bytes.length) return error(404, 'NoSuchKey');
        bytes = bytes.subarray(Number(range?.[1]), Number(range?.[2]) + 1);
        if (bytes.length > (habits.mostCopied ?? 5 * 1024 ** 3)) return error(400, 'InvalidRequest');
      }
      upload.parts.set(Number(query.get('partNumber')), bytes);
      const etag = `"${md5(bytes)}"`;
      if (source === undefined) return { status: 200, headers: { etag } };
      return xml(`<CopyPartResult><ETag>${etag.replaceAll('"', '&quot;')}</ETag></CopyPartResult>`);
    }
    if (method !== 'POST') return unknown();
    const listed = [
      ...body
        .toString()
        .matchAll(/<Part><PartNumber>(\d+)<\/PartNumber><ETag>&quot;([0-9a-f]+)&quot;<\/ETag><\/Part>/g),
    ];
    const parts = listed.map(([, number, etag]) => ({
      bytes: upload.parts.get(Number(number)),
      number: Number(number),
      etag,
    }));
    if (parts.length === 0) return error(400, 'MalformedXML');
    if (parts.some(({ number }, at) => number <= (parts[at - 1]?.number ?? 0)))
      return error(400, 'InvalidPartOrder');
    if (parts.some(({ bytes, etag }) => !bytes || md5(bytes) !== etag)) return error(400, 'InvalidPart');
    const least = habits.leastPart ?? 5 * 1024 * 1024;
    if (parts.slice(0, -1).some(({ bytes }) => (bytes?.length ?? 0) < least))
      return error(400, 'EntityTooSmall');
    const whole = Buffer.concat(parts.map(({ bytes }) => bytes ?? Buffer.alloc(0)));
    store(upload.path, whole, upload.headers, undefined, `"${md5(whole)}-${String(parts.length)}"`);
    uploads.delete(id);
    return xml('<CompleteMultipartUploadResult/>');
  }

  function store(
    path: string,
    bytes: Buffer,
    headers: IncomingHttpHeaders,
    checksum: string | undefined,
    etag = `"${md5(bytes)}"`,
  ): string {
    const sum = habits.checksums === false ? undefined : checksum;
    objects.set(path, { bytes, etag, headers: keptOf(headers), checksum: sum, modified: new Date(now()) });
    return etag;
  }

  function list({ path, query }: SeenRequest): Answer {
    const prefix = `${path}/${query.get('prefix') ?? ''}`;
    const token = query.get('continuation-token');
    const after = token === null ? '' : Buffer.from(token, 'base64').toString();
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && key > after).toSorted();
    const page = keys.slice(0, Math.min(habits.page ?? 1000, Number(query.get('max-keys') ?? 1000)));
    const isUrl = query.get('encoding-type') === 'url';
    const written = (key: string): string =>
      isUrl
        ? encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+')
        : key.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
    const contents = page.map((key) => {
      const { bytes, etag, modified } = objects.get(key) as S3Object;
      return `<Contents><Key>${written(key.slice(path.length + 1))}</Key><LastModified>${modified.toISOString()}</LastModified><ETag>${etag.replaceAll('"', '&quot;')}</ETag><Size>${String(bytes.length)}</Size><StorageClass>STANDARD</StorageClass></Contents>`;
    });
    const isCut = page.length < keys.length;
    const next = isCut
      ? `<NextContinuationToken>${Buffer.from(page.at(-1) ?? '').toString('base64')}</NextContinuationToken>`
      : '';
    return xml(
      `<ListBucketResult><Name>${path}</Name>${isUrl ? '<EncodingType>url</EncodingType>' : ''}<IsTruncated>${String(isCut)}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`,
    );
  }

  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const made: S3Server = {
    url,
    access: { ...credentials, endpoint: url, pauseMs: 5, patienceMs: 2000 },
    objects,
    uploads,
    requests,
    fault: undefined,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return made;
}

const md5 = (bytes: Buffer): string => createHash('md5').update(bytes).digest('hex');

const keptOf = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    kept.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])),
  );

const xml = (text: string): Answer => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n${text}`,
});

const error = (status: number, code: string): Answer => ({
  ...xml(`<Error><Code>${code}</Code><Message>SECRET-MESSAGE &lt;b&gt;</Message></Error>`),
  status,
});

const unknown = (): Answer => error(501, 'NotImplemented');

async function wholeBody(request: IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request) {
    pieces.push(piece as Buffer);
    size += (piece as Buffer).length;
    if (size > mostBody) throw new Error('a request of over 64 MiB');
  }
  return Buffer.concat(pieces);
}
