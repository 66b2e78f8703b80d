import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Channel } from '../../../app/model/channel.ts';
import type { Manifest } from '../../../app/model/manifest.ts';
import { openKeys, type Keys } from '../../../app/publish/keys.ts';
import { publishChannels } from '../../../app/publish/publish.ts';
import { openStore } from '../../../app/storage/open.ts';
import type { Store } from '../../../app/storage/store.ts';
import type { Format } from './package-set.ts';

/* The publisher as the benchmark uses it: all that depends on its interface is here. */

/** The formats that it publishes. */
export const publishedFormats: readonly Format[] = ['deb'];

/** Folders that it works on. */
export interface RolloutPlace {
  readonly store: string;
  readonly out: string;
  readonly cache: string;
  readonly keys: string;
}

/** A publisher in a process that goes on running. */
export class Rollout {
  readonly #place: RolloutPlace;
  readonly #store: Store;
  readonly #keys: Keys;

  private constructor(place: RolloutPlace, store: Store, keys: Keys) {
    this.#place = place;
    this.#store = store;
    this.#keys = keys;
  }

  static async open(place: RolloutPlace): Promise<Rollout> {
    return new Rollout(place, await openStore(pathToFileURL(place.store).href), await openKeys(place.keys));
  }

  /** Publishes channels as the manifests have it, at a commit. */
  async publish(
    manifests: readonly Manifest[],
    channels: readonly Channel[],
    commit: string,
  ): Promise<boolean> {
    const published = await publishChannels({
      manifests,
      commit,
      channels,
      channelsFile: {
        apiVersion: 'rollout/v1',
        kind: 'Channels',
        url: 'https://repository.example.org/channels',
        origin: 'Staged Rollout',
        layout: '{channel}/{distribution}/{major}/{platform}/{arch}',
        valid_days: 7,
      },
      store: this.#store,
      out: this.#place.out,
      cache: this.#place.cache,
      keys: this.#keys,
      now: new Date(),
    });
    return published.every(({ changed }) => changed);
  }
}

/** The packed index files of a channel as they are published now. */
export async function packedIndexes(
  out: string,
  channel: Channel,
  format: Format,
): Promise<readonly string[]> {
  const names = format === 'deb' ? /\/binary-[^/]+\/Packages\.gz$/ : /(primary|filelists|other)\.xml\.gz$/;
  const files = await readdir(join(out, channel), { recursive: true });
  return files.filter((file) => names.test(file)).map((file) => join(out, channel, file));
}
