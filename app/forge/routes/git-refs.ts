import { afterPush } from '../actions/push.ts';
import { reads, writes } from '../access.ts';
import { isRefName, isSha } from '../git/names.ts';
import type { Inside } from '../inside.ts';
import { apiUrl, nodeId, type Schemas } from '../payloads/schemas.ts';
import { notFound, Refusal } from '../refusal.ts';
import { actorOf, listed, repositoryOf, route, type Answer, type Call, type Route } from '../route.ts';
import type { RepositoryRecord } from '../state.ts';

const readsContents = reads('contents');
const writesContents = writes('push', 'contents');

function refPayload(
  inside: Inside,
  repository: RepositoryRecord,
  ref: string,
  target: { sha: string; type: string },
): Schemas['git-ref'] {
  const api = `${apiUrl(inside, repository)}/git`;
  return {
    ref,
    node_id: nodeId('REF', `${String(repository.id)}:${ref}`),
    url: `${api}/${ref}`,
    object: { sha: target.sha, type: target.type, url: `${api}/${target.type}s/${target.sha}` },
  };
}

/** A ref as its address has it: `heads/…` or `tags/…`. */
function refIn(call: Call<'ref'>): string {
  const ref = call.param('ref');
  if (!/^(?:heads|tags)\/./u.test(ref) || !isRefName(ref)) throw notFound();
  return `refs/${ref}`;
}

function checkOpen(repository: RepositoryRecord, call: Call<never>, ref: string): void {
  const closed =
    ref === `refs/heads/${repository.protection?.branch ?? ''}` && call.caller.kind !== 'installation';
  if (closed)
    throw new Refusal(422, 'Protected branch update failed. Changes must be made through a pull request.');
}

async function createRef(inside: Inside, call: Call<'owner' | 'repo'>): Promise<Answer> {
  const repository = repositoryOf(inside, call);
  const ref = call.body.text('ref');
  const sha = call.body.text('sha');
  const login = actorOf(inside, call.caller);
  if (!/^refs\/(?:heads|tags)\/./u.test(ref) || !isRefName(ref))
    throw new Refusal(422, 'Reference name must be refs/heads/… or refs/tags/…');
  checkOpen(repository, call, ref);
  return inside.repositories.lock(repository).run(async () => {
    const git = inside.repositories.git(repository);
    const target = isSha(sha) ? await git.info(sha) : undefined;
    const fits = target !== undefined && (target.type === 'commit' || ref.startsWith('refs/tags/'));
    if (!fits) throw new Refusal(422, 'Object does not exist');
    if (!(await git.moveRef(ref, undefined, sha))) throw new Refusal(422, 'Reference already exists');
    await afterPush(inside, repository, [{ ref, from: undefined, to: sha }], login);
    return { status: 201, data: refPayload(inside, repository, ref, target) };
  });
}

async function updateRef(inside: Inside, call: Call<'owner' | 'repo' | 'ref'>): Promise<Answer> {
  const repository = repositoryOf(inside, call);
  const ref = refIn(call);
  const sha = call.body.text('sha');
  const login = actorOf(inside, call.caller);
  checkOpen(repository, call, ref);
  return inside.repositories.lock(repository).run(async () => {
    const git = inside.repositories.git(repository);
    const [before, after] = await Promise.all([git.commitNamed(ref), git.commitNamed(sha)]);
    if (before === undefined) throw new Refusal(422, 'Reference does not exist');
    if (!isSha(sha) || after !== sha) throw new Refusal(422, 'Object does not exist');
    const mayRewrite =
      call.body.flag('force') === true && ref !== `refs/heads/${repository.protection?.branch ?? ''}`;
    if (!mayRewrite && !(await git.isAncestor(before, sha)))
      throw new Refusal(422, 'Update is not a fast forward');
    if (!(await git.moveRef(ref, before, sha))) throw new Refusal(422, 'Reference has moved');
    if (before !== sha) await afterPush(inside, repository, [{ ref, from: before, to: sha }], login);
    return { status: 200, data: refPayload(inside, repository, ref, { sha, type: 'commit' }) };
  });
}

async function deleteRef(inside: Inside, call: Call<'owner' | 'repo' | 'ref'>): Promise<Answer> {
  const repository = repositoryOf(inside, call);
  const ref = refIn(call);
  const login = actorOf(inside, call.caller);
  if (ref === `refs/heads/${repository.protection?.branch ?? 'main'}`)
    throw new Refusal(422, 'Cannot delete a protected branch');
  return inside.repositories.lock(repository).run(async () => {
    const git = inside.repositories.git(repository);
    const before = (await git.info(ref))?.sha;
    if (before === undefined || !(await git.moveRef(ref, before, undefined)))
      throw new Refusal(422, 'Reference does not exist');
    await afterPush(inside, repository, [{ ref, from: before, to: undefined }], login);
    return { status: 204 };
  });
}

/** Operations on branches and tags as git has them. */
export const gitRefRoutes: readonly Route[] = [
  route('GET', '/repos/:owner/:repo/git/ref/*ref', readsContents, async (inside, call) => {
    const repository = repositoryOf(inside, call);
    const ref = refIn(call);
    const target = await inside.repositories.git(repository).info(ref);
    if (target === undefined) throw notFound();
    return { status: 200, data: refPayload(inside, repository, ref, target) };
  }),
  route('GET', '/repos/:owner/:repo/git/matching-refs/*ref', readsContents, async (inside, call) => {
    const repository = repositoryOf(inside, call);
    const found = [...(await inside.repositories.git(repository).refs())].filter(([ref]) =>
      ref.startsWith(`refs/${call.param('ref')}`),
    );
    return listed(call, found, ([ref, sha]) => refPayload(inside, repository, ref, { sha, type: 'commit' }));
  }),
  route('POST', '/repos/:owner/:repo/git/refs', writesContents, createRef),
  route('PATCH', '/repos/:owner/:repo/git/refs/*ref', writesContents, updateRef),
  route('DELETE', '/repos/:owner/:repo/git/refs/*ref', writesContents, deleteRef),
];
