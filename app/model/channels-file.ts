import * as z from 'zod';
import { yamlInteger } from './scalar.ts';

/** The shape of `repos-manifest/channels.yml`: where the channels are published and how their trees are laid out. */
export const ChannelsFileSchema = z.strictObject({
  apiVersion: z.literal('rollout/v1'),
  kind: z.literal('Channels'),
  /** Public address of the channels; each channel stands at `<url>/<channel>/`. */
  url: z.string().regex(/^https?:\/\/[^\s<>"'`\\]+[^/\s]$/, 'must be an address without a slash at its end'),
  origin: z.string().regex(/^[\x20-\x7e]{1,60}$/),
  /** Path of an apt root below the folder of all channels. */
  layout: z
    .string()
    .regex(/^(\{(distribution|major|platform|arch|channel)\}|[a-z0-9._-]+)(\/(\{(distribution|major|platform|arch|channel)\}|[a-z0-9._-]+))*$/),
  /** How long a published index is valid without renewal, in days. */
  valid_days: yamlInteger,
});
export type ChannelsFile = z.infer<typeof ChannelsFileSchema>;
