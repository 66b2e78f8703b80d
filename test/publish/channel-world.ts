import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildDeb, type DebContent } from '../../app/demo/build-deb.ts';
import { buildRpm, type RpmContent } from '../../app/demo/build-rpm.ts';
import type { Channel } from '../../app/model/channel.ts';
import type { ChannelsFile } from '../../app/model/channels-file.ts';
import type { PackageFormat } from '../../app/model/distributions.ts';
import type { Manifest } from '../../app/model/manifest.ts';
import { openStoreFolder, type StoreFolder } from '../../app/storage/store-folder.ts';
import { createKeys, openKeys, type Keys } from '../../app/publish/signing/keys.ts';
import { ChannelPublisher, type PublishedChannel, type PublishRequest } from '../../app/publish/publish.ts';
import { outputFolder } from '../../app/storage/output-folder.ts';
import type { Output } from '../../app/storage/output.ts';

/** A package with the fields that a test does not care about filled in. */
export function sampleDeb(content: Partial<DebContent> & Pick<DebContent, 'name' | 'version'>): Uint8Array {
  return buildDeb({
    architecture: 'amd64',
    maintainer: 'Product Team <team@provider.example>',
    description: `sample ${content.name}\n A package to test with.`,
    files: { [`usr/share/doc/${content.name}/README`]: `${content.name} ${content.version}\n` },
    ...content,
  });
}

/** The same as an rpm of x86_64, release 1. */
export function sampleRpm(content: Partial<RpmContent> & Pick<RpmContent, 'name' | 'version'>): Uint8Array {
  return buildRpm({
    release: '1',
    architecture: 'x86_64',
    packager: 'Product Team <team@provider.example>',
    summary: `sample ${content.name}`,
    description: 'A package to test with.',
    files: { [`usr/share/doc/${content.name}/README`]: `${content.name} ${content.version}\n` },
    ...content,
  });
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Real keys, a store, and an output folder in a temporary folder of their own; publishes when told to. */
export class ChannelWorld {
  readonly dir: string;
  readonly out: string;
  readonly keys: Keys;
  readonly store: StoreFolder;
  manifests: Manifest[] = [];
  channelsFile: ChannelsFile = {
    apiVersion: 'rollout/v1',
    kind: 'Channels',
    url: 'https://repository.example.org/channels',
    origin: 'Staged Rollout',
    layout: '{channel}/{distribution}/{major}/{platform}/{arch}',
    valid_days: 7,
  };

  constructor(dir: string, keys: Keys, store: StoreFolder) {
    this.dir = dir;
    this.out = join(dir, 'out');
    this.keys = keys;
    this.store = store;
  }

  static async create(keyDate = new Date(Date.now() - 3_600_000 * 24 * 30)): Promise<ChannelWorld> {
    const dir = await mkdtemp(join(tmpdir(), 'channel-world-'));
    await createKeys(join(dir, 'keys'), keyDate);
    const store = await openStoreFolder(pathToFileURL(join(dir, 'store')).href);
    return new ChannelWorld(dir, await openKeys(join(dir, 'keys')), store);
  }

  storePath(digest: string): string {
    return this.store.path(digest);
  }

  /** Puts packages in the store and a manifest that lists them in a channel. */
  async adds(
    release: {
      id: string;
      component: string;
      channel?: Channel;
      distribution?: string;
      platform?: string;
      arch?: string;
      format?: PackageFormat;
    },
    packages: Readonly<Record<string, Uint8Array>>,
  ): Promise<Manifest> {
    const listed = [];
    for (const [file, bytes] of Object.entries(packages)) {
      await mkdir(dirname(this.storePath(sha256(bytes))), { recursive: true });
      await writeFile(this.storePath(sha256(bytes)), bytes);
      listed.push({ file, size: bytes.length, sha256: sha256(bytes) });
    }
    const manifest: Manifest = {
      apiVersion: 'rollout/v1',
      kind: 'Manifest',
      release: release.id,
      channel: release.channel ?? 'production',
      digest: sha256(Buffer.from(release.id)),
      component: release.component,
      stack: 'arc',
      provider: 'emi',
      version: '1.0',
      class: 'minor',
      distribution: release.distribution ?? 'umd/5',
      evidence: {
        ticket: 1,
        journal: 'releases/x.journal.yml',
        entry: 1,
        hash: sha256(Buffer.from('entry')),
      },
      targets: [
        {
          platform: release.platform ?? 'debian12',
          arch: release.arch ?? 'amd64',
          format: release.format ?? 'deb',
          packages: listed,
        },
      ],
    };
    this.manifests.push(manifest);
    return manifest;
  }

  /** Publishes production, unless told otherwise, as things are; each time as a process that remembers nothing. */
  async publishes(
    options: Partial<PublishRequest> & {
      readonly output?: Output;
      readonly keys?: Keys;
      readonly cache?: string;
    } = {},
  ): Promise<readonly PublishedChannel[]> {
    const { output = this.output, keys = this.keys, cache = join(this.dir, 'cache'), ...request } = options;
    return new ChannelPublisher({ store: this.store, output, cache, keys }).publish({
      manifests: this.manifests,
      commit: 'c'.repeat(40),
      channelsFile: this.channelsFile,
      now: new Date(),
      channels: ['production'],
      ...request,
    });
  }

  get output(): Output {
    return this.outputAt(this.out);
  }

  /** Another place of all channels. */
  outputAt(folder: string): Output {
    return outputFolder(folder, this.store);
  }

  /** The keyring that a client pins for a channel. */
  publicKey(channel: Channel = 'production'): string {
    return this.keys.channel(channel).publicKey;
  }
}
