import { checkAccess, type Access } from './access.ts';
import { botLogin } from './accounts.ts';
import type { Auth, Caller } from './auth.ts';
import type { Body } from './body.ts';
import { repositoryNamed, type Inside } from './inside.ts';
import { pageOf } from './paging.ts';
import { notFound, Refusal } from './refusal.ts';
import { isPull, type IssueRecord, type PullIssue, type RepositoryRecord } from './state.ts';

/** `:name` stands for one segment of a path, `*name` for all the rest. */
type Names<Path extends string> = Path extends `${string}:${infer Name}/${infer Rest}`
  ? Name | Names<`/${Rest}`>
  : Path extends `${string}:${infer Name}` | `${string}*${infer Name}`
    ? Name
    : never;

export interface Call<Name extends string = string> {
  param(name: Name): string;
  readonly url: URL;
  readonly body: Body;
  readonly caller: Caller;
  /** Makes installation tokens. */
  readonly auth: Auth;
}

export interface Answer {
  readonly status: number;
  readonly data?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Route {
  readonly method: Method;
  readonly path: string;
  readonly pattern: RegExp;
  answer(inside: Inside, call: Call): Promise<Answer>;
}

/** One operation: its address, who may use it, and what it does. Access is checked before the work begins. */
export function route<Path extends string>(
  method: Method,
  path: Path,
  access: Access,
  work: (inside: Inside, call: Call<Names<Path>>) => Answer | Promise<Answer>,
): Route {
  const pattern = path
    .replaceAll('.', String.raw`\.`)
    .replaceAll(/:(\w+)/gu, '(?<$1>[^/]+)')
    .replaceAll(/\*(\w+)/gu, '(?<$1>.+)');
  const aboutRepository = path.startsWith('/repos/:owner/:repo');
  return {
    method,
    path,
    pattern: new RegExp(`^${pattern}$`, 'u'),
    async answer(inside, call) {
      const repository = aboutRepository ? repositoryOf(inside, call) : undefined;
      checkAccess(inside.state, call.caller, access, repository);
      return work(inside, call);
    },
  };
}

/** The repository in a call's path. @throws Refusal 404 */
export function repositoryOf(inside: Inside, call: Call<'owner' | 'repo'>): RepositoryRecord {
  const found = repositoryNamed(inside.state, call.param('owner'), call.param('repo'));
  if (found === undefined) throw notFound();
  return found;
}

/** The issue or pull request in a call's path. @throws Refusal 404 */
export function issueOf(repository: RepositoryRecord, call: Call<'number'>): IssueRecord {
  const found = repository.issues.find((issue) => String(issue.number) === call.param('number'));
  if (found === undefined) throw notFound();
  return found;
}

/** The pull request in a call's path. @throws Refusal 404 */
export function pullOf(repository: RepositoryRecord, call: Call<'number'>): PullIssue {
  const found = issueOf(repository, call);
  if (!isPull(found)) throw notFound();
  return found;
}

/** The login a caller acts as. @throws Refusal 401 for someone who is nobody here */
export function actorOf(inside: Inside, caller: Caller): string {
  if (caller.kind === 'installation') return botLogin(inside.state);
  if (caller.kind === 'user') return caller.login;
  throw new Refusal(401, 'Requires authentication');
}

/** Answers with the page of a list that the call asks for. */
export function listed<T>(call: Call<never>, all: readonly T[], shown: (item: T) => unknown): Answer {
  const { items, headers } = pageOf(all, call.url);
  return { status: 200, data: items.map((item) => shown(item)), headers };
}
