import { createSign } from 'node:crypto';
import { Octokit } from '@octokit/rest';
import type { Forge } from '../../app/forge/forge.ts';

/** GitHub's client with the App's own rights: who stole its key, or an owner who may do everything, could do the same. */
export async function asApp(forge: Forge): Promise<Octokit> {
  const baseUrl = `${forge.url}/api/v3`;
  const { data } = await new Octokit({
    baseUrl,
    auth: jsonWebToken(forge),
  }).rest.apps.createInstallationAccessToken({
    installation_id: forge.app.installationId,
  });
  return new Octokit({ baseUrl, auth: data.token });
}

function jsonWebToken({ app }: Forge): string {
  const seconds = Math.floor(Date.now() / 1000);
  const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${encoded({ alg: 'RS256', typ: 'JWT' })}.${encoded({ iat: seconds - 30, exp: seconds + 300, iss: app.id })}`;
  return `${text}.${createSign('RSA-SHA256').update(text).sign(app.privateKey, 'base64url')}`;
}
