import { channels as allChannels, type Channel } from '../model/channel.ts';
import type { ChannelsFile } from '../model/channels-file.ts';
import type { Manifest } from '../model/manifest.ts';
import { Overtaken, type Output } from '../storage/output.ts';
import type { Store } from '../storage/store.ts';
import { ChannelPublication } from './channel-publication.ts';
import { ChunkMaker } from './roots/index-chunk.ts';
import { PackedAside, PackedInMemory } from './roots/packed-store.ts';
import type { Keys } from './signing/keys.ts';
import type { Target } from './layout.ts';
import { PublishError } from './publish-error.ts';
import { putKeyFiles } from './setup-files.ts';
import { SignerAway, SigningRefused } from './signing/backend.ts';

export interface PublisherParts {
  readonly store: Store;
  /** The place of all channels. */
  readonly output: Output;
  /** Folder that keeps what was made of packages; it may be lost at any time. */
  readonly cache: string;
  readonly keys: Keys;
  /** Folder where a run keeps what it left in place, and where the next one believes it instead of looking at every file; for commands. */
  readonly lastRun?: string;
}

export interface PublishRequest {
  /** The manifests of all channels at a commit. A manifest that is the same object as the last time is not looked at again. */
  readonly manifests: readonly Manifest[];
  /** That commit, in hexadecimal. */
  readonly commit: string;
  readonly channelsFile: ChannelsFile;
  /** The real time: clients compare it with theirs. */
  readonly now: Date;
  /** Which channels to publish; all if not given. */
  readonly channels?: readonly Channel[];
  /** Targets that get an index even when nothing is in it. */
  readonly targets?: readonly Target[];
  /** SHA-256 of packages of withdrawn releases: they go at once, also from where clients that began before would look. */
  readonly withdrawn?: ReadonlySet<string>;
}

/** What became of one channel. */
export interface PublishedChannel {
  readonly channel: Channel;
  /** False when what is published already is right and fresh: then nothing was written. */
  readonly changed: boolean;
  /** Number of the publication that stands now. */
  readonly number: number;
  /** Its public address, with a slash at the end. */
  readonly url: string;
}

/** Some channels could not be published. The others were: one broken channel does not hold back a security release in another. */
export class ChannelsNotPublished extends Error {
  override readonly name = 'ChannelsNotPublished';
  readonly published: readonly PublishedChannel[];
  readonly failures: readonly PublishError[];

  constructor(published: readonly PublishedChannel[], failures: readonly PublishError[]) {
    super(failures.map(({ message }) => message).join('\n'));
    this.published = published;
    this.failures = failures;
  }
}

/** How often a publication is begun anew when another publisher was faster. */
const attempts = 4;

/**
 * Turns the manifests at a commit into signed channels (process.md 1.5). It remembers what it published, so that the cost of the next
 * publication follows the change; what it writes is an outcome of the request and of what is published alone. Clients see the old channel or
 * the new one, never a mixture.
 */
export class ChannelPublisher {
  readonly #parts: PublisherParts;
  readonly #maker: ChunkMaker;
  readonly #publications = new Map<Channel, ChannelPublication>();

  constructor(parts: PublisherParts) {
    this.#parts = parts;
    // A command publishes once.
    const packed = parts.lastRun === undefined ? new PackedAside(parts.cache) : new PackedInMemory();
    this.#maker = new ChunkMaker({ ...parts, packed });
  }

  /**
   * Publishes what is not published yet. May be called as often as one likes: where nothing changed and the channel was signed within a day,
   * nothing is written.
   * @throws ChannelsNotPublished after all channels were tried, when some could not be published; outages of the storage at once.
   */
  async publish(request: PublishRequest): Promise<readonly PublishedChannel[]> {
    const published: PublishedChannel[] = [];
    const failures: PublishError[] = [];
    for (const channel of request.channels ?? allChannels) {
      try {
        const outcome = await this.#publishChannel(channel, request);
        published.push({ channel, ...outcome, url: `${request.channelsFile.url}/${channel}/` });
      } catch (error) {
        if (error instanceof SigningRefused) {
          await putKeyFiles(this.#parts.output, channel, this.#parts.keys.channel(channel));
          failures.push(new PublishError(channel, 'signing-refused', error.message));
        } else if (error instanceof SignerAway)
          failures.push(new PublishError(channel, 'signer-away', error.message));
        else if (error instanceof PublishError) failures.push(error);
        else throw error;
      }
    }
    this.#maker.forget([...this.#publications.values()].flatMap(({ chunks }) => chunks));
    if (failures.length > 0) throw new ChannelsNotPublished(published, failures);
    return published;
  }

  async #publishChannel(
    channel: Channel,
    request: PublishRequest,
  ): Promise<{ readonly changed: boolean; readonly number: number }> {
    for (let attempt = 1; ; attempt += 1) {
      const publication =
        this.#publications.get(channel) ?? new ChannelPublication(channel, this.#parts, this.#maker);
      // What is remembered is right only when the last run came to its end.
      this.#publications.delete(channel);
      try {
        const outcome = await publication.publish(request);
        this.#publications.set(channel, publication);
        return outcome;
      } catch (error) {
        if (!(error instanceof Overtaken)) throw error;
        if (attempt === attempts)
          throw new PublishError(
            channel,
            'overtaken',
            'another publisher is at work on it all the time; run one of them',
          );
      }
    }
  }
}
