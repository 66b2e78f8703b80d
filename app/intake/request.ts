import { lookup as systemLookup } from 'node:dns';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPublicAddress, type CheckedUrl } from './address.ts';

/** An address a name resolves to. */
interface Resolved {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Name to addresses; rejects with a system error (`ENOTFOUND`, `EAI_AGAIN`) when there are none. */
export type Resolve = (host: string) => Promise<readonly Resolved[]>;

export const systemResolve: Resolve = (host) =>
  new Promise((resolve, reject) => {
    systemLookup(host, { all: true, order: 'verbatim' }, (error, found) => {
      if (error !== null) reject(error);
      else resolve(found.map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 })));
    });
  });

export type Asked =
  | { readonly ok: true; readonly response: IncomingMessage }
  | { readonly ok: false; readonly reason: 'refused-address'; readonly detail: string };

/**
 * Sends one GET and gives the answer's head, its body still unread. The name is resolved once, every address it has is checked,
 * and the connection goes to one of those: a name that changes its mind between check and use changes nothing (trust.md T41).
 * Rejects with the system's error (it has a `code`) when there is no answer, and with an AbortError when the signal aborts.
 */
export async function ask(
  target: CheckedUrl & { readonly ok: true },
  resolve: Resolve,
  signal: AbortSignal,
): Promise<Asked> {
  const addresses = await addressesOf(target.host, resolve, signal);
  // One private address among public ones is refused too: the connection would take whichever answers first.
  if (!target.lifted && !addresses.every(({ address }) => isPublicAddress(address))) {
    return {
      ok: false,
      reason: 'refused-address',
      detail: `${target.host} leads to an address that is not public`,
    };
  }
  return { ok: true, response: await send(target, addresses, signal) };
}

async function addressesOf(
  host: string,
  resolve: Resolve,
  signal: AbortSignal,
): Promise<readonly Resolved[]> {
  const family = isIP(host);
  if (family !== 0) return [{ address: host, family: family === 6 ? 6 : 4 }];
  const found = await untilAborted(resolve(host), signal);
  if (found.length === 0) throw Object.assign(new Error('the name has no address'), { code: 'ENOTFOUND' });
  return found;
}

function send(
  { url, host, port }: CheckedUrl & { readonly ok: true },
  addresses: readonly Resolved[],
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const options: RequestOptions = {
    host,
    port,
    path: `${url.pathname}${url.search}`,
    // No pool: a connection made for one check must not serve another.
    agent: false,
    lookup: pinned(addresses),
    maxHeaderSize: 16 * 1024,
    signal,
    headers: {
      accept: '*/*',
      'accept-encoding': 'identity',
      'user-agent': 'staged-rollout',
      connection: 'close',
    },
  };
  return new Promise((resolve, reject) => {
    const request =
      url.protocol === 'https:'
        ? httpsRequest({ ...options, minVersion: 'TLSv1.2' }, resolve)
        : httpRequest(options, resolve);
    // Stays for the life of the request: after the answer has begun, its stream carries the error.
    request.on('error', reject);
    request.end();
  });
}

/** A lookup that only ever answers with addresses found, and checked, before. */
function pinned(addresses: readonly Resolved[]): LookupFunction {
  return (_host, options, answer) => {
    const [first] = addresses;
    if (options.all === true) answer(null, [...addresses]);
    else if (first !== undefined) answer(null, first.address, first.family);
  };
}

/** Waits for work that cannot itself be stopped; its late outcome is dropped. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      reject(new DOMException('the transfer was cut', 'AbortError'));
    };
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', stop);
    });
  });
}
