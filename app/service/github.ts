import { Probot, ProbotOctokit } from 'probot';
import type { GitHub, Identity, Repository } from '../facts/conversation.ts';

/** GitHub answered something that is no answer of its API (a proxy's page, half a JSON document). Nothing is decided on it (T10). */
export class OddAnswer extends Error {
  override readonly name = 'OddAnswer';
}

export interface AppSettings {
  readonly appId: number;
  /** PEM. */
  readonly privateKey: string;
  readonly webhookSecret: string;
  /** For example `https://api.github.com`. */
  readonly apiUrl: string;
  /** GitHub's own pace for writes; off for the embedded forge. */
  readonly throttle: boolean;
}

export interface AppClient {
  readonly probot: Probot;
  readonly github: GitHub;
  readonly self: Identity;
  readonly cloneUrl: string;
  readonly htmlUrl: string;
  /** An installation token that is good for five minutes at least; for git over HTTP. */
  readonly token: () => Promise<string>;
}

const deadline = 15_000;

/**
 * Signs in as our GitHub App's installation on the repository. Every request has a deadline, and no write is ever repeated blindly
 * (trust.md F10): an unknown outcome is read again by the next run.
 */
export async function signIn(settings: AppSettings, at: Repository): Promise<AppClient> {
  const { appId, privateKey, webhookSecret, apiUrl, throttle } = settings;
  const probot = new Probot({
    appId,
    privateKey,
    secret: webhookSecret,
    baseUrl: apiUrl,
    logLevel: 'fatal',
    // A function, since Probot hands its own empty throttle options to an object's, which would switch throttling on again.
    Octokit: ProbotOctokit.defaults((options: { readonly throttle?: object }) => ({
      ...options,
      retry: { enabled: false },
      throttle: { ...options.throttle, enabled: throttle },
    })),
  });
  const app = guarded(await probot.auth());
  const [{ data: about }, { data: installation }] = await Promise.all([
    app.rest.apps.getAuthenticated(),
    app.rest.apps.getRepoInstallation({ ...at }),
  ]);
  const github = guarded(await probot.auth(installation.id));
  const { data: repository } = await github.rest.repos.get({ ...at });
  let held: { readonly token: string; readonly expires: number } | undefined;
  const token = async (): Promise<string> => {
    if (!held || held.expires - Date.now() < 300_000) {
      const { data } = await app.rest.apps.createInstallationAccessToken({
        installation_id: installation.id,
      });
      held = { token: data.token, expires: Date.parse(data.expires_at) };
    }
    return held.token;
  };
  return {
    probot,
    github,
    self: { appId, login: `${about?.slug ?? ''}[bot]` },
    cloneUrl: repository.clone_url,
    htmlUrl: repository.html_url,
    token,
  };
}

function guarded(github: GitHub): GitHub {
  github.hook.wrap('request', async (request, options) => {
    const response = await request({
      ...options,
      request: { ...options.request, signal: AbortSignal.timeout(deadline) },
    });
    if (typeof response.data === 'string' && response.data !== '') {
      throw new OddAnswer(`${options.method} ${options.url} was answered with text instead of data`);
    }
    return response;
  });
  return github;
}
