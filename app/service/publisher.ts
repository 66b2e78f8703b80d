import type { Channel } from '../model/channel.ts';
import type { ChannelsFile } from '../model/channels-file.ts';
import type { Distributions } from '../model/distributions.ts';
import type { ConfigurationReader } from '../facts/configuration.ts';
import { signedManifests } from '../facts/manifests.ts';
import type { Provenance } from '../facts/provenance.ts';
import type { Store } from '../storage/store.ts';
import type { Keys } from '../publish/keys.ts';
import type { Target } from '../publish/layout.ts';
import { binaryKeyring } from '../publish/openpgp.ts';
import { ChannelPublisher, type PublishedChannel } from '../publish/publish.ts';
import type { Output } from '../storage/output.ts';
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
}

const manifestFolders = shelves.map((shelf) => `repos-manifest/${shelf}`);

/** Turns the manifests of the main branch into signed channels: the publisher of process.md 1.5, driven by merge events and the sweep. */
export class Publisher {
  readonly #parts: PublisherParts;
  readonly #publisher: ChannelPublisher;
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
    const { record, signer, provenance, configuration, output } = this.#parts;
    await provenance.check(main, manifestFolders);
    const { channelsFile, distributions } = await configuration.read(record, main);
    if (!this.#systemKeyIsThere) await publishSystemKey(output, signer);
    this.#systemKeyIsThere = true;
    const standing = await signedManifests(record, signer, main, shelves);
    const tombstones = standing.filter(({ channel }) => channel === 'withdrawn');
    return this.#publisher.publish({
      manifests: standing.filter(({ channel }) => channel !== 'withdrawn'),
      withdrawn: new Set(
        tombstones.flatMap(({ targets }) =>
          targets.flatMap(({ packages }) => packages.map(({ sha256 }) => sha256)),
        ),
      ),
      commit: main,
      channelsFile,
      now: new Date(),
      targets: targetsOf(distributions),
      ...(channels ? { channels } : {}),
    });
  }
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
async function publishSystemKey(output: Output, { publicKey }: DocumentSigner): Promise<void> {
  const files = [
    { path: 'keys/system.asc', bytes: Buffer.from(publicKey) },
    { path: 'keys/system.gpg', bytes: await binaryKeyring([publicKey]) },
  ];
  for (const { path, bytes } of files) {
    const there = await output.read(path);
    if (!there || !Buffer.from(bytes).equals(there)) await output.point([{ path, pieces: [bytes] }]);
  }
}

/** Public address of a channel, with a slash at its end. */
export const channelUrl = ({ url }: ChannelsFile, channel: Channel): string => `${url}/${channel}/`;
