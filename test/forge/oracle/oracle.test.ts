import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Octokit } from '@octokit/rest';
import { baseline, playClose, playToReports } from '../../../app/demo/plays.ts';
import { startWorld } from '../../../app/demo/world.ts';
import type { Delivery, Forge } from '../../../app/forge/forge.ts';
import { routes } from '../../../app/forge/routes/index.ts';
import { appJwt, client, installationToken, receiver, start, temporaryFolder } from '../trial.ts';
import { everything } from './everything.ts';
import { operationFor, operationNames } from './operation.ts';
import { checkWebhook, watched, watchGlobalFetch, webhookKind, webhookKinds } from './oracle.ts';

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let violations: string[];
let operations: Set<string>;

const report = (violation: string): void => {
  violations.push(violation);
};
const seen = (operation: string): void => {
  operations.add(operation);
};

beforeEach(async () => {
  folder = await temporaryFolder();
  violations = [];
  operations = new Set();
});

afterEach(() => folder.remove());

/** What is wrong with the webhooks that were sent, each kind of fault once. */
function faultsIn(deliveries: readonly Delivery[]): string[] {
  return [...new Set(deliveries.flatMap(({ event, body }) => checkWebhook(event, body)))];
}

function kindsIn(deliveries: readonly Delivery[]): Set<string> {
  return new Set(deliveries.map(({ event, action }) => webhookKind(event, action)));
}

describe('the oracle finds', () => {
  const label = {
    id: 1,
    node_id: 'L',
    url: 'http://forge.example/l',
    name: 'new',
    description: null,
    color: 'ff0000',
    default: false,
  };

  /** What it says when the forge gives an answer to a request. */
  async function said(
    method: string,
    path: string,
    body: object | undefined,
    status: number,
    answer: unknown,
  ): Promise<string[]> {
    const forge = async (): Promise<Response> =>
      new Response(answer === undefined ? null : JSON.stringify(answer), { status });
    const sent = body === undefined ? {} : { body: JSON.stringify(body) };
    await watched(forge, report)(`http://forge.example/api/v3${path}`, { method, ...sent });
    return violations;
  }

  test('nothing in a request and an answer as GitHub documents them', async () => {
    expect(await said('GET', '/repos/o/r/labels?per_page=5', undefined, 200, [label])).toEqual([]);
    expect(await said('POST', '/repos/o/r/labels', { name: 'new', color: 'ff0000' }, 201, label)).toEqual([]);
    expect(await said('DELETE', '/repos/o/r/labels/new', undefined, 204, undefined)).toEqual([]);
    expect(await said('GET', '/repos/o/r/labels/old', undefined, 404, { message: 'Not Found' })).toEqual([]);
    expect(await said('GET', '/repos/o/r/labels', undefined, 304, undefined)).toEqual([]);
  });

  test('a required field that is missing from an answer', async () => {
    const { color: _, ...without } = label;
    expect(await said('GET', '/repos/o/r/labels', undefined, 200, [label, without])).toEqual([
      "GET /repos/o/r/labels: answered: 200 /1 must have required property 'color'",
    ]);
  });

  test('a field of the wrong type in an answer', async () => {
    expect(await said('GET', '/repos/o/r/labels/new', undefined, 200, { ...label, default: 'no' })).toEqual([
      'GET /repos/o/r/labels/new: answered: 200 /default must be boolean',
    ]);
  });

  test('a date and an address that are none', async () => {
    const deep = await said('GET', '/repos/o/r/labels/new', undefined, 200, { ...label, url: 'somewhere' });
    expect(deep).toEqual(['GET /repos/o/r/labels/new: answered: 200 /url must match format "uri"']);
    expect(await said('PATCH', '/repos/o/r/check-runs/1', { started_at: 'today' }, 404, {})).toContain(
      'PATCH /repos/o/r/check-runs/1: asked: body /started_at must match format "date-time"',
    );
  });

  test('a status that is not documented, and a body where there should be none', async () => {
    expect(await said('GET', '/repos/o/r/labels/new', undefined, 501, {})).toEqual([
      'GET /repos/o/r/labels/new: answered: 501 is not documented: {}',
    ]);
    violations = [];
    expect(await said('GET', '/repos/o/r/pulls/1/merge', undefined, 200, {})).toEqual([
      'GET /repos/o/r/pulls/1/merge: answered: 200 is not documented: {}',
    ]);
    violations = [];
    expect(await said('POST', '/repos/o/r/labels', { name: 'new' }, 201, undefined)).toEqual([
      'POST /repos/o/r/labels: answered: 201 is no JSON',
    ]);
  });

  test('a query parameter that is not documented, or is no number', async () => {
    expect(await said('GET', '/repos/o/r/labels?per_page=many&sort=name', undefined, 200, [])).toEqual([
      'GET /repos/o/r/labels: asked: query /sort is not documented',
      'GET /repos/o/r/labels: asked: query /per_page must be integer',
    ]);
  });

  test('a body that is missing, not asked for, or says what is not documented, at any depth', async () => {
    expect(await said('POST', '/repos/o/r/labels', undefined, 201, label)).toEqual([
      'POST /repos/o/r/labels: asked: body is missing',
    ]);
    violations = [];
    expect(await said('DELETE', '/repos/o/r/labels/new', { really: true }, 204, undefined)).toEqual([
      'DELETE /repos/o/r/labels/new: asked: body is not documented',
    ]);
    violations = [];
    const run = {
      name: 'rollout',
      head_sha: 'a',
      colour: 'red',
      output: { title: 'T', summary: 'S', footer: 'F' },
    };
    expect(await said('POST', '/repos/o/r/check-runs', run, 404, {})).toEqual([
      'POST /repos/o/r/check-runs: asked: body /output/footer is not documented',
      'POST /repos/o/r/check-runs: asked: body /colour is not documented',
    ]);
  });

  test('an operation that the cut does not have', async () => {
    expect(await said('GET', '/repos/o/r/milestones', undefined, 200, [])).toEqual([
      'GET /repos/o/r/milestones: unknown operation',
    ]);
  });

  test('a webhook that is unknown, or says too little', () => {
    expect(checkWebhook('milestone', '{"action":"created"}')).toEqual(['milestone-created: unknown webhook']);
    expect(checkWebhook('push', '{"ref":"refs/heads/main"}')).toContain(
      "push: / must have required property 'before'",
    );
  });
});

