import { setTimeout as pause } from 'node:timers/promises';
import { isArrayBuffer } from 'node:util/types';
import { AwsV4Signer } from 'aws4fetch';
import { sha256Of } from './digest.ts';
import { StorageOutage } from './store.ts';
import { textOf } from './s3-xml.ts';

/** How buckets are reached: what the operator sets. */
export interface S3Access {
  /** `https://host`; plain http only on loopback. Buckets are the first part of the path. */
  readonly endpoint: string;
  readonly region: string;
  readonly keyId: string;
  readonly secret: string;
  /** How long to wait for an answer, in milliseconds, beside the time that the bytes take; 30 seconds unless given. */
  readonly patienceMs?: number;
  /** Before the first repetition, in milliseconds; then twice as long each time. 200 unless given. */
  readonly pauseMs?: number;
}

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  readonly bucket: string;
  /** The object; without it the bucket itself. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Most bytes taken of the answer. */
  readonly most?: number;
  /** Bytes that the service moves by itself before it answers. It may say 200 first and fail afterwards: the body tells. */
  readonly moves?: number;
  /** Statuses that mean something to the caller, beside those of success. */
  readonly accepts?: readonly number[];
}

/** `status` 0: no whole answer came, and nobody knows whether the request had its effect. */
export interface S3Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Uint8Array;
  /** What went wrong, in a few plain words; holds nothing that was not checked. */
  readonly problem: string;
}

const attempts = 5;
const longestPauseMs = 5000;
/** Who moves less than this is as good as not there. */
const bytesPerMs = 64;
/** A list of 1000 keys of 1024 bytes each, every byte written as three. */
const mostOfXml = 8 * 1024 * 1024;

/**
 * Asks once, within a deadline. Gives every answer, also none.
 * The body is signed with its digest, so that the service notices when it was altered on the way (SigV4).
 */
