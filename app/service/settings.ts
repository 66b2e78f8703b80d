import { readFile } from 'node:fs/promises';
import { checkWebhookSecret } from '../server/secret.ts';
import { isBucketUrl } from '../storage/s3-address.ts';
import type { S3Access } from '../storage/s3-request.ts';
import type { AppSettings } from './github.ts';

/** What the service needs to know from its operator (interfaces.md, Settings). */
export interface Settings {
  /** `owner/name` */
  readonly repository: string;
  readonly app: AppSettings;
  /** One, or two while the secret is being changed. */
  readonly webhookSecrets: readonly string[];
  /** `file:///…` or `s3://bucket/prefix` */
  readonly store: string;
  readonly channels: string;
  /** The key of the buckets, if one was set. */
  readonly s3?: S3Access | undefined;
  /** Folder of the key files. */
  readonly keys: string;
  /** Folder of what can be made again: the private clone, caches. */
  readonly state: string;
  readonly fetchAllow: string;
  readonly host: string;
  readonly port: number;
  readonly serveChannels: boolean;
  readonly committerEmail: string;
  /** Address of GOCDB's programmatic interface; without it nobody asks GOCDB (R-3-9, R-3-10). */
  readonly gocdbUrl?: string | undefined;
  /** Hour of the day, UTC, from which on everything stored and published is read again; undefined: never. */
  readonly scrubHour?: number | undefined;
  readonly sweepMilliseconds: number;
}

/** Settings that are missing or unusable, all at once; never with the value of a secret in them. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

type Environment = Readonly<Record<string, string | undefined>>;

type Value = (name: string) => Promise<string | undefined>;

/** Gives the reader of single settings; what cannot be read is added to `problems`. */
function valuesOf(environment: Environment, problems: string[]): Value {
  return async (name) => {
    const file = environment[`${name}_FILE`];
    if (file === undefined || file === '') return environment[name] === '' ? undefined : environment[name];
    return readFile(file, 'utf8').then(
      (text) => text.trim(),
      () => {
        problems.push(`${name}_FILE names a file that cannot be read`);
        return undefined;
      },
    );
  };
}

/** Reads the key of the buckets alone, for commands that need no other setting; undefined when none is set. Throws SettingsError. */
export async function readS3Access(environment: Environment): Promise<S3Access | undefined> {
  const problems: string[] = [];
  const access = await s3Access(valuesOf(environment, problems), problems);
  if (problems.length > 0) throw new SettingsError(problems.join('\n'));
  return access;
}

async function s3Access(value: Value, problems: string[]): Promise<S3Access | undefined> {
  const keyId = await value('ROLLOUT_S3_KEY_ID');
  const secret = await value('ROLLOUT_S3_SECRET');
  const region = (await value('ROLLOUT_S3_REGION')) ?? 'us-east-1';
  const endpoint = (await value('ROLLOUT_S3_ENDPOINT')) ?? `https://s3.${region}.amazonaws.com`;
  if (keyId === undefined && secret === undefined) return undefined;
  if (keyId === undefined) problems.push('ROLLOUT_S3_KEY_ID is missing: the name of the key to the buckets');
  if (secret === undefined) problems.push('ROLLOUT_S3_SECRET is missing: the key to the buckets');
  if (keyId !== undefined && !/^[\w.:@-]{1,128}$/.test(keyId))
    problems.push('ROLLOUT_S3_KEY_ID is not usable: letters, digits and _.:@- only');
  if (!/^[a-z0-9-]{1,64}$/.test(region))
    problems.push('ROLLOUT_S3_REGION is not usable: the name of a region, like eu-central-1');
  // Answers are not signed: without TLS anybody on the way could change what is read.
  if (!/^(https:\/\/[a-z0-9.-]+(:\d+)?|http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?)\/?$/i.test(endpoint))
    problems.push(
      'ROLLOUT_S3_ENDPOINT is not usable: https://host without a path; plain http on loopback only',
    );
  return { endpoint, region, keyId: keyId ?? '', secret: secret ?? '' };
}

