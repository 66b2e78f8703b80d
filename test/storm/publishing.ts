import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Manifest } from '../../app/model/manifest.ts';
import { createKeys, openKeys } from '../../app/publish/signing/keys.ts';
import { sha256Of } from '../../app/storage/digest.ts';
import { openStore } from '../../app/storage/open.ts';
import type { Store } from '../../app/storage/store.ts';
import type { Order, Workplace } from '../kills/order.ts';
import { PublisherProcess } from '../kills/publisher-process.ts';
import { debOf, rpmOf, type PackageFile } from '../world/sample-packages.ts';
import type { Publishing } from './storm.ts';
import { stored } from '../world/stored.ts';

/** How many publications a client may take for an update; what is older goes. The slowest of a busy machine take ten or twenty. */
const retained = 40;
/** Packages that stay. */
const steady = 40;

/** A channel of both formats. Each publication brings the next version of `tool` and takes the one before away. */
export class ChannelPublishing implements Publishing {
  readonly name = 'rollout';
  readonly publicKey: string;
  readonly #store: Store;
  readonly #process: PublisherProcess;
  readonly #url: string;
  readonly #steady: readonly Manifest[];
  #count = 0;

  private constructor(parts: {
    publicKey: string;
    store: Store;
    process: PublisherProcess;
    url: string;
    steady: readonly Manifest[];
  }) {
    this.publicKey = parts.publicKey;
    this.#store = parts.store;
    this.#process = parts.process;
    this.#url = parts.url;
    this.#steady = parts.steady;
  }

  /** @param out folder that is served at `url` */
  static async begin(dir: string, out: string, url: string): Promise<ChannelPublishing> {
    const place: Workplace = {
      keys: await mkdtemp(join(dir, 'keys-')),
      cache: join(dir, 'cache'),
      store: pathToFileURL(join(dir, 'store')).href,
      output: pathToFileURL(out).href,
    };
    await mkdir(join(dir, 'store'));
    // Keys that are in force.
    await createKeys(place.keys, new Date(Date.now() - 30 * 86_400_000));
    const { publicKey } = (await openKeys(place.keys)).channel('production');
    const store = await openStore(place.store);
    const names = Array.from({ length: steady }, (_, at) => `steady-${String(at)}`);
    const manifests = [];
    for (const name of names) manifests.push(await manifestOf(store, name, '1.0'));
    const started = await PublisherProcess.start({ place });
    if (!started) throw new Error('the publisher is dead');
    return new ChannelPublishing({ publicKey, store, process: started, url, steady: manifests });
  }

  get count(): number {
    return this.#count;
  }

  /** Publications whose files are gone. */
  get gone(): number {
    return Math.max(0, this.#count - retained - 1);
  }

  async publish(): Promise<void> {
    const tool = await manifestOf(this.#store, 'tool', `${String(this.#count + 1)}.0`);
    const order: Order = {
      manifests: [...this.#steady, tool],
      now: new Date().toISOString(),
      withdrawn: [],
      channelsFile: {
        apiVersion: 'rollout/v1',
        kind: 'Channels',
        url: this.#url,
        origin: 'Staged Rollout',
        layout: '{channel}/{distribution}/{major}/{platform}/{arch}',
        valid_days: 7,
        retention: { publications: retained, hours: 0 },
      },
    };
    const outcome = await this.#process.carryOut(order);
    if (outcome?.ok !== true) throw new Error(`publishing failed: ${outcome?.message ?? 'it died'}`);
    this.#count += 1;
  }

  end(): Promise<void> {
    return this.#process.end();
  }
}

async function listed(store: Store, { file, bytes }: PackageFile) {
  return { file, ...(await stored(store, bytes)) };
}

async function manifestOf(store: Store, name: string, version: string): Promise<Manifest> {
  const release = `arc-${name}-${version}`;
  return {
    apiVersion: 'rollout/v1',
    kind: 'Manifest',
    release,
    channel: 'production',
    digest: sha256Of(release),
    component: name,
    stack: 'arc',
    provider: 'emi',
    version,
    class: 'minor',
    distribution: 'umd/5',
    evidence: { ticket: 1, journal: 'releases/x.journal.yml', entry: 1, hash: sha256Of('entry') },
    targets: [
      {
        platform: 'debian12',
        arch: 'amd64',
        format: 'deb',
        packages: [await listed(store, debOf(name, version))],
      },
      {
        platform: 'al9',
        arch: 'x86_64',
        format: 'rpm',
        packages: [await listed(store, rpmOf(name, version))],
      },
    ],
  };
}
