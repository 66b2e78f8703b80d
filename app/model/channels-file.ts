import * as z from 'zod';
import { yamlInteger } from './scalar.ts';

const layoutPart = String.raw`(\{(distribution|major|platform|arch|channel)\}|[a-z0-9][a-z0-9._-]*)`;

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
  /** How long a published index is valid without renewal, in days. */
  valid_days: yamlInteger,
});
export type ChannelsFile = z.infer<typeof ChannelsFileSchema>;
