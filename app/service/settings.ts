import { readFile } from 'node:fs/promises';
import { checkWebhookSecret } from '../server/secret.ts';
import type { AppSettings } from './github.ts';

/** What the service needs to know from its operator (interfaces.md, Settings). */
export interface Settings {
  /** `owner/name` */
  readonly repository: string;
  readonly app: AppSettings;
  /** One, or two while the secret is being changed. */
  readonly webhookSecrets: readonly string[];
  /** `file:///…` */
  readonly store: string;
  readonly channels: string;
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
  readonly sweepMilliseconds: number;
}

/** Settings that are missing or unusable, all at once; never with the value of a secret in them. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the settings from the environment, or from files named by `*_FILE`. Throws SettingsError that names every problem. */
export async function readSettings(environment: Environment): Promise<Settings> {
  const problems: string[] = [];
  const value = async (name: string): Promise<string | undefined> => {
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
  const needed = async (name: string, what: string, fits: (text: string) => boolean): Promise<string> => {
    const text = await value(name);
    if (text === undefined) problems.push(`${name} is missing: ${what}`);
    else if (!fits(text)) problems.push(`${name} is not usable: ${what}`);
    return text ?? '';
  };
  const folder = (text: string): boolean => text.startsWith('file:///');
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
  const store = await needed('ROLLOUT_STORE', 'where packages are kept, file:///…', folder);
  const channels = await needed('ROLLOUT_CHANNELS', 'where channels are published, file:///…', folder);
  const keys = await needed('ROLLOUT_KEYS', 'the folder of the keys made by `rollout keys create`', (text) =>
    text.startsWith('/'),
  );
  const state = await needed('ROLLOUT_STATE', 'a folder for the private clone and caches', (text) =>
    text.startsWith('/'),
  );
  const gocdbUrl = await value('GOCDB_URL');
  if (gocdbUrl !== undefined && !/^https?:\/\/[^\s?#]+$/.test(gocdbUrl))
    problems.push('GOCDB_URL is not usable: an address without a query, https://goc.egi.eu/gocdbpi/public/');
  const apiUrl = (await value('GITHUB_API_URL')) ?? 'https://api.github.com';
  const port = Number((await value('PORT')) ?? '3000');
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    problems.push('PORT is not usable: a number up to 65535');
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
    keys,
    state,
    fetchAllow: (await value('ROLLOUT_FETCH_ALLOW')) ?? '',
    host: (await value('HOST')) ?? '127.0.0.1',
    port,
    serveChannels: (await value('ROLLOUT_SERVE_CHANNELS')) === 'true',
    committerEmail: (await value('ROLLOUT_COMMITTER_EMAIL')) ?? 'rollout@localhost.invalid',
    gocdbUrl,
    sweepMilliseconds: 300_000,
  };
}
