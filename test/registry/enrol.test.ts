import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ProbotOctokit } from 'probot';
import { applyToIssue } from '../../app/apply/issue.ts';
import { TeamReader } from '../../app/facts/teams.ts';
import { type Forge, startForge } from '../../app/forge/forge.ts';
import { as, installationToken, owner, repo, seed, temporaryFolder } from '../forge/trial.ts';

const stops: (() => Promise<void>)[] = [];
let managing: Forge;
let reading: Forge;

async function begin(members: 'read' | 'write'): Promise<Forge> {
  const { dir, remove } = await temporaryFolder();
  const app = { ...seed.app, permissions: { ...seed.app.permissions, members } };
  const forge = await startForge({ dir, clock: () => new Date(), seed: { ...seed, app } });
  stops.push(async () => {
    await forge.stop();
    await remove();
  });
  return forge;
}

beforeAll(async () => {
  managing = await begin('write');
  reading = await begin('read');
});
afterAll(async () => {
  for (const stop of stops) await stop();
});

async function enrols(forge: Forge, team: string, login: string): Promise<string> {
  const github = new ProbotOctokit({
    baseUrl: forge.url,
    auth: { token: await installationToken(forge) },
    throttle: { enabled: false },
    retry: { enabled: false },
  });
  // Nothing of git is touched here.
  const record = undefined as never;
  const outside = { github, at: { owner, repo }, record, teams: new TeamReader(github, owner) };
  return applyToIssue(outside, 1, { do: 'enrol', team, login });
}

const members = async (forge: Forge): Promise<readonly string[]> => {
  const { data } = await as(forge, 'olga').rest.teams.listMembersInOrg({ org: owner, team_slug: 'adopters' });
  return data.map(({ login }) => login).toSorted();
};

test('with members: write, people are added to their team, twice or once (R-3.1-5)', async () => {
  expect(await enrols(managing, 'adopters', 'rita')).toBe('done');
  expect(await enrols(managing, 'adopters', 'rita')).toBe('done');
  expect(await members(managing)).toEqual(['pia', 'rita']);
});

test.each([
  ['a team that is not there', 'unheard-of', 'rita'],
  ['somebody who is not there', 'adopters', 'nobody'],
])('%s is left to a manager', async (_, team, login) => {
  expect(await enrols(managing, team, login)).toBe('refused');
});

test('without members: write nobody is added, and that is no failure', async () => {
  expect(await enrols(reading, 'adopters', 'rita')).toBe('refused');
  expect(await members(reading)).toEqual(['pia']);
});
