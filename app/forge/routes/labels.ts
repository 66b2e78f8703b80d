import { addLabels, labelNamed, removeLabel, setLabels } from '../actions/issue.ts';
import { reads, writes } from '../access.ts';
import type { Inside } from '../inside.ts';
import { label as labelPayload, labelsOf } from '../payloads/issue.ts';
import { invalidField, notFound, Refusal } from '../refusal.ts';
import { actorOf, issueOf, listed, repositoryOf, route, type Call, type Route } from '../route.ts';
import type { LabelRecord, RepositoryRecord } from '../state.ts';

const changesLabels = writes('push', 'issues', 'pull_requests');
const readsLabels = reads('issues', 'pull_requests');

function labelOf(repository: RepositoryRecord, call: Call<'name'>): LabelRecord {
  const wanted = call.param('name').toLowerCase();
  const found = repository.labels.find((one) => one.name.toLowerCase() === wanted);
  if (found === undefined) throw notFound();
  return found;
}

function paint(record: LabelRecord, call: Call<never>): void {
  const color = call.body.optionalText('color');
  if (color != null && !/^[0-9A-Fa-f]{6}$/u.test(color)) throw invalidField('Label', 'color', 'invalid');
  const description = call.body.optionalText('description');
  if ((description?.length ?? 0) > 100) throw invalidField('Label', 'description', 'invalid');
  if (color != null) record.color = color.toLowerCase();
  if (description !== undefined) record.description = description;
}

function rename(inside: Inside, repository: RepositoryRecord, record: LabelRecord, name: string): void {
  const was = record.name;
  if (repository.labels.some((one) => one !== record && one.name.toLowerCase() === name.toLowerCase())) {
    throw invalidField('Label', 'name', 'invalid');
  }
  record.name = name;
  for (const issue of repository.issues) issue.labels = issue.labels.map((one) => (one === was ? name : one));
}

// GitHub takes the names as a list or as an object with a list.
function namesGiven(call: Call<never>): string[] {
  const { whole } = call.body;
  if (!Array.isArray(whole)) return call.body.texts('labels') ?? [];
  return whole.map((name: unknown) => {
    if (typeof name !== 'string') throw invalidField('Label', 'labels', 'invalid');
    return name;
  });
}

/** Operations about labels: those a repository has, and those an issue bears. */
export const labelRoutes: readonly Route[] = [
  route('GET', '/repos/:owner/:repo/labels', readsLabels, (inside, call) => {
    const repository = repositoryOf(inside, call);
    return listed(call, repository.labels, (one) => labelPayload(inside, repository, one));
  }),
  route('POST', '/repos/:owner/:repo/labels', changesLabels, (inside, call) => {
    const repository = repositoryOf(inside, call);
    const name = call.body.text('name');
    if (repository.labels.some((one) => one.name.toLowerCase() === name.toLowerCase())) {
      throw new Refusal(422, 'Validation Failed', [
        { resource: 'Label', code: 'already_exists', field: 'name' },
      ]);
    }
    const record = labelNamed(inside, repository, name);
    paint(record, call);
    return { status: 201, data: labelPayload(inside, repository, record) };
  }),
  route('GET', '/repos/:owner/:repo/labels/:name', readsLabels, (inside, call) => {
    const repository = repositoryOf(inside, call);
    return { status: 200, data: labelPayload(inside, repository, labelOf(repository, call)) };
  }),
  route('PATCH', '/repos/:owner/:repo/labels/:name', changesLabels, (inside, call) => {
    const repository = repositoryOf(inside, call);
    const record = labelOf(repository, call);
    paint(record, call);
    const name = call.body.optionalText('new_name');
    if (name != null && name !== '') rename(inside, repository, record, name);
    return { status: 200, data: labelPayload(inside, repository, record) };
  }),
  route('DELETE', '/repos/:owner/:repo/labels/:name', changesLabels, (inside, call) => {
    const repository = repositoryOf(inside, call);
    const record = labelOf(repository, call);
    for (const issue of repository.issues) issue.labels = issue.labels.filter((one) => one !== record.name);
    repository.labels = repository.labels.filter((one) => one !== record);
    return { status: 204 };
  }),
  route('GET', '/repos/:owner/:repo/issues/:number/labels', readsLabels, (inside, call) => {
    const repository = repositoryOf(inside, call);
    return listed(call, labelsOf(inside, repository, issueOf(repository, call)), (one) => one);
  }),
  route('POST', '/repos/:owner/:repo/issues/:number/labels', changesLabels, (inside, call) => {
    const repository = repositoryOf(inside, call);
    const issue = issueOf(repository, call);
    addLabels(inside, repository, issue, namesGiven(call), actorOf(inside, call.caller));
    return { status: 200, data: labelsOf(inside, repository, issue) };
  }),
  route('PUT', '/repos/:owner/:repo/issues/:number/labels', changesLabels, (inside, call) => {
    const repository = repositoryOf(inside, call);
    const issue = issueOf(repository, call);
    setLabels(inside, repository, issue, namesGiven(call), actorOf(inside, call.caller));
    return { status: 200, data: labelsOf(inside, repository, issue) };
  }),
  route('DELETE', '/repos/:owner/:repo/issues/:number/labels', changesLabels, (inside, call) => {
    const repository = repositoryOf(inside, call);
    setLabels(inside, repository, issueOf(repository, call), [], actorOf(inside, call.caller));
    return { status: 204 };
  }),
  route('DELETE', '/repos/:owner/:repo/issues/:number/labels/:name', changesLabels, (inside, call) => {
    const repository = repositoryOf(inside, call);
    const issue = issueOf(repository, call);
    const removed = removeLabel(inside, repository, issue, call.param('name'), actorOf(inside, call.caller));
    if (!removed) throw new Refusal(404, 'Label does not exist');
    return { status: 200, data: labelsOf(inside, repository, issue) };
  }),
];
