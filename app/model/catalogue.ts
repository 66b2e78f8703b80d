import * as z from 'zod';
import { duration } from './policy.ts';
import { link, slug, yamlBoolean } from './scalar.ts';

const name = z.string().min(1).max(200);
const mailbox = z.email().max(254);
/** Other ways in which the name is written elsewhere; what is imported is found by them. */
const alsoCalled = z.array(name).max(20).optional();

/** Whether sites run a tool themselves, or one instance of it serves all (R-1-3, R-2.6-4). */
export const deployments = ['regionalised', 'central-single-instance'] as const;
/** What kind of software a component is (R-VIII-1). */
export const categories = ['middleware', 'tool', 'community'] as const;

const Stack = z.strictObject({
  title: name,
  /** List of its early adopters (R-2.3-9.1 to R-2.3-9.5, A-29). */
  mailing_list: mailbox.optional(),
});

const Provider = z.strictObject({
  title: name,
  /** GitHub team whose members may open tickets for this provider. */
  team: slug,
  organisation: name.optional(),
  /** A role's mailbox, never that of a person. */
  contact: mailbox.optional(),
  /** What was agreed with the provider, and in what time it answers (R-7-1). */
  sla: z.strictObject({ link, response: duration }).optional(),
  /** Fingerprints of the keys that it signs packages with; the keys themselves are in `releases/keys/<provider>.asc`. */
  signing_keys: z
    .array(
      z
        .string()
        .regex(
          /^[0-9A-F]{40}$/,
          'must be a fingerprint: 40 digits and capitals, as gpg --fingerprint says it',
        ),
    )
    .min(1)
    .max(20)
    .optional(),
  /** Whether each package has to be signed (`required`), or only what is signed has to be signed well (`checked`). */
  signatures: z.enum(['required', 'checked', 'none']).optional(),
  also_called: alsoCalled,
});

const Component = z.strictObject({
  title: name,
  stack: slug,
  /** Who provides it today. */
  provider: slug,
  /** Who provided it when (R-1-2); the last entry has no `until` and is the provider of today. */
  provider_history: z
    .array(z.strictObject({ provider: slug, from: z.iso.date().optional(), until: z.iso.date().optional() }))
    .max(50)
    .optional(),
  product_team: name.optional(),
  capabilities: z.array(name).max(30).optional(),
  category: z.enum(categories).optional(),
  /** For tools alone: one with a central single instance does not go through staged rollout. */
  deployment: z.enum(deployments).optional(),
  /** Not distributed yet, but expected to be (R-2.6-6). */
  expected: yamlBoolean.optional(),
  also_called: alsoCalled,
});

/** The shape of `releases/catalogue.yml`: stacks, providers and components (R-VIII-1, R-1-1, R-1-2, R-1-4, R-2.6-2 to R-2.6-6). */
export const CatalogueSchema = z.strictObject({
  apiVersion: z.literal('rollout/v1'),
  kind: z.literal('Catalogue'),
  stacks: z.record(slug, Stack),
  providers: z.record(slug, Provider),
  components: z.record(slug, Component),
});
export type Catalogue = z.infer<typeof CatalogueSchema>;
export type CatalogueComponent = Catalogue['components'][string];
