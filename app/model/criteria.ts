import * as z from 'zod';
import { slug, yamlBoolean } from './scalar.ts';

/** Stands in comments of a posted form: one line, and nothing that could end the form. */
const line = z
  .string()
  .min(1)
  .max(200)
  .regex(/^[^\n`]+$/, 'must be one line without backticks; write it as a short sentence');

/** The shape of `releases/criteria.yml`: what the Technology Unit checks, by capability (R-2.2-16, R-2.4-11.1a). */
export const CriteriaSchema = z.strictObject({
  apiVersion: z.literal('rollout/v1'),
  kind: z.literal('Criteria'),
  criteria: z
    .array(
      z.strictObject({
        id: z
          .string()
          .max(60)
          .regex(
            /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/,
            'must be capital letters, digits and single underscores; write it like QC_DOC_1',
          ),
        group: slug,
        title: line,
        /** A release is not accepted without a result for it, nor with a failure of it. */
        critical: yamlBoolean,
        /** Which components it is for: those with one of these capabilities; without it, every component. */
        capabilities: z.array(z.string().min(1).max(200)).min(1).max(30).optional(),
        /** When the result may be NA, in words for the verifier. */
        applies: line.optional(),
      }),
    )
    .max(200),
});
export type Criteria = z.infer<typeof CriteriaSchema>;
export type Criterion = Criteria['criteria'][number];

/** The check list of a component with these capabilities, in the order of the file (R-2.2-16). */
export const criteriaFor = ({ criteria }: Criteria, capabilities: readonly string[]): readonly Criterion[] =>
  criteria.filter((criterion) => criterion.capabilities?.some((name) => capabilities.includes(name)) ?? true);
