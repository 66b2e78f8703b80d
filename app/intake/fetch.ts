import type { IncomingMessage } from 'node:http';
import { checkUrl, type CheckedUrl, type FetchRules } from './address.ts';
import { ask, systemResolve, type Resolve } from './request.ts';
import { StorageOutage, type Receiver, type Store } from '../storage/store.ts';
import { watchOver, type Watch } from './watch.ts';

/** Why a package could not be pulled. The first eight are the provider's to mend, the rest may pass by themselves. */
export const pullReasons = [
  'refused-address',
  'refused-url',
  'not-found',
  'too-many-redirects',
  'wrong-size',
  'wrong-digest',
  'too-large',
  'encoded',
  'http-status',
  'timeout',
  'too-slow',
  'unreachable',
] as const;
export type PullReason = (typeof pullReasons)[number];

interface Pulled {
  readonly ok: true;
  readonly sha256: string;
  readonly size: number;
}

export type PullResult =
  | Pulled
  | {
      readonly ok: false;
      readonly reason: PullReason;
      /** One plain sentence: the file, what was expected, what was seen. Holds nothing the server wrote. */
      readonly message: string;
    };

/** One package as a ticket names it. */
export interface PackageSource {
  /** Name to use in messages; without it the last part of the URL. */
  readonly file?: string;
  readonly url: string;
  /** In bytes. */
  readonly size: number;
  /** 64 lower-case hexadecimal digits. */
  readonly sha256: string;
}

/** Where packages go and what pulling them is held to. */
export interface PullOptions extends FetchRules {
  readonly store: Store;
  /** Largest package taken, in bytes (trust.md 8.5). */
  readonly maximumBytes: number;
  /** Whole transfer, in milliseconds; 30 minutes unless given (trust.md 8.4). */
  readonly deadlineMs?: number;
  /** 10,000 unless given (trust.md T42). */
  readonly minimumBytesPerSecond?: number;
  /** How long to wait for an answer, and over how long the rate is measured, in milliseconds; 30 seconds unless given. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal;
  /** Bytes received so far, often. */
  readonly onProgress?: (source: PackageSource, bytes: number) => void;
  /** The system's resolver unless given. */
  readonly resolve?: Resolve;
}

const mostRedirects = 3;

type Refusal = { readonly ok: false; readonly reason: PullReason; readonly detail: string };
type Answer = { readonly ok: true; readonly response: IncomingMessage } | Refusal;

const refuse = (reason: PullReason, detail: string): Refusal => ({ ok: false, reason, detail });

/**
 * Pulls one package into the store, once, hashing while it writes; what is stored already is not asked for again
 * (R-2.4-10.4a, trust.md T41 to T43). Whatever the server does ends in a result within the deadline.
 * @throws StorageOutage when the disk fails; the signal's reason when the caller aborts.
 */
export async function fetchPackage(order: PackageSource & PullOptions): Promise<PullResult> {
  order.signal?.throwIfAborted();
  const result = await pull(order);
  if (result.ok) return result;
  return {
    ok: false,
    reason: result.reason,
    message: `${nameOf(order)} could not be pulled: ${result.detail}.`,
  };
}

async function pull(order: PackageSource & PullOptions): Promise<Pulled | Refusal> {
  const { sha256, size, store } = order;
  if (size > order.maximumBytes) {
    return refuse(
      'too-large',
      `it is ${String(size)} bytes and at most ${String(order.maximumBytes)} are taken`,
    );
  }
  const stored = await store.size(sha256);
  if (stored !== undefined) return stored === size ? { ok: true, sha256, size } : wrongSize(size, stored);

  const watch = watchOver(
    {
      deadlineMs: order.deadlineMs ?? 30 * 60_000,
      patienceMs: order.patienceMs ?? 30_000,
      minimumBytesPerSecond: order.minimumBytesPerSecond ?? 10_000,
    },
    order.signal,
  );
  try {
    const answer = await follow(order, watch);
    return answer.ok ? await take(answer.response, order, watch) : answer;
  } catch (error) {
    order.signal?.throwIfAborted();
    if (error instanceof StorageOutage) throw error;
    const cut = watch.cut();
    if (cut !== undefined) return refuse(cut.reason, cut.detail);
    const code = networkCode(error);
    if (code === undefined) throw error;
    return refuse('unreachable', `the connection failed (${code})`);
  } finally {
    watch.end();
  }
}

