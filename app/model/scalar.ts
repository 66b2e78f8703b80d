import * as z from 'zod';

/*
 * The YAML reader keeps every scalar a string (FAILSAFE schema: a version 1.10 must never become 1.1).
 * These types give the scalars that are something else their meaning back.
 * A message says what a value must be and, behind a semicolon, how to mend it (see schema-problem.ts).
 */

/** `true` or `false`, written plainly. */
export const yamlBoolean = z.preprocess(
  (value) => (value === 'true' ? true : value === 'false' ? false : value),
  z.boolean('must be true or false; write the word without quotes'),
);

/** A non-negative decimal number without sign, exponent or leading zeros; at most 15 digits. */
export const yamlInteger = z.preprocess(
  (value) => (typeof value === 'string' && /^(0|[1-9]\d{0,14})$/.test(value) ? Number(value) : value),
  z.number('must be a whole number; write it in plain digits, like 20480').int(),
);

/** A non-negative decimal number such as 3.5. */
export const yamlNumber = z.preprocess(
  (value) => (typeof value === 'string' && /^\d{1,9}(\.\d{1,6})?$/.test(value) ? Number(value) : value),
  z.number('must be a number; write it like 3.5').nonnegative(),
);

/**
 * Lower-case name used in paths, ids and team names: ASCII only, so that no look-alike passes (trust.md T27, T46). `constructor` is
 * the one such name that every JavaScript object answers to; two dots in a row have a meaning in paths and git.
 */
export const slug = z
  .string()
  .regex(
    /^(?!constructor$)(?!.*\.\.)[a-z0-9]([a-z0-9.-]{0,62}[a-z0-9])?$/,
    'must be lower-case letters, digits, dots and hyphens; write it without spaces and capitals',
  );

/** A version as Debian, RPM and semantic versioning write it; always a string. */
export const version = z
  .string()
  .max(64)
  .regex(
    /^\d[A-Za-z0-9]*((~+|[.+_-])[A-Za-z0-9]+)*$/,
    'must be digits and letters joined by single . + ~ _ or - and begin with a digit; write it as the package does, like 1.16.7-1',
  );

export const sha256 = z
  .string()
  .regex(
    /^[0-9a-f]{64}$/,
    'must be 64 lower-case hexadecimal digits; copy what sha256sum prints for the file',
  );

/** An https link for people to read. */
export const link = z
  .string()
  .max(2048)
  .regex(
    /^https:\/\/[^\s<>"'`\\]+$/,
    'must be a link that begins with https://; give the address of a page that people can open',
  );

/** Name of a host in the DNS, as in GOCDB. */
export const hostName = z
  .string()
  .max(253)
  .regex(
    /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/,
    'must be the name of a host; write it like ce01.site.example',
  );

/** An instant: ISO 8601 with time and offset. */
export const instant = z.iso.datetime({
  offset: true,
  error: 'must be a time with its offset; write it like 2026-11-22T09:00:00Z',
});

/** A calendar date. */
export const yamlDate = z.iso.date('must be a date; write it like 2026-11-22');

/** GitHub login, without the @. */
export const login = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38})$/, 'must be a GitHub login; write it without the @');
