import * as z from 'zod';
import { canonicalJson } from '../../model/canonical-json.ts';
import { channels } from '../../model/channel.ts';

const TarIndexSchema = z.strictObject({
  apiVersion: z.literal('rollout/v1'),
  kind: z.literal('TarIndex'),
  channel: z.enum(channels),
  distribution: z.string().max(40),
  platform: z.string().max(64),
  arch: z.string().max(16),
  /** Sorted by path, which is relative to the root. */
  files: z.array(
    z.strictObject({
      path: z.string().max(1024),
      size: z.number().int().nonnegative(),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
      release: z.string().max(160),
      component: z.string().max(64),
      version: z.string().max(256),
    }),
  ),
});

/** What `index.json` of a root of tarballs says: every file with the release that brought it. */
export type TarIndex = z.infer<typeof TarIndexSchema>;

/** The bytes of `index.json`: canonical JSON. */
export function tarIndexText(index: TarIndex): string {
  return canonicalJson(index);
}

/** The files of an `index.json`; undefined when it is not one in exactly the form that `tarIndexText` writes. */
export function parseTarIndex(text: string): TarIndex['files'] | undefined {
  try {
    const { success, data } = TarIndexSchema.safeParse(JSON.parse(text));
    return success && canonicalJson(data) === text ? data.files : undefined;
  } catch {
    return undefined;
  }
}
