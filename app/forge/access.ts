import { permissionOf } from './accounts.ts';
import type { Caller } from './auth.ts';
import { Refusal } from './refusal.ts';
import type { RepositoryRecord, State } from './state.ts';

/** The permissions of a GitHub App that this forge knows operations for. */
export type Scope =
  | 'administration'
  | 'checks'
  | 'contents'
  | 'issues'
  | 'members'
  | 'metadata'
  | 'pull_requests'
  | 'statuses';

/** Who may use an operation. */
export interface Access {
  /** What the App's installation needs; of several scopes one is enough. `no` when installations cannot use it at all. */
  readonly app: { readonly scopes: readonly Scope[]; readonly level: 'read' | 'write' } | 'no';
  /** What a person needs; `anyone` includes those who did not sign in, `no` means the operation is for Apps. */
  readonly user: 'anyone' | 'signed-in' | 'push' | 'owner' | 'no';
  /** The operation is the App's as itself: only its JSON Web Token opens it. */
  readonly jwt?: true;
}

export function reads(...scopes: readonly Scope[]): Access {
  return { app: { scopes, level: 'read' }, user: 'anyone' };
}

export function writes(user: Access['user'], ...scopes: readonly Scope[]): Access {
  return { app: { scopes, level: 'write' }, user };
}

export const asApp: Access = { app: 'no', user: 'no', jwt: true };

/**
 * Lets a caller through to an operation, or not.
 * @param repository the one the operation is about, if it is about one
 * @throws Refusal 401 without credentials, 403 without the permission
 */
export function checkAccess(
  state: State,
  caller: Caller,
  access: Access,
  repository: RepositoryRecord | undefined,
): void {
  if (access.jwt === true) {
    if (caller.kind !== 'app') throw new Refusal(401, 'A JSON web token could not be decoded');
    return;
  }
  switch (caller.kind) {
    case 'app':
      throw new Refusal(401, 'Bad credentials');
    case 'nobody':
      if (access.user !== 'anyone') throw new Refusal(401, 'Requires authentication');
      return;
    case 'installation':
      checkInstallation(caller.permissions, access);
      // An App cannot write to a fork: it is not installed there.
      if (repository !== undefined && repository.owner !== state.organisation && access.user !== 'anyone')
        throw notForApps();
      return;
    case 'user':
      checkUser(state, caller.login, access, repository);
  }
}

function checkInstallation(permissions: Readonly<Record<string, 'read' | 'write'>>, access: Access): void {
  if (access.app === 'no') throw notForApps();
  const { scopes, level } = access.app;
  const enough = scopes.some((scope) => {
    // Every installation may read metadata.
    const has = permissions[scope] ?? (scope === 'metadata' ? 'read' : undefined);
    return has === 'write' || has === level;
  });
  if (!enough) throw notForApps();
}

function checkUser(
  state: State,
  login: string,
  access: Access,
  repository: RepositoryRecord | undefined,
): void {
  if (access.user === 'no') throw new Refusal(403, 'You must authenticate via a GitHub App.');
  if (
    access.user === 'owner' &&
    !state.accounts.some((account) => account.login === login && account.owner)
  ) {
    throw new Refusal(403, 'You must be an organization owner or team maintainer.');
  }
  if (
    access.user === 'push' &&
    (repository === undefined || permissionOf(state, login, repository) === 'read')
  ) {
    throw new Refusal(403, 'You must have push access to this repository.');
  }
}

function notForApps(): Refusal {
  return new Refusal(403, 'Resource not accessible by integration');
}
