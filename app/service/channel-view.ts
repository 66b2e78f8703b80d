import type { Channel } from '../model/channel.ts';
import type { ChannelsFile } from '../model/channels-file.ts';
import type { Keys } from '../publish/signing/keys.ts';
import type { Output } from '../storage/output.ts';
import type { ChannelStatement } from '../publish/channel-statement.ts';
import { publishedState } from '../publish/published-state.ts';
import { fromChannelsFolder } from '../publish/layout.ts';
import { setupFileName } from '../publish/setup-files.ts';
import type { ChannelSourceView, ChannelView } from '../web/board.ts';
import { channelUrl } from './publisher.ts';

/** One channel as it is published now, for the board: from its own signed statement. */
export async function channelView(
  output: Output,
  file: ChannelsFile,
  keys: Keys,
  channel: Channel,
): Promise<ChannelView> {
  const published = await publishedState(channel, output, keys.channel(channel));
  const statement = published?.statement;
  return {
    channel,
    url: channelUrl(file, channel).replace(/\/$/, ''),
    number: statement?.number,
    published: statement?.issued,
    releases: statement?.releases ?? [],
    aptLines: (statement?.roots ?? [])
      .filter(({ format }) => format === 'deb')
      .map((root) => ({
        distribution: root.distribution,
        platform: root.platform,
        arch: root.arch,
        line: aptLine(file, channel, root),
      })),
    sources: (statement?.roots ?? []).map((root) => sourceView(file, channel, root)),
  };
}

function sourceView(
  file: ChannelsFile,
  channel: Channel,
  { distribution, platform, arch, format, path }: ChannelStatement['roots'][number],
): ChannelSourceView {
  const target = { distribution, platform, arch, format };
  const address = `${file.url}/${fromChannelsFolder(channel, path)}/`;
  const name = setupFileName(channel, target);
  if (name === undefined) return { ...target, address };
  const folder = format === 'deb' ? '/etc/apt/sources.list.d' : '/etc/yum.repos.d';
  return { ...target, address, setup: { url: `${file.url}/setup/${name}`, file: `${folder}/${name}` } };
}

/** The one-line source of an apt root, as sources.list(5) has it; `path` as the channel's statement names it. */
export function aptLine(
  file: ChannelsFile,
  channel: Channel,
  { path, suite, component }: Pick<ChannelStatement['roots'][number], 'path' | 'suite' | 'component'>,
): string {
  const address = `${file.url}/${fromChannelsFolder(channel, path)}`;
  return `deb [signed-by=/etc/apt/keyrings/${channel}.gpg] ${address} ${suite} ${component}`;
}
