import type { Channel } from '../../../app/model/channel.ts';
import type { Manifest } from '../../../app/model/manifest.ts';
import { growHeapSlowly } from '../../../app/server/heap.ts';
import { answerMessages } from './answering.ts';
import { madePackages } from './made-packages.ts';
import { manifestIn, next, staging, type MadeSet } from './manifests.ts';
import type { Contents, Format } from './package-set.ts';
import { Rollout, type RolloutPlace } from './rollout.ts';
import type { Sample } from './sample.ts';

/** What the process is told first. */
export interface WarmStart {
  readonly format: Format;
  readonly seed: number;
  readonly list: string;
  readonly contents: Contents;
  readonly place: RolloutPlace;
}

/** What changes before the channels named are published: releases that come in, and that go. */
export interface WarmOrder {
  readonly publish: readonly Channel[];
  readonly comes?: { readonly release: number; readonly into: Channel };
  readonly goes?: { readonly release: number; readonly from: Channel };
}

/* A long-lived process with the publisher in it. Its memory is the publisher's and that of the manifests, nothing else's. */

class Service {
  readonly #set: MadeSet;
  readonly #rollout: Rollout;
  readonly #held = new Map<string, Manifest>();
  #commits = 0;

  constructor(set: MadeSet, rollout: Rollout, contents: Contents) {
    this.#set = set;
    this.#rollout = rollout;
    for (const release of contents.staging) this.#hold(release, staging);
    for (const release of contents.next) this.#hold(release, next);
  }

  /** Changes what the channels hold and publishes; only publishing is timed, reading the manifests is not. */
  async carryOut({ publish, comes, goes }: WarmOrder): Promise<Sample> {
    if (comes) this.#hold(comes.release, comes.into);
    if (goes) this.#held.delete(`${goes.from} ${String(goes.release)}`);
    const manifests = [...this.#held.values()];
    this.#commits += 1;
    const cpuBefore = process.cpuUsage();
    const begun = performance.now();
    const changed = await this.#rollout.publish(
      manifests,
      publish,
      this.#commits.toString(16).padStart(40, '0'),
    );
    const ms = performance.now() - begun;
    const { user, system } = process.cpuUsage(cpuBefore);
    if (!changed) throw new Error('nothing was published');
    return { ms, cpu: (user + system) / 1000, rss: process.resourceUsage().maxRSS / 1024 };
  }

  #hold(release: number, channel: Channel): void {
    this.#held.set(`${channel} ${String(release)}`, manifestIn(channel, this.#set, release));
  }
}

// As `rollout serve` does.
growHeapSlowly();

let service: Service | undefined;

answerMessages(async (received) => {
  const message = received as WarmStart | WarmOrder;
  if ('place' in message) {
    const { format, seed, list, contents, place } = message;
    const made = await madePackages({ format, seed, list, store: place.store });
    service = new Service({ format, seed, made }, await Rollout.open(place), contents);
    return 'ready';
  }
  if (!service) throw new Error('it was not started');
  return service.carryOut(message);
});
