import * as z from 'zod';
import { distributionName } from './ticket.ts';
import { link, sha256, slug, version, yamlBoolean, yamlInteger } from './scalar.ts';

/** Package formats a platform can have. Only `deb` channels are published so far. */
export const packageFormats = ['deb', 'rpm', 'tar'] as const;
export type PackageFormat = (typeof packageFormats)[number];

/** Where a distribution major stands: a component's major may enter the next one (R-2.2-8). */
export const distributionStatuses = ['past', 'current', 'next'] as const;

const architecture = z
  .string()
  .regex(/^[a-z0-9_]{2,16}$/, 'must be an architecture; write it like x86_64 or amd64');

/**
 * A snapshot of the metadata of a repository that every machine of a platform has: `Packages` for deb, `primary.xml` for rpm, plain or packed
 * with gzip, xz or zstd. Its digest fixes it: what is configured is what counts, whatever the server has later.
 */
const BaseRepository = z.strictObject({
  name: slug,
  architecture,
  packages: z
    .string()
    .max(2048)
    .regex(
      /^https?:\/\/[^\s<>"'`\\]+\/[^/\s<>"'`\\]*(Packages|primary\.xml)(\.gz|\.xz|\.zst)?$/,
      'must be the address of a Packages or primary.xml file, plain or packed as .gz, .xz or .zst; give one that never changes, of a snapshot',
    ),
  /** In bytes, as the file is packed. */
  size: yamlInteger,
  sha256,
});
export type BaseRepository = z.infer<typeof BaseRepository>;

/** The shape of `releases/distributions.yml`: which platforms, architectures and component majors a distribution major has (R-2.2-5). */
export const DistributionsSchema = z.strictObject({
  apiVersion: z.literal('rollout/v1'),
  kind: z.literal('Distributions'),
  distributions: z.record(
    distributionName,
    z.strictObject({
      title: z.string().min(1).max(200),
      status: z.enum(distributionStatuses).optional(),
      /** Where the component majors were agreed with the providers (R-2.2-6). */
      roadmap: link.optional(),
      /**
       * Component -> its version in this distribution major: the major that was agreed (`6`), or the whole version that was there before
       * this system (`6.0.0-1`), which the class of the next one is judged against (R-2.2-5).
       */
      baseline: z.record(slug, version).optional(),
      /** Whether exceptions from the version rules and the cadence may be approved here; MS402 knows none (A-46). */
      version_exceptions: yamlBoolean.optional(),
      platforms: z.record(
        slug,
        z.strictObject({
          title: z.string().min(1).max(200),
          format: z.enum(packageFormats),
          architectures: z.array(architecture).min(1).max(20),
          /** What releases are checked against besides the channel; without it only the channel is. */
          base: z.array(BaseRepository).max(40).optional(),
        }),
      ),
    }),
  ),
});
export type Distributions = z.infer<typeof DistributionsSchema>;
