import type { Channel } from '../model/channel.ts';
import type { ChannelSource } from '../publish/verification/channel-source.ts';
import type { Keys } from '../publish/signing/keys.ts';
import { fromChannelFolder, fromChannelsFolder } from '../publish/layout.ts';
import { verifyChannel, type Verification } from '../publish/verification/verify.ts';
import type { Digest } from '../storage/digest.ts';
import type { Output } from '../storage/output.ts';
import { paced, type Pace } from './stored-bytes.ts';

/** A file of a channel that something vouches for. */
export interface PublishedFile extends Digest {
  /** Below the place of all channels. */
  readonly path: string;
  readonly isRight: boolean;
}

/** What reading a published channel found. */
export interface ChannelFindings {
  readonly verification: Verification;
  readonly files: readonly PublishedFile[];
}

/**
 * Reads every byte of a published channel that its statement vouches for, as a careful site would, with the channel's own key.
 * @throws what the storage throws
 */
export async function readChannel(
  channel: Channel,
  output: Output,
  keys: Keys,
  pace: Pace,
): Promise<ChannelFindings> {
  const files = new Map<string, PublishedFile>();
  const placeOf = (path: string): string => fromChannelsFolder(channel, path);
  const source: ChannelSource = {
    open: async (path) => {
      const content = await output.content(placeOf(path));
      return content && paced(content, pace);
    },
    list: async (folder) =>
      (await output.list(folder === '' ? channel : placeOf(folder))).map((path) =>
        fromChannelFolder(channel, path),
      ),
    onChecked: (path, { size, sha256 }, isRight) => {
      files.set(path, { path: placeOf(path), size, sha256, isRight });
    },
  };
  const { publicKey } = keys.channel(channel);
  const verification = await verifyChannel({ source, keyring: publicKey, now: new Date() });
  return { verification, files: [...files.values()] };
}
