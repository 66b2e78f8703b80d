import { accountNamed } from '../accounts.ts';
import { now, touch, type Inside } from '../inside.ts';
import { label as labelPayload } from '../payloads/issue.ts';
import { simpleUser } from '../payloads/account.ts';
import { invalidField, Refusal } from '../refusal.ts';
import {
  nextId,
  type IssueRecord,
  type LabelRecord,
  type PullRecord,
  type RepositoryRecord,
} from '../state.ts';
import { emitIssue } from './events.ts';

/** GitHub's bound on the text of an issue, a pull request, a review or a comment. */
const longestText = 65_536;
const longestTitle = 256;
const longestLabel = 50;
const mostLabels = 100;

/** @throws Refusal 422 when a text is longer than GitHub takes */
export function checkText(resource: string, text: string | null | undefined): void {
  if ((text?.length ?? 0) > longestText) {
    const message = `Body is too long (maximum is ${String(longestText)} characters)`;
    throw new Refusal(422, 'Validation Failed', [{ resource, field: 'body', code: 'custom', message }]);
  }
}

/** @throws Refusal 422 for a title that is empty, of more than one line, or too long */
export function checkTitle(resource: string, title: string): void {
  if (title.trim() === '' || title.length > longestTitle || /[\r\n]/u.test(title))
    throw invalidField(resource, 'title', 'invalid');
}

/** Adds an issue, or a pull request, with the next number. */
export function newIssue(
  inside: Inside,
  repository: RepositoryRecord,
  from: { readonly author: string; readonly title: string; readonly body: string | null },
  pull: PullRecord | null,
): IssueRecord {
  const at = now(inside);
  const issue: IssueRecord = {
    ...from,
    id: nextId(inside.state),
    number: repository.nextNumber,
    createdAt: at,
    updatedAt: at,
    state: 'open',
    stateReason: null,
    closedAt: null,
    closedBy: null,
    labels: [],
    assignees: [],
    comments: [],
    pull,
  };
  repository.nextNumber += 1;
  repository.issues.push(issue);
  return issue;
}

/** Finds a label whatever its case, or makes it, as GitHub does when an unknown one is put on an issue. */
export function labelNamed(inside: Inside, repository: RepositoryRecord, name: string): LabelRecord {
  const known = repository.labels.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (known !== undefined) return known;
  if (name.trim() === '' || name.length > longestLabel || /\p{Cc}/u.test(name))
    throw invalidField('Label', 'name', 'invalid');
  const fresh: LabelRecord = { id: nextId(inside.state), name, color: 'ededed', description: null };
  repository.labels.push(fresh);
  return fresh;
}

/** Puts labels on, leaving those already there. */
export function addLabels(
  inside: Inside,
  repository: RepositoryRecord,
  issue: IssueRecord,
  names: readonly string[],
  sender: string,
): void {
  const wanted = names
    .map((name) => labelNamed(inside, repository, name))
    .filter((one) => !issue.labels.includes(one.name));
  if (issue.labels.length + wanted.length > mostLabels) throw invalidField('Label', 'labels', 'invalid');
  for (const record of wanted) {
    if (issue.labels.includes(record.name)) continue;
    issue.labels.push(record.name);
    touch(inside, issue);
    emitIssue(inside, repository, issue, 'labeled', sender, {
      label: labelPayload(inside, repository, record),
    });
  }
}

/** @returns false when the issue did not bear the label */
export function removeLabel(
  inside: Inside,
  repository: RepositoryRecord,
  issue: IssueRecord,
  name: string,
  sender: string,
): boolean {
  const record = repository.labels.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (record === undefined || !issue.labels.includes(record.name)) return false;
  issue.labels = issue.labels.filter((one) => one !== record.name);
  touch(inside, issue);
  emitIssue(inside, repository, issue, 'unlabeled', sender, {
    label: labelPayload(inside, repository, record),
  });
  return true;
}

/** Makes the labels exactly these. */
export function setLabels(
  inside: Inside,
  repository: RepositoryRecord,
  issue: IssueRecord,
  names: readonly string[],
  sender: string,
): void {
  const wanted = new Set(names.map((name) => name.toLowerCase()));
  for (const name of issue.labels.filter((one) => !wanted.has(one.toLowerCase())))
    removeLabel(inside, repository, issue, name, sender);
  addLabels(inside, repository, issue, names, sender);
}

/** Makes people responsible; GitHub passes over who it does not know, and over teams and Apps. */
export function assign(
  inside: Inside,
  repository: RepositoryRecord,
  issue: IssueRecord,
  logins: readonly string[],
  sender: string,
): void {
  for (const login of logins) {
    const account = accountNamed(inside.state, login);
    if (account?.kind !== 'User' || issue.assignees.includes(account.login) || issue.assignees.length >= 10)
      continue;
    issue.assignees.push(account.login);
    touch(inside, issue);
    emitIssue(inside, repository, issue, 'assigned', sender, { assignee: simpleUser(inside, account.login) });
  }
}

export function unassign(
  inside: Inside,
  repository: RepositoryRecord,
  issue: IssueRecord,
  logins: readonly string[],
  sender: string,
): void {
  for (const login of logins) {
    const found = issue.assignees.find((one) => one.toLowerCase() === login.toLowerCase());
    if (found === undefined) continue;
    issue.assignees = issue.assignees.filter((one) => one !== found);
    touch(inside, issue);
    emitIssue(inside, repository, issue, 'unassigned', sender, { assignee: simpleUser(inside, found) });
  }
}

/** Changes title and body, and tells what they were. */
export function editIssue(
  inside: Inside,
  repository: RepositoryRecord,
  issue: IssueRecord,
  to: { readonly title: string | undefined; readonly body: string | null | undefined },
  sender: string,
): void {
  const changes: Record<string, { from: string }> = {};
  if (to.title !== undefined && to.title !== issue.title) {
    changes['title'] = { from: issue.title };
    issue.title = to.title;
  }
  if (to.body !== undefined && to.body !== issue.body) {
    changes['body'] = { from: issue.body ?? '' };
    issue.body = to.body;
    issue.lastEditedAt = now(inside);
    issue.editor = sender;
  }
  if (Object.keys(changes).length === 0) return;
  touch(inside, issue);
  emitIssue(inside, repository, issue, 'edited', sender, { changes });
}
