import { channels as channelIds } from '../model/channel.ts';
import type { ChannelsFile } from '../model/channels-file.ts';
import type { Distributions } from '../model/distributions.ts';
import type { Problem } from '../model/problem.ts';
import { entryOf } from '../model/record.ts';
import { problemAt, type Sound } from './finding.ts';

/** Each target of each channel has a folder of its own, and an index does not outlive the care for it. */
export function channelsProblems(
  channels: Sound<ChannelsFile>,
  distributions: Distributions | undefined,
): readonly Problem[] {
  const { layout, valid_days: days } = channels.value;
  const found: Problem[] = [];
  if (days < 1 || days > 90) {
    found.push(
      problemAt(channels, ['valid_days'], {
        rule: 'bad-value',
        message: 'An index has to be valid for 1 to 90 days.',
        mend: 'Write 7.',
      }),
    );
  }
  if (!layout.includes('{channel}')) {
    found.push(
      problemAt(channels, ['layout'], {
        rule: 'layout-collides',
        message: 'All channels would be published into the same folders.',
        mend: 'Put {channel} into the layout.',
      }),
    );
  }
  const words = channelIds.map((channel) => channels.value.channel_names?.[channel] ?? channel);
  if (new Set(words).size < words.length) {
    found.push(
      problemAt(channels, ['channel_names'], {
        rule: 'layout-collides',
        message: 'Two channels have the same word, so they would be published into the same folders.',
        mend: 'Give each channel a word of its own.',
      }),
    );
  }
  const clash =
    distributions === undefined
      ? undefined
      : clashingTargets(layout, channels.value.platform_names ?? {}, distributions);
  if (clash !== undefined) {
    found.push(
      problemAt(channels, ['layout'], {
        rule: 'layout-collides',
        message: `${clash[0]} and ${clash[1]} would be published into the same folder.`,
        mend: 'Put {distribution}, {major}, {platform} and {arch} into the layout.',
      }),
    );
  }
  return found;
}

function clashingTargets(
  layout: string,
  platformNames: Readonly<Record<string, string>>,
  { distributions }: Distributions,
): readonly [string, string] | undefined {
  const taken = new Map<string, string>();
  for (const [name, { platforms }] of Object.entries(distributions)) {
    const [distribution = '', major = ''] = name.split('/');
    for (const [platform, { architectures }] of Object.entries(platforms)) {
      for (const arch of architectures) {
        const values: Readonly<Record<string, string>> = {
          distribution,
          major,
          platform: entryOf(platformNames, platform) ?? platform,
          arch,
        };
        const folder = layout.replaceAll(/\{(\w+)\}/g, (whole, key: string) => values[key] ?? whole);
        const target = `${name} ${platform} ${arch}`;
        const other = taken.get(folder);
        if (other !== undefined) return [other, target];
        taken.set(folder, target);
      }
    }
  }
  return undefined;
}
