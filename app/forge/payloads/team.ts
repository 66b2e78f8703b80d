import { accountNamed } from '../accounts.ts';
import type { Inside } from '../inside.ts';
import type { TeamRecord } from '../state.ts';
import { nodeId, type Schemas } from './schemas.ts';

export function simpleTeam(inside: Inside, record: TeamRecord): Schemas['team-simple'] {
  const { organisation } = inside.state;
  const organisationId = accountNamed(inside.state, organisation)?.id ?? 0;
  const url = `${inside.url}/organizations/${String(organisationId)}/team/${String(record.id)}`;
  return {
    id: record.id,
    node_id: nodeId('T', record.id),
    name: record.slug,
    slug: record.slug,
    description: null,
    privacy: 'closed',
    notification_setting: 'notifications_enabled',
    permission: record.permission === 'push' ? 'push' : 'pull',
    url,
    html_url: `${inside.url}/orgs/${organisation}/teams/${record.slug}`,
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    type: 'organization',
    organization_id: organisationId,
  };
}

export function team(inside: Inside, record: TeamRecord): Schemas['team'] {
  return { ...simpleTeam(inside, record), type: 'organization', parent: null };
}

export function membership(
  inside: Inside,
  record: TeamRecord,
  member: TeamRecord['members'][number],
): Schemas['team-membership'] {
  return {
    url: `${simpleTeam(inside, record).url}/memberships/${encodeURIComponent(member.login)}`,
    role: member.role,
    state: 'active',
  };
}
