import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as z from 'zod';
import { type Forge, startForge } from '../forge/forge.ts';
import { channels } from '../model/channel.ts';
import type { Policy } from '../model/policy.ts';
import type { State } from '../model/state.ts';
import { createKeys, openKeys } from '../publish/signing/keys.ts';
import { webhookEvents } from '../server/hint.ts';
import type { Log } from '../service/log.ts';
import { type Service, startService } from '../service/service.ts';
import type { Settings } from '../service/settings.ts';
import { type Found } from '../pipeline.ts';
import { Actor } from './actor.ts';
import { DemoClock } from './clock.ts';
import { type DemoPerson, peopleOf, teamsOf } from './people.ts';
import { type ProviderServer, portOf, startProvider } from './provider.ts';
import { readSample } from './sample.ts';

type Looked = Extract<Found, { is: 'ticket' }>;

export interface WorldOptions {
  /** Everything the world keeps; an earlier world in it is taken up again. */
  readonly dir: string;
  /** Port of pages, webhooks and channels; another free one when it is taken or 0. */
  readonly port: number;
  /** Where the process time begins in a new world. */
  readonly start: Date;
  /** No freeze of the sample calendar begins before. */
  readonly playsUntil?: Date;
  readonly log: Log;
  readonly onTicket?: (found: Looked) => void;
  /** More `host:port` pairs that packages may be pulled from, beside the world's own provider. */
  readonly fetchAllow?: readonly string[];
  /** The forge says that the repository is private: a place for tickets under embargo. */
  readonly private?: boolean;
  /** Hour of the nightly scrub (UTC); none without. */
  readonly scrubHour?: number;
  /** Other texts for files of the sample, by path: the repository begins with them, people and clocks stay the sample's. */
  readonly files?: Readonly<Record<string, string>>;
  /** Where packages and channels are, if not in folders of the world; somebody else serves the channels then. */
  readonly places?: Pick<Settings, 'store' | 'channels' | 's3'>;
}

/** A whole small world on loopback: forge, provider, service, channels and people. The demo plays in it, and tests act in it. */
export interface World {
  readonly dir: string;
  readonly repository: string;
  readonly forge: Forge;
  readonly provider: ProviderServer;
  readonly service: Service;
  readonly clock: DemoClock;
  readonly policy: Policy;
  readonly people: readonly DemoPerson[];
  readonly keys: string;
  readonly store: string;
  readonly channels: string;
  readonly clone: string;
  /** True when an earlier world was taken up again. */
  readonly resumed: boolean;
  as(login: string): Actor;
  /** Resolves when the ticket is in the state; rejects when it ends elsewhere, or after a minute without a step. */
  reaches(number: number, state: State): Promise<void>;
  /** Moves the process time by a step such as `1wd`, or to an instant, and resolves when the sweep that follows has settled. */
  advance(step: string | Date): Promise<boolean>;
  /** Resolves when no webhook and no work is under way. */
  settled(): Promise<void>;
  stop(): Promise<void>;
}

const organisation = 'grid';
const name = 'releases';
const repository = `${organisation}/${name}`;
const patience = 60_000;

const SavedSchema = z.object({
  webPort: z.int(),
  forgePort: z.int(),
  providerPort: z.int(),
  offset: z.number(),
});
type Saved = z.infer<typeof SavedSchema>;

