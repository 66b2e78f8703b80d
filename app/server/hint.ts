import * as z from 'zod';

/*
 * A webhook says which ticket to look at, never what happened: its payload may be old, replayed, or signed by someone who stole
 * the secret, and GitHub signs neither the event's name nor its delivery id (trust.md F9, T02 to T04).
 */

/** What to look at again. */
export type Hint =
  | { readonly kind: 'issue'; readonly number: number }
  /** The files of a branch; `HEAD` where the event is about no branch (people and teams): the default one. */
  | { readonly kind: 'repository'; readonly ref: string };

/** Events the service listens to (app.yml); all others are answered and ignored (trust.md T03). */
export const webhookEvents = [
  'pull_request',
  'pull_request_review',
  'issue_comment',
  'issues',
  'check_run',
  'check_suite',
  'push',
  'membership',
  'team',
  'merge_group',
] as const;
export type WebhookEvent = (typeof webhookEvents)[number];

export const isWebhookEvent = (name: string): name is WebhookEvent =>
  (webhookEvents as readonly string[]).includes(name);

/** More pull requests than this in one event are left to the periodic sweep. */
const mostHints = 100;

const number = z.int().positive().max(2_147_483_647);
const numbered = z.looseObject({ number });
const numberedList = z.array(numbered).max(mostHints);
const branch = z
  .string()
  .max(255)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._/+-]*$/);
const ref = z
  .string()
  .max(255)
  .regex(/^refs\/heads\/[A-Za-z0-9][A-Za-z0-9._/+-]*$/);

const PullRequestEvent = z.looseObject({ pull_request: numbered });
const MergedEvent = z.looseObject({
  pull_request: z.looseObject({ merged: z.literal(true), base: z.looseObject({ ref: branch }) }),
});
const IssueEvent = z.looseObject({ issue: numbered });
const CheckRunEvent = z.looseObject({ check_run: z.looseObject({ pull_requests: numberedList }) });
const CheckSuiteEvent = z.looseObject({ check_suite: z.looseObject({ pull_requests: numberedList }) });
const PushEvent = z.looseObject({ ref, repository: z.looseObject({ default_branch: branch }) });
const MergeGroupEvent = z.looseObject({ merge_group: z.looseObject({ head_ref: ref, base_ref: ref }) });

const SentEvent = z.looseObject({ sender: z.looseObject({ login: z.string() }) });

type Reader = (payload: object) => readonly Hint[];

const pullRequest = reader(PullRequestEvent, ({ pull_request }) => issues([pull_request]));
const merged = reader(MergedEvent, ({ pull_request }) => [repository(`refs/heads/${pull_request.base.ref}`)]);
const issue = reader(IssueEvent, (event) => issues([event.issue]));
const people: Reader = () => [repository('HEAD')];

const readers: Readonly<Record<WebhookEvent, Reader>> = {
  pull_request: (payload) => [...pullRequest(payload), ...merged(payload)],
  pull_request_review: pullRequest,
  issue_comment: issue,
  issues: issue,
  check_run: reader(CheckRunEvent, ({ check_run }) => issues(check_run.pull_requests)),
  check_suite: reader(CheckSuiteEvent, ({ check_suite }) => issues(check_suite.pull_requests)),
  push: reader(PushEvent, (push) =>
    push.ref === `refs/heads/${push.repository.default_branch}` ? [repository(push.ref)] : [],
  ),
  membership: people,
  team: people,
  merge_group: reader(MergeGroupEvent, ({ merge_group }) => [
    ...issues(queued(merge_group.head_ref)),
    repository(merge_group.base_ref),
  ]),
};

/**
 * What a webhook makes worth looking at. `payload` is anything at all; what does not have the shape its event's name promises
 * gives no hint. Never throws.
 */
export function hintsOf(event: string, payload: unknown): readonly Hint[] {
  if (!isWebhookEvent(event) || typeof payload !== 'object' || payload === null) return [];
  return readers[event](payload);
}

function reader<T>(schema: z.ZodType<T>, hints: (read: T) => readonly Hint[]): Reader {
  return (payload) => {
    const parsed = schema.safeParse(payload);
    return parsed.success ? hints(parsed.data) : [];
  };
}

function repository(name: string): Hint {
  return { kind: 'repository', ref: name };
}

function issues(found: readonly { readonly number: number }[]): readonly Hint[] {
  return [...new Set(found.map((one) => one.number))].map((one) => ({ kind: 'issue', number: one }));
}

/** The pull request a merge queue's branch is named after: `refs/heads/gh-readonly-queue/main/pr-104-<commit>`. */
function queued(headRef: string): readonly { readonly number: number }[] {
  const found = number.safeParse(Number(/\/pr-(\d{1,10})-[0-9a-f]+$/.exec(headRef)?.[1]));
  return found.success ? [{ number: found.data }] : [];
}

/** Who is in which team is never ours to write: such events tell something whoever sent them. */
const aboutPeople: ReadonlySet<string> = new Set(['membership', 'team']);

/**
 * Of the hints of an event that we caused ourselves, those that tell us something: that a branch moved by a merge of ours, which drives the
 * publisher. What else we wrote, the run that wrote it knows; our pushes are entries of journals (trust.md T39).
 */
export function withoutEcho(
  event: string,
  payload: unknown,
  self: string,
  hints: readonly Hint[],
): readonly Hint[] {
  const read = SentEvent.safeParse(payload);
  if (!read.success || read.data.sender.login !== self || aboutPeople.has(event)) return hints;
  return event === 'pull_request' ? hints.filter(({ kind }) => kind === 'repository') : [];
}
