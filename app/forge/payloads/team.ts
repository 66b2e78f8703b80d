import { accountNamed } from '../accounts.ts';
import type { Inside } from '../inside.ts';
import type { TeamRecord } from '../state.ts';
import { fullOrganisation } from './account.ts';
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

/** A team on its own, as its address answers. */
export function fullTeam(inside: Inside, record: TeamRecord): Schemas['team-full'] {
  const { organisation, repositories, app } = inside.state;
  return {
    ...simpleTeam(inside, record),
    privacy: 'closed',
    notification_setting: 'notifications_enabled',
    type: 'organization',
    parent: null,
    members_count: record.members.length,
    repos_count:
      record.permission === 'none' ? 0 : repositories.filter(({ owner }) => owner === organisation).length,
    // Teams are made when the App is, and the forge does not note changes of a team.
    created_at: app.createdAt,
    updated_at: app.createdAt,
    organization: fullOrganisation(inside),
  };
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
