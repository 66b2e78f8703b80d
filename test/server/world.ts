import { createHmac, generateKeyPairSync } from 'node:crypto';
import { connect } from 'node:net';
import { Probot } from 'probot';
import type { Hint } from '../../app/server/hint.ts';
import { createListener, type Listener, type ListenerOptions } from '../../app/server/listener.ts';
import { createApp, webhookHandler, type WebhookOptions } from '../../app/server/webhooks.ts';

export const secret = 'k9Qz4mW8vT2xR7bN5cL1pJ6hG3fD0sAy';
export const otherSecret = 'Zt5uW8xA2bD4eG7hJ9kM1nP3qS6vY0rC';

const { privateKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

type SentHeaders = Readonly<Record<string, string | undefined>>;

/** The service's HTTP side on loopback, real from the socket to the hint. */
export interface World {
  readonly url: string;
  readonly listener: Listener;
  readonly hints: Hint[];
  /** Lines the webhook handler logged. */
  readonly log: string[];
  readonly errors: unknown[];
  /** Sends a webhook as GitHub does; what is given replaces what GitHub would send, undefined leaves it out. */
  readonly deliver: (
    event: string,
    payload: unknown,
    other?: { readonly secret?: string; readonly headers?: SentHeaders },
  ) => Promise<Response>;
}

export async function startWorld(
  options: { readonly webhook?: Partial<WebhookOptions>; readonly listener?: Partial<ListenerOptions> } = {},
): Promise<World> {
  const [hints, log, errors]: [Hint[], string[], unknown[]] = [[], [], []];
  // Nothing listens there: a handler that asked GitHub anything would fail.
  const probot = new Probot({
    appId: 1,
    privateKey,
    secret,
    logLevel: 'fatal',
    baseUrl: 'http://127.0.0.1:1',
  });
  await probot.load(createApp((hint) => hints.push(hint)));
  const webhook = webhookHandler({
    probot,
    secrets: [secret],
    repository: 'egi/releases',
    log: (line) => log.push(line),
    ...options.webhook,
  });
  const listener = createListener({
    routes: { webhook },
    ready: () => true,
    onError: (error) => errors.push(error),
    ...options.listener,
  });
  const url = await listener.listen(0);
  return {
    url,
    listener,
    hints,
    log,
    errors,
    deliver: (event, payload, other = {}) => {
      const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
      const headers: SentHeaders = {
        'content-type': 'application/json',
        'x-github-event': event,
        'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
        'x-hub-signature-256': sign(body, other.secret),
        ...other.headers,
      };
      const sent = Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined);
      return fetch(`${url}/github`, { method: 'POST', body, headers: sent });
    },
  };
}

export const sign = (body: string | Buffer, key = secret): string =>
  `sha256=${createHmac('sha256', key).update(body).digest('hex')}`;

/** Writes to a socket by hand; gives all that comes back until the other side closes. */
export function speak(url: string, ...parts: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    let heard = '';
    const socket = connect(Number(port), hostname, () => {
      for (const part of parts) socket.write(part);
    });
    socket.on('data', (data) => (heard += data.toString('latin1')));
    socket.on('close', () => {
      resolve(heard);
    });
    socket.on('error', reject);
  });
}