/** Reads the settings from the environment, or from files named by `*_FILE`. Throws SettingsError that names every problem. */
export async function readSettings(environment: Environment): Promise<Settings> {
  const problems: string[] = [];
  const value = valuesOf(environment, problems);
  const needed = async (name: string, what: string, fits: (text: string) => boolean): Promise<string> => {
    const text = await value(name);
    if (text === undefined) problems.push(`${name} is missing: ${what}`);
    else if (!fits(text)) problems.push(`${name} is not usable: ${what}`);
    return text ?? '';
  };
  const isPlace = (text: string): boolean => text.startsWith('file:///') || isBucketUrl(text);
  const appId = await needed('GITHUB_APP_ID', 'the number of the GitHub App', (text) =>
    /^[1-9]\d*$/.test(text),
  );
  const repository = await needed('ROLLOUT_REPOSITORY', 'owner/name', (text) =>
    /^[\w.-]+\/[\w.-]+$/.test(text),
  );
  const privateKey = await needed('GITHUB_PRIVATE_KEY', 'the private key of the GitHub App, PEM', (text) =>
    text.includes('PRIVATE KEY'),
  );
  const secret = await needed('GITHUB_WEBHOOK_SECRET', 'at least 32 random bytes', () => true);
  const weak = secret === '' ? undefined : checkWebhookSecret(secret);
  if (weak !== undefined) problems.push(`GITHUB_WEBHOOK_SECRET is too weak: ${weak}`);
  const store = await needed('ROLLOUT_STORE', 'where packages are kept, file:///… or s3://…', isPlace);
  const channels = await needed(
    'ROLLOUT_CHANNELS',
    'where channels are published, file:///… or s3://…',
    isPlace,
  );
  const keys = await needed('ROLLOUT_KEYS', 'the folder of the keys made by `rollout keys create`', (text) =>
    text.startsWith('/'),
  );
  const state = await needed('ROLLOUT_STATE', 'a folder for the private clone and caches', (text) =>
    text.startsWith('/'),
  );
  const s3 = await s3Access(value, problems);
  if ([store, channels].some(isBucketUrl) && !s3)
    problems.push('ROLLOUT_S3_KEY_ID and ROLLOUT_S3_SECRET are missing: a bucket needs a key');
  const serveChannels = (await value('ROLLOUT_SERVE_CHANNELS')) === 'true';
  if (serveChannels && isBucketUrl(channels))
    problems.push('ROLLOUT_SERVE_CHANNELS is for a folder: what is in a bucket is served by the bucket');
  const gocdbUrl = await value('GOCDB_URL');
  if (gocdbUrl !== undefined && !/^https?:\/\/[^\s?#]+$/.test(gocdbUrl))
    problems.push('GOCDB_URL is not usable: an address without a query, https://goc.egi.eu/gocdbpi/public/');
  const apiUrl = (await value('GITHUB_API_URL')) ?? 'https://api.github.com';
  const port = Number((await value('PORT')) ?? '3000');
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    problems.push('PORT is not usable: a number up to 65535');
  const scrubHour = (await value('ROLLOUT_SCRUB_HOUR')) ?? '2';
  if (scrubHour !== 'never' && !/^(1?\d|2[0-3])$/.test(scrubHour))
    problems.push('ROLLOUT_SCRUB_HOUR is not usable: an hour of the day, 0 to 23 (UTC), or never');
  if (problems.length > 0) throw new SettingsError(problems.join('\n'));
  return {
    repository,
    app: {
      appId: Number(appId),
      privateKey: privateKey.replaceAll('\\n', '\n'),
      webhookSecret: secret,
      apiUrl,
      throttle: !apiUrl.startsWith('http://127.0.0.1'),
    },
    webhookSecrets: [secret, await value('GITHUB_WEBHOOK_SECRET_OLD')].filter((text) => text !== undefined),
    store,
    channels,
    s3,
    keys,
    state,
    fetchAllow: (await value('ROLLOUT_FETCH_ALLOW')) ?? '',
    host: (await value('HOST')) ?? '127.0.0.1',
    port,
    serveChannels,
    committerEmail: (await value('ROLLOUT_COMMITTER_EMAIL')) ?? 'rollout@localhost.invalid',
    gocdbUrl,
    scrubHour: scrubHour === 'never' ? undefined : Number(scrubHour),
    sweepMilliseconds: 300_000,
  };
}
