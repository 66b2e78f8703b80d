import { Buffer } from 'node:buffer';
import { personOf } from '../actions/merge.ts';
import { reads, writes } from '../access.ts';
import type { Body } from '../body.ts';
import { wholeSeconds, type Person } from '../git/commit.ts';
import { isFilePath, isRefName, isSha } from '../git/names.ts';
import type { BareRepository } from '../git/repository.ts';
import type { TreeChange } from '../git/tree.ts';
import type { Inside } from '../inside.ts';
import { gitCommit } from '../payloads/commit.ts';
import { apiUrl, nodeId, type Schemas } from '../payloads/schemas.ts';
import { invalidField, notFound, Refusal } from '../refusal.ts';
import { actorOf, repositoryOf, route, type Answer, type Call, type Route } from '../route.ts';
import type { RepositoryRecord } from '../state.ts';
import { wrapped } from './contents.ts';

const readsContents = reads('contents');
const writesContents = writes('push', 'contents');

async function createTree(inside: Inside, call: Call<'owner' | 'repo'>): Promise<Answer> {
  const repository = repositoryOf(inside, call);
  const git = inside.repositories.git(repository);
  const given = call.body.inners('tree');
  if (given === undefined) throw invalidField('Tree', 'tree', 'missing_field');
  const baseName = call.body.optionalText('base_tree') ?? undefined;
  const base = baseName === undefined || !isSha(baseName) ? undefined : await git.info(`${baseName}^{tree}`);
  if (baseName !== undefined && base === undefined) throw new Refusal(422, 'base_tree is not a tree');
  const changes = await Promise.all(given.map((one) => treeChange(git, one)));
  const sha = await git.writeTree(base?.sha, changes);
  if (sha === undefined)
    throw new Refusal(422, 'GitRPC::BadObjectState: a path to delete is not in the tree');
  return { status: 201, data: await treePayload(inside, repository, git, sha, false) };
}

async function treeChange(git: BareRepository, given: Body): Promise<TreeChange> {
  const path = given.text('path');
  const mode = given.word('mode', ['100644', '100755', '040000', '120000']) ?? '100644';
  if (!isFilePath(path)) throw new Refusal(422, 'tree.path contains a malformed path component');
  const content = given.optionalText('content');
  if (content != null) return { path, mode, sha: await git.writeBlob(Buffer.from(content)) };
  const sha = given.optionalText('sha');
  if (sha === null) return { path, mode, sha: null };
  const found = sha !== undefined && isSha(sha) ? await git.info(sha) : undefined;
  if (found?.type !== (mode === '040000' ? 'tree' : 'blob'))
    throw new Refusal(422, 'tree.sha is not an object of that type');
  return { path, mode: mode.replace(/^0/u, ''), sha: found.sha };
}

async function treePayload(
  inside: Inside,
  repository: RepositoryRecord,
  git: BareRepository,
  sha: string,
  deep: boolean,
): Promise<Schemas['git-tree']> {
  const api = `${apiUrl(inside, repository)}/git`;
  const tree: Schemas['git-tree']['tree'] = [];
  async function walk(at: string, prefix: string): Promise<void> {
    for (const one of (await git.entries(at)) ?? []) {
      const type = one.mode === '40000' ? 'tree' : one.mode === '160000' ? 'commit' : 'blob';
      const path = `${prefix}${one.name}`;
      const size = type === 'blob' ? (await git.info(one.sha))?.size : undefined;
      tree.push({
        path,
        mode: one.mode.padStart(6, '0'),
        type,
        sha: one.sha,
        url: `${api}/${type}s/${one.sha}`,
        ...(size === undefined ? {} : { size }),
      });
      if (deep && type === 'tree' && tree.length < mostEntries) await walk(one.sha, `${path}/`);
    }
  }
  await walk(sha, '');
  return {
    sha,
    url: `${api}/trees/${sha}`,
    truncated: tree.length > mostEntries,
    tree: tree.slice(0, mostEntries),
  };
}

const mostEntries = 100_000;

async function createCommit(inside: Inside, call: Call<'owner' | 'repo'>): Promise<Answer> {
  const repository = repositoryOf(inside, call);
  const git = inside.repositories.git(repository);
  const message = call.body.text('message');
  const tree = call.body.text('tree');
  const parents = call.body.texts('parents') ?? [];
  if (!isSha(tree) || (await git.info(tree))?.type !== 'tree')
    throw new Refusal(422, 'Tree SHA does not exist');
  for (const parent of parents) {
    if (!isSha(parent) || (await git.info(parent))?.type !== 'commit')
      throw new Refusal(422, 'Parent SHA does not exist or is not a commit object');
  }
  const author = personGiven(call.body.inner('author'), personOf(inside, actorOf(inside, call.caller)));
  const committer = personGiven(call.body.inner('committer'), author);
  const signature = call.body.optionalText('signature') ?? null;
  const sha = await git.writeCommit({ tree, parents, author, committer, message, signature });
  const record = await git.commit(sha);
  if (record === undefined) throw new Error('a commit just written cannot be read');
  return { status: 201, data: gitCommit(inside, repository, record) };
}

