import { accountNamed } from '../accounts.ts';
import type { Inside } from '../inside.ts';
import type { Delivery } from '../webhooks.ts';
import { simpleUser } from './account.ts';
import { nodeId, type Schemas } from './schemas.ts';

export function app(inside: Inside): NonNullable<Schemas['integration']> {
  const { app: record, organisation } = inside.state;
  return {
    id: record.id,
    slug: record.slug,
    node_id: nodeId('A', record.id),
    client_id: `Iv1.${record.slug}`,
    owner: simpleUser(inside, organisation),
    name: record.slug,
    description: null,
    external_url: inside.url,
    html_url: `${inside.url}/apps/${record.slug}`,
    created_at: record.createdAt,
    updated_at: record.createdAt,
    permissions: record.permissions,
    events: [...record.events],
    installations_count: 1,
  };
}

export function installation(inside: Inside): Schemas['installation'] {
  const { app: record, organisation } = inside.state;
  const account = simpleUser(inside, organisation);
  const id = String(record.installationId);
  return {
    id: record.installationId,
    account,
    repository_selection: 'all',
    access_tokens_url: `${inside.url}/app/installations/${id}/access_tokens`,
    repositories_url: `${inside.url}/installation/repositories`,
    html_url: `${inside.url}/organizations/${organisation}/settings/installations/${id}`,
    app_id: record.id,
    client_id: `Iv1.${record.slug}`,
    app_slug: record.slug,
    target_id: accountNamed(inside.state, organisation)?.id ?? 0,
    target_type: 'Organization',
    permissions: record.permissions,
    events: [...record.events],
    created_at: record.createdAt,
    updated_at: record.createdAt,
    single_file_name: null,
    has_multiple_single_files: false,
    single_file_paths: [],
    suspended_by: null,
    suspended_at: null,
  };
}

export function deliveryItem(inside: Inside, record: Delivery): Schemas['hook-delivery-item'] {
  return {
    id: record.id,
    guid: record.guid,
    delivered_at: record.deliveredAt,
    redelivery: record.redelivery,
    duration: record.duration,
    status: record.status,
    status_code: record.statusCode,
    event: record.event,
    action: record.action,
    installation_id: inside.state.app.installationId,
    repository_id: record.repositoryId,
    throttled_at: null,
  };
}

export function delivery(inside: Inside, record: Delivery): Schemas['hook-delivery'] {
  const payload: unknown = JSON.parse(record.body);
  return {
    ...deliveryItem(inside, record),
    id: record.id,
    installation_id: inside.state.app.installationId,
    repository_id: record.repositoryId,
    url: '',
    request: {
      headers: record.headers,
      payload: typeof payload === 'object' && payload !== null ? { ...payload } : null,
    },
    response: { headers: null, payload: null },
  };
}
