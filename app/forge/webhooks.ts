import { createHmac, randomUUID } from 'node:crypto';
import { wholeSeconds } from './git/commit.ts';

/** One attempt to bring a webhook to its receiver. */
export interface Delivery {
  readonly id: number;
  /** The same for every attempt at one event. */
  readonly guid: string;
  readonly event: string;
  readonly action: string | null;
  readonly deliveredAt: string;
  /** 0 when no answer came. */
  readonly statusCode: number;
  /** `OK`, or why not. */
  readonly status: string;
  /** Seconds. */
  readonly duration: number;
  readonly redelivery: boolean;
  readonly repositoryId: number | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The exact text that was signed. */
  readonly body: string;
}

interface WebhookEvent {
  readonly event: string;
  readonly action: string | null;
  readonly repositoryId: number | null;
  readonly payload: object;
}

/** Delivers webhooks in order, one after another, each once: like GitHub, the forge never tries again by itself. */
export interface Webhooks {
  readonly hook: (url: string | undefined) => void;
  /** Whether there is a receiver; without one nothing is sent or recorded. */
  hooked(): boolean;
  readonly losing: (lose: boolean) => void;
  send(event: WebhookEvent): void;
  /** Delivers an earlier event again, with its guid. Resolves when that attempt has ended. */
  redeliver(delivery: Delivery): Promise<void>;
  /** The attempts so far, oldest first; the oldest are forgotten after some thousands. */
  readonly deliveries: () => readonly Delivery[];
  /** Resolves when nothing is waiting and nothing under way. */
  readonly quiet: () => Promise<void>;
  /** Drops what waits and breaks off what is under way. */
  stop(): void;
}

const answerWithin = 10_000;
const remembered = 2000;

/**
 * @param app whose webhooks these are: they are signed with its secret
 * @param clock gives the time in the delivery log
 * @param id gives each attempt its number
 */
export function newWebhooks(
  app: { readonly id: number; readonly webhookSecret: string },
  clock: () => Date,
  id: () => number,
): Webhooks {
  const log: Delivery[] = [];
  const stopped = new AbortController();
  let target: string | undefined;
  let lost = false;
  let last: Promise<void> = Promise.resolve();

  async function attempt(
    event: Omit<Delivery, 'id' | 'deliveredAt' | 'statusCode' | 'status' | 'duration'>,
    url: string,
  ): Promise<void> {
    if (stopped.signal.aborted) return;
    const deliveredAt = wholeSeconds(clock());
    const start = performance.now();
    const result = lost ? noConnection : await post(url, event.headers, event.body, stopped.signal);
    log.push({ ...event, ...result, id: id(), deliveredAt, duration: (performance.now() - start) / 1000 });
    if (log.length > remembered) log.shift();
  }

  function queue(
    event: Omit<Delivery, 'id' | 'deliveredAt' | 'statusCode' | 'status' | 'duration'>,
  ): Promise<void> {
    const url = target;
    if (url === undefined) return Promise.resolve();
    last = last.then(() => attempt(event, url));
    return last;
  }

  return {
    hook(url) {
      target = url;
    },
    hooked: () => target !== undefined,
    losing(lose) {
      lost = lose;
    },
    send({ event, action, repositoryId, payload }) {
      const body = JSON.stringify(payload);
      const guid = randomUUID();
      void queue({
        guid,
        event,
        action,
        repositoryId,
        redelivery: false,
        headers: headersOf(app, event, guid, body),
        body,
      });
    },
    redeliver: ({ guid, event, action, repositoryId, headers, body }) =>
      queue({ guid, event, action, repositoryId, redelivery: true, headers, body }),
    deliveries: () => [...log],
    async quiet() {
      for (let seen: Promise<void> | undefined; seen !== last;) {
        seen = last;
        await seen;
      }
    },
    stop() {
      stopped.abort();
    },
  };
}

function headersOf(
  app: { readonly id: number; readonly webhookSecret: string },
  event: string,
  guid: string,
  body: string,
): Record<string, string> {
  return {
    accept: '*/*',
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/embedded',
    'x-github-delivery': guid,
    'x-github-event': event,
    'x-github-hook-id': '1',
    'x-github-hook-installation-target-id': String(app.id),
    'x-github-hook-installation-target-type': 'integration',
    'x-hub-signature-256': `sha256=${createHmac('sha256', app.webhookSecret).update(body).digest('hex')}`,
  };
}

interface Outcome {
  readonly statusCode: number;
  readonly status: string;
}

const noConnection: Outcome = { statusCode: 0, status: 'failed to connect to host' };

async function post(
  url: string,
  headers: Record<string, string>,
  body: string,
  stopped: AbortSignal,
): Promise<Outcome> {
  const signal = AbortSignal.any([AbortSignal.timeout(answerWithin), stopped]);
  try {
    const answer = await fetch(url, {
      method: 'POST',
      // A connection for each delivery, as GitHub does: one that is kept may end just when it is taken up again, and nobody delivers twice.
      headers: { ...headers, connection: 'close' },
      body,
      signal,
      redirect: 'manual',
    });
    await answer.body?.cancel();
    return {
      statusCode: answer.status,
      status: answer.ok ? 'OK' : `Invalid HTTP Response: ${String(answer.status)}`,
    };
  } catch {
    // fetch has no error kind that tells a refused connection from a broken one; only the time limit can be told apart.
    return signal.aborted && !stopped.aborted ? { statusCode: 0, status: 'timed out' } : noConnection;
  }
}
