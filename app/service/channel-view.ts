import type { Channel } from '../model/channel.ts';
import type { ChannelsFile } from '../model/channels-file.ts';
import type { Keys } from '../publish/keys.ts';
import { outputFolder } from '../publish/output.ts';
import { publishedState } from '../publish/published-state.ts';
import { fromChannelsFolder } from '../publish/layout.ts';
import type { ChannelView } from '../web/board.ts';
import { channelUrl } from './publisher.ts';

/** One channel as it is published now, for the board: from its own signed statement. */
export async function channelView(
  out: string,
  file: ChannelsFile,
  keys: Keys,
  channel: Channel,
): Promise<ChannelView> {
  const published = await publishedState(channel, outputFolder(out), keys.channel(channel));
  const statement = published?.statement;
  return {
    channel,
    url: channelUrl(file, channel).replace(/\/$/, ''),
    number: statement?.number,
    published: statement?.issued,
    releases: statement?.releases ?? [],
    aptLines: (statement?.roots ?? []).map(({ distribution, platform, arch, path }) => ({
      distribution,
      platform,
      arch,
      line: aptLine(file, channel, path),
    })),
  };
}

/** The one-line source of an apt root, as sources.list(5) has it; `path` as the channel's statement names it. */
export function aptLine(file: ChannelsFile, channel: Channel, path: string): string {
  const address = `${file.url}/${fromChannelsFolder(channel, path)}`;
  return `deb [signed-by=/etc/apt/keyrings/${channel}.gpg] ${address} ${channel} main`;
}
