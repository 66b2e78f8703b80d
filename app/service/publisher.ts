import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Channel } from '../model/channel.ts';
import type { ChannelsFile } from '../model/channels-file.ts';
import type { Distributions } from '../model/distributions.ts';
import type { ConfigurationReader } from '../facts/configuration.ts';
import { allManifests } from '../facts/manifests.ts';
import type { Store } from '../intake/store.ts';
import type { Keys } from '../publish/keys.ts';
import type { Target } from '../publish/layout.ts';
import { binaryKeyring } from '../publish/openpgp.ts';
import { type PublishedChannel, publishChannels } from '../publish/publish.ts';
import { isSigned } from '../record/commit.ts';
import type { GitRecord } from '../record/repository.ts';
import type { DocumentSigner } from '../record/signer.ts';
import { shelves } from '../model/channel.ts';

/** A commit changed manifests and is not the system's: an alarm. Nothing is published until a person has looked (process.md 1.4). */
export class ForeignCommit extends Error {
  override readonly name = 'ForeignCommit';
}

export interface PublisherParts {
  readonly record: GitRecord;
  readonly signer: DocumentSigner;
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
  #checkedUpTo: string | undefined;

  constructor(parts: PublisherParts) {
    this.#parts = parts;
  }

  /**
   * Publishes the channels as they are at a commit of main; writes nothing when nothing changed.
   * Throws ForeignCommit, ForgedManifest, or ChannelsNotPublished after all channels were tried.
   */
  async publish(main: string, channels?: readonly Channel[]): Promise<readonly PublishedChannel[]> {
    const { record, signer, configuration, store, keys, out, cache } = this.#parts;
    await this.#checkHistory(main);
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

  /**
   * Every commit along the first parent that changes manifests is the system's own: signed itself, or a merge of GitHub's whose second
   * parent is signed and that adds nothing of its own.
   */
  async #checkHistory(main: string): Promise<void> {
    const { record, signer } = this.#parts;
    for (const commit of await record.history(this.#checkedUpTo, main, manifestFolders)) {
      const [first, second] = await record.parents(commit);
      const signed = second ?? commit;
      if (first === undefined) continue;
      if (!(await isSigned(await record.rawCommit(signed), signer))) {
        throw new ForeignCommit(
          `commit ${commit.slice(0, 12)} changes manifests and is not signed with the system key`,
        );
      }
      if (second !== undefined && (await addsOfItsOwn(record, commit, first, second))) {
        throw new ForeignCommit(
          `merge ${commit.slice(0, 12)} changes manifests beyond the commit that it merges`,
        );
      }
    }
    this.#checkedUpTo = main;
  }
}

async function addsOfItsOwn(
  record: GitRecord,
  merge: string,
  first: string,
  second: string,
): Promise<boolean> {
  const base = await record.mergeBase(first, second);
  const brought = new Map((await record.diff(base, second)).map(({ path, blob }) => [path, blob]));
  const changed = await record.diff(first, merge);
  return changed.some(({ path, blob }) => path.startsWith('repos-manifest/') && brought.get(path) !== blob);
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