/** Asks, and follows redirects by hand: each new address passes the same checks as the first. */
async function follow(order: PackageSource & PullOptions, watch: Watch): Promise<Answer> {
  let target: CheckedUrl = checkUrl(order.url, order);
  for (let redirects = 0; ; redirects += 1) {
    if (!target.ok)
      return redirects === 0 ? target : refuse(target.reason, `it is redirected, and ${target.detail}`);
    const asked = await ask(target, order.resolve ?? systemResolve, watch.signal);
    if (!asked.ok) return asked;
    const { response } = asked;
    const { location } = response.headers;
    if (!isRedirect(response.statusCode) || location === undefined) {
      const wrong = headProblem(response, order.size);
      if (wrong !== undefined) response.destroy();
      return wrong ?? asked;
    }
    response.destroy();
    if (redirects === mostRedirects) {
      return refuse('too-many-redirects', `it is redirected more than ${String(mostRedirects)} times`);
    }
    target = checkUrl(location, order, target.url);
  }
}

const isRedirect = (status: number | undefined): boolean =>
  status !== undefined && [301, 302, 303, 307, 308].includes(status);

/** What the head of an answer already tells against it. */
function headProblem({ statusCode = 0, headers }: IncomingMessage, size: number): Refusal | undefined {
  if (statusCode === 404 || statusCode === 410) {
    return refuse('not-found', `the server does not have it (status ${String(statusCode)})`);
  }
  if (statusCode !== 200)
    return refuse('http-status', `status 200 was expected and ${String(statusCode)} came`);
  const coding = headers['content-encoding'] ?? 'identity';
  const transfer = headers['transfer-encoding'] ?? 'chunked';
  if (coding.toLowerCase() !== 'identity' || transfer.toLowerCase() !== 'chunked') {
    return refuse('encoded', 'the server sends it in another encoding than as it is');
  }
  const announced = headers['content-length'];
  if (announced !== undefined && Number(announced) !== size) {
    return refuse(
      'wrong-size',
      `${String(size)} bytes were expected and the server announces ${String(Number(announced))}`,
    );
  }
  return undefined;
}

/** Streams the body into the store; cut as soon as one byte more than declared comes. */
async function take(
  response: IncomingMessage,
  order: PackageSource & PullOptions,
  watch: Watch,
): Promise<Pulled | Refusal> {
  const { size, sha256, store, onProgress } = order;
  let receiver: Receiver | undefined;
  let seen = 0;
  watch.answered();
  try {
    receiver = await store.receive();
    for await (const chunk of response as AsyncIterable<Buffer>) {
      seen += chunk.length;
      if (seen > size) return refuse('wrong-size', `${String(size)} bytes were expected and more came`);
      watch.received(chunk.length);
      await receiver.write(chunk);
      onProgress?.(order, seen);
    }
    const receipt = await receiver.commit(sha256, size);
    if (receipt.ok) return receipt;
    if (receipt.reason === 'wrong-size') return wrongSize(size, receipt.size);
    return refuse('wrong-digest', `SHA-256 ${sha256} was expected and ${receipt.sha256} came`);
  } finally {
    response.destroy();
    await receiver?.abort();
  }
}

const wrongSize = (expected: number, seen: number): Refusal =>
  refuse('wrong-size', `${String(expected)} bytes were expected and ${String(seen)} came`);

/** The ticket's name for the file, or a harmless cut of the URL's last part. */
function nameOf({ file, url }: PackageSource): string {
  const last = url.split(/[?#]/, 1)[0]?.split('/').at(-1) ?? '';
  const name = (file ?? last).replaceAll(/[^A-Za-z0-9._+~%^-]/g, '').slice(0, 255);
  return name === '' ? 'The package' : name;
}

/** The code of an error of the network, the name service, TLS or HTTP; undefined for anything else, which is a bug or the disk. */
function networkCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  const { code } = error;
  if (typeof code !== 'string' || !/^[A-Z][A-Z0-9_]{1,63}$/.test(code)) return undefined;
  return code.startsWith('ERR_') && !/^ERR_(TLS|SSL|STREAM_PREMATURE)/.test(code) ? undefined : code;
}
