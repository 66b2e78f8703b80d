import { buildSchema, graphql as execute, GraphQLError } from 'graphql';
import { checkAccess, writes, reads, type Access } from './access.ts';
import { permissionOf } from './accounts.ts';
import { setDraft } from './actions/pull.ts';
import type { Caller } from './auth.ts';
import { repositoryNamed, type Inside } from './inside.ts';
import { issueHtmlUrl } from './payloads/issue.ts';
import { idInNode, nodeId } from './payloads/schemas.ts';
import { Refusal } from './refusal.ts';
import { actorOf } from './route.ts';
import {
  isPull,
  type CommentRecord,
  type IssueRecord,
  type PullIssue,
  type RepositoryRecord,
  type ReviewRecord,
} from './state.ts';

// A cut of GitHub's schema: names, types and nullability are GitHub's own.
const schema = buildSchema(`
  scalar DateTime
  scalar URI
  type Query { repository(owner: String!, name: String!): Repository  rateLimit: RateLimit  viewer: User! }
  type RateLimit { limit: Int! cost: Int! remaining: Int! }
  type User { login: String! }
  type Repository { id: ID! nameWithOwner: String! pullRequest(number: Int!): PullRequest  issue(number: Int!): Issue }
  interface Actor { login: String! }
  type Account implements Actor { login: String! }
  enum PullRequestState { OPEN CLOSED MERGED }
  enum PullRequestReviewState { APPROVED CHANGES_REQUESTED COMMENTED DISMISSED PENDING }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type PullRequest {
    id: ID! databaseId: Int number: Int! title: String! body: String! url: URI! isDraft: Boolean! merged: Boolean!
    state: PullRequestState! headRefOid: String! author: Actor updatedAt: DateTime!
    reviews(first: Int, after: String): PullRequestReviewConnection
    comments(first: Int, after: String): IssueCommentConnection!
  }
  type Issue {
    id: ID! databaseId: Int number: Int! title: String! body: String! url: URI! author: Actor
    createdAt: DateTime! updatedAt: DateTime! lastEditedAt: DateTime editor: Actor
  }
  type PullRequestReviewConnection { nodes: [PullRequestReview] pageInfo: PageInfo! totalCount: Int! }
  type PullRequestReview {
    id: ID! databaseId: Int author: Actor body: String! state: PullRequestReviewState!
    submittedAt: DateTime lastEditedAt: DateTime
  }
  type IssueCommentConnection { nodes: [IssueComment] pageInfo: PageInfo! totalCount: Int! }
  type IssueComment { id: ID! databaseId: Int author: Actor body: String! createdAt: DateTime! updatedAt: DateTime! lastEditedAt: DateTime }
  type Mutation {
    markPullRequestReadyForReview(input: MarkPullRequestReadyForReviewInput!): MarkPullRequestReadyForReviewPayload
    convertPullRequestToDraft(input: ConvertPullRequestToDraftInput!): ConvertPullRequestToDraftPayload
  }
  input MarkPullRequestReadyForReviewInput { pullRequestId: ID! clientMutationId: String }
  type MarkPullRequestReadyForReviewPayload { pullRequest: PullRequest clientMutationId: String }
  input ConvertPullRequestToDraftInput { pullRequestId: ID! clientMutationId: String }
  type ConvertPullRequestToDraftPayload { pullRequest: PullRequest clientMutationId: String }
`);

const mostNodes = 100;
const longestQuery = 20_000;

interface Range {
  readonly first?: number | null;
  readonly after?: string | null;
}

/**
 * Answers a GraphQL request, for the few queries that GitHub offers nowhere else.
 * @returns GitHub's body: data, errors, or both; the HTTP status is 200 either way
 * @throws Refusal 401 without a good token, 400 for a body that is no query
 */
export async function answerGraphql(inside: Inside, caller: Caller, body: unknown): Promise<object> {
  if (caller.kind === 'nobody' || caller.kind === 'app')
    throw new Refusal(401, 'This endpoint requires you to be authenticated.');
  const { query, variables } = readRequest(body);
  const result = await execute({
    schema,
    source: query,
    rootValue: roots(inside, caller),
    variableValues: variables,
  });
  return { ...result, ...(result.errors === undefined ? {} : { errors: result.errors.map(shownError) }) };
}

function readRequest(body: unknown): { query: string; variables: Record<string, unknown> } {
  if (typeof body !== 'object' || body === null || !('query' in body) || typeof body.query !== 'string') {
    throw new Refusal(400, 'A query attribute must be specified and must be a string.');
  }
  if (body.query.length > longestQuery) throw new Refusal(400, 'The query is too long.');
  const variables = 'variables' in body && typeof body.variables === 'object' ? { ...body.variables } : {};
  return { query: body.query, variables };
}

function shownError(error: GraphQLError): object {
  const type = error.extensions['type'];
  return { ...error.toJSON(), ...(typeof type === 'string' ? { type } : {}) };
}

function roots(inside: Inside, caller: Caller): object {
  return {
    viewer: () => ({ login: actorOf(inside, caller) }),
    rateLimit: () => ({ limit: 5000, cost: 1, remaining: 4999 }),
    repository({ owner, name }: { owner: string; name: string }) {
      const found = repositoryNamed(inside.state, owner, name);
      if (found === undefined)
        throw noNode(`Could not resolve to a Repository with the name '${owner}/${name}'.`);
      return {
        id: nodeId('R', found.id),
        nameWithOwner: `${found.owner}/${found.name}`,
        pullRequest: pullRequest(inside, caller, found),
        issue: issueNumbered(inside, caller, found),
      };
    },
    markPullRequestReadyForReview: draftMutation(inside, caller, false),
    convertPullRequestToDraft: draftMutation(inside, caller, true),
  };
}

