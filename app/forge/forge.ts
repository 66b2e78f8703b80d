import { createServer, type Server } from 'node:http';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Buffer } from 'node:buffer';
import { botLogin, teamWithSlug } from './accounts.ts';
import { personOf } from './actions/merge.ts';
import { afterPush } from './actions/push.ts';
import { addMember, removeMember } from './actions/team.ts';
import { newAuth } from './auth.ts';
import { isFilePath } from './git/names.ts';
import { layOutRepository } from './git/repository.ts';
import { openRepositories, openPulls, type Inside } from './inside.ts';
import { serve } from './listener.ts';
import { firstState, type ForgeSeed } from './seed.ts';
import { fullName, nextId } from './state.ts';
import { openStateFile, readState } from './state-file.ts';
import { newWebhooks, type Delivery } from './webhooks.ts';
import { wholeSeconds } from './git/commit.ts';

export type { ForgeSeed } from './seed.ts';
export type { Delivery } from './webhooks.ts';

/** A running forge: stands in for GitHub in the demo, in tests and in trials without a network. */
export interface Forge {
  /** `http://127.0.0.1:PORT`: REST here and below `/api/v3`, git at `<url>/<owner>/<repository>.git`, GraphQL at `/graphql` and `/api/graphql`. */
  readonly url: string;
  /** Login to personal token; random at every start. */
  readonly tokens: Readonly<Record<string, string>>;
  readonly app: {
    readonly id: number;
    /** PEM. */
    readonly privateKey: string;
    readonly webhookSecret: string;
    readonly installationId: number;
  };
  /** Where webhooks go from now on; nowhere when undefined, and then they are not recorded either. */
  hook(url: string | undefined): void;
  /** While true, webhooks do not reach their receiver; they are recorded as failed. */
  losing(lose: boolean): void;
  /** Delivers again, with their guids, the events whose last attempt failed, or the attempts a filter picks. @returns how many */
  redeliver(filter?: (delivery: Delivery) => boolean): Promise<number>;
  deliveries(): readonly Delivery[];
  /** Resolves when no delivery is waiting or under way. */
  quiet(): Promise<void>;
  /** Makes the members of a team exactly these. @throws when there is no such team or account */
  setTeam(slug: string, members: readonly string[]): void;
  /** Writes what is left to write, and closes everything. */
  stop(): Promise<void>;
}

export interface ForgeOptions {
  /** Folder for the repositories and the state; made when missing. */
  readonly dir: string;
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** The time people see on comments, reviews and merges. Tokens and git commits use the real time. */
  readonly clock: () => Date;
  /** Used only when the folder is empty. */
  readonly seed: ForgeSeed;
}

/**
 * Starts a forge on 127.0.0.1. What an earlier run left in the folder is taken up again; tokens are new.
 * @throws when the port is taken, the folder cannot be written, or the seed names something impossible
 */
export async function startForge(options: ForgeOptions): Promise<Forge> {
  const { dir, clock } = options;
  await mkdir(dir, { recursive: true });
  const earlier = await readState(dir);
  const state = earlier ?? (await firstState(options.seed, wholeSeconds(clock())));
  const file = openStateFile(dir, state);
  const repositories = openRepositories(join(dir, 'repositories'));
  const webhooks = newWebhooks(state.app, clock, () => nextId(state));
  const auth = newAuth(
    state.app,
    state.accounts.filter((account) => account.kind === 'User').map((account) => account.login),
  );
  // Node's own 5 s end a connection in the very moment in which a busy client takes it up again: "other side closed".
  const server = createServer({ keepAliveTimeout: 75_000 });
  const url = await listening(server, options.port ?? 0);
  const inside: Inside = { url, state, webhooks, repositories, clock };
  try {
    if (earlier === undefined) await firstCommit(inside, options.seed.files);
    else await catchUp(inside);
  } catch (error) {
    server.close();
    throw error;
  }
  file.changed();
  await file.written();
  serve(server, inside, auth, file.changed);

  return {
    url,
    tokens: auth.personal,
    app: {
      id: state.app.id,
      privateKey: state.app.privateKey,
      webhookSecret: state.app.webhookSecret,
      installationId: state.app.installationId,
    },
    hook: webhooks.hook,
    losing: webhooks.losing,
    async redeliver(filter) {
      const chosen =
        filter === undefined ? unanswered(webhooks.deliveries()) : webhooks.deliveries().filter(filter);
      await Promise.all(chosen.map((delivery) => webhooks.redeliver(delivery)));
      return chosen.length;
    },
    deliveries: webhooks.deliveries,
    quiet: webhooks.quiet,
    setTeam(slug, members) {
      setTeam(inside, slug, members);
      file.changed();
    },
    async stop() {
      webhooks.stop();
      const closed = new Promise<void>((resolve) => {
        server.close(() => {
          resolve();
        });
      });
      server.closeAllConnections();
      await closed;
      await Promise.all(
        state.repositories.map((repository) => repositories.lock(repository).run(() => Promise.resolve())),
      );
      repositories.close();
      await file.written();
    },
  };
}

