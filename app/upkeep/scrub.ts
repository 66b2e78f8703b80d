import type { Channel } from '../model/channel.ts';
import type { Manifest } from '../model/manifest.ts';
import type { Keys } from '../publish/signing/keys.ts';
import { fromChannelsFolder } from '../publish/layout.ts';
import type { Output, OutputFile } from '../storage/output.ts';
import { bringBack, storePathOf, type Copy } from './copy.ts';
import { readChannel, type ChannelFindings, type PublishedFile } from './published-bytes.ts';
import { mendClientFiles, mendSignatures, remedy, type MendedProblem, type Remedy } from './remedy.ts';
import { readStore, type StoreReading } from './stored-bytes.ts';

export interface ScrubOptions extends StoreReading {
  /** Where the channels are published; undefined: the store alone is read. */
  readonly output: Output | undefined;
  readonly keys: Keys;
  readonly channels: readonly Channel[];
  /** The manifests of all channels: who is concerned by a bad file. */
  readonly manifests: readonly Manifest[];
  /** Where else right bytes may be found, besides the published channels. */
  readonly copies: readonly Copy[];
  /** The files of a channel that no statement vouches for, since trust begins with them: keys and client files, as they have to be. */
  readonly clientFiles: (channel: Channel) => Promise<readonly OutputFile[]>;
}

/** A file that the store should have and has not, or had with other bytes. */
export interface BadFile {
  readonly sha256: string;
  readonly is: 'damaged' | 'missing';
  /** Its name and the releases that list it, by the manifests. */
  readonly listedBy: readonly { readonly file: string; readonly release: string; readonly channel: string }[];
  /** Where the right bytes came from; undefined: it is still missing. */
  readonly repairedFrom: string | undefined;
}

/** What a scrub found in a channel. */
export interface ChannelHealth {
  readonly channel: Channel;
  /** After what was done. */
  readonly ok: boolean;
  readonly files: number;
  readonly bytes: number;
  readonly problems: readonly MendedProblem[];
}

/** What a scrub found, and did. */
export interface ScrubReport {
  readonly ok: boolean;
  readonly store: {
    readonly files: number;
    readonly bytes: number;
    readonly bad: readonly BadFile[];
    readonly next: string | undefined;
  };
  readonly channels: readonly ChannelHealth[];
}

/**
 * Reads every stored and every published byte. What has not the bytes of its name is set aside, so that nobody is ever served it, and brought
 * back where right bytes are found: in the store, among the published files, or in the copies given. A release whose package stays missing
 * keeps its channels from being published (I17).
 * @throws StorageOutage
 */
export async function scrub(options: ScrubOptions): Promise<ScrubReport> {
  const { output, keys, channels } = options;
  const found = await readStore(options);
  const read = new Map<Channel, ChannelFindings>();
  const signatures = new Map<Channel, readonly MendedProblem[]>();
  for (const channel of channels) {
    if (!output || (await output.list(channel)).length === 0) continue;
    // First, since without a good signature nothing is known of a channel.
    signatures.set(channel, await mendSignatures(channel, output, keys));
    read.set(channel, await readChannel(channel, output, keys, options.pace));
  }
  const published = [...read.values()].flatMap(({ files }) => files);
  const bad = await bringBackAll(options, new Set(found.bad), published);
  const health: ChannelHealth[] = [];
  for (const [channel, findings] of read) {
    if (!output) continue;
    const { problems, ...rest } = await mend(channel, findings, options, output);
    health.push({ ...rest, problems: [...(signatures.get(channel) ?? []), ...problems] });
  }
  const ok = bad.every(({ repairedFrom }) => repairedFrom !== undefined) && health.every((one) => one.ok);
  return { ok, store: { ...found, bad }, channels: health };
}

/** Brings back what was set aside, and what the manifests list and the store has not. */
async function bringBackAll(
  { store, output, manifests, copies }: ScrubOptions,
  damaged: ReadonlySet<string>,
  published: readonly PublishedFile[],
): Promise<readonly BadFile[]> {
  const listed = listings(manifests);
  const channels: Copy = {
    name: 'the published channels',
    content: async (path) => output?.content(path),
  };
  const results: BadFile[] = [];
  for (const sha256 of new Set([...damaged, ...listed.keys()])) {
    const isDamaged = damaged.has(sha256);
    if (!isDamaged && (await store.has(sha256))) continue;
    const files = published.filter((file) => file.sha256 === sha256);
    const size = listed.get(sha256)?.size ?? files[0]?.size;
    const places = [
      ...files.filter(({ isRight }) => isRight).map(({ path }) => ({ copy: channels, path })),
      ...copies.flatMap((copy) =>
        [storePathOf(sha256), ...files.map(({ path }) => path)].map((path) => ({ copy, path })),
      ),
    ];
    results.push({
      sha256,
      is: isDamaged ? 'damaged' : 'missing',
      listedBy: listed.get(sha256)?.by ?? [],
      repairedFrom: size === undefined ? undefined : await bringBack(store, { sha256, size }, places),
    });
  }
  return results;
}

interface Listing {
  readonly size: number;
  readonly by: BadFile['listedBy'];
}

/** Which releases list a file, by its digest. */
function listings(manifests: readonly Manifest[]): ReadonlyMap<string, Listing> {
  const listed = new Map<string, Listing>();
  for (const { release, channel, targets } of manifests) {
    for (const { file, size, sha256 } of targets.flatMap(({ packages }) => packages)) {
      const by = listed.get(sha256)?.by ?? [];
      if (!by.some((one) => one.release === release && one.file === file))
        listed.set(sha256, { size, by: [...by, { file, release, channel }] });
    }
  }
  return listed;
}

/** Puts right what can be put right of a channel, takes out what cannot, and reads it once more when anything was done. */
async function mend(
  channel: Channel,
  { verification, files }: ChannelFindings,
  options: ScrubOptions,
  output: Output,
): Promise<ChannelHealth> {
  const done = new Map<string, Remedy>();
  // What was published anew while it was read may be wrong no longer.
  const wrong = new Set(verification.problems.map(({ where }) => fromChannelsFolder(channel, where)));
  for (const file of files)
    if (!file.isRight && wrong.has(file.path)) done.set(file.path, await remedy(file, options, output));
  const client = await mendClientFiles(channel, await options.clientFiles(channel), output);
  const after =
    done.size === 0
      ? verification
      : (await readChannel(channel, output, options.keys, options.pace)).verification;
  const { checked, problems } = verification;
  return {
    channel,
    ok: after.ok,
    files: checked.files + checked.packages,
    bytes: checked.bytes,
    problems: [
      ...problems.map((problem) => ({
        ...problem,
        done: done.get(fromChannelsFolder(channel, problem.where)) ?? ('left' as const),
      })),
      ...client,
    ],
  };
}
