import type { Channel } from '../model/channel.ts';
import type { ChannelProblem } from '../publish/verification/inspection.ts';
import type { Keys } from '../publish/signing/keys.ts';
import { fromChannelFolder } from '../publish/layout.ts';
import { PublishError } from '../publish/publish-error.ts';
import { publishedState, statementPaths } from '../publish/published-state.ts';
import { digestOf, sha256Of } from '../storage/digest.ts';
import type { Output, OutputFile } from '../storage/output.ts';
import type { Store } from '../storage/store.ts';
import { bytesFrom, type Copy } from './copy.ts';
import type { PublishedFile } from './published-bytes.ts';
import { isSound, type Pace } from './stored-bytes.ts';

/** What was done about a published file. */
export type Remedy = 'placed again' | 'taken out' | 'left';

/** What is wrong with a channel, and what was done about it. */
export type MendedProblem = ChannelProblem & { readonly done: Remedy };

/** Where right bytes may come from. */
export interface Sources {
  readonly store: Store;
  readonly copies: readonly Copy[];
  readonly pace: Pace;
}

/** Puts a published file right from where its bytes are, or takes it out: nobody is served a bad byte. */
export async function remedy(
  { path, size, sha256 }: PublishedFile,
  { store, copies, pace }: Sources,
  output: Output,
): Promise<Remedy> {
  // What the store has of it may not have been read this time.
  if (await isSound(store, sha256, pace)) {
    await output.place([{ path, size, sha256 }]);
    return 'placed again';
  }
  for (const copy of copies) {
    const bytes = await bytesFrom(copy, path, { size, sha256 });
    if (!bytes) continue;
    await output.put([{ path, pieces: [bytes] }]);
    return 'placed again';
  }
  if (!(await output.digest(path))) return 'left';
  // A client that gets nothing tries again; one that gets a bad byte has to notice it.
  await output.remove([path]);
  return 'taken out';
}

/** Client files are made of what is known here: one that is there with other bytes is written anew. */
export async function mendClientFiles(
  channel: Channel,
  files: readonly OutputFile[],
  output: Output,
): Promise<readonly MendedProblem[]> {
  const problems: MendedProblem[] = [];
  for (const file of files) {
    if ((await isThere(file, output)) !== false) continue;
    await writeAnew(file, output);
    problems.push(mended(channel, file.path));
  }
  return problems;
}

/**
 * The signature of a statement stands in two places: the one that is damaged is written again from the other. When neither is good, or the
 * statement itself is damaged, nothing is touched: it is the only memory of the channel's number, and a person has to put it back.
 */
export async function mendSignatures(
  channel: Channel,
  output: Output,
  keys: Keys,
): Promise<readonly MendedProblem[]> {
  const published = await publishedState(channel, output, keys.channel(channel)).catch((error: unknown) => {
    if (error instanceof PublishError) return undefined;
    throw error;
  });
  if (!published) return [];
  const problems: MendedProblem[] = [];
  const paths = statementPaths(channel, published.sha256);
  for (const path of [paths.lasting, paths.signature]) {
    const there = await output.read(path);
    if (there && Buffer.from(there).equals(published.signature)) continue;
    await writeAnew({ path, pieces: [published.signature] }, output);
    problems.push(mended(channel, path));
  }
  return problems;
}

/** Whether a file is there with these bytes, read and not believed; undefined when there is none. */
async function isThere({ path, pieces }: OutputFile, output: Output): Promise<boolean | undefined> {
  const there = await output.content(path);
  return there && (await digestOf(there)).sha256 === sha256Of(Buffer.concat([...pieces]));
}

async function writeAnew(file: OutputFile, output: Output): Promise<void> {
  await output.point([file]);
  if (await isThere(file, output)) return;
  // A bucket that still tells the digest of what it once had sees no difference.
  await output.remove([file.path]);
  await output.point([file]);
}

const mended = (channel: Channel, path: string): MendedProblem => ({
  where: fromChannelFolder(channel, path),
  what: 'is not as it has to be',
  done: 'placed again',
});
