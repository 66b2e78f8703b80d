import * as z from 'zod';
import { distributionName } from './ticket.ts';
import { slug, yamlBoolean } from './scalar.ts';

/** Package formats a platform can have. Only `deb` channels are published so far. */
export const packageFormats = ['deb', 'rpm', 'tar'] as const;
export type PackageFormat = (typeof packageFormats)[number];

/** The shape of `releases/distributions.yml`: which platforms and architectures a distribution major has (R-2.2-5). */
export const DistributionsSchema = z.strictObject({
  apiVersion: z.literal('rollout/v1'),
  kind: z.literal('Distributions'),
  distributions: z.record(
    distributionName,
    z.strictObject({
      title: z.string().min(1).max(200),
      version_exceptions: yamlBoolean.optional(),
      platforms: z.record(
        slug,
        z.strictObject({
          title: z.string().min(1).max(200),
          format: z.enum(packageFormats),
          architectures: z
            .array(
              z.string().regex(/^[a-z0-9_]{2,16}$/, 'must be an architecture; write it like x86_64 or amd64'),
            )
            .min(1)
            .max(20),
        }),
      ),
    }),
  ),
});
export type Distributions = z.infer<typeof DistributionsSchema>;
