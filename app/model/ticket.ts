import * as z from 'zod';
import { instant, link, login, sha256, slug, version, yamlBoolean, yamlInteger } from './scalar.ts';
import { releaseClasses } from './release-class.ts';

/** `<name>/<major>`, for example `umd/5`: a distribution and its major version (R-2.2-5). */
export const distributionName = z
  .string()
  .regex(
    /^[a-z][a-z0-9-]{0,30}\/\d{1,4}$/,
    'must be a distribution and its major version; write it like umd/5',
  );

const text = z.string().min(1).max(20_000);

const address = z
  .string()
  .max(2048)
  .regex(
    /^https?:\/\/[^\s<>"'`\\]+$/,
    'must be a link that begins with https://; give the address of the file itself',
  );

const TicketPackage = z.strictObject({
  file: z
    .string()
    .max(255)
    .regex(/^[A-Za-z0-9][A-Za-z0-9._+~%^-]*$/, 'must be a plain file name; leave folders and spaces out')
    .meta({ description: 'File name of the package, as it will stand in the channel' }),
  url: address.meta({ description: 'Where the package is pulled from' }),
  size: yamlInteger.meta({ description: 'Size in bytes' }),
  sha256: sha256.meta({ description: 'SHA-256 of the package file' }),
  signature: z
    .strictObject({
      url: address.meta({ description: 'Where the signature is pulled from' }),
      size: yamlInteger.meta({ description: 'Size in bytes' }),
      sha256: sha256.meta({ description: 'SHA-256 of the signature file' }),
    })
    .optional()
    .meta({
      description:
        "Detached signature by the provider's registered key, or a signed list of sha256 with it in",
    }),
});

const TicketTarget = z.strictObject({
  platform: slug.meta({ description: 'Operating system, as named in releases/distributions.yml' }),
  arch: z.string().regex(/^[a-z0-9_]{2,16}$/, 'must be an architecture; write it like x86_64 or amd64'),
  packages: z
    .array(TicketPackage)
    .min(1, 'needs at least one package; list each file of this platform with its address, size and sha256')
    .max(500),
});

const releaseIdText = z
  .string()
  .max(160)
  .regex(
    /^[a-z0-9][A-Za-z0-9.+~_-]*$/,
    'must be <stack>-<component>-<version>; write it as the path of the file says',
  );

/** The shape of `releases/<stack>/<component>/<version>[+<label>].yml` (R-2.4-10.2). */
export const TicketSchema = z.strictObject({
  apiVersion: z.literal('rollout/v1'),
  kind: z.literal('Release'),
  metadata: z.strictObject({
    id: releaseIdText.meta({
      description: '<stack>-<component>-<version>[+<label>], the same as the path says',
    }),
    component: slug.meta({ description: 'Component, as named in releases/catalogue.yml' }),
    stack: slug.meta({ description: 'Software stack, as named in releases/catalogue.yml' }),
    provider: slug.meta({ description: 'Software provider, as named in releases/catalogue.yml' }),
  }),
  spec: z.strictObject({
    version: version.meta({ description: 'Version of the component: always text, quote it if in doubt' }),
    previous: version.optional().meta({ description: 'Version that this one follows' }),
    class: z.enum(releaseClasses).meta({ description: 'Release class (MS402 2.2)' }),
    description: text.optional().meta({ description: 'What the component is, in a few sentences' }),
    capabilities: z
      .array(z.string().min(1).max(200))
      .max(30)
      .optional()
      .meta({ description: 'Capabilities of the distribution that it provides' }),
    backward_compatible: yamlBoolean.meta({
      description: 'true when it can replace the version before without other changes',
    }),
    reason: z.enum(['security', 'critical-functionality']).optional(),
    security: z
      .strictObject({
        advisory: link,
        tlp: z.enum(['WHITE', 'CLEAR', 'GREEN', 'AMBER', 'RED']).optional(),
        embargo_until: instant.optional(),
        visible_to: z.array(z.string().max(100)).max(50).optional(),
      })
      .optional(),
    new_functionality: z.array(text).max(100).optional(),
    new_service: yamlBoolean.optional(),
    deployment: z.enum(['regionalised', 'central-single-instance']).optional(),
    distribution: distributionName.meta({
      description: 'Distribution and major version, as named in releases/distributions.yml',
    }),
    roadmap: link.optional(),
    release_notes: link.meta({ description: 'Link to the release notes' }),
    changelog: link.meta({ description: 'Link to the list of changes' }),
    certification_reports: z
      .array(link)
      .min(1, 'needs at least one certification report; link it')
      .max(50)
      .meta({ description: 'Links to what the provider tested' }),
    documentation: z.strictObject({
      user: link.optional(),
      admin: link.optional(),
      other: link.optional(),
      updated: yamlBoolean.meta({ description: 'true when the documentation describes this version' }),
    }),
    issues: z
      .array(link)
      .max(1000)
      .meta({ description: 'Links to bugs, issues and features, or [] with no_issues_because' }),
    no_issues_because: text.optional(),
    depends: z
      .array(z.strictObject({ component: slug, version: z.string().max(64) }))
      .max(100)
      .optional(),
    supersedes: releaseIdText.optional(),
    requested_by: z.array(login).max(50).optional(),
    known_issues: z.array(text).max(100).optional(),
    announcement: text.optional(),
    targets: z
      .array(TicketTarget)
      .min(1, 'needs at least one target; say for which platform and architecture the packages are')
      .max(50),
  }),
});
export type Ticket = z.infer<typeof TicketSchema>;
export type TicketPackage = z.infer<typeof TicketPackage>;
export type TicketTarget = z.infer<typeof TicketTarget>;

/** JSON Schema (draft 7) of a ticket, for editors; checked in as `releases/ticket.schema.json`. */
export const ticketJsonSchema = (): object =>
  z.toJSONSchema(TicketSchema, { target: 'draft-7', io: 'output' });
