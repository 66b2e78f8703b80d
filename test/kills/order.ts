import { open } from 'node:fs/promises';
import type { ChannelsFile } from '../../app/model/channels-file.ts';
import type { Manifest } from '../../app/model/manifest.ts';
import { openKeys } from '../../app/publish/signing/keys.ts';
import { ChannelPublisher, type PublishedChannel } from '../../app/publish/publish.ts';
import { openOutput, openStore } from '../../app/storage/open.ts';
import type { S3Access } from '../../app/storage/s3-request.ts';

/** Where a publisher works: folders and buckets by their addresses. */
export interface Workplace {
  readonly keys: string;
  readonly store: string;
  readonly output: string;
  readonly cache: string;
  /** For buckets. */
  readonly access?: S3Access;
}

/** A publication of the channel `production`, in a form that can be handed to another process. */
export interface Order {
  readonly manifests: readonly Manifest[];
  readonly channelsFile: ChannelsFile;
  /** ISO 8601. */
  readonly now: string;
  /** SHA-256 of packages that go at once. */
  readonly withdrawn: readonly string[];
}

/** The time on the clock of the process, which is not the real one: the same order gives the same bytes whenever it is carried out. */
class Clock {
  now = new Date(0);
}

/** A publisher that remembers what it published, as a service does. */
export class Publisher {
  readonly #publisher: ChannelPublisher;
  readonly #clock: Clock;

  private constructor(publisher: ChannelPublisher, clock: Clock) {
    this.#publisher = publisher;
    this.#clock = clock;
  }

  static async open(place: Workplace): Promise<Publisher> {
    const clock = new Clock();
    const store = await openStore(place.store, place.access);
    const output = await openOutput(place.output, store, place.access);
    const keys = await openKeys(place.keys, () => clock.now);
    return new Publisher(new ChannelPublisher({ store, output, cache: place.cache, keys }), clock);
  }

  /** Carries out an order. @throws as `ChannelPublisher.publish` */
  async carryOut({ now, withdrawn, ...rest }: Order): Promise<PublishedChannel | undefined> {
    this.#clock.now = new Date(now);
    const [published] = await this.#publisher.publish({
      ...rest,
      commit: 'c'.repeat(40),
      now: this.#clock.now,
      channels: ['production'],
      withdrawn: new Set(withdrawn),
    });
    return published;
  }
}

/** A file that is not there. Asking for it shows in a trace of system calls where the publication begins, and where it ends. */
export const boundary = { begins: '/publication-begins', ends: '/publication-ends' } as const;

/** Leaves a mark in the trace of this process. */
export async function mark(path: string): Promise<void> {
  await open(path).then(
    () => {
      throw new Error(`${path} is there`);
    },
    () => undefined,
  );
}
