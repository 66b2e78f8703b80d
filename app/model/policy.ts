import * as z from 'zod';
import { CalendarSchema } from './calendar.ts';
import { releaseClasses } from './release-class.ts';
import { link, slug, yamlBoolean, yamlInteger } from './scalar.ts';

/** A length of time: `3h`, `30m`, `2wd` (working days of 8 hours). */
export const duration = z
  .string()
  .regex(/^\d{1,3}(\.\d)?(m|h|wd)$/, 'must be a length of time; write it like 30m, 2.5h or 5wd');

/** The clocks of one release class: Table 3 of MS402 (R-2.4-T3-1 to R-2.4-T3-5, A-15 to A-18). */
const ClassPolicy = z.strictObject({
  step1: duration,
  step2: duration,
  accept: duration,
  step3: duration,
  grace: duration,
  grace_minimum: duration,
  /** Table 3's total: told when it is over, enforced by nobody (A-18). */
  total: duration.optional(),
  clock: z.enum(['working', 'wall']),
  minimum_reports: yamlInteger,
});
export type ClassPolicy = z.infer<typeof ClassPolicy>;

/** The shape of `.github/rollout.yml`: who may do what, and by when. */
export const PolicySchema = z.strictObject({
  apiVersion: z.literal('rollout/v1'),
  kind: z.literal('Policy'),
  /** Role -> GitHub team of the organisation. */
  roles: z.strictObject({
    'repository-managers': slug,
    'technology-unit': slug,
    'staged-rollout': slug,
    svg: slug,
  }),
  /** Stack -> GitHub team of its early adopters (R-2.3-9, A-29). */
  early_adopters: z.record(slug, slug),
  /** Stack -> GitHub team of its expert site managers, one or two each (R-6-2, R-6-4). */
  experts: z.record(slug, slug).optional(),
  classes: z.record(z.enum(releaseClasses), ClassPolicy),
  exceptions: z
    .strictObject({
      /** How long an approved exception may be used. */
      expires: duration,
      /** When a release that one let through is reviewed. */
      review: duration,
    })
    .optional(),
  /** Where problems in production are reported (R-5-4). */
  helpdesk: link.optional(),
  /** The calendar of the process. */
  calendar: CalendarSchema,
  /** Further calendars, which a site may name for its acceptance clock. */
  calendars: z.record(slug, CalendarSchema).optional(),
  intake: z.strictObject({
    /** Automatic tries before the provider is asked. */
    tries: yamlInteger,
    /** Wall-clock waits between tries. */
    backoff: z.array(duration).min(1).max(10),
    /** Hosts from which packages may be pulled over plain http; their sha256 is always in the ticket. */
    http_hosts: z.array(z.string().max(255)).max(100),
    maximum_bytes: yamlInteger,
  }),
  /** The registry of early adopters (R-3.1-5). */
  registry: z
    .strictObject({
      /** The App adds people of a site to their teams itself; it needs the permission `members: write` then. */
      manage_teams: yamlBoolean.optional(),
    })
    .optional(),
});
export type Policy = z.infer<typeof PolicySchema>;
