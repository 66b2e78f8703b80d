import { accountNamed } from '../accounts.ts';
import type { Inside } from '../inside.ts';
import { notFound } from '../refusal.ts';
import type { AccountRecord } from '../state.ts';
import { nodeId, type Schemas } from './schemas.ts';

/** An account as it appears inside other answers. @throws Refusal 404 when there is no such login */
export function simpleUser(inside: Inside, login: string): Schemas['simple-user'] {
  const account = accountNamed(inside.state, login);
  if (account === undefined) throw notFound();
  const path = encodeURIComponent(account.login);
  const url = `${inside.url}/users/${path}`;
  return {
    login: account.login,
    id: account.id,
    node_id: nodeId('U', account.id),
    avatar_url: `${inside.url}/avatars/${String(account.id)}`,
    gravatar_id: '',
    url,
    html_url: `${inside.url}/${path}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: account.kind,
    user_view_type: 'public',
    site_admin: false,
  };
}

export function publicUser(inside: Inside, account: AccountRecord): Schemas['public-user'] {
  const at = inside.state.app.createdAt;
  return {
    ...simpleUser(inside, account.login),
    name: account.name,
    company: null,
    blog: '',
    location: null,
    email: null,
    hireable: null,
    bio: null,
    public_repos: 0,
    public_gists: 0,
    followers: 0,
    following: 0,
    created_at: at,
    updated_at: at,
  };
}

/** The organisation with its figures, as it appears in answers about one team. */
export function fullOrganisation(inside: Inside): Schemas['team-organization'] {
  const { organisation, app, repositories } = inside.state;
  return {
    ...simpleOrganisation(inside),
    html_url: `${inside.url}/${organisation}`,
    has_organization_projects: false,
    has_repository_projects: false,
    public_repos: repositories.filter(({ owner }) => owner === organisation).length,
    public_gists: 0,
    followers: 0,
    following: 0,
    type: 'Organization',
    created_at: app.createdAt,
    updated_at: app.createdAt,
    archived_at: null,
  };
}

export function simpleOrganisation(inside: Inside): Schemas['organization-simple'] {
  const login = inside.state.organisation;
  const id = accountNamed(inside.state, login)?.id ?? 0;
  const url = `${inside.url}/orgs/${login}`;
  return {
    login,
    id,
    node_id: nodeId('O', id),
    url,
    repos_url: `${url}/repos`,
    events_url: `${url}/events`,
    hooks_url: `${url}/hooks`,
    issues_url: `${url}/issues`,
    members_url: `${url}/members{/member}`,
    public_members_url: `${url}/public_members{/member}`,
    avatar_url: `${inside.url}/avatars/${String(id)}`,
    description: null,
  };
}
