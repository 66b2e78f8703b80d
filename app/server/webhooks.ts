import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Webhooks, type EmitterWebhookEvent } from '@octokit/webhooks';
import type { ApplicationFunction, Probot } from 'probot';
import * as z from 'zod';
import { answer } from './answer.ts';
import { createBodyReader } from './body.ts';
import { hintsOf, isWebhookEvent, webhookEvents, withoutEcho, type Hint, type WebhookEvent } from './hint.ts';
import { createRefusalLog } from './refusal-log.ts';
import { checkWebhookSecret } from './secret.ts';

/** The Probot app: every event it hears becomes hints, and nothing else (architecture.md habit 1). `self` is our own login: its echoes are ignored. */
export function createApp(onHint: (hint: Hint) => void, self?: string): ApplicationFunction {
  return (app) => {
    app.on([...webhookEvents], ({ name, payload }) => {
      const hints = hintsOf(name, payload);
      for (const hint of self === undefined ? hints : withoutEcho(name, payload, self, hints)) onHint(hint);
    });
  };
}

/** The webhook secrets cannot be used: a start-up error. The message never quotes one. */
export class WebhookSecretError extends Error {
  override readonly name = 'WebhookSecretError';
}

export interface WebhookOptions {
  /** With {@link createApp} loaded. */
  readonly probot: Probot;
  /** One, or two while the secret is being changed. */
  readonly secrets: readonly string[];
  /** `owner/name`: the only repository whose webhooks count. */
  readonly repository: string;
  readonly limits?: {
    /** Longest body: 1 MiB unless given, at most 25 MiB, which is GitHub's own limit. */
    readonly bodyBytes?: number;
    /** Bodies held at once over all requests: 64 MiB unless given. */
    readonly heldBytes?: number;
  };
  /** Takes one JSON line without its line end. */
  readonly log: (line: string) => void;
  /** Milliseconds. */
  readonly now?: () => number;
}

const mebibyte = 1024 * 1024;

/** Answers one request; never throws. */
export type NodeHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * The handler of `POST /github`. It answers 405, 415, 413 or 401 to what is no webhook of ours, 202 to the rest, once its hints
 * are given; what an event says is checked only for which repository it is about (trust.md T01 to T07, 8.2).
 * @throws WebhookSecretError when there are no secrets, more than two, or a weak one; RangeError for impossible limits.
 */
export function webhookHandler(options: WebhookOptions): NodeHandler {
  const { probot, log, now = Date.now } = options;
  const { bodyBytes = mebibyte, heldBytes = 64 * mebibyte } = options.limits ?? {};
  if (!(bodyBytes > 0 && bodyBytes <= 25 * mebibyte))
    throw new RangeError('a webhook is at most 25 MiB long');
  const isSigned = signatureCheck(options.secrets);
  const isOurs = ownership(options.repository);
  const read = createBodyReader({ bodyBytes, heldBytes });
  const note = createRefusalLog(log, now);

  const handle: NodeHandler = async (request, response) => {
    const refuse = (status: number, text: string, headers: Readonly<Record<string, string>> = {}): void => {
      note(request.socket.remoteAddress, text);
      answer(response, status, text, { connection: 'close', ...headers });
    };
    if (request.method !== 'POST') return refuse(405, 'only POST', { allow: 'POST' });
    if (!/^application\/json *(;|$)/i.test(request.headers['content-type'] ?? ''))
      return refuse(415, 'only JSON');
    const body = await read(request);
    if (body.kind !== 'whole') {
      if (body.kind === 'too-large') refuse(413, 'too large');
      if (body.kind === 'busy') refuse(503, 'busy', { 'retry-after': '60' });
      return undefined;
    }
    if (!(await isSigned(body.bytes, request.headers['x-hub-signature-256'])))
      return refuse(401, 'bad signature');

    const name = request.headers['x-github-event'];
    if (typeof name !== 'string' || !isWebhookEvent(name)) return answer(response, 202, 'ignored');
    const payload = parsed(body.bytes);
    if (payload === undefined) return refuse(400, 'not JSON');
    if (!isOurs(name, payload)) return answer(response, 202, 'ignored');
    await probot.ready();
    const event = { id: randomUUID(), name, payload };
    if (isDelivery(event)) await probot.webhooks.receive(event);
    return answer(response, 202, 'accepted');
  };

  return async (request, response) => {
    try {
      await handle(request, response);
    } catch {
      // Probot has logged what its handler threw. GitHub shows the failed delivery, and the sweep finds the ticket.
      note(request.socket.remoteAddress, 'failed');
      answer(response, 500, 'failed', { connection: 'close' });
    }
  };
}

type Signature = string | readonly string[] | undefined;

/** Compares in constant time, over the raw bytes: text that is not UTF-8 would be changed before it is hashed, so it is refused. */
function signatureCheck(
  secrets: readonly string[],
): (bytes: Buffer, signature: Signature) => Promise<boolean> {
  if (secrets.length < 1 || secrets.length > 2)
    throw new WebhookSecretError('Give one webhook secret, or two.');
  const verifiers = secrets.map((secret) => {
    const problem = checkWebhookSecret(secret);
    if (problem !== undefined) throw new WebhookSecretError(problem);
    return new Webhooks({ secret });
  });
  return async (bytes, signature) => {
    if (typeof signature !== 'string' || !/^sha256=[0-9a-f]{64}$/.test(signature)) return false;
    if (bytes.length === 0 || !isUtf8(bytes)) return false;
    const text = bytes.toString('utf8');
    const verdicts = await Promise.all(verifiers.map((webhooks) => webhooks.verify(text, signature)));
    return verdicts.includes(true);
  };
}

const RepositoryPayload = z.looseObject({ repository: z.looseObject({ full_name: z.string() }) });
const OrganizationPayload = z.looseObject({ organization: z.looseObject({ login: z.string() }) });

/** Whether a payload is about our repository or, for events about people, our organisation. */
function ownership(repository: string): (name: WebhookEvent, payload: unknown) => boolean {
  const ours = repository.toLowerCase();
  const owner = ours.split('/', 1)[0];
  return (name, payload) => {
    if (name === 'membership' || name === 'team') {
      const read = OrganizationPayload.safeParse(payload);
      return read.success && read.data.organization.login.toLowerCase() === owner;
    }
    const read = RepositoryPayload.safeParse(payload);
    return read.success && read.data.repository.full_name.toLowerCase() === ours;
  };
}

/** JSON's own `null` is a value here, and nobody's payload. */
function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch {
    return undefined;
  }
}

interface Delivery {
  /** Ours: GitHub's delivery id is not signed. */
  readonly id: string;
  readonly name: WebhookEvent;
  readonly payload: unknown;
}

/** Payloads are handed on as GitHub's types say they are, and believed by nobody: {@link hintsOf} checks what it reads. */
const isDelivery = (event: Delivery): event is Delivery & EmitterWebhookEvent =>
  typeof event.payload === 'object' && event.payload !== null;
