import { asApp, reads } from '../access.ts';
import { permissionOf } from '../accounts.ts';
import type { Body } from '../body.ts';
import type { Inside } from '../inside.ts';
import { pageAsked } from '../paging.ts';
import { app, delivery, deliveryItem, installation } from '../payloads/app.ts';
import { fullRepository } from '../payloads/repository.ts';
import { notFound, Refusal } from '../refusal.ts';
import { actorOf, listed, route, type Call, type Route } from '../route.ts';
import type { Delivery } from '../webhooks.ts';

function findInstallation(inside: Inside, id: string): void {
  if (id !== String(inside.state.app.installationId)) throw notFound();
}

/** A token may be asked for with fewer permissions than the App has, never with more. */
function permissionsAsked(inside: Inside, body: Body): Readonly<Record<string, 'read' | 'write'>> {
  const { permissions } = inside.state.app;
  const asked = body.inner('permissions');
  if (asked === undefined) return permissions;
  const granted: Record<string, 'read' | 'write'> = {};
  for (const scope of asked.names()) {
    const level = asked.word(scope, ['read', 'write']);
    const has = permissions[scope];
    if (level === undefined) continue;
    if (has === undefined || (level === 'write' && has === 'read')) {
      throw new Refusal(422, 'The permissions requested are not granted to this installation.');
    }
    granted[scope] = level;
  }
  return granted;
}

function deliveryOf(inside: Inside, call: Call<'id'>): Delivery {
  const found = inside.webhooks.deliveries().find((one) => String(one.id) === call.param('id'));
  if (found === undefined) throw notFound();
  return found;
}

// Newest first; the cursor is the last id seen.
function listDeliveries(
  inside: Inside,
  call: Call<never>,
): { status: number; data: unknown; headers: Record<string, string> } {
  const { size } = pageAsked(call.url.searchParams);
  const cursor = Number(call.url.searchParams.get('cursor') ?? Infinity);
  const older = inside.webhooks
    .deliveries()
    .filter((one) => one.id < cursor)
    .toReversed();
  const shown = older.slice(0, size);
  const headers: Record<string, string> = {};
  if (older.length > size) {
    const next = new URL(call.url);
    next.searchParams.set('cursor', String(shown.at(-1)?.id));
    headers['link'] = `<${next.href}>; rel="next"`;
  }
  return { status: 200, data: shown.map((one) => deliveryItem(inside, one)), headers };
}

/** Operations of the App as itself, and of its installation. */
export const appRoutes: readonly Route[] = [
  route('GET', '/app', asApp, (inside) => ({ status: 200, data: app(inside) })),
  route('GET', '/app/installations', asApp, (inside, call) =>
    listed(call, [installation(inside)], (one) => one),
  ),
  route('GET', '/app/installations/:id', asApp, (inside, call) => {
    findInstallation(inside, call.param('id'));
    return { status: 200, data: installation(inside) };
  }),
  route('POST', '/app/installations/:id/access_tokens', asApp, (inside, call) => {
    findInstallation(inside, call.param('id'));
    const permissions = permissionsAsked(inside, call.body);
    const { token, expiresAt } = call.auth.newInstallationToken(permissions);
    return { status: 201, data: { token, expires_at: expiresAt, permissions, repository_selection: 'all' } };
  }),
  route('GET', '/repos/:owner/:repo/installation', asApp, (inside, call) => {
    if (call.param('owner').toLowerCase() !== inside.state.organisation.toLowerCase()) throw notFound();
    return { status: 200, data: installation(inside) };
  }),
  route('GET', '/orgs/:org/installation', asApp, (inside, call) => {
    if (call.param('org').toLowerCase() !== inside.state.organisation.toLowerCase()) throw notFound();
    return { status: 200, data: installation(inside) };
  }),
  route('GET', '/installation/repositories', { ...reads('metadata'), user: 'no' }, (inside, call) => {
    const login = actorOf(inside, call.caller);
    const installed = inside.state.repositories.filter((one) => one.owner === inside.state.organisation);
    const page = listed(call, installed, (one) => ({
      ...fullRepository(inside, one, login),
      permissions: { admin: false, push: permissionOf(inside.state, login, one) !== 'read', pull: true },
    }));
    return { ...page, data: { total_count: installed.length, repositories: page.data } };
  }),
  route('GET', '/app/hook/deliveries', asApp, listDeliveries),
  route('GET', '/app/hook/deliveries/:id', asApp, (inside, call) => ({
    status: 200,
    data: delivery(inside, deliveryOf(inside, call)),
  })),
  route('POST', '/app/hook/deliveries/:id/attempts', asApp, (inside, call) => {
    void inside.webhooks.redeliver(deliveryOf(inside, call));
    return { status: 202, data: {} };
  }),
];
