import type { ProbotOctokit } from 'probot';
import type { Input, OwnComment, PullFacts, SeenCheck } from '../model/facts.ts';
import type { Person } from '../model/journal.ts';
import type { Fetched } from '../record/repository.ts';
import { markerOf } from '../wording/markdown.ts';
import { sha256 } from './digest.ts';
import { hasStatus } from './status.ts';

/** GitHub as the application sees it: Probot's Octokit, authenticated as our installation. */
export type GitHub = InstanceType<typeof ProbotOctokit>;

export interface Repository {
  readonly owner: string;
  readonly repo: string;
}

/** Who we are on GitHub: our own comments and check runs are known by it. */
export interface Identity {
  readonly appId: number;
  readonly login: string;
}

/** The number is no pull request: perhaps an issue. */
export class NoSuchPull extends Error {
  override readonly name = 'NoSuchPull';
}

type RestPull = Awaited<ReturnType<GitHub['rest']['pulls']['get']>>['data'];

const nobody: Person = { login: 'ghost', id: 0 };
export const person = (user: { readonly login: string; readonly id: number } | null | undefined): Person =>
  user ? { login: user.login, id: user.id } : nobody;

/** The pull request itself. What the merge changed is read from git, by the caller. */
export async function readPull(
  github: GitHub,
  at: Repository,
  number: number,
  committers: Map<string, readonly string[]>,
): Promise<{ readonly rest: RestPull; readonly facts: Omit<PullFacts, 'merge'> }> {
  const { data: rest } = await github.rest.pulls
    .get({ ...at, pull_number: number })
    .catch((error: unknown) => {
      throw hasStatus(error, 404)
        ? new NoSuchPull(`there is no pull request #${String(number)}`, { cause: error })
        : error;
    });
  const closed = rest.state === 'closed' && !rest.merged;
  const closedBy = closed
    ? (await github.rest.issues.get({ ...at, issue_number: number })).data.closed_by
    : undefined;
  const commits = `${String(number)} ${rest.base.sha} ${rest.head.sha}`;
  const logins = committers.get(commits) ?? (await readCommitters(github, at, number));
  committers.set(commits, logins);
  return {
    rest,
    facts: {
      number,
      author: person(rest.user),
      title: rest.title,
      url: rest.html_url,
      draft: rest.draft ?? false,
      open: rest.state === 'open',
      createdAt: rest.created_at,
      base: rest.base.ref,
      head: rest.head.sha,
      closedBy: closedBy ? person(closedBy) : undefined,
      committers: logins,
      labels: rest.labels.map(({ name }) => name),
      assignees: (rest.assignees ?? []).map(({ login }) => login),
      requestedTeams: (rest.requested_teams ?? []).map(({ slug }) => slug),
      requestedUsers: (rest.requested_reviewers ?? []).map(({ login }) => login),
    },
  };
}

/** Authors and committers of the commits, by login. GitHub itself commits what is written through its pages; that is nobody's part in it. */
async function readCommitters(github: GitHub, at: Repository, number: number): Promise<readonly string[]> {
  const commits = await github.paginate(github.rest.pulls.listCommits, {
    ...at,
    pull_number: number,
    per_page: 100,
  });
  const logins = commits.flatMap(({ author, committer }) => [loginOf(author), loginOf(committer)]);
  return [...new Set(logins.filter((login) => login !== undefined && login !== 'web-flow'))].filter(
    (login) => login !== undefined,
  );
}

/** Where main and the promotion branches of a ticket stand, by the API: much cheaper than a fetch that finds nothing new. */
export async function readRefs(
  github: GitHub,
  at: Repository,
  number: number,
): Promise<Omit<Fetched, 'head'>> {
  const [main, promotions] = await Promise.all([
    github.rest.git.getRef({ ...at, ref: 'heads/main' }),
    github.rest.git.listMatchingRefs({ ...at, ref: `heads/rollout/${String(number)}/` }),
  ]);
  return {
    main: main.data.object.sha,
    promotions: promotions.data.map(({ ref, object }) => ({
      branch: ref.slice('refs/heads/'.length),
      head: object.sha,
    })),
  };
}

const loginOf = (user: unknown): string | undefined =>
  typeof user === 'object' && user !== null && 'login' in user && typeof user.login === 'string'
    ? user.login
    : undefined;

const reviewStates: Readonly<Record<string, NonNullable<Input['review']>>> = {
  APPROVED: 'approved',
  COMMENTED: 'commented',
  CHANGES_REQUESTED: 'changes-requested',
  DISMISSED: 'dismissed',
};

