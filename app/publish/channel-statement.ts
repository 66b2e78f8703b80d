import * as z from 'zod';
import { canonicalJson } from '../model/canonical-json.ts';
import { channels } from '../model/channel.ts';
import { packageFormats } from '../model/distributions.ts';
import { isRecord } from '../model/record.ts';
import { isPlainPath } from './layout.ts';

const count = z.number().int().nonnegative();
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const second = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
/** One step up at most: a layout may put the apt roots beside the channel's folder. */
const path = z.string().refine((text) => isPlainPath(text.replace(/^\.\.\//, '')));
const word = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,99}$/);
const file = { path, size: count, sha256: digest };

/** A release that stands in the channel, with its release digest. */
export interface StatementRelease {
  readonly id: string;
  readonly digest: string;
}

const mostReleases = 100_000;

function isReleaseList(value: unknown): value is readonly StatementRelease[] {
  return Array.isArray(value) && value.length <= mostReleases && value.every(isRelease);
}

function isRelease(value: unknown): value is StatementRelease {
  if (!isRecord(value) || Object.keys(value).length !== 2) return false;
  const { id, digest: hex } = value;
  return (
    typeof id === 'string' &&
    /^[!-~]{1,160}$/.test(id) &&
    typeof hex === 'string' &&
    /^[0-9a-f]{64}$/.test(hex)
  );
}

/**
 * The shape of `channel.json`: the signed, numbered and expiring word of a channel about itself (trust.md 7, F4). Paths are relative to its
 * own folder. Packages are vouched for by the indexes among `files`.
 */
const StatementSchema = z.strictObject({
  apiVersion: z.literal('rollout/v1'),
  kind: z.literal('Channel'),
  channel: z.enum(channels),
  /** Grows by one with each publication. */
  number: count.min(1),
  /** The commit whose manifests are published. */
  commit: z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/),
  issued: second,
  expires: second,
  /** sha256 of the channel.json before this one. */
  previous: digest.nullable(),
  // There are thousands of them, and they are looked at each time: by hand it takes a tenth of the time.
  releases: z.custom<readonly StatementRelease[]>(isReleaseList),
  /** Every target that has an index, and its apt root. */
  roots: z
    .array(
      z.strictObject({
        distribution: z.string().max(40),
        platform: z.string().max(64),
        arch: z.string().max(16),
        format: z.enum(packageFormats),
        path,
        /** Suite and component of an apt root. */
        suite: word,
        component: word,
        /** When the root's own metadata was signed: at this publication, or at an earlier one that left it as it is. */
        issued: second,
        /** sha256 of everything that the root's metadata is made from, but for its date. */
        recipe: digest,
      }),
    )
    .max(1000),
  files: z.array(z.strictObject(file)).max(10_000),
  /**
   * Files of publications before, for clients in the middle of an update: indexes and packages. `last` is the number of the publication they were
   * last part of, `since` when the next one took their place.
   */
  superseded: z.array(z.strictObject({ ...file, last: count, since: second })).max(500_000),
});
export type ChannelStatement = z.infer<typeof StatementSchema>;

/** A file that a statement vouches for. */
export type StatementFile = ChannelStatement['files'][number];
export type SupersededFile = ChannelStatement['superseded'][number];

/**
 * The bytes of channel.json: canonical JSON (RFC 8785), so that there is one way only to write a statement (trust.md T52).
 * @throws TypeError when nobody could read it: a channel with such a statement could never be published again
 */
export function statementText(statement: ChannelStatement): string {
  const { error } = StatementSchema.safeParse(statement);
  if (error) throw new TypeError('a statement is not as statements are', { cause: error });
  return canonicalText(statement);
}

function canonicalText(statement: ChannelStatement): string {
  const empty = canonicalJson({ ...statement, releases: [] });
  // There are thousands of releases, of plain texts: with their keys in order JSON.stringify gives the same in a tenth of the time.
  const releases = JSON.stringify(statement.releases.map(({ id, digest: hex }) => ({ digest: hex, id })));
  return empty.replace('"releases":[]', () => `"releases":${releases}`);
}

/** Reads channel.json; undefined when it is not a statement in exactly the form that `statementText` writes. */
export function parseStatement(text: string): ChannelStatement | undefined {
  try {
    const { success, data } = StatementSchema.safeParse(JSON.parse(text));
    return success && canonicalText(data) === text ? data : undefined;
  } catch {
    return undefined;
  }
}

/** A time as statements write it: UTC, to the second. */
export function inStatementForm(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