export async function startWorld(options: WorldOptions): Promise<World> {
  const { dir, log } = options;
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const place = (part: string): string => join(dir, part);
  const savedFile = place('world.json');
  const saved = await readSaved(savedFile);
  const webPort = saved?.webPort ?? (await freePort(options.port));
  const clock = new DemoClock(saved ? new Date(Date.now() + saved.offset) : options.start);
  const provider = await startProvider(place('provider'), saved?.providerPort ?? 0);
  const webUrl = `http://127.0.0.1:${String(webPort)}`;
  await createKeys(place('keys'), new Date());
  const keys = await openKeys(place('keys'));
  const sample = await readSample(webUrl, options.playsUntil);
  const people = peopleOf(sample.policy, sample.catalogue, sample.earlyAdopters);
  const forge = await startForge({
    dir: place('forge'),
    port: saved?.forgePort ?? 0,
    clock: clock.now,
    seed: {
      organisation,
      repository: name,
      users: people.map(({ login, name: full }) => ({ login, name: full })),
      teams: teamsOf(people, sample.policy),
      private: options.private ?? false,
      files: {
        ...sample.files,
        ...options.files,
        ...Object.fromEntries(
          channels.map((channel) => [`repos-manifest/keys/${channel}.asc`, keys.channel(channel).publicKey]),
        ),
        'repos-manifest/keys/system.asc': keys.system.publicKey,
      },
      app: { slug: 'staged-rollout', events: [...webhookEvents], permissions: appPermissions },
      requiredCheck: 'rollout',
    },
  });
  const watchers = new Set<() => void>();
  const accessLog: string[] = [];
  const service = await startService({
    now: clock.now,
    log,
    accessLog: (line) => {
      accessLog.push(line);
      flushSoon();
    },
    onTicket: (found) => {
      options.onTicket?.(found);
      for (const look of watchers) look();
    },
    settings: {
      repository,
      app: {
        appId: forge.app.id,
        privateKey: forge.app.privateKey,
        webhookSecret: forge.app.webhookSecret,
        apiUrl: `${forge.url}/api/v3`,
        throttle: false,
      },
      webhookSecrets: [forge.app.webhookSecret],
      store: pathToFileURL(place('store')).href,
      channels: pathToFileURL(place('channels')).href,
      keys: place('keys'),
      state: place('service'),
      fetchAllow: [new URL(provider.url).host, ...(options.fetchAllow ?? [])].join(' '),
      host: '127.0.0.1',
      port: webPort,
      serveChannels: options.places === undefined,
      committerEmail: 'staged-rollout@grid.example',
      scrubHour: options.scrubHour,
      sweepMilliseconds: 300_000,
      ...options.places,
    },
  });
  forge.hook(`${service.url}/github`);
  const save = async (): Promise<void> => {
    const state: Saved = {
      webPort,
      forgePort: Number(new URL(forge.url).port),
      providerPort: Number(new URL(provider.url).port),
      offset: clock.offset,
    };
    await writeFile(savedFile, JSON.stringify(state));
  };
  await save();

  let flushing: NodeJS.Timeout | undefined;
  const flush = async (): Promise<void> => {
    clearTimeout(flushing);
    flushing = undefined;
    const lines = accessLog.splice(0);
    if (lines.length > 0)
      await writeFile(place('channels-access.log'), `${lines.join('\n')}\n`, { flag: 'a' });
  };
  function flushSoon(): void {
    flushing ??= setTimeout(() => void flush(), 100);
  }

  const settled = async (): Promise<void> => {
    // Work makes webhooks and webhooks make work: quiet is when both were quiet, one after the other, twice.
    for (let round = 0; round < 2; round++) {
      await forge.quiet();
      await service.idle();
    }
  };
  const world: World = {
    dir,
    repository,
    forge,
    provider,
    service,
    clock,
    policy: sample.policy,
    people,
    keys: place('keys'),
    store: place('store'),
    channels: place('channels'),
    clone: join(place('service'), 'clone', 'record.git'),
    resumed: saved !== undefined,
    as: (login) => new Actor(login, forge.tokens[login] ?? '', `${forge.url}/api/v3`, repository),
    reaches: (number, state) => reaches(service, watchers, number, state),
    settled,
    advance: async (step) => {
      const to = typeof step === 'string' ? clock.after(step, sample.policy.calendar) : step;
      if (!to || !clock.moveTo(to)) return false;
      await save();
      await service.sweep();
      await settled();
      return true;
    },
    stop: async () => {
      forge.hook(undefined);
      await service.stop();
      await provider.stop();
      await forge.stop();
      await save();
      await flush();
    },
  };
  return world;
}

/** Permissions of the App, as in `app.yml`. */
const appPermissions = {
  metadata: 'read',
  members: 'read',
  contents: 'write',
  pull_requests: 'write',
  issues: 'write',
  checks: 'write',
  statuses: 'write',
} as const;

async function readSaved(file: string): Promise<Saved | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : SavedSchema.parse(JSON.parse(text));
}

/** The port wanted when it is free, else another one. */
async function freePort(wanted: number): Promise<number> {
  const server = createServer();
  const taken = await new Promise<boolean>((resolve) => {
    server.once('error', () => {
      resolve(true);
    });
    server.listen(wanted, '127.0.0.1', () => {
      resolve(false);
    });
  });
  if (taken) return freePort(0);
  const port = portOf(server);
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  return port;
}

function reaches(service: Service, watchers: Set<() => void>, number: number, state: State): Promise<void> {
  return new Promise((resolve, reject) => {
    let seen = '';
    const fail = (): void => {
      done();
      reject(
        new Error(`#${String(number)} is ${seen === '' ? 'unknown' : seen} and does not become ${state}`),
      );
    };
    let timer = setTimeout(fail, patience).unref();
    const done = (): void => {
      clearTimeout(timer);
      watchers.delete(look);
    };
    function look(): void {
      const view = service.board.ticket(number);
      if (!view) return;
      if (view.decision.state === state) {
        done();
        resolve();
      } else if (view.decision.state !== seen) {
        seen = view.decision.state;
        clearTimeout(timer);
        timer = setTimeout(fail, patience).unref();
        if (view.decision.settled) fail();
      }
    }
    watchers.add(look);
    look();
  });
}