function personGiven(given: Body | undefined, otherwise: Person): Person {
  if (given === undefined) return otherwise;
  const date = given.optionalText('date') ?? otherwise.date;
  if (Number.isNaN(Date.parse(date))) throw invalidField('Commit', 'date', 'invalid');
  return { name: given.text('name'), email: given.text('email'), date: wholeSeconds(new Date(date)) };
}

async function createTag(inside: Inside, call: Call<'owner' | 'repo'>): Promise<Answer> {
  const repository = repositoryOf(inside, call);
  const git = inside.repositories.git(repository);
  const tag = call.body.text('tag');
  const object = call.body.text('object');
  const message = call.body.text('message');
  const type = call.body.word('type', ['commit', 'tree', 'blob']) ?? 'commit';
  if (!isRefName(tag)) throw invalidField('Tag', 'tag', 'invalid');
  if (!isSha(object) || (await git.info(object))?.type !== type)
    throw new Refusal(422, 'Object does not exist');
  const tagger = personGiven(call.body.inner('tagger'), personOf(inside, actorOf(inside, call.caller)));
  const sha = await git.writeTag({ object, type, name: tag, tagger, message });
  const api = `${apiUrl(inside, repository)}/git`;
  return {
    status: 201,
    data: {
      node_id: nodeId('TA', sha),
      tag,
      sha,
      url: `${api}/tags/${sha}`,
      message,
      tagger,
      object: { sha: object, type, url: `${api}/${type}s/${object}` },
    },
  };
}

/** Operations on git's own objects: blobs, trees, commits, tags. */
export const gitObjectRoutes: readonly Route[] = [
  route('POST', '/repos/:owner/:repo/git/blobs', writesContents, async (inside, call) => {
    const repository = repositoryOf(inside, call);
    const encoding = call.body.word('encoding', ['utf-8', 'base64']) ?? 'utf-8';
    if (!call.body.has('content')) throw invalidField('Blob', 'content', 'missing_field');
    const content = Buffer.from(
      call.body.optionalText('content') ?? '',
      encoding === 'base64' ? 'base64' : 'utf8',
    );
    const sha = await inside.repositories.git(repository).writeBlob(content);
    return { status: 201, data: { sha, url: `${apiUrl(inside, repository)}/git/blobs/${sha}` } };
  }),
  route('GET', '/repos/:owner/:repo/git/blobs/:sha', readsContents, async (inside, call) => {
    const repository = repositoryOf(inside, call);
    const sha = call.param('sha');
    const found = isSha(sha) ? await inside.repositories.git(repository).read(sha) : undefined;
    if (found?.type !== 'blob') throw notFound();
    const url = `${apiUrl(inside, repository)}/git/blobs/${sha}`;
    return {
      status: 200,
      data: {
        sha,
        node_id: nodeId('B', sha),
        size: found.size,
        url,
        content: wrapped(found.content),
        encoding: 'base64',
      },
    };
  }),
  route('POST', '/repos/:owner/:repo/git/trees', writesContents, createTree),
  route('GET', '/repos/:owner/:repo/git/trees/:sha', readsContents, async (inside, call) => {
    const repository = repositoryOf(inside, call);
    const git = inside.repositories.git(repository);
    const name = call.param('sha');
    const found = isRefName(name) ? await git.info(`${name}^{tree}`) : undefined;
    if (found?.type !== 'tree') throw notFound();
    const deep = call.url.searchParams.has('recursive');
    return { status: 200, data: await treePayload(inside, repository, git, found.sha, deep) };
  }),
  route('POST', '/repos/:owner/:repo/git/commits', writesContents, createCommit),
  route('GET', '/repos/:owner/:repo/git/commits/:sha', readsContents, async (inside, call) => {
    const repository = repositoryOf(inside, call);
    const sha = call.param('sha');
    const record = isSha(sha) ? await inside.repositories.git(repository).commit(sha) : undefined;
    if (record === undefined) throw notFound();
    return { status: 200, data: gitCommit(inside, repository, record) };
  }),
  route('POST', '/repos/:owner/:repo/git/tags', writesContents, createTag),
];
