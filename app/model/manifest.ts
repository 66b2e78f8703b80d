import * as z from 'zod';
import { releaseClasses } from './release-class.ts';
import { sha256, slug, version, yamlInteger } from './scalar.ts';
import { distributionName } from './ticket.ts';
import { shelves } from './channel.ts';
import { packageFormats } from './distributions.ts';
import { yamlLimits, type YamlLimits } from './yaml.ts';

/** Manifests are written by the system and may list a whole distribution. */
export const manifestLimits: YamlLimits = { ...yamlLimits, bytes: 16 * 1024 * 1024 };

const ManifestPackage = z.strictObject({
  file: z.string().max(255),
  size: yamlInteger,
  sha256,
});

/**
 * The shape of `repos-manifest/<channel>/<release-id>.yml`: this release is in this channel, with these bytes, and this is the evidence
 * that let it in (process.md 1.1). `evidence` names the entry of the journal that it rests on by number and hash.
 */
export const ManifestSchema = z.strictObject({
  apiVersion: z.literal('rollout/v1'),
  kind: z.literal('Manifest'),
  release: z.string().max(160),
  channel: z.enum(shelves),
  digest: sha256,
  component: slug,
  stack: slug,
  provider: slug,
  version,
  class: z.enum(releaseClasses),
  distribution: distributionName,
  evidence: z.strictObject({
    ticket: yamlInteger,
    journal: z.string().max(400),
    entry: yamlInteger,
    hash: sha256,
    reason: z.string().max(20_000).optional(),
  }),
  targets: z.array(
    z.strictObject({
      platform: slug,
      arch: z.string().max(16),
      format: z.enum(packageFormats),
      packages: z.array(ManifestPackage).min(1),
    }),
  ),
});
export type Manifest = z.infer<typeof ManifestSchema>;
