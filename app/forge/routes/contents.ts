import { Buffer } from 'node:buffer';
import { personOf } from '../actions/merge.ts';
import { reads, writes } from '../access.ts';
import { isFilePath, isRefName, isSha } from '../git/names.ts';
import type { BareRepository } from '../git/repository.ts';
import type { Inside } from '../inside.ts';
import { afterPush } from '../actions/push.ts';
import { gitCommit } from '../payloads/commit.ts';
import { apiUrl, htmlUrl, type Schemas } from '../payloads/schemas.ts';
import { invalidField, notFound, Refusal } from '../refusal.ts';
import { actorOf, repositoryOf, route, type Answer, type Call, type Route } from '../route.ts';
import type { RepositoryRecord } from '../state.ts';

// GitHub gives the content of a file in JSON up to this size.
const largestInline = 1024 * 1024;

interface Found {
  readonly path: string;
  readonly sha: string;
  readonly size: number;
}

function entry(
  inside: Inside,
  repository: RepositoryRecord,
  ref: string,
  found: Found,
): Omit<Schemas['content-file'], 'content' | 'encoding' | 'type'> {
  const path = found.path.split('/').map(encodeURIComponent).join('/');
  const self = `${apiUrl(inside, repository)}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const git = `${apiUrl(inside, repository)}/git/blobs/${found.sha}`;
  const html = `${htmlUrl(inside, repository)}/blob/${ref}/${path}`;
  return {
    name: found.path.split('/').at(-1) ?? '',
    path: found.path,
    sha: found.sha,
    size: found.size,
    url: self,
    html_url: html,
    git_url: git,
    download_url: `${htmlUrl(inside, repository)}/raw/${ref}/${path}`,
    _links: { self, git, html },
  };
}

async function folder(
  inside: Inside,
  repository: RepositoryRecord,
  git: BareRepository,
  ref: string,
  path: string,
  tree: string,
): Promise<object[]> {
  const entries = (await git.entries(tree)) ?? [];
  return Promise.all(
    entries.map(async ({ mode, name, sha }) => {
      const kind =
        mode === '40000' ? 'dir' : mode === '160000' ? 'submodule' : mode === '120000' ? 'symlink' : 'file';
      const size = kind === 'file' || kind === 'symlink' ? ((await git.info(sha))?.size ?? 0) : 0;
      const full = path === '' ? name : `${path}/${name}`;
      return Object.assign(entry(inside, repository, ref, { path: full, sha, size }), { type: kind });
    }),
  );
}

async function getContents(inside: Inside, call: Call<'owner' | 'repo'>, path: string): Promise<Answer> {
  const repository = repositoryOf(inside, call);
  const git = inside.repositories.git(repository);
  const ref = call.url.searchParams.get('ref') ?? 'main';
  const commit = await git.commitNamed(ref);
  if (commit === undefined) throw new Refusal(404, `No commit found for the ref ${ref.slice(0, 200)}`);
  if (path !== '' && !isFilePath(path)) throw notFound();
  const found = await git.info(`${commit}:${path}`);
  if (found?.type === 'tree')
    return { status: 200, data: await folder(inside, repository, git, ref, path, found.sha) };
  if (found?.type !== 'blob') throw notFound();
  const shown = entry(inside, repository, ref, { path, sha: found.sha, size: found.size });
  if (found.size > largestInline)
    return { status: 200, data: { ...shown, type: 'file', content: '', encoding: 'none' } };
  const blob = await git.read(found.sha);
  return {
    status: 200,
    data: { ...shown, type: 'file', content: wrapped(blob?.content ?? Buffer.alloc(0)), encoding: 'base64' },
  };
}

/** Base64 in lines of 60 characters, as GitHub gives it: who forgets to decode it properly is found out here. */
export function wrapped(content: Buffer): string {
  return content.toString('base64').replaceAll(/.{60}/gu, '$&\n');
}

async function putContents(inside: Inside, call: Call<'owner' | 'repo' | 'path'>): Promise<Answer> {
  const repository = repositoryOf(inside, call);
  const path = call.param('path');
  const branch = call.body.optionalText('branch') ?? 'main';
  const message = call.body.text('message');
  const content = Buffer.from(call.body.optionalText('content') ?? '', 'base64');
  if (!isFilePath(path)) throw invalidField('Commit', 'path', 'invalid');
  if (!isRefName(branch)) throw invalidField('Commit', 'branch', 'invalid');
  if (repository.protection?.branch === branch && call.caller.kind !== 'installation') {
    throw new Refusal(409, 'Changes must be made through a pull request.');
  }
  const expected = call.body.optionalText('sha') ?? undefined;
  const login = actorOf(inside, call.caller);
  return inside.repositories.lock(repository).run(async () => {
    const git = inside.repositories.git(repository);
    const ref = `refs/heads/${branch}`;
    const tip = await git.commitNamed(ref);
    const before = tip === undefined ? undefined : await git.commit(tip);
    if (tip === undefined || before === undefined) throw new Refusal(404, `Branch ${branch} not found`);
    const existing = await git.info(`${tip}:${path}`);
    if (existing !== undefined && expected === undefined)
      throw new Refusal(422, 'Invalid request.\n\n"sha" wasn\'t supplied.');
    if (expected !== undefined && (!isSha(expected) || existing?.sha !== expected)) {
      throw new Refusal(409, `${path} does not match ${expected.slice(0, 64)}`);
    }
    const blob = await git.writeBlob(content);
    const tree = await git.writeTree(before.tree, [{ path, mode: '100644', sha: blob }]);
    const who = personOf(inside, login);
    const sha = await git.writeCommit({
      tree: tree ?? before.tree,
      parents: [tip],
      author: who,
      committer: who,
      message,
      signature: null,
    });
    if (!(await git.moveRef(ref, tip, sha))) throw new Refusal(409, `${branch} has moved`);
    await afterPush(inside, repository, [{ ref, from: tip, to: sha }], login);
    const commit = await git.commit(sha);
    return {
      status: existing === undefined ? 201 : 200,
      data: {
        content: {
          ...entry(inside, repository, branch, { path, sha: blob, size: content.length }),
          type: 'file',
        },
        commit: commit === undefined ? {} : gitCommit(inside, repository, commit),
      },
    };
  });
}

/** Operations about files at a commit. */
export const contentRoutes: readonly Route[] = [
  route('GET', '/repos/:owner/:repo/contents', reads('contents'), (inside, call) =>
    getContents(inside, call, ''),
  ),
  // Octokit asks for the top folder with a slash at the end.
  route('GET', '/repos/:owner/:repo/contents/', reads('contents'), (inside, call) =>
    getContents(inside, call, ''),
  ),
  route('GET', '/repos/:owner/:repo/contents/*path', reads('contents'), (inside, call) =>
    getContents(inside, call, call.param('path')),
  ),
  route('PUT', '/repos/:owner/:repo/contents/*path', writes('push', 'contents'), putContents),
];
