import { emit } from '../actions/events.ts';
import { reads, writes, type Access } from '../access.ts';
import { botLogin } from '../accounts.ts';
import type { Body } from '../body.ts';
import { isSha } from '../git/names.ts';
import { now, openPulls, type Inside } from '../inside.ts';
import { app as appPayload } from '../payloads/app.ts';
import { check as checkPayload, status as statusPayload } from '../payloads/check.ts';
import { apiUrl, nodeId } from '../payloads/schemas.ts';
import { invalidField, notFound, Refusal } from '../refusal.ts';
import { actorOf, listed, repositoryOf, route, type Call, type Route } from '../route.ts';
import { conclusions, nextId, type CheckRecord, type RepositoryRecord } from '../state.ts';

const longestSummary = 65_535;
// Check runs can be written by Apps only.
const writesChecks: Access = writes('no', 'checks');

function checkOf(repository: RepositoryRecord, call: Call<'id'>): CheckRecord {
  const found = repository.checks.find((one) => String(one.id) === call.param('id'));
  if (found === undefined) throw notFound();
  return found;
}

/** Takes over what a request says about a check run; a conclusion completes it, another status takes the conclusion back. */
function fill(inside: Inside, record: CheckRecord, body: Body): void {
  const status = body.word('status', ['queued', 'in_progress', 'completed']);
  const conclusion = body.word('conclusion', conclusions);
  if (status === 'completed' && conclusion === undefined && record.conclusion === null) {
    throw invalidField('CheckRun', 'conclusion', 'missing_field');
  }
  const output = body.inner('output');
  const summary = output?.text('summary');
  const text = output?.optionalText('text') ?? null;
  if ((summary?.length ?? 0) > longestSummary || (text?.length ?? 0) > longestSummary) {
    throw new Refusal(422, 'Invalid request.\n\nOnly 65535 characters are allowed; more were supplied.');
  }
  const name = body.optionalText('name');
  if (name != null) record.name = name;
  record.detailsUrl = body.optionalText('details_url') ?? record.detailsUrl;
  record.externalId = body.optionalText('external_id') ?? record.externalId;
  record.startedAt = body.optionalText('started_at') ?? record.startedAt ?? now(inside);
  if (summary !== undefined) record.output = { title: output?.text('title') ?? null, summary, text };
  if (conclusion !== undefined) {
    record.conclusion = conclusion;
    record.status = 'completed';
    record.completedAt = body.optionalText('completed_at') ?? now(inside);
  } else if (status !== undefined && status !== 'completed') {
    record.status = status;
    record.conclusion = null;
    record.completedAt = null;
  }
}

function emitCheck(
  inside: Inside,
  repository: RepositoryRecord,
  record: CheckRecord,
  action: string,
  sender: string,
): void {
  const shown = checkPayload(inside, repository, record);
  const suite = {
    id: record.suite,
    node_id: nodeId('CS', record.suite),
    head_branch:
      openPulls(repository).find((issue) => issue.pull.head.sha === record.sha)?.pull.head.ref ?? null,
    head_sha: record.sha,
    status: record.status,
    conclusion: record.conclusion,
    url: `${apiUrl(inside, repository)}/check-suites/${String(record.suite)}`,
    before: null,
    after: null,
    pull_requests: shown.pull_requests,
    app: appPayload(inside),
    created_at: record.startedAt ?? repository.createdAt,
    updated_at: record.completedAt ?? record.startedAt ?? repository.createdAt,
  };
  emit(inside, repository, 'check_run', { action, check_run: { ...shown, check_suite: suite } }, sender);
}

