/** What the forge remembers, apart from the git objects themselves. Every record is plain JSON: the whole is written to one file. */

export interface AccountRecord {
  readonly id: number;
  readonly login: string;
  readonly name: string;
  readonly kind: 'User' | 'Organization' | 'Bot';
  /** Owners of the organisation may change teams. */
  readonly owner: boolean;
}

export interface TeamRecord {
  readonly id: number;
  readonly slug: string;
  readonly permission: 'pull' | 'push' | 'none';
  members: { login: string; role: 'member' | 'maintainer' }[];
}

export interface LabelRecord {
  readonly id: number;
  name: string;
  color: string;
  description: string | null;
}

export interface CommentRecord {
  readonly id: number;
  readonly author: string;
  readonly createdAt: string;
  body: string;
  updatedAt: string;
  /** Set by every edit; GitHub shows it only through GraphQL. */
  lastEditedAt: string | null;
}

type ReviewState = 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED' | 'PENDING';

export interface ReviewRecord {
  readonly id: number;
  readonly author: string;
  readonly commit: string;
  state: ReviewState;
  body: string;
  submittedAt: string | null;
  lastEditedAt: string | null;
}

/** How much a pull request changes; measured when its head moves. */
export interface PullSize {
  readonly commits: number;
  readonly additions: number;
  readonly deletions: number;
  readonly files: number;
}

export interface PullRecord {
  readonly id: number;
  draft: boolean;
  readonly head: { readonly repository: string; readonly ref: string; sha: string };
  readonly base: { ref: string; sha: string };
  size: PullSize;
  reviews: ReviewRecord[];
  reviewersAsked: string[];
  teamsAsked: string[];
  merged: { readonly at: string; readonly by: string; readonly commit: string } | null;
}

/** An issue, or a pull request when `pull` is set: GitHub numbers both in one sequence and gives both comments, labels and assignees. */
export interface IssueRecord {
  readonly id: number;
  readonly number: number;
  readonly author: string;
  readonly createdAt: string;
  title: string;
  body: string | null;
  state: 'open' | 'closed';
  stateReason: 'completed' | 'reopened' | 'not_planned' | 'duplicate' | null;
  updatedAt: string;
  /** Set by every edit of the body, with who made it; GitHub shows both only through GraphQL. */
  lastEditedAt?: string;
  editor?: string;
  closedAt: string | null;
  closedBy: string | null;
  labels: string[];
  assignees: string[];
  comments: CommentRecord[];
  readonly pull: PullRecord | null;
}

type CheckStatus = 'queued' | 'in_progress' | 'completed';
export const conclusions = [
  'action_required',
  'cancelled',
  'failure',
  'neutral',
  'skipped',
  'success',
  'timed_out',
] as const;
type Conclusion = (typeof conclusions)[number];

export interface CheckRecord {
  readonly id: number;
  readonly suite: number;
  readonly sha: string;
  name: string;
  status: CheckStatus;
  conclusion: Conclusion | null;
  startedAt: string | null;
  completedAt: string | null;
  detailsUrl: string | null;
  externalId: string;
  output: { title: string | null; summary: string | null; text: string | null };
}

export interface StatusRecord {
  readonly id: number;
  readonly sha: string;
  readonly state: string;
  readonly context: string;
  readonly description: string | null;
  readonly targetUrl: string | null;
  readonly author: string;
  readonly createdAt: string;
}

export interface RepositoryRecord {
  readonly id: number;
  readonly owner: string;
  readonly name: string;
  /** `owner/name` of the repository this one is a fork of. */
  readonly forkOf: string | null;
  readonly private?: boolean;
  /** The branch nobody but the App may write to, and the check a merge into it needs. */
  readonly protection: { readonly branch: string; readonly check: string } | null;
  readonly createdAt: string;
  pushedAt: string;
  nextNumber: number;
  labels: LabelRecord[];
  issues: IssueRecord[];
  checks: CheckRecord[];
  statuses: StatusRecord[];
}

export interface AppRecord {
  readonly id: number;
  readonly installationId: number;
  readonly slug: string;
  readonly events: readonly string[];
  readonly permissions: Readonly<Record<string, 'read' | 'write'>>;
  /** PEM, PKCS #8. */
  readonly privateKey: string;
  readonly webhookSecret: string;
  readonly createdAt: string;
}

export interface State {
  readonly version: 1;
  readonly organisation: string;
  readonly app: AppRecord;
  /** The last identity number given out. */
  sequence: number;
  accounts: AccountRecord[];
  teams: TeamRecord[];
  repositories: RepositoryRecord[];
}

/** The next identity number; one sequence serves every kind of record. */
export function nextId(state: State): number {
  state.sequence += 1;
  return state.sequence;
}

export function fullName(repository: Pick<RepositoryRecord, 'owner' | 'name'>): string {
  return `${repository.owner}/${repository.name}`;
}

/** An issue that is known to be a pull request. */
export type PullIssue = IssueRecord & { readonly pull: PullRecord };

export function isPull(issue: IssueRecord): issue is PullIssue {
  return issue.pull !== null;
}
