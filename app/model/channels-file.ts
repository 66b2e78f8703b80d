import * as z from 'zod';
import { channels } from './channel.ts';
import { slug, yamlInteger } from './scalar.ts';

const layoutPart = String.raw`(\{(distribution|major|platform|arch|channel)\}|[a-z0-9][a-z0-9._-]*)`;

const pathWord = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,60}$/, 'must be one lower-case word; write it like release or al9');

/** The shape of `repos-manifest/channels.yml`: where the channels are published and how their trees are laid out. */
export const ChannelsFileSchema = z.strictObject({
  apiVersion: z.literal('rollout/v1'),
  kind: z.literal('Channels'),
  /** Public address of the channels; each channel stands at `<url>/<channel>/`. */
  url: z
    .string()
    .regex(
      /^https?:\/\/[^\s<>"'`\\]+[^/\s]$/,
      'must be an address without a slash at its end; write it like https://repository.example.org/channels',
    ),
  /** `Origin` and `Label` of the published indexes. */
  origin: z
    .string()
    .regex(
      /^[\x21-\x7e]([\x20-\x7e]{0,58}[\x21-\x7e])?$/,
      'must be at most 60 plain characters; write a short name',
    ),
  /** Path of an apt root below the folder of all channels; no part may begin with a dot. */
  layout: z
    .string()
    .max(200)
    .regex(
      new RegExp(`^${layoutPart}(/${layoutPart})*$`),
      'must be a path of lower-case words and {distribution}, {major}, {platform}, {arch}, {channel}; see the README beside it',
    ),
  /** Other words for channels and platforms in the paths, as existing repositories have them: `production: release`, `almalinux9: al9`. */
  channel_names: z.partialRecord(z.enum(channels), pathWord).optional(),
  platform_names: z.record(slug, pathWord).optional(),
  /** What apt's `Suites` and `Components` say; `{channel}` and `main` if not given. */
  apt: z
    .strictObject({
      suite: z
        .string()
        .max(100)
        .regex(
          new RegExp(`^(${layoutPart}|-)+$`),
          'must be a word; write it like {channel} or {platform}-{channel}',
        )
        .optional(),
      component: pathWord.optional(),
    })
    .optional(),
  /** How long a published index is valid without renewal, in days. */
  valid_days: yamlInteger,
  /** What stays in place after it was replaced, for clients that began before: so many publications, and whatever is younger than so many hours. */
  retention: z.strictObject({ publications: yamlInteger, hours: yamlInteger }).optional(),
});
export type ChannelsFile = z.infer<typeof ChannelsFileSchema>;
