import { reads } from '../access.ts';
import { layOutRepository, type BareRepository } from '../git/repository.ts';
import { changedFiles } from '../git/diff.ts';
import type { Commit } from '../git/commit.ts';
import { isFilePath } from '../git/names.ts';
import { now, repositoryNamed, type Inside } from '../inside.ts';
import { pageAsked } from '../paging.ts';
import { commit as commitPayload, file as filePayload } from '../payloads/commit.ts';
import { fullRepository } from '../payloads/repository.ts';
import { apiUrl, htmlUrl } from '../payloads/schemas.ts';
import { notFound, Refusal } from '../refusal.ts';
import { actorOf, listed, repositoryOf, route, type Answer, type Call, type Route } from '../route.ts';
import { fullName, nextId, type RepositoryRecord } from '../state.ts';

const readsContents = reads('contents');

function protectionOf(inside: Inside, repository: RepositoryRecord, branch: string): object {
  const url = `${apiUrl(inside, repository)}/branches/${branch}/protection`;
  const required = repository.protection?.branch === branch ? repository.protection.check : undefined;
  if (required === undefined)
    return { enabled: false, required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] } };
  const appId = inside.state.app.id;
  return {
    url,
    enabled: true,
    required_status_checks: {
      url: `${url}/required_status_checks`,
      enforcement_level: 'everyone',
      strict: false,
      contexts: [required],
      contexts_url: `${url}/required_status_checks/contexts`,
      checks: [{ context: required, app_id: appId }],
    },
    enforce_admins: { url: `${url}/enforce_admins`, enabled: true },
    allow_force_pushes: { enabled: false },
    allow_deletions: { enabled: false },
  };
}

async function commitsOf(git: BareRepository, shas: readonly string[]): Promise<Commit[]> {
  const found = await Promise.all(shas.map((sha) => git.commit(sha)));
  return found.filter((one) => one !== undefined);
}

async function listCommits(inside: Inside, call: Call<'owner' | 'repo'>): Promise<Answer> {
  const repository = repositoryOf(inside, call);
  const git = inside.repositories.git(repository);
  const { searchParams: query } = call.url;
  const path = query.get('path') ?? undefined;
  if (path !== undefined && !isFilePath(path)) throw new Refusal(422, 'path is no path in a repository');
  const start = await git.commitNamed(query.get('sha') ?? 'main');
  if (start === undefined) throw notFound();
  const { size, page } = pageAsked(query);
  // One more than a page tells whether there is another.
  const shas = await git.history(start, {
    skip: (page - 1) * size,
    limit: size + 1,
    ...(path === undefined ? {} : { path }),
  });
  const next = new URL(call.url);
  next.searchParams.set('page', String(page + 1));
  return {
    status: 200,
    data: (await commitsOf(git, shas.slice(0, size))).map((one) => commitPayload(inside, repository, one)),
    headers: shas.length > size ? { link: `<${next.href}>; rel="next"` } : {},
  };
}

async function compare(inside: Inside, call: Call<'owner' | 'repo' | 'range'>): Promise<Answer> {
  const repository = repositoryOf(inside, call);
  const git = inside.repositories.git(repository);
  const [from = '', to = ''] = call.param('range').split('...');
  const [base, head] = await Promise.all([git.commitNamed(from), git.commitNamed(to)]);
  const common = base === undefined || head === undefined ? undefined : await git.mergeBase(base, head);
  if (base === undefined || head === undefined || common === undefined) throw notFound();
  const [ahead, behind, shas, files] = await Promise.all([
    git.commitCount(base, head),
    git.commitCount(head, base),
    git.history(head, { from: base, limit: 250 }),
    changedFiles(git, base, head),
  ]);
  const [baseCommit, mergeBase] = await commitsOf(git, [base, common]);
  if (baseCommit === undefined || mergeBase === undefined) throw notFound();
  const html = `${htmlUrl(inside, repository)}/compare/${from}...${to}`;
  const status = ahead === 0 ? (behind === 0 ? 'identical' : 'behind') : behind === 0 ? 'ahead' : 'diverged';
  const commits = await commitsOf(git, shas.toReversed());
  return {
    status: 200,
    data: {
      url: call.url.href,
      html_url: html,
      permalink_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      base_commit: commitPayload(inside, repository, baseCommit),
      merge_base_commit: commitPayload(inside, repository, mergeBase),
      status,
      ahead_by: ahead,
      behind_by: behind,
      total_commits: ahead,
      commits: commits.map((one) => commitPayload(inside, repository, one)),
      files: files.slice(0, 300).map((one) => filePayload(inside, repository, head, one)),
    },
  };
}

