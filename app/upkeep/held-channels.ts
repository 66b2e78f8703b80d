import type { Channel } from '../model/channel.ts';
import type { Manifest } from '../model/manifest.ts';
import { PublishError } from '../publish/publish-error.ts';
import type { Store } from '../storage/store.ts';

/**
 * The channels that must not be signed (I17): they list a package that was found damaged and that has not come back whole. Gives for each why.
 * @throws StorageOutage
 */
export async function heldChannels(
  store: Store,
  manifests: readonly Manifest[],
): Promise<ReadonlyMap<Channel, PublishError>> {
  const held = new Map<Channel, PublishError>();
  const aside = new Set(await store.quarantined());
  if (aside.size === 0) return held;
  for (const { channel, release, targets } of manifests) {
    if (channel === 'withdrawn') continue;
    for (const { file, sha256 } of targets.flatMap(({ packages }) => packages)) {
      if (held.has(channel) || !aside.has(sha256) || (await store.has(sha256))) continue;
      held.set(
        channel,
        new PublishError(
          channel,
          'store-object-corrupt',
          `${file} of ${release} was found damaged and set aside (sha256 ${sha256}); bring it back with "rollout store scrub --repair-from" a mirror`,
        ),
      );
    }
  }
  return held;
}