/** Reviews that were submitted. `known` are the ids already in the journal: only new ones are asked for edits, in one query. */
export async function readReviews(
  github: GitHub,
  at: Repository,
  number: number,
  known: ReadonlySet<number>,
): Promise<readonly Input[]> {
  const reviews = await github.paginate(github.rest.pulls.listReviews, {
    ...at,
    pull_number: number,
    per_page: 100,
  });
  const submitted = reviews.filter(({ state }) => state in reviewStates);
  const unedited = submitted.some(({ id }) => !known.has(id))
    ? await uneditedReviews(github, at, number)
    : known;
  return submitted.map((review) => ({
    kind: 'review',
    id: review.id,
    where: 'ticket',
    by: person(review.user),
    bot: review.user?.type === 'Bot',
    at: review.submitted_at ?? '',
    // Beyond the first two thousand nothing is known: when unsure, it does not count.
    edited: !unedited.has(review.id),
    body: review.body,
    bodySha256: sha256(review.body),
    review: reviewStates[review.state] ?? 'dismissed',
    ...(review.commit_id === null ? {} : { commit: review.commit_id }),
  }));
}

interface ReviewPage {
  readonly repository: {
    readonly pullRequest: {
      readonly reviews: {
        readonly nodes: readonly { readonly databaseId: number; readonly lastEditedAt: string | null }[];
        readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
      };
    };
  };
}

const mostPages = 20;

/** REST reviews carry no edit time; GraphQL does. Gives the reviews known to stand as they were submitted. */
async function uneditedReviews(
  github: GitHub,
  { owner, repo }: Repository,
  number: number,
): Promise<ReadonlySet<number>> {
  const unedited = new Set<number>();
  let after: string | null = null;
  for (let page = 0; page < mostPages; page++) {
    const answer: ReviewPage = await github.graphql<ReviewPage>(
      `query ($owner: String!, $repo: String!, $number: Int!, $after: String) {
        repository(owner: $owner, name: $repo) { pullRequest(number: $number) {
          reviews(first: 100, after: $after) { nodes { databaseId lastEditedAt } pageInfo { hasNextPage endCursor } }
        } }
      }`,
      { owner, repo, number, after },
    );
    const { nodes, pageInfo } = answer.repository.pullRequest.reviews;
    for (const { databaseId, lastEditedAt } of nodes) if (lastEditedAt === null) unedited.add(databaseId);
    if (!pageInfo.hasNextPage) break;
    after = pageInfo.endCursor;
  }
  return unedited;
}

/** Comments of the ticket or of its call issue: what people wrote, and what we wrote ourselves. */
export async function readComments(
  github: GitHub,
  at: Repository,
  number: number,
  where: 'ticket' | 'call',
  self: Identity,
): Promise<{ readonly inputs: readonly Input[]; readonly own: readonly OwnComment[] }> {
  const comments = await github.paginate(github.rest.issues.listComments, {
    ...at,
    issue_number: number,
    per_page: 100,
  });
  const inputs: Input[] = [];
  const own: OwnComment[] = [];
  for (const comment of comments) {
    const body = comment.body ?? '';
    if (comment.user?.login === self.login) {
      const marker = markerOf(body);
      if (marker !== undefined) own.push({ id: comment.id, marker, body, at: comment.created_at, where });
      continue;
    }
    inputs.push({
      kind: 'comment',
      id: comment.id,
      where,
      by: person(comment.user),
      bot: comment.user?.type === 'Bot',
      at: comment.created_at,
      edited: comment.updated_at !== comment.created_at,
      body,
      bodySha256: sha256(body),
    });
  }
  return { inputs, own };
}

const oldAfter = 13 * 86_400_000;

/** The newest check run of each name that our App made for a commit; others of the same name do not count (T29). */
export async function readChecks(
  github: GitHub,
  at: Repository,
  head: string,
  self: Identity,
  now: Date,
): Promise<readonly SeenCheck[]> {
  const runs = await github.paginate(github.rest.checks.listForRef, {
    ...at,
    ref: head,
    filter: 'latest',
    per_page: 100,
  });
  return runs
    .filter(({ app }) => app?.id === self.appId)
    .toSorted((a, b) => b.id - a.id)
    .map(({ id, name, status, conclusion, output, started_at: startedAt }) => ({
      id,
      name,
      status: status === 'completed' || status === 'in_progress' ? status : 'queued',
      conclusion,
      title: output.title ?? '',
      summary: output.summary ?? '',
      // The process's time, which is that of the forge too: in the demo both began weeks ago.
      ...(startedAt !== null && now.getTime() - Date.parse(startedAt) > oldAfter ? { isOld: true } : {}),
    }));
}
