import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Channel } from '../../../app/model/channel.ts';
import type { Manifest } from '../../../app/model/manifest.ts';
import { openKeys } from '../../../app/publish/signing/keys.ts';
import { ChannelPublisher } from '../../../app/publish/publish.ts';
import { openOutput, openStore } from '../../../app/storage/open.ts';
import type { Format } from './package-set.ts';

/* The publisher as the benchmark uses it: all that depends on its interface is here. */

/** The formats that it publishes. */
export const publishedFormats: readonly Format[] = ['deb', 'rpm'];

/** Folders that it works on. */
export interface RolloutPlace {
  readonly store: string;
  readonly out: string;
  readonly cache: string;
  readonly keys: string;
}

/** A publisher in a process that goes on running. */
export class Rollout {
  readonly #publisher: ChannelPublisher;

  private constructor(publisher: ChannelPublisher) {
    this.#publisher = publisher;
  }

  static async open({ store, out, cache, keys }: RolloutPlace): Promise<Rollout> {
    const opened = await openStore(pathToFileURL(store).href);
    return new Rollout(
      new ChannelPublisher({
        store: opened,
        output: await openOutput(pathToFileURL(out).href, opened),
        cache,
        keys: await openKeys(keys),
      }),
    );
  }

  /** Publishes channels as the manifests have it, at a commit. */
  async publish(
    manifests: readonly Manifest[],
    channels: readonly Channel[],
    commit: string,
  ): Promise<boolean> {
    const published = await this.#publisher.publish({
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
