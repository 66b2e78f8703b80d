import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Channel } from '../model/channel.ts';
import type { ChannelsFile } from '../model/channels-file.ts';
import type { Distributions } from '../model/distributions.ts';
import type { ConfigurationReader } from '../facts/configuration.ts';
import { allManifests } from '../facts/manifests.ts';
import type { Provenance } from '../facts/provenance.ts';
import type { Store } from '../storage/store.ts';
import type { Keys } from '../publish/keys.ts';
import type { Target } from '../publish/layout.ts';
import { binaryKeyring } from '../publish/openpgp.ts';
import { type PublishedChannel, publishChannels } from '../publish/publish.ts';
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
  readonly out: string;
  readonly cache: string;
}

const manifestFolders = shelves.map((shelf) => `repos-manifest/${shelf}`);

/** Turns the manifests of the main branch into signed channels: the publisher of process.md 1.5, driven by merge events and the sweep. */
export class Publisher {
  readonly #parts: PublisherParts;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
  }

  /**
   * Publishes the channels as they are at a commit of main; writes nothing when nothing changed.
   * Throws ForeignCommit, ForgedManifest, or ChannelsNotPublished after all channels were tried.
   */
  async publish(main: string, channels?: readonly Channel[]): Promise<readonly PublishedChannel[]> {
    const { record, signer, provenance, configuration, store, keys, out, cache } = this.#parts;
    await provenance.check(main, manifestFolders);
    const { channelsFile, distributions } = await configuration.read(record, main);
    await publishSystemKey(out, signer);
    return publishChannels({
      manifests: await allManifests(record, signer, main),
      commit: main,
      channelsFile,
      store,
      out,
      cache,
      keys,
      now: new Date(),
      roots: rootsOf(distributions),
      ...(channels ? { channels } : {}),
    });
  }
}

/** Every Debian target of every distribution has an index, empty or not, so that a site can add the source before the first release. */
function rootsOf({ distributions }: Distributions): readonly Target[] {
  return Object.entries(distributions).flatMap(([distribution, { platforms }]) =>
    Object.entries(platforms)
      .filter(([, { format }]) => format === 'deb')
      .flatMap(([platform, { format, architectures }]) =>
        architectures.map((arch): Target => ({ distribution, platform, arch, format })),
      ),
  );
}

/** The system's public key, for auditors: beside the channels' own, which their publication writes. */
async function publishSystemKey(out: string, { publicKey }: DocumentSigner): Promise<void> {
  const folder = join(out, 'keys');
  await mkdir(folder, { recursive: true });
  const files = [
    ['system.asc', Buffer.from(publicKey)],
    ['system.gpg', Buffer.from(await binaryKeyring([publicKey]))],
  ] as const;
  for (const [name, bytes] of files) {
    const path = join(folder, name);
    const there = await readFile(path).catch(() => undefined);
    if (there?.equals(bytes) === true) continue;
    await writeFile(`${path}.tmp-new`, bytes);
    await rename(`${path}.tmp-new`, path);
  }
}

/** Public address of a channel, with a slash at its end. */
export const channelUrl = ({ url }: ChannelsFile, channel: Channel): string => `${url}/${channel}/`;
