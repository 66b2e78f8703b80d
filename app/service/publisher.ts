import { channels as allChannels, type Channel } from '../model/channel.ts';
import type { ChannelsFile } from '../model/channels-file.ts';
import type { Configuration } from '../model/facts.ts';
import type { Manifest } from '../model/manifest.ts';
import type { Distributions } from '../model/distributions.ts';
import { publishingPaths, type ConfigurationReader } from '../facts/configuration.ts';
import { allManifests, shelfFolder, signedManifests } from '../facts/manifests.ts';
import type { Provenance } from '../facts/provenance.ts';
import type { Store } from '../storage/store.ts';
import type { Keys } from '../publish/signing/keys.ts';
import type { Target } from '../publish/layout.ts';
import { binaryKeyring } from '../publish/signing/openpgp.ts';
import { ContentsFollower } from '../publish/channel-contents.ts';
import type { PublishError } from '../publish/publish-error.ts';
import { ChannelPublisher, ChannelsNotPublished, type PublishedChannel } from '../publish/publish.ts';
import { putWhereDifferent, setupFiles } from '../publish/setup-files.ts';
import type { Output, OutputFile } from '../storage/output.ts';
import { heldChannels } from '../upkeep/held-channels.ts';
import type { GitRecord } from '../record/repository.ts';
import type { DocumentSigner } from '../record/signer.ts';
import { shelves } from '../model/channel.ts';

export interface PublisherParts {
  readonly record: GitRecord;
  readonly signer: DocumentSigner;
  readonly provenance: Provenance;
  readonly configuration: ConfigurationReader;
  readonly store: Store;
  readonly keys: Keys;
  /** The place of all channels. */
  readonly output: Output;
  readonly cache: string;
  /** See PublisherParts of `publish/publish.ts`. */
  readonly lastRun?: string;
}

const manifestFolders = shelves.map(shelfFolder);

/** Turns the manifests of the main branch into signed channels: the publisher of process.md 1.5, driven by merge events and the sweep. */
export class Publisher {
  readonly #parts: PublisherParts;
  #publisher: ChannelPublisher;
  #systemKeyIsThere = false;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
    this.#publisher = new ChannelPublisher(parts);
  }

  /**
   * Publishes the channels as they are at a commit of main; writes nothing when nothing changed.
   * Throws ForeignCommit, ForgedManifest, or ChannelsNotPublished after all channels were tried.
   */
  async publish(main: string, channels?: readonly Channel[]): Promise<readonly PublishedChannel[]> {
    const { provenance, signer, output, store } = this.#parts;
    const sources = this.#sources(main, channels ?? allChannels);
    // Whatever is wrong with them is told only when they are the system's own.
    sources.catch(() => undefined);
    await provenance.check(main, manifestFolders);
    const { channelsFile, distributions, standing } = await sources;
    if (!this.#systemKeyIsThere) await putWhereDifferent(output, await systemKeyFiles(signer));
    this.#systemKeyIsThere = true;
    const tombstones = standing.filter(({ channel }) => channel === 'withdrawn');
    const manifests = standing.filter(({ channel }) => channel !== 'withdrawn');
    const held = await heldChannels(store, manifests);
    // What was taken out of a channel comes back by being looked for.
    if (held.size > 0) this.lookAgain();
    const request = {
      manifests,
      withdrawn: new Set(
        tombstones.flatMap(({ targets }) =>
          targets.flatMap(({ packages }) => packages.map(({ sha256 }) => sha256)),
        ),
      ),
      commit: main,
      channelsFile,
      now: new Date(),
      targets: targetsOf(distributions),
    };
    return withoutHeld(held, channels ?? allChannels, (free) =>
      this.#publisher.publish({ ...request, channels: free }),
    );
  }

  /** What some channels are made from, read at once. */
  async #sources(
    main: string,
    channels: readonly Channel[],
  ): Promise<
    Pick<Configuration, 'channelsFile' | 'distributions'> & { readonly standing: readonly Manifest[] }
  > {
    const { record, signer, configuration } = this.#parts;
    const from = [...channels, 'withdrawn'] as const;
    // One look for all of it; each finds its own in it.
    await record.list(main, [...publishingPaths, ...from.map(shelfFolder)]);
    const [read, standing] = await Promise.all([
      configuration.readForPublishing(record, main),
      signedManifests(record, signer, main, from),
    ]);
    return { ...read, standing };
  }

  /** Keys and client files of a channel as they have to be at a commit of main. */
  async clientFiles(main: string, channel: Channel): Promise<readonly OutputFile[]> {
    const { record, signer, configuration, keys } = this.#parts;
    const { channelsFile, distributions } = await configuration.read(record, main);
    const manifests = await allManifests(record, signer, main);
    const follower = new ContentsFollower(channel);
    const contents = follower.contents(manifests, channelsFile, targetsOf(distributions));
    const own = await setupFiles(contents, channelsFile, keys.channel(channel));
    return [...own, ...(await systemKeyFiles(signer))];
  }

  /** Something else wrote where the channels are published: the next publication looks at everything anew. */
  lookAgain(): void {
    this.#publisher = new ChannelPublisher(this.#parts);
    this.#systemKeyIsThere = false;
  }
}

/** Publishes the channels that are not held back, and tells of the others as of those that failed. */
async function withoutHeld(
  held: ReadonlyMap<Channel, PublishError>,
  channels: readonly Channel[],
  publish: (free: readonly Channel[]) => Promise<readonly PublishedChannel[]>,
): Promise<readonly PublishedChannel[]> {
  const failures = channels.flatMap((channel) => held.get(channel) ?? []);
  const published = await publish(channels.filter((channel) => !held.has(channel))).catch(
    (error: unknown) => {
      if (!(error instanceof ChannelsNotPublished)) throw error;
      failures.push(...error.failures);
      return error.published;
    },
  );
  if (failures.length > 0) throw new ChannelsNotPublished(published, failures);
  return published;
}

/** Every target of every distribution has an index, empty or not, so that a site can add the source before the first release. */
function targetsOf({ distributions }: Distributions): readonly Target[] {
  return Object.entries(distributions).flatMap(([distribution, { platforms }]) =>
    Object.entries(platforms).flatMap(([platform, { format, architectures }]) =>
      architectures.map((arch): Target => ({ distribution, platform, arch, format })),
    ),
  );
}

/** The system's public key, for auditors: beside the channels' own, which their publication writes. */
async function systemKeyFiles({ publicKey }: DocumentSigner): Promise<readonly OutputFile[]> {
  return [
    { path: 'keys/system.asc', pieces: [Buffer.from(publicKey)] },
    { path: 'keys/system.gpg', pieces: [await binaryKeyring([publicKey])] },
  ];
}

/** Public address of a channel, with a slash at its end. */
export const channelUrl = ({ url }: ChannelsFile, channel: Channel): string => `${url}/${channel}/`;
