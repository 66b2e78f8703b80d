import { addMember, removeMember } from '../actions/team.ts';
import { reads, writes } from '../access.ts';
import { accountNamed, teamWithSlug } from '../accounts.ts';
import type { Inside } from '../inside.ts';
import { simpleUser } from '../payloads/account.ts';
import { fullTeam, membership, team as teamPayload } from '../payloads/team.ts';
import { notFound, Refusal } from '../refusal.ts';
import { actorOf, listed, route, type Call, type Route } from '../route.ts';
import type { TeamRecord } from '../state.ts';

// Teams are for members to see: strangers are not even told that they exist.
const seesTeams = { ...reads('members'), user: 'signed-in' as const };
const changesTeams = writes('owner', 'members');

function checkOrganisation(inside: Inside, call: Call<'org'>): void {
  if (call.param('org').toLowerCase() !== inside.state.organisation.toLowerCase()) throw notFound();
}

function teamOf(inside: Inside, call: Call<'org' | 'team'>): TeamRecord {
  checkOrganisation(inside, call);
  const found = teamWithSlug(inside.state, call.param('team'));
  if (found === undefined) throw notFound();
  return found;
}

function memberOf(record: TeamRecord, login: string): TeamRecord['members'][number] {
  const found = record.members.find((member) => member.login.toLowerCase() === login.toLowerCase());
  if (found === undefined) throw notFound();
  return found;
}

/** Operations about teams and who is in them. */
export const teamRoutes: readonly Route[] = [
  route('GET', '/orgs/:org/teams', seesTeams, (inside, call) => {
    checkOrganisation(inside, call);
    return listed(call, inside.state.teams, (one) => teamPayload(inside, one));
  }),
  route('GET', '/orgs/:org/teams/:team', seesTeams, (inside, call) => ({
    status: 200,
    data: fullTeam(inside, teamOf(inside, call)),
  })),
  route('GET', '/orgs/:org/teams/:team/members', seesTeams, (inside, call) => {
    const role = call.url.searchParams.get('role') ?? 'all';
    const members = teamOf(inside, call).members.filter((member) => role === 'all' || role === member.role);
    return listed(call, members, (member) => simpleUser(inside, member.login));
  }),
  route('GET', '/orgs/:org/teams/:team/memberships/:login', seesTeams, (inside, call) => {
    const record = teamOf(inside, call);
    return { status: 200, data: membership(inside, record, memberOf(record, call.param('login'))) };
  }),
  route('PUT', '/orgs/:org/teams/:team/memberships/:login', changesTeams, (inside, call) => {
    const record = teamOf(inside, call);
    const account = accountNamed(inside.state, call.param('login'));
    if (account === undefined) throw notFound();
    if (account.kind !== 'User') throw new Refusal(422, 'Only people can be members of a team.');
    const role = call.body.word('role', ['member', 'maintainer']) ?? 'member';
    addMember(inside, record, account.login, role, actorOf(inside, call.caller));
    return { status: 200, data: membership(inside, record, memberOf(record, account.login)) };
  }),
  route('DELETE', '/orgs/:org/teams/:team/memberships/:login', changesTeams, (inside, call) => {
    const record = teamOf(inside, call);
    removeMember(inside, record, memberOf(record, call.param('login')).login, actorOf(inside, call.caller));
    return { status: 204 };
  }),
];
