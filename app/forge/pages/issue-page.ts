import { changedFiles, patch } from '../git/diff.ts';
import type { Inside } from '../inside.ts';
import {
  fullName,
  isPull,
  type CheckRecord,
  type IssueRecord,
  type PullIssue,
  type RepositoryRecord,
} from '../state.ts';
import { html, type Html } from './html.ts';
import { labelShown, page, timeShown, type Page } from './layout.ts';
import { markdown } from './markdown.ts';

const longestPatch = 100_000;

/** The page of one issue or pull request: what GitHub shows under its `html_url`, to read only. */
export async function issuePage(
  inside: Inside,
  repository: RepositoryRecord,
  issue: IssueRecord,
): Promise<Page> {
  const labels = repository.labels.filter((one) => issue.labels.includes(one.name));
  const number = `#${String(issue.number)}`;
  const body = html`${top(repository)}
    <h1>${issue.title} <span class="quiet">${number}</span></h1>
    <p>${stateBadge(issue)} ${labels.map((one) => labelShown(one))}</p>
    <p class="quiet">
      ${opened(issue)}${issue.assignees.length === 0 ? '' : ` · assigned to ${issue.assignees.join(', ')}`}${isPull(issue) ? waitingFor(issue) : ''}
    </p>
    ${isPull(issue) ? checks(repository, issue) : html``}
    <h2>Conversation</h2>
    ${conversation(issue)} ${isPull(issue) ? await files(inside, repository, issue) : html``}`;
  return page(`${issue.title} · ${number}`, labels, body);
}

/** The line at the top of every page. */
export function top(repository: RepositoryRecord): Html {
  const path = `/${fullName(repository)}`;
  return html`<header>
    <strong><a href="${path}/pulls">${fullName(repository)}</a></strong> ·
    <a href="${path}/pulls">pull requests</a> · <a href="${path}/issues">issues</a>
  </header>`;
}

export function stateBadge(issue: IssueRecord): Html {
  const state =
    issue.pull?.merged != null
      ? 'merged'
      : issue.state === 'open' && issue.pull?.draft === true
        ? 'draft'
        : issue.state;
  return html`<span class="badge ${state}">${state}</span>`;
}

function opened(issue: IssueRecord): Html {
  if (!isPull(issue)) return html`opened by ${issue.author}, ${timeShown(issue.createdAt)}`;
  const { head, base, merged } = issue.pull;
  const from = `${head.repository.split('/')[0] ?? ''}:${head.ref}`;
  const end = merged === null ? html`` : html` · merged by ${merged.by}, ${timeShown(merged.at)}`;
  return html`${issue.author} wants to merge <code>${from}</code> into <code>${base.ref}</code>, opened
    ${timeShown(issue.createdAt)}${end}`;
}

function waitingFor({ pull }: PullIssue): string {
  const asked = [...pull.reviewersAsked, ...pull.teamsAsked.map((slug) => `team ${slug}`)];
  return asked.length === 0 ? '' : ` · review asked of ${asked.join(', ')}`;
}

function checks(repository: RepositoryRecord, { pull }: PullIssue): Html {
  const here = repository.checks.filter((one) => one.sha === pull.head.sha);
  const latest = here.filter((one) => here.findLast((other) => other.name === one.name) === one);
  const statuses = repository.statuses.filter((one) => one.sha === pull.head.sha);
  if (latest.length === 0 && statuses.length === 0)
    return html`<h2>Checks</h2>
      <p class="quiet">None yet for commit <code>${pull.head.sha.slice(0, 12)}</code>.</p>`;
  return html`<h2>Checks</h2>
    ${latest.map((one) => checkShown(one))}${statuses.map((one) => html`<p>${one.context}: ${one.state} ${one.description ?? ''}</p>`)}`;
}

/** A check run with its title and summary. */
export function checkShown(check: CheckRecord): Html {
  const { conclusion, output } = check;
  const mood =
    conclusion === null ? 'waiting' : ['success', 'neutral', 'skipped'].includes(conclusion) ? 'good' : 'bad';
  const word = (conclusion ?? check.status).replaceAll('_', ' ');
  return html`<section class="check" id="check-${check.id}">
    <header>
      <strong>${check.name}</strong>
      <span class="${mood}">${word}</span>${output.title === null ? '' : ` · ${output.title}`}
    </header>
    <div>${markdown(output.summary ?? '')}${markdown(output.text ?? '')}</div>
  </section>`;
}

interface Said {
  readonly id: string;
  readonly who: string;
  readonly how: string;
  readonly at: string;
  readonly edited: boolean;
  readonly body: string;
}

const verdicts = {
  APPROVED: 'approved',
  CHANGES_REQUESTED: 'asked for changes',
  COMMENTED: 'reviewed',
  DISMISSED: 'reviewed (dismissed since)',
  PENDING: 'is reviewing',
} as const;

function conversation(issue: IssueRecord): Html {
  const first: Said = {
    id: `issue-${String(issue.id)}`,
    who: issue.author,
    how: 'wrote',
    at: issue.createdAt,
    edited: false,
    body: issue.body ?? '',
  };
  const comments = issue.comments.map(({ id, author, createdAt, lastEditedAt, body }): Said => {
    return {
      id: `issuecomment-${String(id)}`,
      who: author,
      how: 'wrote',
      at: createdAt,
      edited: lastEditedAt !== null,
      body,
    };
  });
  const reviews = (issue.pull?.reviews ?? []).flatMap(
    ({ id, author, submittedAt, lastEditedAt, state, body }): Said[] => {
      if (submittedAt === null) return [];
      return [
        {
          id: `pullrequestreview-${String(id)}`,
          who: author,
          how: verdicts[state],
          at: submittedAt,
          edited: lastEditedAt !== null,
          body,
        },
      ];
    },
  );
  const later = [...comments, ...reviews].toSorted((a, b) => a.at.localeCompare(b.at));
  return html`${[first, ...later].map((one) => said(one))}`;
}

function said({ id, who, how, at, edited, body }: Said): Html {
  const text = body.trim() === '' ? html`` : html`<div>${markdown(body)}</div>`;
  return html`<article id="${id}">
    <header>
      <strong>${who}</strong> ${how} <span class="quiet">${timeShown(at)}${edited ? ' · edited' : ''}</span>
    </header>
    ${text}
  </article> `;
}

async function files(inside: Inside, repository: RepositoryRecord, { pull }: PullIssue): Promise<Html> {
  const git = inside.repositories.git(repository);
  const [changed, text] = await Promise.all([
    changedFiles(git, pull.base.sha, pull.head.sha),
    patch(git, pull.base.sha, pull.head.sha, longestPatch),
  ]);
  const rows = changed.slice(0, 300).map(
    (one) =>
      html`<tr>
        <td>${one.status}</td>
        <td>
          <a
            href="/${fullName(repository)}/blob/${pull.head.sha}/${one.path.split('/').map(encodeURIComponent).join('/')}"
            ><code>${one.path}</code></a
          >
        </td>
        <td>+${one.additions} −${one.deletions}</td>
      </tr>`,
  );
  return html`<h2>Files <span class="quiet">${changed.length}</span></h2>
    <div class="wide">
      <table>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
    <details>
      <summary>Changes as text</summary>
      <pre><code>${text}</code></pre>
    </details>`;
}