function pullRequest(
  inside: Inside,
  caller: Caller,
  repository: RepositoryRecord,
): (args: { number: number }) => object {
  return ({ number }) => {
    permit(inside, caller, reads('pull_requests'), repository);
    const found = repository.issues.find((issue) => issue.number === number);
    if (found === undefined || !isPull(found))
      throw noNode(`Could not resolve to a PullRequest with the number of ${String(number)}.`);
    return pullNode(inside, repository, found);
  };
}

function issueNumbered(
  inside: Inside,
  caller: Caller,
  repository: RepositoryRecord,
): (args: { number: number }) => object {
  return ({ number }) => {
    permit(inside, caller, reads('issues'), repository);
    const found = repository.issues.find((one) => one.number === number);
    if (found === undefined || isPull(found))
      throw noNode(`Could not resolve to an Issue with the number of ${String(number)}.`);
    return issueNode(inside, repository, found);
  };
}

function draftMutation(inside: Inside, caller: Caller, draft: boolean) {
  return ({ input }: { input: { pullRequestId: string; clientMutationId?: string | null } }): object => {
    const { repository, issue } = pullWithNode(inside, input.pullRequestId);
    permit(inside, caller, writes('signed-in', 'pull_requests'), repository);
    const mayDoIt =
      caller.kind !== 'user' ||
      caller.login === issue.author ||
      permissionOf(inside.state, caller.login, repository) !== 'read';
    if (!mayDoIt) throw failure('FORBIDDEN', 'You do not have permission to change this pull request.');
    if (issue.state === 'closed') throw failure('UNPROCESSABLE', 'The pull request is closed.');
    setDraft(inside, repository, issue, draft, actorOf(inside, caller));
    return { pullRequest: pullNode(inside, repository, issue), clientMutationId: input.clientMutationId };
  };
}

function pullWithNode(inside: Inside, node: string): { repository: RepositoryRecord; issue: PullIssue } {
  const id = idInNode('PR', node);
  for (const repository of inside.state.repositories) {
    const issue = repository.issues.filter(isPull).find((one) => one.pull.id === id);
    if (issue !== undefined) return { repository, issue };
  }
  throw noNode(`Could not resolve to a node with the global id of '${node}'.`);
}

function pullNode(inside: Inside, repository: RepositoryRecord, issue: PullIssue): object {
  const { pull } = issue;
  return {
    id: nodeId('PR', pull.id),
    databaseId: pull.id,
    number: issue.number,
    title: issue.title,
    body: issue.body ?? '',
    url: issueHtmlUrl(inside, repository, issue),
    isDraft: pull.draft,
    merged: pull.merged !== null,
    state: pull.merged === null ? issue.state.toUpperCase() : 'MERGED',
    headRefOid: pull.head.sha,
    author: account(issue.author),
    updatedAt: issue.updatedAt,
    reviews: (range: Range) =>
      connection(
        pull.reviews.filter((one) => one.state !== 'PENDING'),
        range,
        reviewNode,
      ),
    comments: (range: Range) => connection(issue.comments, range, commentNode),
  };
}

function issueNode(inside: Inside, repository: RepositoryRecord, found: IssueRecord): object {
  const { id, number, title, body, author, createdAt, updatedAt, lastEditedAt, editor } = found;
  return {
    id: nodeId('I', id),
    databaseId: id,
    number,
    title,
    body: body ?? '',
    url: issueHtmlUrl(inside, repository, found),
    author: account(author),
    createdAt,
    updatedAt,
    lastEditedAt: lastEditedAt ?? null,
    editor: editor === undefined ? null : account(editor),
  };
}

// `__typename` tells graphql which kind of Actor this is.
function account(login: string): object {
  return { __typename: 'Account', login };
}

function reviewNode({ id, author, body, state, submittedAt, lastEditedAt }: ReviewRecord): object {
  return {
    id: nodeId('PRR', id),
    databaseId: id,
    author: account(author),
    body,
    state,
    submittedAt,
    lastEditedAt,
  };
}

function commentNode({ id, author, body, createdAt, updatedAt, lastEditedAt }: CommentRecord): object {
  return {
    id: nodeId('IC', id),
    databaseId: id,
    author: account(author),
    body,
    createdAt,
    updatedAt,
    lastEditedAt,
  };
}

/** A page of a list; the cursor is the id of the last item seen. */
function connection<T extends { readonly id: number }>(
  all: readonly T[],
  { first, after }: Range,
  node: (item: T) => object,
): object {
  if (first == null || first < 0 || first > mostNodes) {
    throw failure('ARGUMENT_LIMIT', `You must provide a 'first' value between 0 and ${String(mostNodes)}.`);
  }
  const seen = after == null ? undefined : idInNode('cursor', after);
  const start = seen === undefined ? 0 : all.findIndex((item) => item.id === seen) + 1;
  const items = all.slice(start, start + first);
  const last = items.at(-1);
  return {
    nodes: items.map((item) => node(item)),
    totalCount: all.length,
    pageInfo: {
      hasNextPage: start + first < all.length,
      endCursor: last === undefined ? null : nodeId('cursor', last.id),
    },
  };
}

function permit(inside: Inside, caller: Caller, access: Access, repository: RepositoryRecord): void {
  try {
    checkAccess(inside.state, caller, access, repository);
  } catch (error) {
    throw error instanceof Refusal ? failure('FORBIDDEN', error.message) : error;
  }
}

function noNode(message: string): GraphQLError {
  return failure('NOT_FOUND', message);
}

function failure(type: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type } });
}
