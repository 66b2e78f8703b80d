import { channels as allChannels, type Channel } from '../model/channel.ts';
import type { ChannelsFile } from '../model/channels-file.ts';
import type { Manifest } from '../model/manifest.ts';
import { rootPool } from './apt-root.ts';
import { channelContents, type ChannelContents, type ListedPackage } from './channel-contents.ts';
import type { ChannelStatement } from './channel-statement.ts';
import { sha256Of } from '../storage/digest.ts';
import {
  renderGeneration,
  supersededBy,
  type Generation,
  type GenerationInput,
  type PlacedRoot,
} from './generation.ts';
import type { Keys } from './keys.ts';
import { fromChannelsFolder, type Target } from './layout.ts';
import { isLeftover, outputFolder, type Output, type OutputFile } from './output.ts';
import { publishedState, statementPaths, type Published } from './published-state.ts';
import { PublishError } from './publish-error.ts';
import { keyFiles, setupFiles } from './setup-files.ts';
import { SigningRefused } from './signing/backend.ts';
import type { Store } from '../storage/store.ts';
import { soundPackages, unplacedPackages } from './sound-packages.ts';

export interface PublishOptions {
  /** The manifests of all channels at a commit. */
  readonly manifests: readonly Manifest[];
  /** That commit, in hexadecimal. */
  readonly commit: string;
  readonly channelsFile: ChannelsFile;
  readonly store: Store;
  /** Folder that holds all published channels. */
  readonly out: string;
  /** Folder that keeps what was read from packages. */
  readonly cache: string;
  readonly keys: Keys;
  /** The real time: clients compare it with theirs. */
  readonly now: Date;
  /** Which channels to publish; all if not given. */
  readonly channels?: readonly Channel[];
  /** Targets that get an index even when nothing is in it. */
  readonly roots?: readonly Target[];
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

/** A publication is renewed after this time even when nothing changed, in milliseconds, so that it never gets near its expiry. */
const renewal = 86_400_000;

/**
 * Turns the manifests at a commit into signed channels (process.md 1.5). May be called as often as one likes: where nothing changed and the
 * index is younger than a day, nothing is written. Clients see the old channel or the new one, never a mixture.
 * @throws ChannelsNotPublished after all channels were tried, when some could not be published; errors of the disk at once.
 */
export async function publishChannels(options: PublishOptions): Promise<readonly PublishedChannel[]> {
  const published: PublishedChannel[] = [];
  const failures: PublishError[] = [];
  const output = outputFolder(options.out);
  for (const channel of options.channels ?? allChannels) {
    try {
      published.push(await publishChannel(channel, options, output));
    } catch (error) {
      if (error instanceof SigningRefused) {
        await output.put(await changedFiles(await keyFiles(channel, options.keys.channel(channel)), output));
        failures.push(new PublishError(channel, 'signing-refused', error.message));
      } else if (error instanceof PublishError) failures.push(error);
      else throw error;
    }
  }
  if (failures.length > 0) throw new ChannelsNotPublished(published, failures);
  return published;
}

async function publishChannel(
  channel: Channel,
  options: PublishOptions,
  output: Output,
): Promise<PublishedChannel> {
  const { channelsFile, keys, now } = options;
  const signer = keys.channel(channel);
  const published = await publishedState(channel, output, signer);
  const contents = channelContents(channel, options.manifests, channelsFile.layout, [
    ...(options.roots ?? []),
    ...(published?.statement.roots ?? []),
  ]);
  const present = await presentFiles(contents, published, output);
  const facts = await soundPackages(contents, options.store, options.cache);
  const roots = contents.roots.map((root) => ({ root, pool: rootPool(channel, root, facts) }));
  const unplaced = await unplacedPackages(channel, pooledFiles(roots), options.store, output);
  const input: GenerationInput = { contents, roots, channelsFile, signer };
  const standing = await standingGeneration(input, published, now, output);
  const generation = standing ?? (await nextGeneration(input, published, options));

  // From here on files change: content before index, index before signature, signature before the switch (channels.md).
  await output.place(unplaced);
  await output.put(await changedFiles(await setupFiles(contents, channelsFile, signer), output));
  const changed = generation !== standing;
  if (changed) await putGeneration(generation, output);
  const { statement } = generation;
  await output.remove(staleFiles(present, roots, statement, published));
  return { channel, changed, number: statement.number, url: `${channelsFile.url}/${channel}/` };
}

/** The files that are there now, in every folder that this channel writes to. */
async function presentFiles(
  { channel, roots }: ChannelContents,
  published: Published | undefined,
  output: Output,
): Promise<readonly string[]> {
  const folders = new Set([channel, ...roots.map(({ path }) => path), ...formerRoots(published)]);
  const lists = await Promise.all([...folders].map((folder) => output.list(folder)));
  const outside = (await Promise.all([output.list('keys'), output.list('setup')])).flat();
  const own = outside.filter(
    (path) => path.startsWith(`keys/${channel}.`) || path.startsWith(`setup/${channel}-`),
  );
  return [...new Set([...lists.flat(), ...own])];
}

function formerRoots(published: Published | undefined): readonly string[] {
  if (!published) return [];
  const { channel, roots } = published.statement;
  return roots.map(({ path }) => fromChannelsFolder(channel, path));
}

/**
 * What is published, if publishing the same contents again in its place in the line would give the very same statement, all its files are
 * as it says, and it is fresh.
 */
async function standingGeneration(
  input: GenerationInput,
  published: Published | undefined,
  now: Date,
  output: Output,
): Promise<Generation | undefined> {
  if (!published) return undefined;
  const { statement } = published;
  const issued = new Date(statement.issued);
  if (now.getTime() - issued.getTime() >= renewal) return undefined;
  const again = await renderGeneration(input, { ...statement, issued });
  if (!Buffer.from(again.text).equals(published.bytes)) return undefined;
  for (const { path, size, sha256 } of [...statement.files, ...statement.superseded]) {
    const found = await output.digest(fromChannelsFolder(statement.channel, path));
    if (found?.sha256 !== sha256 || found.size !== size) return undefined;
  }
  return again;
}

async function nextGeneration(
  input: GenerationInput,
  published: Published | undefined,
  { commit, now }: PublishOptions,
): Promise<Generation> {
  if (!published)
    return renderGeneration(input, { number: 1, commit, previous: null, superseded: [], issued: now });
  const { statement, bytes } = published;
  if (now.getTime() < Date.parse(statement.issued)) {
    throw new PublishError(
      statement.channel,
      'clock-went-back',
      `it is ${now.toISOString()} here, but publication ${String(statement.number)} was issued at ${statement.issued}; set the clock right`,
    );
  }
  return renderGeneration(input, {
    number: statement.number + 1,
    commit,
    previous: sha256Of(bytes),
    superseded: supersededBy(statement, input.roots),
    issued: now,
  });
}

async function putGeneration(
  { roots, text, signature, statement }: Generation,
  output: Output,
): Promise<void> {
  await output.put(
    await changedFiles(
      roots.flatMap(({ byHash }) => byHash),
      output,
    ),
  );
  await output.put(
    roots.flatMap(({ indexes, release, detachedSignature, inRelease }) => [
      ...indexes,
      release,
      detachedSignature,
      inRelease,
    ]),
  );
  const paths = statementPaths(statement.channel);
  const encoder = new TextEncoder();
  await output.put([
    { path: paths.signature, bytes: encoder.encode(signature) },
    { path: paths.statement, bytes: encoder.encode(text) },
  ]);
}

async function changedFiles(files: readonly OutputFile[], output: Output): Promise<readonly OutputFile[]> {
  const changed: OutputFile[] = [];
  for (const file of files) {
    if ((await output.digest(file.path))?.sha256 !== sha256Of(file.bytes)) changed.push(file);
  }
  return changed;
}

/** Files that were there before this run and that nothing refers to any more: packages that left, old indexes, leftovers. */
function staleFiles(
  present: readonly string[],
  roots: readonly PlacedRoot[],
  statement: ChannelStatement,
  published: Published | undefined,
): readonly string[] {
  const wanted = new Set([
    ...pooledFiles(roots).map(({ path }) => path),
    ...[...statement.files, ...statement.superseded].map(({ path }) =>
      fromChannelsFolder(statement.channel, path),
    ),
  ]);
  // Other files in the channel's folder may be the operator's, such as a page for people.
  const ours = [...roots.map(({ root }) => root.path), ...formerRoots(published)].flatMap((root) => [
    `${root}/pool/`,
    `${root}/dists/`,
  ]);
  return present.filter(
    (path) => isLeftover(path) || (!wanted.has(path) && ours.some((folder) => path.startsWith(folder))),
  );
}

function pooledFiles(
  roots: readonly PlacedRoot[],
): readonly { readonly path: string; readonly listed: ListedPackage }[] {
  return roots.flatMap(({ root, pool }) =>
    pool.pool.map(({ filename, listed }) => ({ path: `${root.path}/${filename}`, listed })),
  );
}
