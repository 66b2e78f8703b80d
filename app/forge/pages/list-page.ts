import type { IssueRecord, RepositoryRecord } from '../state.ts';
import { fullName, isPull } from '../state.ts';
import { html, type Html } from './html.ts';
import { stateBadge, top } from './issue-page.ts';
import { labelShown, page, timeShown, type Page } from './layout.ts';

const mostShown = 300;

/** The list of pull requests, or of issues: open ones first, newest first. */
export function listPage(repository: RepositoryRecord, kind: 'pulls' | 'issues'): Page {
  const found = repository.issues.filter((issue) => isPull(issue) === (kind === 'pulls')).toReversed();
  const sorted = [
    ...found.filter((issue) => issue.state === 'open'),
    ...found.filter((issue) => issue.state === 'closed'),
  ];
  const name = kind === 'pulls' ? 'Pull requests' : 'Issues';
  const rows = sorted.slice(0, mostShown).map((issue) => row(repository, issue));
  const list =
    rows.length === 0
      ? html`<p class="quiet">None yet.</p>`
      : html`<ul class="plain">
          ${rows}
        </ul>`;
  return page(
    `${name} · ${fullName(repository)}`,
    repository.labels,
    html`${top(repository)}
      <h1>${name}</h1>
      ${list}`,
  );
}

function row(repository: RepositoryRecord, issue: IssueRecord): Html {
  const path = `/${fullName(repository)}/${isPull(issue) ? 'pull' : 'issues'}/${String(issue.number)}`;
  const labels = repository.labels.filter((one) => issue.labels.includes(one.name));
  return html`<li>
    ${stateBadge(issue)}
    <a href="${path}">${issue.title}</a> ${labels.map((one) => labelShown(one))}<br /><span class="quiet"
      >#${issue.number} by ${issue.author}, ${timeShown(issue.createdAt)}</span
    >
  </li> `;
}
