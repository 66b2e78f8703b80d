import { createPublicKey, randomBytes, verify, type KeyObject } from 'node:crypto';
import { Buffer } from 'node:buffer';
import { wholeSeconds } from './git/commit.ts';
import { Refusal } from './refusal.ts';
import type { AppRecord } from './state.ts';

/** Who makes a request. */
export type Caller =
  | { readonly kind: 'nobody' }
  | { readonly kind: 'user'; readonly login: string }
  /** The App as itself, by JSON Web Token. */
  | { readonly kind: 'app' }
  /** The App in the organisation, by installation token. */
  | { readonly kind: 'installation'; readonly permissions: Readonly<Record<string, 'read' | 'write'>> };

interface InstallationToken {
  readonly token: string;
  /** ISO 8601; an hour away. */
  readonly expiresAt: string;
}

/** Tokens live as long as the process: they are random, new at every start, and never on disk. */
export interface Auth {
  /** Each user's personal token. */
  readonly personal: Readonly<Record<string, string>>;
  newInstallationToken(permissions: Readonly<Record<string, 'read' | 'write'>>): InstallationToken;
  /**
   * Who sent this `Authorization` header: `bearer`, `token` or `basic` (the token as password).
   * @throws Refusal 401 when a credential is given and is not good
   */
  callerOf(header: string | undefined): Caller;
}

const tokenLife = 3_600_000;
// GitHub takes at most ten minutes, and allows for a minute of clock drift.
const longestJwt = 600;
const drift = 60;

export function newAuth(app: AppRecord, logins: readonly string[]): Auth {
  const key = createPublicKey(app.privateKey);
  const tokens = new Map<string, { caller: Caller; expires: number }>();
  const personal: Record<string, string> = {};
  for (const login of logins) {
    const token = `ghp_${randomBytes(24).toString('hex')}`;
    personal[login] = token;
    tokens.set(token, { caller: { kind: 'user', login }, expires: Infinity });
  }
  return {
    personal,
    newInstallationToken(permissions) {
      // Dots, because GitHub's have them: nobody may take such a token for a JSON Web Token.
      const token = `ghs_${[24, 48, 24].map((size) => randomBytes(size).toString('base64url')).join('.')}`;
      const expires = Date.now() + tokenLife;
      tokens.set(token, { caller: { kind: 'installation', permissions }, expires });
      return { token, expiresAt: wholeSeconds(new Date(expires)) };
    },
    callerOf(header) {
      if (header === undefined) return { kind: 'nobody' };
      const token = tokenIn(header);
      const known = tokens.get(token);
      if (known !== undefined) {
        if (known.expires > Date.now()) return known.caller;
        tokens.delete(token);
      } else if (!token.startsWith('gh') && token.split('.').length === 3) {
        checkJwt(token, key, app.id);
        return { kind: 'app' };
      }
      throw new Refusal(401, 'Bad credentials');
    },
  };
}

function tokenIn(header: string): string {
  const [, scheme = '', value = ''] = /^(bearer|token|basic) +(\S+)$/iu.exec(header) ?? [];
  if (scheme.toLowerCase() !== 'basic') return value;
  const pair = Buffer.from(value, 'base64').toString('utf8');
  return pair.slice(pair.indexOf(':') + 1);
}

// RFC 7519, RS256 only.
function checkJwt(token: string, key: KeyObject, appId: number): void {
  const [head = '', claims = '', signature = ''] = token.split('.');
  const { alg } = part(head);
  const { iss, iat, exp } = part(claims);
  const good =
    alg === 'RS256' &&
    verify('RSA-SHA256', Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, 'base64url')) &&
    (typeof iss === 'string' || typeof iss === 'number') &&
    String(iss) === String(appId);
  if (!good) throw new Refusal(401, 'A JSON web token could not be decoded');
  const time = Date.now() / 1000;
  if (typeof exp !== 'number' || exp < time) {
    throw new Refusal(
      401,
      "'Expiration time' claim ('exp') must be a numeric value representing the future time at which the assertion expires",
    );
  }
  if (typeof iat !== 'number' || iat > time + drift) {
    throw new Refusal(
      401,
      "'Issued at' claim ('iat') must be an Integer representing the time that the assertion was issued",
    );
  }
  if (exp > time + longestJwt + drift)
    throw new Refusal(401, "'Expiration time' claim ('exp') is too far in the future");
}

function part(text: string): Partial<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    if (typeof value === 'object' && value !== null) return { ...value };
  } catch {
    // Not JSON: the same answer as for a token with nothing in it.
  }
  return {};
}