export async function askOnce(access: S3Access, request: S3Request): Promise<S3Answer> {
  const { method, body, most = mostOfXml, moves = 0 } = request;
  const patience = (access.patienceMs ?? 30_000) + ((body?.length ?? 0) + moves) / bytesPerMs;
  const signer = new AwsV4Signer({
    method,
    url: urlOf(access, request),
    headers: { ...request.headers, 'x-amz-content-sha256': sha256Of(body ?? '') },
    accessKeyId: access.keyId,
    secretAccessKey: access.secret,
    service: 's3',
    region: access.region,
  });
  const { url, headers } = await signer.sign();
  // Not signed, because proxies change it; without it an answer might come compressed.
  headers.set('accept-encoding', 'identity');
  const deadline = new AbortController();
  let timer = setTimeout(() => {
    deadline.abort();
  }, patience);
  try {
    const response = await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      signal: deadline.signal,
      ...(body && { body: isPlain(body) ? body : new Uint8Array(body) }),
    });
    clearTimeout(timer);
    const length = Math.min(most, Number(response.headers.get('content-length') ?? most));
    timer = setTimeout(
      () => {
        deadline.abort();
      },
      patience + length / bytesPerMs,
    );
    return judged(request, response, await bodyOf(response, response.ok ? most : mostOfXml));
  } catch (error) {
    const problem = deadline.signal.aborted ? 'no answer in time' : `no answer (${reasonOf(error)})`;
    return { status: 0, headers: new Headers(), body: new Uint8Array(), problem };
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Asks until there is an answer, a few times at most; for requests that may be repeated without harm.
 * @throws StorageOutage that names what was to be done and the key
 */
export async function ask(access: S3Access, request: S3Request): Promise<S3Answer> {
  for (let round = 1; ; round += 1) {
    const answer = await askOnce(access, request);
    const isTold =
      request.accepts?.includes(answer.status) === true && !answer.problem.includes('NoSuchBucket');
    if (answer.problem === '' || isTold) return answer;
    if (!mayPass(answer) || round === attempts) throw outageOf(request, answer);
    await pauseBefore(access, round);
  }
}

/** Waits before the repetition that follows the given round; replicas that failed together come back apart. */
export async function pauseBefore({ pauseMs = 200 }: S3Access, round: number): Promise<void> {
  await pause(Math.min(longestPauseMs, pauseMs * 2 ** (round - 1)) * (0.5 + Math.random() / 2));
}

/** Whether asking again may help. */
export function mayPass({ status }: S3Answer): boolean {
  return status === 0 || status === 408 || status === 429 || status >= 500;
}

/** The error for an answer that nobody can go on with. */
export function outageOf({ method, bucket, key }: S3Request, { problem }: S3Answer): StorageOutage {
  const verbs = { GET: 'read', HEAD: 'look up', PUT: 'write', POST: 'write', DELETE: 'remove' };
  const what = key === undefined ? 'its list' : key;
  return new StorageOutage(`The bucket ${bucket} could not ${verbs[method]} ${what}: ${problem}.`);
}

function urlOf({ endpoint }: S3Access, { bucket, key, query = {} }: S3Request): string {
  const path = key === undefined ? bucket : `${bucket}/${encodedKey(key)}`;
  const search = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  return `${endpoint.replace(/\/$/, '')}/${path}${search.length > 0 ? `?${search.join('&')}` : ''}`;
}

/**
 * A key as it stands in an address: all but RFC 3986's unreserved characters and the slash encoded, `+` too (Amazon reads it as a space).
 * @throws RangeError for a key that an address cannot name, because every reader of addresses takes `..` out
 */
export function encodedKey(key: string): string {
  const names = key.split('/');
  if (names.some((name) => name === '' || name === '.' || name === '..'))
    throw new RangeError(`no key for an object: ${key}`);
  return names
    .map((name) =>
      encodeURIComponent(name).replaceAll(
        /[!'()*]/g,
        (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    )
    .join('/');
}

async function bodyOf(response: Response, most: number): Promise<Uint8Array> {
  if (!response.body) return new Uint8Array();
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  const pieces: Uint8Array[] = [];
  let size = 0;
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    size += piece.value.length;
    if (size > most) {
      await reader.cancel();
      throw new RangeError('too many bytes');
    }
    pieces.push(piece.value);
  }
  return Buffer.concat(pieces);
}

function isPlain(bytes: Uint8Array): bytes is Uint8Array<ArrayBuffer> {
  return isArrayBuffer(bytes.buffer);
}

function judged({ moves }: S3Request, { ok, status, headers }: Response, body: Uint8Array): S3Answer {
  const told = (): string => textOf(Buffer.from(body).toString(), 'Code') ?? '';
  if (!ok) return { status, headers, body, problem: problemOf(status, told()) };
  const code = moves !== undefined && Buffer.from(body).includes('<Error>') ? told() : '';
  return code === '' ? { status, headers, body, problem: '' } : { status: 500, headers, body, problem: code };
}

function problemOf(status: number, code: string): string {
  const known = /^[A-Za-z0-9.]{1,60}$/.test(code) ? ` ${code}` : '';
  const mending = (): string => {
    if (code === 'RequestTimeTooSkewed') return ', the clocks of this machine and of the service differ';
    if (code === 'SignatureDoesNotMatch' || code === 'InvalidAccessKeyId')
      return ', look at ROLLOUT_S3_KEY_ID and ROLLOUT_S3_SECRET';
    if (code === 'AuthorizationHeaderMalformed' || (status >= 300 && status < 400))
      return ', look at ROLLOUT_S3_ENDPOINT and ROLLOUT_S3_REGION';
    if (status === 403) return ', the key may not do that';
    return '';
  };
  return `${String(status)}${known}${mending()}`;
}

function reasonOf(error: unknown): string {
  if (error instanceof RangeError) return error.message;
  const cause = typeof error === 'object' && error !== null && 'cause' in error ? error.cause : undefined;
  const code = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  return typeof code === 'string' && /^[A-Z_0-9]{1,60}$/.test(code) ? code : 'connection lost';
}
