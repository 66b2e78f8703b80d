import type { Channel } from '../model/channel.ts';
import type { ChannelsFile } from '../model/channels-file.ts';
import type { ReadBack } from '../model/facts.ts';
import type { Manifest } from '../model/manifest.ts';
import type { Keys } from '../publish/signing/keys.ts';
import { readBack } from '../publish/verification/read-back.ts';
import { channelUrl } from './publisher.ts';

/** What is on the main branch now: where the channels are, and which manifests they hold. */
export interface MainNow {
  readonly channelsFile: ChannelsFile;
  readonly manifests: readonly Manifest[];
}

/**
 * Reads a channel as a site would: through its public address, with the channel's own key, and asks whether a release is there whole, or
 * gone. Files that another release of the channel brought too may stay.
 */
export function channelReader(
  keys: Keys,
  main: () => Promise<MainNow>,
): (channel: Channel, release: Manifest, expect: 'present' | 'absent') => Promise<ReadBack> {
  return async (channel, release, expect) => {
    const { channelsFile, manifests } = await main();
    const url = channelUrl(channelsFile, channel);
    const others = new Set(
      manifests
        .filter((manifest) => manifest.channel === channel && manifest.release !== release.release)
        .flatMap(({ targets }) => targets.flatMap(({ packages }) => packages.map(({ sha256 }) => sha256))),
    );
    const files = release.targets.flatMap(({ platform, arch, packages }) =>
      packages.map(({ file, sha256 }) => ({
        file,
        sha256,
        target: { distribution: release.distribution, platform, arch },
      })),
    );
    const seen = await readBack({
      url,
      keyring: keys.channel(channel).publicKey,
      now: new Date(),
      expect:
        expect === 'present'
          ? { present: files, absent: [] }
          : {
              present: [],
              absent: files.map(({ sha256 }) => sha256).filter((sha256) => !others.has(sha256)),
            },
    });
    return seen.ok ? { ok: true, number: seen.number, url } : { ok: false, reason: seen.reason };
  };
}
