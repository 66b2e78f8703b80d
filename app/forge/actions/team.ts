import { isMember } from '../accounts.ts';
import type { Inside } from '../inside.ts';
import { simpleUser } from '../payloads/account.ts';
import { team as teamPayload } from '../payloads/team.ts';
import type { TeamRecord } from '../state.ts';
import { emit } from './events.ts';

/** Puts someone into a team (or changes the role), and tells the App. */
export function addMember(
  inside: Inside,
  team: TeamRecord,
  login: string,
  role: 'member' | 'maintainer',
  sender: string,
): void {
  const known = team.members.find((member) => member.login === login);
  if (known !== undefined) {
    known.role = role;
    return;
  }
  team.members.push({ login, role });
  emitMembership(inside, team, 'added', login, sender);
}

/** Takes someone out of a team, and tells the App. */
export function removeMember(inside: Inside, team: TeamRecord, login: string, sender: string): void {
  if (!isMember(team, login)) return;
  team.members = team.members.filter((member) => member.login !== login);
  emitMembership(inside, team, 'removed', login, sender);
}

function emitMembership(
  inside: Inside,
  team: TeamRecord,
  action: 'added' | 'removed',
  login: string,
  sender: string,
): void {
  const payload = {
    action,
    scope: 'team',
    member: simpleUser(inside, login),
    team: teamPayload(inside, team),
  };
  emit(inside, undefined, 'membership', payload, sender);
}
