import type { AccountRecord, RepositoryRecord, State, TeamRecord } from './state.ts';

/** What someone may do in a repository. Everything is public, so `read` is what everyone has. */
export type Permission = 'read' | 'write' | 'admin';

export function accountNamed(state: State, login: string): AccountRecord | undefined {
  const wanted = login.toLowerCase();
  return state.accounts.find((account) => account.login.toLowerCase() === wanted);
}

/** The account of the App, as which its installation acts. */
export function botLogin(state: State): string {
  return `${state.app.slug}[bot]`;
}

export function teamWithSlug(state: State, slug: string): TeamRecord | undefined {
  return state.teams.find((team) => team.slug === slug.toLowerCase());
}

export function isMember(team: TeamRecord, login: string): boolean {
  return team.members.some((member) => member.login === login);
}

/** Someone's permission: owners have everything, a fork is its owner's, teams give what they were given. */
export function permissionOf(state: State, login: string, repository: RepositoryRecord): Permission {
  if (login === repository.owner) return 'admin';
  if (repository.owner !== state.organisation) return 'read';
  if (accountNamed(state, login)?.owner === true) return 'admin';
  return state.teams.some((team) => team.permission === 'push' && isMember(team, login)) ? 'write' : 'read';
}

/** How GitHub tells readers where someone stands towards a repository. */
export function associationOf(
  state: State,
  login: string,
  repository: RepositoryRecord,
): 'OWNER' | 'MEMBER' | 'NONE' {
  if (login === repository.owner) return 'OWNER';
  const belongs =
    accountNamed(state, login)?.owner === true || state.teams.some((team) => isMember(team, login));
  return belongs && repository.owner === state.organisation ? 'MEMBER' : 'NONE';
}
