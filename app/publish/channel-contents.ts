import type { Channel } from '../model/channel.ts';
import type { Manifest } from '../model/manifest.ts';
import { isPlainPath, rootPath, type Target } from './layout.ts';
import { PublishError } from './publish-error.ts';

/** A package as the manifests of a channel list it. */
export interface ListedPackage {
  readonly release: string;
  readonly component: string;
  readonly file: string;
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
}

/** The packages of one target in a channel. */
interface TargetContents {
  readonly target: Target;
  readonly packages: readonly ListedPackage[];
}

/** An apt root: one folder with its own pool, for one platform and one or, if the layout says so, several architectures. */
export interface RootContents {
  /** Below the folder of all channels. */
  readonly path: string;
  readonly targets: readonly [TargetContents, ...TargetContents[]];
}

/** What a channel holds: an outcome of its manifests alone, in an order that does not depend on theirs. */
export interface ChannelContents {
  readonly channel: Channel;
  readonly releases: readonly { readonly id: string; readonly digest: string }[];
  readonly roots: readonly RootContents[];
}

/**
 * Gathers what a channel holds from the manifests of all channels. `targets` are further targets that get a root even when nothing is in
 * it, so that clients can be set up before the first release and do not break after the last; those of a format that is not
 * published are passed over.
 * @throws PublishError `format-not-published`, `same-file-other-bytes` (trust.md T48), `layout-unusable`.
 */
export function channelContents(
  channel: Channel,
  manifests: readonly Manifest[],
  layout: string,
  targets: readonly Target[],
): ChannelContents {
  const own = manifests
    .filter((manifest) => manifest.channel === channel)
    .toSorted((a, b) => inOrder(a.release, b.release));
  const byTarget = new Map<string, { target: Target; packages: ListedPackage[] }>();
  const entry = (target: Target) => {
    const key = `${target.distribution} ${target.platform} ${target.arch}`;
    const found = byTarget.get(key) ?? { target, packages: [] };
    byTarget.set(key, found);
    return found;
  };
  for (const target of targets) if (target.format === 'deb') entry(target);
  for (const manifest of own) {
    for (const { platform, arch, format, packages } of manifest.targets) {
      if (format !== 'deb') {
        throw new PublishError(
          channel,
          'format-not-published',
          `${manifest.release} has a target of format ${format} (${platform} ${arch}); only deb is published`,
        );
      }
      const { packages: listed } = entry({ distribution: manifest.distribution, platform, arch, format });
      for (const { file, size, sha256 } of packages) {
        if (!isPlainPath(file) || !file.endsWith('.deb')) {
          throw new PublishError(
            channel,
            'package-not-for-target',
            `${manifest.release} lists a file that is not named like a package`,
          );
        }
        listed.push({ release: manifest.release, component: manifest.component, file, size, sha256 });
      }
    }
  }
  return {
    channel,
    releases: own.map(({ release, digest }) => ({ id: release, digest })),
    roots: rootsOf(channel, layout, [...byTarget.values()]),
  };
}

function rootsOf(
  channel: Channel,
  layout: string,
  contents: readonly TargetContents[],
): readonly RootContents[] {
  const roots = new Map<string, [TargetContents, ...TargetContents[]]>();
  for (const one of contents.toSorted((a, b) => inOrder(keyOf(a.target), keyOf(b.target)))) {
    const path = rootPath(layout, channel, one.target);
    const others = roots.get(path);
    if (!others) {
      roots.set(path, [one]);
      continue;
    }
    const [{ target }] = others;
    if (target.distribution !== one.target.distribution || target.platform !== one.target.platform) {
      throw new PublishError(
        channel,
        'layout-unusable',
        `the layout puts ${keyOf(target)} and ${keyOf(one.target)} in one folder, ${path}: only architectures may share one`,
      );
    }
    others.push(one);
  }
  for (const targets of roots.values()) refuseClashes(channel, targets);
  return [...roots].map(([path, targets]) => ({ path, targets }));
}

/** trust.md T48: in one root a file name stands for one content. */
function refuseClashes(channel: Channel, targets: readonly TargetContents[]): void {
  const digests = new Map<string, ListedPackage>();
  for (const listed of targets.flatMap(({ packages }) => packages)) {
    const other = digests.get(listed.file);
    if (other && (other.sha256 !== listed.sha256 || other.size !== listed.size)) {
      throw new PublishError(
        channel,
        'same-file-other-bytes',
        `${other.release} and ${listed.release} both bring ${listed.file}, with different bytes`,
      );
    }
    digests.set(listed.file, listed);
  }
}

function keyOf({ distribution, platform, arch }: Target): string {
  return `${distribution} ${platform} ${arch}`;
}

function inOrder(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