/** Operations about check runs and commit statuses. */
export const checkRoutes: readonly Route[] = [
  route('POST', '/repos/:owner/:repo/check-runs', writesChecks, async (inside, call) => {
    const repository = repositoryOf(inside, call);
    const name = call.body.text('name');
    const sha = call.body.text('head_sha');
    const found = isSha(sha) ? await inside.repositories.git(repository).commitNamed(sha) : undefined;
    if (found !== sha) throw new Refusal(422, `No commit found for SHA: ${sha.slice(0, 64)}`);
    const suite = repository.checks.find((one) => one.sha === sha)?.suite ?? nextId(inside.state);
    const record: CheckRecord = {
      id: nextId(inside.state),
      suite,
      sha,
      name,
      status: 'queued',
      conclusion: null,
      startedAt: null,
      completedAt: null,
      detailsUrl: null,
      externalId: '',
      output: { title: null, summary: null, text: null },
    };
    fill(inside, record, call.body);
    repository.checks.push(record);
    emitCheck(inside, repository, record, 'created', botLogin(inside.state));
    if (record.status === 'completed')
      emitCheck(inside, repository, record, 'completed', botLogin(inside.state));
    return { status: 201, data: checkPayload(inside, repository, record) };
  }),
  route('GET', '/repos/:owner/:repo/check-runs/:id', reads('checks'), (inside, call) => {
    const repository = repositoryOf(inside, call);
    return { status: 200, data: checkPayload(inside, repository, checkOf(repository, call)) };
  }),
  route('PATCH', '/repos/:owner/:repo/check-runs/:id', writesChecks, (inside, call) => {
    const repository = repositoryOf(inside, call);
    const record = checkOf(repository, call);
    const was = record.status;
    fill(inside, record, call.body);
    if (was !== 'completed' && record.status === 'completed')
      emitCheck(inside, repository, record, 'completed', botLogin(inside.state));
    return { status: 200, data: checkPayload(inside, repository, record) };
  }),
  route('POST', '/repos/:owner/:repo/check-runs/:id/rerequest', writes('push', 'checks'), (inside, call) => {
    const repository = repositoryOf(inside, call);
    emitCheck(inside, repository, checkOf(repository, call), 'rerequested', actorOf(inside, call.caller));
    return { status: 201, data: {} };
  }),
  route('GET', '/repos/:owner/:repo/commits/:ref/check-runs', reads('checks'), async (inside, call) => {
    const repository = repositoryOf(inside, call);
    const sha = await inside.repositories.git(repository).commitNamed(call.param('ref'));
    const { searchParams: query } = call.url;
    const found = repository.checks
      .filter((one) => one.sha === sha)
      .filter((one) => query.get('check_name') === null || query.get('check_name') === one.name)
      .filter((one) => query.get('status') === null || query.get('status') === one.status)
      .filter(() => query.get('app_id') === null || query.get('app_id') === String(inside.state.app.id))
      .toReversed();
    const wanted =
      query.get('filter') === 'all'
        ? found
        : found.filter((one, at) => found.findIndex((other) => other.name === one.name) === at);
    const page = listed(call, wanted, (one) => checkPayload(inside, repository, one));
    return { ...page, data: { total_count: wanted.length, check_runs: page.data } };
  }),
  route('POST', '/repos/:owner/:repo/statuses/:sha', writes('push', 'statuses'), async (inside, call) => {
    const repository = repositoryOf(inside, call);
    const sha = call.param('sha');
    const state = call.body.word('state', ['error', 'failure', 'pending', 'success']);
    if (state === undefined) throw invalidField('Status', 'state', 'missing_field');
    const known = isSha(sha) && (await inside.repositories.git(repository).commitNamed(sha)) === sha;
    if (!known) throw new Refusal(422, `No commit found for SHA: ${sha.slice(0, 64)}`);
    const record = {
      id: nextId(inside.state),
      sha,
      state,
      context: call.body.optionalText('context') ?? 'default',
      description: call.body.optionalText('description')?.slice(0, 140) ?? null,
      targetUrl: call.body.optionalText('target_url') ?? null,
      author: actorOf(inside, call.caller),
      createdAt: now(inside),
    };
    repository.statuses.push(record);
    return { status: 201, data: statusPayload(inside, repository, record) };
  }),
  route('GET', '/repos/:owner/:repo/commits/:ref/statuses', reads('statuses'), async (inside, call) => {
    const repository = repositoryOf(inside, call);
    const sha = await inside.repositories.git(repository).commitNamed(call.param('ref'));
    const found = repository.statuses.filter((one) => one.sha === sha).toReversed();
    return listed(call, found, (one) => statusPayload(inside, repository, one));
  }),
];
