import * as z from 'zod';
import { login, slug, version } from './scalar.ts';

const CommitmentSchema = z.strictObject({
  stack: slug,
  component: slug,
  os: slug.optional(),
  arch: z.string().max(16).optional(),
  until: z.iso.date().optional(),
  only_versions: z.string().max(100).optional(),
});

/** The shape of `releases/early-adopters.yml`: sites, their people and what they committed to (R-3-1, R-3.2-1). */
export const EarlyAdoptersSchema = z.strictObject({
  apiVersion: z.literal('rollout/v1'),
  kind: z.literal('EarlyAdopters'),
  sites: z.array(
    z.strictObject({
      site: z
        .string()
        .max(60)
        .regex(
          /^[A-Za-z0-9][A-Za-z0-9_.-]*$/,
          'must be the name of the site in GOCDB; write it exactly as there',
        ),
      ngi: z.string().max(60).optional(),
      country: z.string().length(2).optional(),
      organisation: z.string().max(200).optional(),
      team: slug.optional(),
      github: z.array(login).min(1).max(50),
      mail: z.email().optional(),
      tz: z.string().max(60).optional(),
      vos: z.array(z.string().max(100)).max(100).optional(),
      /** One of the calendars of the policy; without it, the policy's own. */
      calendar: slug.optional(),
      baseline: z.string().max(5).optional(),
      commitments: z.array(CommitmentSchema).max(200),
    }),
  ),
});
export type EarlyAdopters = z.infer<typeof EarlyAdoptersSchema>;
/** How many comparisons a range of versions may have. */
const mostComparisons = 4;

/** Is the text a range of versions that a site may limit itself to (R-3.2-4)? Comparisons that all have to hold: `>=1.1.0 <2.0.0`. */
export function isVersionRange(text: string): boolean {
  const parts = text.split(' ');
  return (
    parts.length <= mostComparisons &&
    parts.every((part) => {
      const [, of] = /^(?:>=|<=|>|<|=)(.+)$/.exec(part) ?? [];
      return of !== undefined && version.safeParse(of).success;
    })
  );
}

export type Site = EarlyAdopters['sites'][number];
export type Commitment = Site['commitments'][number];
