import { generateKeyPair, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { nextId, type State } from './state.ts';

/** What the forge holds when it is started in an empty folder. */
export interface ForgeSeed {
  readonly organisation: string;
  readonly repository: string;
  readonly users: readonly { readonly login: string; readonly name: string }[];
  readonly teams: readonly {
    readonly slug: string;
    readonly members: readonly string[];
    /** What the team may do in the repository; `none` leaves its members with what everyone may do with a public repository. */
    readonly permission: 'pull' | 'push' | 'none';
  }[];
  /** Logins that own the organisation and may change its teams. */
  readonly owners?: readonly string[];
  /** Answers say that the repository is private; who may read it is not checked. */
  readonly private?: boolean;
  /** The first commit on `main`: path to text. */
  readonly files: Readonly<Record<string, string>>;
  readonly app: {
    readonly slug: string;
    readonly events: readonly string[];
    readonly permissions: Readonly<Record<string, 'read' | 'write'>>;
    /** RSA, PEM. Made when missing, which takes about 0.2 s. */
    readonly privateKey?: string;
  };
  /** `main` is protected: a merge needs this check from the App on the head commit. The App itself may push and merge without it. */
  readonly requiredCheck: string;
}

// These are first segments of the forge's own addresses, so no account may have them as its login.
const reserved = new Set([
  'api',
  'app',
  'apps',
  'graphql',
  'meta',
  'orgs',
  'organizations',
  'repos',
  'rate_limit',
  'user',
  'users',
]);
const loginForm = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?$/u;
const nameForm = /^(?!\.)[\w.-]{1,100}(?<!\.git)$/u;

/**
 * The state of a forge that has just been laid out; ids, the App's RSA key and its webhook secret are new.
 * @param at time of creation, ISO 8601
 * @throws when a login, a team or the repository has a name that cannot be part of an address, or a team has a member that is no user
 */
export async function firstState(seed: ForgeSeed, at: string): Promise<State> {
  check(seed);
  const state: State = {
    version: 1,
    sequence: 1000,
    organisation: seed.organisation,
    app: {
      ...seed.app,
      id: 101,
      installationId: 202,
      privateKey: seed.app.privateKey ?? (await newKey()),
      webhookSecret: randomBytes(32).toString('hex'),
      createdAt: at,
    },
    accounts: [],
    teams: [],
    repositories: [],
  };
  state.accounts.push(
    {
      id: nextId(state),
      login: seed.organisation,
      name: seed.organisation,
      kind: 'Organization',
      owner: false,
    },
    { id: nextId(state), login: `${seed.app.slug}[bot]`, name: seed.app.slug, kind: 'Bot', owner: false },
  );
  for (const user of seed.users) {
    const owner = seed.owners?.includes(user.login) ?? false;
    state.accounts.push({ id: nextId(state), login: user.login, name: user.name, kind: 'User', owner });
  }
  for (const team of seed.teams) {
    state.teams.push({
      id: nextId(state),
      slug: team.slug,
      permission: team.permission,
      members: team.members.map((login) => ({ login, role: 'member' })),
    });
  }
  state.repositories.push({
    id: nextId(state),
    owner: seed.organisation,
    name: seed.repository,
    forkOf: null,
    ...(seed.private === true ? { private: true } : {}),
    protection: { branch: 'main', check: seed.requiredCheck },
    createdAt: at,
    pushedAt: at,
    nextNumber: 1,
    labels: [],
    issues: [],
    checks: [],
    statuses: [],
  });
  return state;
}

async function newKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return privateKey;
}

function check(seed: ForgeSeed): void {
  const logins = [seed.organisation, ...seed.users.map((user) => user.login)];
  for (const login of logins) {
    if (!loginForm.test(login) || reserved.has(login.toLowerCase()))
      throw new Error(`No account can be called ${JSON.stringify(login)}`);
  }
  if (!nameForm.test(seed.repository))
    throw new Error(`No repository can be called ${JSON.stringify(seed.repository)}`);
  for (const team of seed.teams) {
    if (!loginForm.test(team.slug)) throw new Error(`No team can be called ${JSON.stringify(team.slug)}`);
    const stranger = team.members.find((login) => !seed.users.some((user) => user.login === login));
    if (stranger !== undefined)
      throw new Error(`Team ${team.slug} has a member that is no user: ${stranger}`);
  }
}
