import type { IncomingMessage, ServerResponse } from 'node:http';
import { git as runGit } from '../git/command.ts';
import { isFilePath, isSha } from '../git/names.ts';
import { repositoryNamed, type Inside } from '../inside.ts';
import { fullName, isPull, type RepositoryRecord } from '../state.ts';
import { html } from './html.ts';
import { checkShown, issuePage, top } from './issue-page.ts';
import { page, type Page } from './layout.ts';
import { listPage } from './list-page.ts';

/** Pages for people, at the addresses that answers give as `html_url`: to read, without scripts. */
export interface Pages {
  /** @returns false when the address is no page, and nothing was answered */
  answer(request: IncomingMessage, response: ServerResponse, url: URL): Promise<boolean>;
}

type Content = Page | { readonly plain: string } | { readonly to: string };

const address = /^\/([\w-]+)\/([\w.-]+)(?:\/(pulls|issues|pull|runs|commit|blob|raw|tree))?(?:\/(.+))?$/u;
const longestText = 2_000_000;

export function newPages(inside: Inside): Pages {
  async function content(request: IncomingMessage, url: URL): Promise<Content | undefined> {
    const [first] = inside.state.repositories;
    if (url.pathname === '/' && first !== undefined && (request.headers.accept ?? '').includes('text/html')) {
      return { to: `/${fullName(first)}/pulls` };
    }
    const [, owner = '', name = '', kind, rest = ''] = address.exec(url.pathname) ?? [];
    const repository = repositoryNamed(inside.state, owner, name);
    if (repository === undefined) return undefined;
    switch (kind) {
      case undefined:
        return rest === '' ? { to: `/${fullName(repository)}/pulls` } : undefined;
      case 'pulls':
        return rest === '' ? listPage(repository, 'pulls') : undefined;
      case 'issues':
        return rest === '' ? listPage(repository, 'issues') : conversation(inside, repository, rest, false);
      case 'pull':
        return conversation(inside, repository, rest, true);
      case 'runs':
        return run(repository, rest);
      case 'commit':
        return commit(inside, repository, rest);
      default:
        return blob(inside, repository, rest);
    }
  }
  return {
    async answer(request, response, url) {
      const found = await content(request, url);
      if (found === undefined) return false;
      send(response, found);
      return true;
    },
  };
}

function send(response: ServerResponse, content: Content): void {
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  if ('to' in content) {
    response.writeHead(302, { location: content.to }).end();
  } else if ('plain' in content) {
    // Somebody else's file: never anything but text.
    response.writeHead(200, {
      'content-type': 'text/plain; charset=utf-8',
      'content-security-policy': "default-src 'none'; sandbox",
    });
    response.end(content.plain);
  } else {
    response.writeHead(200, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': content.policy,
    });
    response.end(content.text);
  }
}

async function conversation(
  inside: Inside,
  repository: RepositoryRecord,
  number: string,
  asPull: boolean,
): Promise<Content | undefined> {
  const issue = repository.issues.find((one) => String(one.number) === number);
  if (issue === undefined) return undefined;
  if (isPull(issue) !== asPull)
    return { to: `/${fullName(repository)}/${asPull ? 'issues' : 'pull'}/${number}` };
  return issuePage(inside, repository, issue);
}

function run(repository: RepositoryRecord, id: string): Page | undefined {
  const check = repository.checks.find((one) => String(one.id) === id);
  return check === undefined
    ? undefined
    : page(
        check.name,
        [],
        html`${top(repository)}
          <h1>Check</h1>
          ${checkShown(check)}`,
      );
}

async function commit(
  inside: Inside,
  repository: RepositoryRecord,
  sha: string,
): Promise<Content | undefined> {
  const git = inside.repositories.git(repository);
  if (!isSha(sha) || (await git.commitNamed(sha)) === undefined) return undefined;
  const { stdout } = await runGit(git.dir, [
    'show',
    '--no-color',
    '--no-ext-diff',
    '--no-textconv',
    '--stat',
    '--patch',
    sha,
  ]);
  return { plain: stdout.toString('utf8').slice(0, longestText) };
}

/** A file at a commit or branch; as a branch may have slashes in its name, the longest way to read the address is tried last. */
async function blob(
  inside: Inside,
  repository: RepositoryRecord,
  rest: string,
): Promise<Content | undefined> {
  const git = inside.repositories.git(repository);
  const parts = decodedPath(rest)?.split('/') ?? [];
  for (let length = 1; length < Math.min(parts.length, 8); length += 1) {
    const sha = await git.commitNamed(parts.slice(0, length).join('/'));
    const path = parts.slice(length).join('/');
    const found = sha !== undefined && isFilePath(path) ? await git.read(`${sha}:${path}`) : undefined;
    if (found?.type === 'blob') return { plain: found.content.toString('utf8').slice(0, longestText) };
  }
  return undefined;
}

function decodedPath(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