async function listening(server: Server, port: number): Promise<string> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the forge listens nowhere');
  return `http://127.0.0.1:${String(address.port)}`;
}

async function firstCommit(inside: Inside, files: Readonly<Record<string, string>>): Promise<void> {
  const [repository] = inside.state.repositories;
  if (repository === undefined) throw new Error('a forge without a repository');
  const git = inside.repositories.git(repository);
  await layOutRepository(git.dir);
  const changes = await Promise.all(
    Object.entries(files).map(async ([path, text]) => {
      if (!isFilePath(path)) throw new Error(`No file can be called ${JSON.stringify(path)}`);
      return { path, mode: '100644', sha: await git.writeBlob(Buffer.from(text)) };
    }),
  );
  const tree = await git.writeTree(undefined, changes);
  if (tree === undefined) throw new Error('the first tree could not be written');
  const who = personOf(inside, repository.owner);
  const commit = await git.writeCommit({
    tree,
    parents: [],
    author: who,
    committer: who,
    message: 'First commit',
    signature: null,
  });
  await git.setRef('refs/heads/main', commit);
}

/** A run that was killed may have moved refs without noting what followed; the refs are what counts. */
async function catchUp(inside: Inside): Promise<void> {
  const { state, repositories } = inside;
  for (const repository of state.repositories) {
    const refs = await repositories.git(repository).refs();
    const noted = new Map<string, string>();
    for (const base of state.repositories) {
      for (const { pull } of openPulls(base)) {
        if (pull.head.repository === fullName(repository))
          noted.set(`refs/heads/${pull.head.ref}`, pull.head.sha);
        if (base === repository) noted.set(`refs/heads/${pull.base.ref}`, pull.base.sha);
      }
    }
    const moved = [...noted]
      .map(([ref, from]) => ({ ref, from, to: refs.get(ref) }))
      .filter(({ from, to }) => from !== to);
    await repositories.lock(repository).run(() => afterPush(inside, repository, moved, botLogin(state)));
  }
}

function unanswered(deliveries: readonly Delivery[]): Delivery[] {
  const last = new Map(deliveries.map((delivery) => [delivery.guid, delivery]));
  return [...last.values()].filter(({ statusCode }) => statusCode < 200 || statusCode > 299);
}

function setTeam(inside: Inside, slug: string, members: readonly string[]): void {
  const team = teamWithSlug(inside.state, slug);
  if (team === undefined) throw new Error(`There is no team ${slug}`);
  const stranger = members.find(
    (login) => !inside.state.accounts.some((one) => one.login === login && one.kind === 'User'),
  );
  if (stranger !== undefined) throw new Error(`There is no user ${stranger}`);
  const sender = botLogin(inside.state);
  for (const { login } of team.members.filter((member) => !members.includes(member.login)))
    removeMember(inside, team, login, sender);
  for (const login of members) addMember(inside, team, login, 'member', sender);
}
