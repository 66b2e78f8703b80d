import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Outside } from '../apply/apply.ts';
import { ConfigurationReader } from '../facts/configuration.ts';
import { gocdbReader, keepingAnswers } from '../facts/gocdb.ts';
import { allManifests } from '../facts/manifests.ts';
import { Provenance } from '../facts/provenance.ts';
import { TeamReader } from '../facts/teams.ts';
import { readAllowList } from '../intake/address.ts';
import { openOutput, openStore } from '../storage/open.ts';
import type { Output } from '../storage/output.ts';
import { openStoreFolder } from '../storage/store-folder.ts';
import type { Store } from '../storage/store.ts';
import { type Keys, openKeys } from '../publish/signing/keys.ts';
import { GitRecord } from '../record/repository.ts';
import { type AppClient, signIn } from './github.ts';
import { BaseRepositories } from './base-repositories.ts';
import { closureReader } from './closure.ts';
import { pullTicket } from './intake.ts';
import type { Log } from './log.ts';
import { Publisher } from './publisher.ts';
import { channelReader } from './read-back.ts';
import type { Settings } from './settings.ts';
import { documentSigner } from './system-key.ts';

export interface OutsideParts {
  readonly settings: Settings;
  /** The time of the process (MS402's clocks). Signatures and tokens always use the real time. */
  readonly now: () => Date;
  readonly log: Log;
}

/** Everything outside the pure core, signed in and opened: what a run reads from and writes to. */
export interface Opened {
  readonly app: AppClient;
  readonly outside: Outside;
  readonly publisher: Publisher;
  readonly keys: Keys;
  readonly store: Store;
  /** The place of the published channels. */
  readonly output: Output;
}

/** Opens keys, forge, clone and store by the settings. Throws when one of them is unusable or cannot be reached. */
export async function openOutside({ settings, now, log }: OutsideParts): Promise<Opened> {
  const [owner = '', repo = ''] = settings.repository.split('/');
  const at = { owner, repo };
  await mkdir(settings.state, { recursive: true, mode: 0o700 });
  const keys = await openKeys(settings.keys);
  const signer = await documentSigner(keys.system);
  const app = await signIn(settings.app, at);
  const record = await GitRecord.open({
    dir: join(settings.state, 'clone'),
    url: app.cloneUrl,
    token: app.token,
    signer,
    author: { name: 'Staged Rollout', email: settings.committerEmail },
  });
  const store = await openStore(settings.store, settings.s3);
  const snapshots = await openStoreFolder(pathToFileURL(join(settings.state, 'base-repositories')).href);
  const cache = join(settings.state, 'package-facts');
  const output = await openOutput(settings.channels, store, settings.s3);
  const configuration = new ConfigurationReader((message) => {
    log('error', message);
  });
  const provenance = new Provenance(record, signer);
  const allow = readAllowList(settings.fetchAllow);
  const outside: Outside = {
    github: app.github,
    at,
    self: app.self,
    record,
    signer,
    configuration,
    provenance,
    teams: new TeamReader(app.github, owner),
    paths: new Map(),
    committers: new Map(),
    readBack: channelReader(keys, async () => {
      const { main } = record;
      const { channelsFile } = await configuration.read(record, main);
      return { channelsFile, manifests: await allManifests(record, signer, main) };
    }),
    gocdb:
      settings.gocdbUrl === undefined
        ? undefined
        : keepingAnswers(gocdbReader({ url: settings.gocdbUrl, now }), now),
    closure: closureReader({ store, cache, base: new BaseRepositories(snapshots, allow) }),
    now,
    pullPackages: (ticket, gathered) => pullTicket({ store, cache, allow }, outside, ticket, gathered),
    log: (effect, ticket) => {
      log('info', `ticket #${String(ticket)}: ${effect.do}`);
    },
    logIssue: (effect, issue) => {
      log('info', `issue #${String(issue)}: ${effect.do}`);
    },
  };
  return {
    app,
    outside,
    publisher: new Publisher({ record, signer, provenance, configuration, store, keys, output, cache }),
    keys,
    store,
    output,
  };
}
