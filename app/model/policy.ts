import * as z from 'zod';
import { releaseClasses } from './release-class.ts';
import { slug, yamlInteger } from './scalar.ts';

/** A length of time: `3h`, `30m`, `2wd` (working days of 8 hours). */
export const duration = z
  .string()
  .regex(/^\d{1,3}(\.\d)?(m|h|wd)$/, 'must be a length of time; write it like 30m, 2.5h or 5wd');

const hoursOfDay = z
  .string()
  .regex(
    /^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/,
    'must be hours of a day; write them like 09:00-17:00',
  );
const week = z.strictObject({
  mon: z.array(hoursOfDay).optional(),
  tue: z.array(hoursOfDay).optional(),
  wed: z.array(hoursOfDay).optional(),
  thu: z.array(hoursOfDay).optional(),
  fri: z.array(hoursOfDay).optional(),
  sat: z.array(hoursOfDay).optional(),
  sun: z.array(hoursOfDay).optional(),
});

/** The clocks of one release class: Table 3 of MS402 (R-2.4-T3-1 to R-2.4-T3-5, A-15 to A-18). */
const ClassPolicy = z.strictObject({
  step1: duration,
  step2: duration,
  accept: duration,
  step3: duration,
  grace: duration,
  grace_minimum: duration,
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
  classes: z.record(z.enum(releaseClasses), ClassPolicy),
  calendar: z.strictObject({
    tz: z.string().max(60),
    week,
    holidays: z.array(z.iso.date()).max(400),
  }),
  intake: z.strictObject({
    /** Automatic tries before the provider is asked. */
    tries: yamlInteger,
    /** Wall-clock waits between tries. */
    backoff: z.array(duration).min(1).max(10),
    /** Hosts from which packages may be pulled over plain http; their sha256 is always in the ticket. */
    http_hosts: z.array(z.string().max(255)).max(100),
    maximum_bytes: yamlInteger,
  }),
});
export type Policy = z.infer<typeof PolicySchema>;
