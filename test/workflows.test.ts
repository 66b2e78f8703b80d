import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';

const folder = '.github/workflows';
const names = readdirSync(folder);

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly 'working-directory'?: string;
  readonly with?: Readonly<Record<string, string | boolean>>;
}
interface Job extends Step {
  readonly permissions?: unknown;
  readonly steps?: readonly Step[];
}
interface Workflow {
  readonly on?: unknown;
  readonly permissions?: unknown;
  readonly jobs?: Readonly<Record<string, Job>>;
}

/** Whether permissions are written out and give nothing but reading. */
const onlyRead = (permissions: unknown): boolean =>
  typeof permissions === 'object' &&
  permissions !== null &&
  Object.values(permissions).every((level) => level === 'read' || level === 'none');

function eventsOf({ on }: Workflow): readonly string[] {
  if (typeof on === 'string') return [on];
  if (Array.isArray(on)) return on.map(String);
  return Object.keys(on ?? {});
}

/** What is dangerous in a workflow (trust.md T23, T72, T74). */
function faults(text: string): readonly string[] {
  const workflow = load(text) as Workflow;
  const events = eventsOf(workflow);
  const found: string[] = [];
  // Both run with the secrets and the write access of the base branch, at the wish of a stranger.
  for (const event of ['pull_request_target', 'workflow_run'])
    if (events.includes(event)) found.push(`runs on ${event}`);
  if (!onlyRead(workflow.permissions)) found.push('permissions are not read alone');
  if (/\bsecrets\b/.test(text.replaceAll(/#.*$/gm, ''))) found.push('uses secrets');
  for (const job of Object.values(workflow.jobs ?? {})) {
    if (job.permissions !== undefined && !onlyRead(job.permissions)) found.push('a job may write');
    const paths: unknown[] = [];
    for (const step of [job, ...(job.steps ?? [])]) {
      const { uses, run } = step;
      if (uses !== undefined && !uses.startsWith('./')) {
        if (!/@[0-9a-f]{40}$/.test(uses)) found.push(`${uses} is not pinned by its full SHA`);
        // The version behind it is for people.
        else if (!new RegExp(String.raw`${uses} # v\d`).test(text))
          found.push(`${uses} does not say its version`);
      }
      if (uses?.startsWith('actions/checkout@') === true) {
        paths.push(step.with?.['path'] ?? '.');
        if (step.with?.['persist-credentials'] !== false) found.push('a checkout keeps its token');
      }
      // An expression becomes part of the script before the shell sees it.
      if (run?.includes('${{') === true) found.push('an expression stands in a script');
    }
    const runsForStrangers = events.includes('pull_request') && paths.length > 1;
    if (runsForStrangers) found.push(...faultsOfReading(job));
  }
  return found;
}

/** A job that has the files of a pull request beside the program: they stand in a folder of their own, and nothing is run in there. */
function faultsOfReading({ steps = [] }: Job): readonly string[] {
  const found: string[] = [];
  const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@') === true);
  const refOf = (step: Step): string => String(step.with?.['ref'] ?? '');
  const program = checkouts.find((step) => refOf(step).includes('pull_request.base.'));
  const files = checkouts.filter((step) => !refOf(step).includes('pull_request.base.'));
  if (program === undefined) found.push('the program is not that of the base branch');
  for (const step of files) {
    const path = String(step.with?.['path'] ?? '.');
    if (path === '.' || path === program?.with?.['path'])
      found.push('the files are not in a folder of their own');
    for (const { run = '', 'working-directory': where = '' } of steps)
      if (
        where.startsWith(path) ||
        new RegExp(String.raw`(^|[\s;&|(])(\./)?${path}/`).test(run) ||
        new RegExp(String.raw`\b(cd|node|sh|bash|npm --prefix|npx) (\S*/)?${path}\b`).test(run)
      )
        found.push(`something is run in ${path}`);
  }
  for (const { run } of steps)
    if (run !== undefined && /npm (ci|install)/.test(run) && !run.includes('--ignore-scripts'))
      found.push('scripts of packages are run');
  return found;
}

const validate = readFileSync(join(folder, 'validate.yml'), 'utf8');
const changed = (from: string | RegExp, to: string): string => {
  const text = validate.replace(from, to);
  if (text === validate) throw new Error(`validate.yml does not hold ${String(from)}`);
  return text;
};

describe('every workflow', () => {
  test('is read here, and the one for pull requests among them', () => {
    expect(names).toEqual(expect.arrayContaining(['ci.yml', 'validate.yml']));
    expect(eventsOf(load(validate) as Workflow)).toEqual(['pull_request']);
  });

  test.each(names)(
    '%s gives a stranger nothing: no secrets, no writing, pinned actions, no expression in a script (T23, T72, T74, A-44)',
    (name) => {
      expect(faults(readFileSync(join(folder, name), 'utf8'))).toEqual([]);
    },
  );
});

describe('this lint', () => {
  test.each<[string, string, string]>([
    [
      'the event with secrets',
      changed('  pull_request:', '  pull_request_target:'),
      'runs on pull_request_target',
    ],
    ['an event that follows another', changed('  pull_request:', '  workflow_run:'), 'runs on workflow_run'],
    ['no permissions', changed(/permissions:\n.*\n/, ''), 'permissions are not read alone'],
    [
      'all permissions',
      changed(/permissions:\n.*\n/, 'permissions: write-all\n'),
      'permissions are not read alone',
    ],
    ['permission to write', changed('contents: read', 'contents: write'), 'permissions are not read alone'],
    [
      'a job that may write',
      changed('    timeout-minutes: 10', '    permissions: {checks: write}'),
      'a job may write',
    ],
    [
      'an action by its tag',
      changed(/@[0-9a-f]{40} # v5.0.0/, '@v5'),
      'actions/checkout@v5 is not pinned by its full SHA',
    ],
    [
      'an action by a short SHA',
      changed(/(@[0-9a-f]{12})[0-9a-f]{28} # v5.0.0/, '$1'),
      'actions/checkout@08c6903cd8c0 is not pinned by its full SHA',
    ],
    [
      'a token that stays',
      changed('persist-credentials: false', 'fetch-depth: 1'),
      'a checkout keeps its token',
    ],
    ['a secret', changed('timeout-minutes: 10', 'env: {T: "${{ secrets.TOKEN }}"}'), 'uses secrets'],
    [
      'an expression in a script',
      changed('validate head', 'validate ${{ github.head_ref }}'),
      'an expression stands in a script',
    ],
    [
      'the program of the pull request',
      changed('.base.sha', '.head.sha'),
      'the program is not that of the base branch',
    ],
    [
      'files where the program is',
      changed('path: head', 'path: base'),
      'the files are not in a folder of their own',
    ],
    ['a script among the files', changed('node base/dist', 'node head/dist'), 'something is run in head'],
    [
      'an install among the files',
      changed('working-directory: base', 'working-directory: head'),
      'something is run in head',
    ],
    ['scripts of packages', changed(' --ignore-scripts', ''), 'scripts of packages are run'],
  ])('finds %s', (_, text, expected) => {
    expect(faults(text)).toContain(expected);
  });
});
