import type { Person } from '../model/journal.ts';
import { EarlyAdoptersSchema } from '../model/early-adopters.ts';
import { entryOf } from '../model/record.ts';
import {
  type Membership,
  type RecordedRequest,
  type RegistryFacts,
  wishes,
} from '../model/registry-request.ts';
import { examine } from '../model/yaml.ts';
import { isSigned } from '../record/commit.ts';
import type { GitRecord } from '../record/repository.ts';
import type { DocumentSigner } from '../record/signer.ts';
import { isRunning, readLine } from '../registry/commitments.ts';
import { readRequest } from '../registry/request.ts';
import { keepingPersons } from './accounts.ts';
import { type GitHub, readComments } from './conversation.ts';
import { type RestIssue, issueFacts } from './issue.ts';
import type { Sources } from './sources.ts';
import { hasStatus } from './status.ts';

export const registryPath = 'releases/early-adopters.yml';

/** What the facts were read from: the commit that the compare-and-swap rests on. */
export interface GatheredRequest {
  readonly facts: RegistryFacts;
  readonly main: string;
}

const kept = new WeakMap<GitRecord, { main: string; readonly requests: Map<number, RecordedRequest> }>();

/**
 * The requests that stand in the history of the registry, by the number of their issue: commits along the first parent that the system
 * signed. What was read once is not read again.
 */
async function recordedRequests(
  record: GitRecord,
  signer: DocumentSigner,
  main: string,
): Promise<ReadonlyMap<number, RecordedRequest>> {
  const before = kept.get(record);
  if (before?.main === main) return before.requests;
  const requests = new Map(before?.requests);
  for (const commit of await record.history(before?.main, main, [registryPath])) {
    const raw = await record.rawCommit(commit);
    const lines = new Map(
      raw
        .slice(raw.indexOf('\n\n'))
        .split('\n')
        .flatMap((line) => {
          const [, name, value] = /^([A-Z][A-Za-z-]+): (.+)$/.exec(line) ?? [];
          return name === undefined || value === undefined ? [] : [[name, value] as const];
        }),
    );
    const number = Number(/^#([1-9]\d{0,8})$/.exec(lines.get('Request') ?? '')?.[1]);
    const wish = wishes.find((one) => one === lines.get('Wish'));
    const site = lines.get('Site');
    if (!Number.isInteger(number) || wish === undefined || site === undefined) continue;
    if (!(await isSigned(raw, signer))) continue;
    requests.set(number, { commit, wish, site, approvedBy: lines.get('Approved-By') });
  }
  kept.set(record, { main, requests });
  return requests;
}

/** Reads everything a decision about a registry request rests on. `refused` are memberships that GitHub would not let us make in this run. */
export async function gatherRequest(
  sources: Sources,
  issue: RestIssue,
  refused: ReadonlySet<string>,
): Promise<GatheredRequest> {
  const { github, at, self, record, signer, teams } = sources;
  // The body after the comments: of an approval that is read, no later edit of the body can be missed.
  const comments = await readComments(github, at, issue.number, 'ticket', self);
  const [about, { data: ref }] = await Promise.all([
    issueFacts(github, at, issue),
    github.rest.git.getRef({ ...at, ref: 'heads/main' }),
  ]);
  const tip = ref.object.sha;
  const { main } = record.recall({ main: tip, head: tip, promotions: [] }) ?? (await record.fetch());
  const configuration = await sources.configuration.read(record, main);
  const text = await record.read(main, registryPath);
  const isSound = text !== undefined && examine(EarlyAdoptersSchema, text, registryPath).sound;
  const recorded = (await recordedRequests(record, signer, main)).get(issue.number);
  const facts: RegistryFacts = {
    now: `${sources.now().toISOString().slice(0, 19)}Z`,
    organisation: at.owner,
    issue: about,
    configuration,
    registryText: isSound ? text : undefined,
    managers: await teams.members(configuration.policy.roles['staged-rollout']),
    accounts: recorded ? new Set() : await accountsOf(sources, about.body),
    providers: recorded ? {} : await providersOf(sources, configuration, about.body),
    inputs: comments.inputs,
    ownComments: comments.own,
    recorded,
    memberships: [],
  };
  const isTold = comments.own.some(({ marker }) => marker === 'registry:done');
  if (!recorded || isTold) return { facts, main };
  return { facts: { ...facts, memberships: await membershipsOf(sources, facts, refused) }, main };
}

const lookUps = new WeakMap<GitHub, (login: string) => Promise<boolean>>();

/** Which logins of the form are people: organisations and Apps administer no site. */
async function accountsOf({ github, now }: Sources, body: string): Promise<ReadonlySet<string>> {
  const isPerson = lookUps.get(github) ?? keepingPersons((login) => isUser(github, login), now);
  lookUps.set(github, isPerson);
  const found = new Set<string>();
  for (const login of readRequest(body).logins ?? [])
    if (await isPerson(login)) found.add(login.toLowerCase());
  return found;
}

async function isUser(github: GitHub, login: string): Promise<boolean> {
  try {
    return (await github.rest.users.getByUsername({ username: login })).data.type === 'User';
  } catch (error) {
    if (!hasStatus(error, 404)) throw error;
    return false;
  }
}

async function providersOf(
  { teams }: Sources,
  { catalogue }: RegistryFacts['configuration'],
  body: string,
): Promise<Readonly<Record<string, readonly Person[]>>> {
  const names = (readRequest(body).commitments ?? []).flatMap((text) => {
    const read = readLine(text, '');
    const known = read.ok ? entryOf(catalogue.components, read.line.component) : undefined;
    return known === undefined ? [] : [known.provider];
  });
  const found: Record<string, readonly Person[]> = {};
  for (const name of new Set(names)) {
    const team = entryOf(catalogue.providers, name)?.team;
    if (team !== undefined) found[name] = await teams.members(team);
  }
  return found;
}

/** Of each administrator of the recorded site, in the team of the site and in those of the stacks that it committed to (R-3.1-5). */
async function membershipsOf(
  { github, at }: Sources,
  { recorded, configuration, now }: RegistryFacts,
  refused: ReadonlySet<string>,
): Promise<readonly Membership[]> {
  const { earlyAdopters, policy } = configuration;
  const site = earlyAdopters.sites.find((one) => one.site === recorded?.site);
  if (!site || recorded?.wish === 'end') return [];
  const running = site.commitments.filter((one) => isRunning(one, now.slice(0, 10)));
  const stacks = [...new Set(running.map(({ stack }) => stack))];
  const wanted = [site.team, ...stacks.map((stack) => entryOf(policy.early_adopters, stack))];
  const memberships: Membership[] = [];
  for (const team of wanted.filter((one) => one !== undefined)) {
    for (const login of site.github) {
      const stands = refused.has(`${team} ${login}`)
        ? ('refused' as const)
        : await github.rest.teams
            .getMembershipForUserInOrg({ org: at.owner, team_slug: team, username: login })
            .then(
              ({ data }) => data.state,
              (error: unknown) => {
                if (hasStatus(error, 404)) return 'none' as const;
                throw error;
              },
            );
      memberships.push({ team, login, stands });
    }
  }
  return memberships;
}
