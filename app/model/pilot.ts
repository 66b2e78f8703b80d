import * as z from 'zod';
import { yamlDate } from './scalar.ts';

const words = z.string().min(1).max(10_000);

/**
 * The YAML block of a `/pilot` comment: a pilot service beside or before staged rollout, never instead of it
 * (R-2.5-13, R-2.5-14, R-2.5-3, R-2.5-5, A-23).
 */
export const PilotSchema = z.strictObject({
  apiVersion: z.literal('rollout/v1').optional(),
  kind: z.literal('Pilot'),
  release: z.string().max(160),
  digest: z
    .string()
    .regex(
      /^[0-9a-f]{12,64}$/,
      'must be the release digest, or at least its first 12 digits; copy it from the form',
    ),
  name: z
    .string()
    .max(60)
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9 ._-]*$/,
      'must be a short name in plain letters; write it like cream-pilot-1',
    ),
  purpose: z.enum(['integration', 'robustness', 'scalability', 'tuning']),
  description: words.optional(),
  /** Site managers, user communities and developers who work together (R-2.5-3). */
  participants: z
    .array(
      z.strictObject({
        who: words.max(200),
        as: z.enum(['site-manager', 'user-community', 'developer']),
      }),
    )
    .min(1, 'needs at least one participant; say who takes part and as what')
    .max(100),
  /** Where the pilot installs from. */
  source: words.max(2048),
  /** Parts in the order of their introduction: the client first, say, the server later. */
  stages: z
    .array(z.strictObject({ part: words.max(200), begins: yamlDate.optional(), note: words.optional() }))
    .min(1, 'needs at least one stage; say which part comes first')
    .max(50),
  begins: yamlDate.optional(),
  ends: yamlDate.optional(),
  result: z.strictObject({ outcome: z.enum(['good', 'problems', 'abandoned']), text: words }).optional(),
});
export type Pilot = z.infer<typeof PilotSchema>;
