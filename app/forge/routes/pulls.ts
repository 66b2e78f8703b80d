import { checkText, checkTitle, editIssue } from '../actions/issue.ts';
import { mergeabilityOf, mergePull } from '../actions/merge.ts';
import { changeBase, openPull, reopenPull } from '../actions/pull.ts';
import { closePull } from '../actions/push.ts';
import { reads, writes } from '../access.ts';
import { changedFiles } from '../git/diff.ts';
import { commit as commitPayload, file as filePayload } from '../payloads/commit.ts';
import { pull as pullPayload, simplePull } from '../payloads/pull.ts';
import { invalidField, Refusal } from '../refusal.ts';
import { actorOf, listed, pullOf, repositoryOf, route, type Route } from '../route.ts';
import { isPull } from '../state.ts';
import { checkMayEdit } from './issues.ts';

const readsPulls = reads('pull_requests');

/** Operations about pull requests. */
export const pullRoutes: readonly Route[] = [
  route('GET', '/repos/:owner/:repo/pulls', readsPulls, (inside, call) => {
    const repository = repositoryOf(inside, call);
    const { searchParams: query } = call.url;
    const state = query.get('state') ?? 'open';
    const head = query.get('head');
    const base = query.get('base');
    const found = repository.issues
      .filter(isPull)
      .filter((issue) => state === 'all' || issue.state === state)
      .filter(
        ({ pull }) =>
          head === null || head === `${pull.head.repository.split('/')[0] ?? ''}:${pull.head.ref}`,
      )
      .filter(({ pull }) => base === null || base === pull.base.ref);
    const key = query.get('sort') === 'updated' ? 'updatedAt' : 'createdAt';
    found.sort((a, b) => a[key].localeCompare(b[key]) || a.number - b.number);
    if (query.get('direction') !== 'asc') found.reverse();
    return listed(call, found, (issue) => simplePull(inside, repository, issue));
  }),
  route('POST', '/repos/:owner/:repo/pulls', writes('signed-in', 'pull_requests'), async (inside, call) => {
    const repository = repositoryOf(inside, call);
    const author = actorOf(inside, call.caller);
    const order = {
      author,
      title: call.body.text('title'),
      body: call.body.optionalText('body') ?? null,
      draft: call.body.flag('draft') ?? false,
      head: call.body.text('head'),
      base: call.body.text('base'),
    };
    checkTitle('PullRequest', order.title);
    checkText('PullRequest', order.body);
    const issue = await inside.repositories.lock(repository).run(() => openPull(inside, repository, order));
    return { status: 201, data: pullPayload(inside, repository, issue) };
  }),
  route('GET', '/repos/:owner/:repo/pulls/:number', readsPulls, async (inside, call) => {
    const repository = repositoryOf(inside, call);
    const issue = pullOf(repository, call);
    const mergeability = await mergeabilityOf(inside, repository, issue);
    return { status: 200, data: pullPayload(inside, repository, issue, mergeability) };
  }),
  route(
    'PATCH',
    '/repos/:owner/:repo/pulls/:number',
    writes('signed-in', 'pull_requests'),
    async (inside, call) => {
      const repository = repositoryOf(inside, call);
      const issue = pullOf(repository, call);
      const sender = actorOf(inside, call.caller);
      checkMayEdit(inside, repository, call.caller, issue.author);
      const title = call.body.optionalText('title') ?? undefined;
      const body = call.body.optionalText('body');
      const base = call.body.optionalText('base');
      const state = call.body.word('state', ['open', 'closed']);
      if (title !== undefined) checkTitle('PullRequest', title);
      checkText('PullRequest', body);
      await inside.repositories.lock(repository).run(async () => {
        editIssue(inside, repository, issue, { title, body }, sender);
        if (base != null) await changeBase(inside, repository, issue, base, sender);
        if (state === 'closed' && issue.state === 'open') closePull(inside, repository, issue, sender);
        if (state === 'open' && issue.state === 'closed') await reopenPull(inside, repository, issue, sender);
      });
      return {
        status: 200,
        data: pullPayload(inside, repository, issue, await mergeabilityOf(inside, repository, issue)),
      };
    },
  ),
  route('GET', '/repos/:owner/:repo/pulls/:number/files', readsPulls, async (inside, call) => {
    const repository = repositoryOf(inside, call);
    const { head, base } = pullOf(repository, call).pull;
    const files = await changedFiles(inside.repositories.git(repository), base.sha, head.sha);
    // GitHub lists no more than this.
    return listed(call, files.slice(0, 3000), (one) => filePayload(inside, repository, head.sha, one));
  }),
  route('GET', '/repos/:owner/:repo/pulls/:number/commits', readsPulls, async (inside, call) => {
    const repository = repositoryOf(inside, call);
    const { head, base } = pullOf(repository, call).pull;
    const git = inside.repositories.git(repository);
    const shas = await git.history(head.sha, { from: base.sha, limit: 250 });
    const commits = (await Promise.all(shas.toReversed().map((sha) => git.commit(sha)))).filter(
      (one) => one !== undefined,
    );
    return listed(call, commits, (one) => commitPayload(inside, repository, one));
  }),
  route('GET', '/repos/:owner/:repo/pulls/:number/merge', readsPulls, (inside, call) => {
    const merged = pullOf(repositoryOf(inside, call), call).pull.merged !== null;
    if (!merged) throw new Refusal(404, 'Not Found');
    return { status: 204 };
  }),
  route(
    'PUT',
    '/repos/:owner/:repo/pulls/:number/merge',
    writes('push', 'contents'),
    async (inside, call) => {
      const repository = repositoryOf(inside, call);
      const issue = pullOf(repository, call);
      const login = actorOf(inside, call.caller);
      const order = {
        sha: call.body.optionalText('sha') ?? undefined,
        title: call.body.optionalText('commit_title') ?? undefined,
        message: call.body.optionalText('commit_message') ?? undefined,
        method: call.body.optionalText('merge_method') ?? undefined,
      };
      if ((order.title?.length ?? 0) > 1000) throw invalidField('PullRequest', 'commit_title', 'invalid');
      const sha = await inside.repositories
        .lock(repository)
        .run(() => mergePull(inside, repository, issue, call.caller, login, order));
      return { status: 200, data: { sha, merged: true, message: 'Pull Request successfully merged' } };
    },
  ),
];