test('GitHub has every operation that the forge has', () => {
  const without = routes
    .filter(({ method, path }) => operationFor(method, path.replaceAll(/[:*]\w+/gu, '1')) === undefined)
    .map(({ method, path }) => `${method} ${path}`);
  expect(without).toEqual([]);
});

describe('the embedded forge', () => {
  let forge: Forge;
  let listener: Awaited<ReturnType<typeof receiver>>;

  beforeEach(async () => {
    [forge, listener] = await Promise.all([start(folder.dir), receiver()]);
    forge.hook(listener.url);
  });

  afterEach(async () => {
    await forge.stop();
    await listener.close();
  });

  test('takes and answers every one of its operations as GitHub documents it, and so are its webhooks', async () => {
    const fetching = watched(fetch, report, seen);
    const as = (token: string | undefined): Octokit => client(forge, token, fetching);
    const person = (login: string): Octokit => as(forge.tokens[login]);
    await everything({
      forge,
      mona: person('mona'),
      pia: person('pia'),
      olga: person('olga'),
      itself: as(appJwt(forge)),
      app: as(await installationToken(forge)),
    });
    await forge.quiet();
    expect(violations).toEqual([]);
    expect(faultsIn(forge.deliveries())).toEqual([]);
    expect(operationNames.filter((name) => !operations.has(name))).toEqual([]);
    expect(webhookKinds.filter((kind) => !kindsIn(forge.deliveries()).has(kind))).toEqual([]);
  }, 40_000);
});

describe('a release through the whole service', () => {
  test('asks nothing that GitHub does not document, and nothing else is answered or sent', async () => {
    // Everybody in this world reaches the forge below this prefix.
    const unwatch = watchGlobalFetch(({ pathname }) => pathname.startsWith('/api/v3/'), report, seen);
    const errors: string[] = [];
    const log = (level: string, text: string): void => {
      if (level === 'error') errors.push(text);
    };
    const world = await startWorld({
      dir: folder.dir,
      port: 0,
      start: new Date('2026-10-05T08:00:00Z'),
      log,
    });
    try {
      const number = await playToReports(world, baseline, () => undefined);
      await world.advance('5wd');
      await playClose(world, baseline, number, () => undefined);
      await world.settled();
    } finally {
      await world.stop();
      unwatch();
    }
    expect(errors).toEqual([]);
    expect([...new Set(violations)]).toEqual([]);
    expect(faultsIn(world.forge.deliveries())).toEqual([]);
    expect(operations).toContain('POST /repos/{owner}/{repo}/check-runs');
    expect(operations).toContain('PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge');
    expect(kindsIn(world.forge.deliveries())).toContain('pull-request-closed');
  }, 60_000);
});
