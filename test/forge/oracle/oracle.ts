import type { AnySchemaObject } from 'ajv/dist/2020.js';
import { operationFor } from './operation.ts';
import { checksFor, readCut, type Cut } from './schemas.ts';

/** Takes what was done otherwise than GitHub documents, one sentence at a time. */
export type Report = (violation: string) => void;

type Fetch = typeof globalThis.fetch;

/**
 * A fetch that checks every request to GitHub's REST interface, and the answer to it, against GitHub's published description.
 * It changes neither. For an Octokit: `new Octokit({ request: { fetch: watched(fetch, report) } })`.
 * @param seen told the name of every operation that was answered
 */
export function watched(
  fetch: Fetch,
  report: Report,
  seen: (operation: string) => void = () => undefined,
): Fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const path = url.pathname.replace(/^\/api\/v3(?=\/)/u, '');
    if (isGraphql(path)) return fetch(input, init);
    const method = init?.method ?? 'GET';
    const told: Report = (fault) => {
      report(`${method} ${path}: ${fault}`);
    };
    const operation = operationFor(method, path);
    if (operation === undefined) {
      told('unknown operation');
      return fetch(input, init);
    }
    const body = typeof init?.body === 'string' ? init.body : '';
    for (const fault of operation.asked({ method, path, query: url.searchParams, body }))
      told(`asked: ${fault}`);
    const answer = await fetch(input, init);
    for (const fault of operation.answered(answer.status, await answer.clone().text()))
      told(`answered: ${fault}`);
    seen(operation.name);
    return answer;
  };
}

// GraphQL has a schema of its own, and one address for everything.
function isGraphql(path: string): boolean {
  return path === '/graphql' || path === '/api/graphql';
}

/**
 * Watches what everything in this process asks of the forge, the service included.
 * @param isForge whether an address is in the forge's REST interface; other requests pass unseen
 * @returns puts back the fetch that was there
 */
export function watchGlobalFetch(
  isForge: (url: URL) => boolean,
  report: Report,
  seen?: (operation: string) => void,
): () => void {
  const before = globalThis.fetch;
  const watching = watched(before, report, seen);
  globalThis.fetch = (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    return isForge(url) ? watching(input, init) : before(input, init);
  };
  return () => {
    globalThis.fetch = before;
  };
}

const cut = readCut('webhooks.json') as Cut & {
  readonly webhooks: Readonly<Record<string, AnySchemaObject>>;
};
const check = checksFor(cut);

/** The webhooks in the cut, as `pull_request.opened` is written there: `pull-request-opened`. */
export const webhookKinds: readonly string[] = Object.keys(cut.webhooks);

/** The name a webhook has in the cut. */
export function webhookKind(event: string, action: string | null): string {
  return (action === null ? event : `${event}-${action}`).replaceAll('_', '-');
}

/**
 * What a webhook is otherwise than GitHub documents; empty when it is as documented.
 * @param event the `x-github-event` header
 * @param body the JSON that was delivered
 */
export function checkWebhook(event: string, body: string): string[] {
  const payload = JSON.parse(body) as { readonly action?: string };
  const kind = webhookKind(event, payload.action ?? null);
  const schema = cut.webhooks[kind];
  if (schema === undefined) return [`${kind}: unknown webhook`];
  return check(schema)(payload).map((fault) => `${kind}: ${fault}`);
}
