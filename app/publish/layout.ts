import { dirname } from 'node:path/posix';
import type { Channel } from '../model/channel.ts';
import type { ChannelsFile } from '../model/channels-file.ts';
import type { PackageFormat } from '../model/distributions.ts';
import { entryOf } from '../model/record.ts';
import { PublishError } from './publish-error.ts';

/** A place that packages are made for; each has an index of its own in every channel. */
export interface Target {
  /** `<name>/<major>`, for example `umd/5`. */
  readonly distribution: string;
  readonly platform: string;
  readonly arch: string;
  readonly format: PackageFormat;
}

/** Where a target's root is and what its index is called: an outcome of channels.yml and the target alone. */
export interface Place {
  /** Below the folder of all channels. */
  readonly path: string;
  /** Suite and codename of an apt root. */
  readonly suite: string;
  /** The component of an apt root. */
  readonly component: string;
}

/** A path segment that no file system and no web server reads as anything else (trust.md T46). */
const segment = /^[A-Za-z0-9][A-Za-z0-9._+~^%-]*$/;

/** Whether a path is relative, leads only downwards and has plain segments only. */
export function isPlainPath(path: string): boolean {
  return path.length <= 1024 && path.split('/').every((part) => segment.test(part));
}

/**
 * The place of a target by the templates of channels.yml, in the words that it has for channels and platforms.
 * @throws PublishError `layout-unusable` when the template leaves the folder or does not keep channels apart.
 */
export function placeOf(file: ChannelsFile, channel: Channel, target: Target): Place {
  const [distribution = '', major = ''] = target.distribution.split('/');
  const values: Partial<Record<string, string>> = {
    channel: file.channel_names?.[channel] ?? channel,
    distribution,
    major,
    platform: entryOf(file.platform_names ?? {}, target.platform) ?? target.platform,
    arch: target.arch,
  };
  const filled = (template: string): string =>
    template.replaceAll(/\{([a-z]+)\}/g, (_, name: string) => values[name] ?? '');
  const path = filled(file.layout);
  if (!file.layout.includes('{channel}')) {
    throw new PublishError(
      channel,
      'layout-unusable',
      `the layout "${file.layout}" has no {channel}, so channels would share their files`,
    );
  }
  if (!isPlainPath(path)) {
    throw new PublishError(
      channel,
      'layout-unusable',
      `the layout "${file.layout}" gives the path "${path}", which is no plain path`,
    );
  }
  return { path, suite: filled(file.apt?.suite ?? '{channel}'), component: file.apt?.component ?? 'main' };
}

/** Where a package stands below its root: as in Debian's pool, by first letter (`lib` and one letter) and component. */
export function poolPath(component: string, file: string): string {
  const initial = component.startsWith('lib') ? component.slice(0, 4) : component.slice(0, 1);
  // Joined it is one text in memory; written as a template it would be a chain of four that stays beside it.
  return ['pool', initial, component, file].join('/');
}

/** Where a tarball stands below its root; an epoch's colon is escaped as in Debian's file names. */
export function tarballPath(component: string, version: string, file: string): string {
  return `${component}/${version.replaceAll(':', '%3a')}/${file}`;
}

/** A path as the channel's statement names it: relative to the folder of channel.json. */
export function fromChannelFolder(channel: Channel, path: string): string {
  return path.startsWith(`${channel}/`) ? path.slice(channel.length + 1) : `../${path}`;
}

/** The path below the folder of all channels that a path of the channel's statement means. */
export function fromChannelsFolder(channel: string, path: string): string {
  return path.startsWith('../') ? path.slice(3) : `${channel}/${path}`;
}

/** Folder of the by-hash copies beside an index. */
export function byHashFolder(indexPath: string): string {
  return `${dirname(indexPath)}/by-hash/SHA256`;
}

/** The folder beside a yum root that holds one immutable state of its metadata; `id` is 16 hexadecimal digits. */
export function snapshotFolder(rootPath: string, id: string): string {
  return `${rootPath}.${id}`;
}
