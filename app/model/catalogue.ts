import * as z from 'zod';
import { slug } from './scalar.ts';

const name = z.string().min(1).max(200);

/** The shape of `releases/catalogue.yml`: stacks, providers and components (R-VIII-1, R-1-1, R-1-2, R-1-4). */
export const CatalogueSchema = z.strictObject({
  apiVersion: z.literal('rollout/v1'),
  kind: z.literal('Catalogue'),
  stacks: z.record(slug, z.strictObject({ title: name })),
  providers: z.record(
    slug,
    z.strictObject({
      title: name,
      /** GitHub team whose members may open tickets for this provider. */
      team: slug,
      organisation: name.optional(),
    }),
  ),
  components: z.record(
    slug,
    z.strictObject({
      title: name,
      stack: slug,
      provider: slug,
      product_team: name.optional(),
      capabilities: z.array(name).max(30).optional(),
    }),
  ),
});
export type Catalogue = z.infer<typeof CatalogueSchema>;
