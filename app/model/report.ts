import * as z from 'zod';
import { hostName, instant, link, yamlBoolean, yamlInteger, yamlNumber } from './scalar.ts';

const words = z.string().max(10_000);
const id = z.string().max(160);
const digest = z
  .string()
  .regex(
    /^[0-9a-f]{12,64}$/,
    'must be the release digest, or at least its first 12 digits; copy it from the form',
  );
const Issue = z.object({
  severity: z.enum(['critical', 'major', 'minor', 'info']),
  summary: words.min(1),
  workaround: words.optional(),
  bug: words.optional(),
  reported_to_provider: yamlBoolean.optional(),
});

/** The information that a provider gives in its ticket (R-2.4-10.2), as a verification names it. */
export const ticketInformation = [
  'release_notes',
  'changelog',
  'certification_reports',
  'documentation',
  'issues',
] as const;
/** `ok`, or in a few words what is wrong with it. */
const looked = z.string().max(300).optional();

/** The YAML block of a Technology Unit review (R-2.4-11.1a, R-2.4-11.1b). */
export const VerificationReportSchema = z.object({
  apiVersion: z.literal('rollout/v1').optional(),
  kind: z.literal('VerificationReport'),
  release: id,
  digest,
  outcome: z.enum(['accept', 'accept-with-notes', 'wait-for-provider', 'reject']),
  criteria: z
    .array(
      z.object({
        id: z.string().max(60),
        result: z.enum(['OK', 'WARNING', 'FAIL', 'NA', 'NOT_TESTED']),
        evidence: words.optional(),
      }),
    )
    .max(200)
    .optional(),
  info_check: z
    .object({
      release_notes: looked,
      changelog: looked,
      certification_reports: looked,
      documentation: looked,
      issues: looked,
    })
    .optional(),
  environment: z.object({ host: words.optional(), repos: z.array(words).max(50).optional() }).optional(),
  started_at: instant.optional(),
  finished_at: instant.optional(),
  countermeasure: words.optional(),
  effort_hours: yamlNumber.optional(),
  notes: words.optional(),
});
export type VerificationReport = z.infer<typeof VerificationReportSchema>;

/** How a report, or a whole release, ends (R-2.4-12.7.1, A-13); from the best to the worst. */
export const outcomes = ['success', 'warning', 'reject'] as const;
export type Outcome = (typeof outcomes)[number];

/** The YAML block of an early adopter's review (R-2.4-12.6, R-2.4-12.7). */
export const EarlyAdopterReportSchema = z.object({
  apiVersion: z.literal('rollout/v1').optional(),
  kind: z.literal('EarlyAdopterReport'),
  release: id,
  digest,
  site: z.string().max(60),
  outcome: z.enum(outcomes),
  targets: z
    .array(z.object({ platform: z.string().max(60), arch: z.string().max(16) }))
    .min(1)
    .max(50),
  effort_hours: yamlNumber,
  exposure: z
    .object({
      real_users: yamlBoolean.optional(),
      vos: z.array(words).max(100).optional(),
      jobs: yamlInteger.optional(),
      hours: yamlNumber.optional(),
    })
    .optional(),
  issues: z.array(Issue).max(100).optional(),
  changes_requested: z
    .array(z.object({ kind: z.enum(['release-notes', 'installation', 'configuration']), text: words.min(1) }))
    .max(100)
    .optional(),
  /** The machines that ran it; whether GOCDB flags them is read there, too, and never a gate (R-3-3, R-3-9, R-3-10). */
  nodes: z
    .array(
      z.object({
        host: hostName,
        gocdb_beta: yamlBoolean.optional(),
        role: words.optional(),
        share_of_service: words.optional(),
        downtime: link.optional(),
      }),
    )
    .max(200)
    .optional(),
  kind_of_install: z.enum(['update', 'fresh']).optional(),
  config_tool: words.optional(),
  /** What was looked at (install, start, accounting, …), and how it went. */
  checks: z
    .record(z.string().max(60), z.enum(['ok', 'warn', 'fail', 'na']))
    .refine((checks) => Object.keys(checks).length <= 50, 'must be at most 50 checks; leave some out')
    .optional(),
  accepted_at: instant.optional(),
  deployed_at: instant.optional(),
  done_at: instant.optional(),
  comments: words.optional(),
});
export type EarlyAdopterReport = z.infer<typeof EarlyAdopterReportSchema>;