async function fork(inside: Inside, call: Call<'owner' | 'repo'>): Promise<Answer> {
  const base = repositoryOf(inside, call);
  const owner = actorOf(inside, call.caller);
  const name = base.name;
  const existing = repositoryNamed(inside.state, owner, name);
  if (existing !== undefined) return { status: 202, data: fullRepository(inside, existing, owner) };
  const at = now(inside);
  const record: RepositoryRecord = {
    id: nextId(inside.state),
    owner,
    name,
    forkOf: fullName(base),
    protection: null,
    createdAt: at,
    pushedAt: at,
    nextNumber: 1,
    labels: [],
    issues: [],
    checks: [],
    statuses: [],
  };
  const git = inside.repositories.git(record);
  const source = inside.repositories.git(base);
  await inside.repositories.lock(record).run(async () => {
    await layOutRepository(git.dir, source.dir);
    const tip = await source.commitNamed('refs/heads/main');
    if (tip !== undefined) await git.setRef('refs/heads/main', tip);
  });
  inside.state.repositories.push(record);
  return { status: 202, data: fullRepository(inside, record, owner) };
}

/** Operations about a repository as a whole, its branches and its history. */
export const repositoryRoutes: readonly Route[] = [
  route('GET', '/repos/:owner/:repo', reads('metadata'), (inside, call) => {
    const { caller } = call;
    const login = caller.kind === 'nobody' || caller.kind === 'app' ? undefined : actorOf(inside, caller);
    return { status: 200, data: fullRepository(inside, repositoryOf(inside, call), login) };
  }),
  route('GET', '/repos/:owner/:repo/branches', readsContents, async (inside, call) => {
    const repository = repositoryOf(inside, call);
    const refs = [...(await inside.repositories.git(repository).refs())].filter(([ref]) =>
      ref.startsWith('refs/heads/'),
    );
    return listed(call, refs, ([ref, sha]) => {
      const name = ref.slice('refs/heads/'.length);
      return {
        name,
        commit: { sha, url: `${apiUrl(inside, repository)}/commits/${sha}` },
        protected: repository.protection?.branch === name,
      };
    });
  }),
  route('GET', '/repos/:owner/:repo/branches/:branch', readsContents, async (inside, call) => {
    const repository = repositoryOf(inside, call);
    const git = inside.repositories.git(repository);
    const name = call.param('branch');
    const sha = await git.commitNamed(`refs/heads/${name}`);
    const record = sha === undefined ? undefined : await git.commit(sha);
    if (record === undefined) throw notFound();
    const self = `${apiUrl(inside, repository)}/branches/${name}`;
    return {
      status: 200,
      data: {
        name,
        commit: commitPayload(inside, repository, record),
        _links: { html: `${htmlUrl(inside, repository)}/tree/${name}`, self },
        protected: repository.protection?.branch === name,
        protection: protectionOf(inside, repository, name),
        protection_url: `${self}/protection`,
      },
    };
  }),
  route(
    'GET',
    '/repos/:owner/:repo/branches/:branch/protection',
    reads('administration', 'contents'),
    (inside, call) => {
      const repository = repositoryOf(inside, call);
      if (repository.protection?.branch !== call.param('branch'))
        throw new Refusal(404, 'Branch not protected');
      return { status: 200, data: protectionOf(inside, repository, call.param('branch')) };
    },
  ),
  route('GET', '/repos/:owner/:repo/commits', readsContents, listCommits),
  route('GET', '/repos/:owner/:repo/commits/:ref', readsContents, async (inside, call) => {
    const repository = repositoryOf(inside, call);
    const git = inside.repositories.git(repository);
    const sha = await git.commitNamed(call.param('ref'));
    const record = sha === undefined ? undefined : await git.commit(sha);
    if (record === undefined)
      throw new Refusal(422, `No commit found for SHA: ${call.param('ref').slice(0, 64)}`);
    const [parent] = record.parents;
    const files = parent === undefined ? [] : await changedFiles(git, parent, record.sha);
    const additions = files.reduce((sum, one) => sum + one.additions, 0);
    const deletions = files.reduce((sum, one) => sum + one.deletions, 0);
    return {
      status: 200,
      data: {
        ...commitPayload(inside, repository, record),
        stats: { additions, deletions, total: additions + deletions },
        files: files.slice(0, 300).map((one) => filePayload(inside, repository, record.sha, one)),
      },
    };
  }),
  route('GET', '/repos/:owner/:repo/compare/*range', readsContents, compare),
  route('POST', '/repos/:owner/:repo/forks', { app: 'no', user: 'signed-in' }, fork),
];
