import { existsSync, readFileSync } from 'node:fs';
import { afterAll, describe, expect, test } from '@jest/globals';
import { load } from 'js-yaml';
import type * as z from 'zod';
import { CatalogueSchema } from '../../app/model/catalogue.ts';
import { DistributionsSchema } from '../../app/model/distributions.ts';
import { PolicySchema } from '../../app/model/policy.ts';
import type { Problem } from '../../app/model/problem.ts';
import { readAs } from '../../app/model/yaml.ts';
import { readTicket } from '../../app/rollout/ticket/ticket.ts';
import { Scratch, product, withFields } from '../import/product.ts';

const example = /```yaml\n([^]*?)```/.exec(readFileSync('releases/README.md', 'utf8'))?.[1] ?? '';
const path = 'releases/community/fetch-crl/3.0.22.yml';

function sample<S extends z.ZodType>(schema: S, at: string): z.infer<S> {
  const checked = readAs(schema, readFileSync(at, 'utf8'), at);
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return checked.value;
}
const ground = {
  catalogue: sample(CatalogueSchema, 'releases/catalogue.yml'),
  distributions: sample(DistributionsSchema, 'releases/distributions.yml'),
  policy: sample(PolicySchema, '.github/rollout.yml'),
};

const scratch = new Scratch();
afterAll(() => {
  scratch.remove();
});

type Told = readonly Pick<Problem, 'rule' | 'severity'>[];

/** What `rollout validate` says of the ticket of the README with one thing changed. */
function ticket(from: string | RegExp, to: string): Told {
  const text = example.replace(from, to);
  if (text === example) throw new Error(`the example does not hold ${String(from)}`);
  const checked = readTicket(text, path, ground);
  return checked.ok ? checked.warnings : checked.problems;
}

let count = 0;
/** What the importer says of a product file with some fields changed. */
async function imported(fields: Record<string, unknown>, name = 'gfal2-2.23.1-el9.json'): Promise<Told> {
  const folder = `case-${String((count += 1))}`;
  scratch.put(`${folder}/${name}`, withFields(fields));
  return (await scratch.imports(folder)).files.flatMap(({ problems }) => problems as Told);
}

const target = (changes: object): Record<string, unknown> => ({
  target: [{ ...(product['target'] as object[])[0], ...changes }],
});
const addField = (line: string): Told =>
  ticket('  backward_compatible: true', `  backward_compatible: true\n  ${line}`);

/** An example of each defect: in a ticket, in a product file, or in both. */
const examples: Readonly<Record<string, readonly (() => Told | Promise<Told>)[]>> = {
  L01: [
    () => ticket('https://wiki.nikhef.nl/grid/FetchCRL3', 'link2'),
    () => imported({ documentationLinks: ['https://a.example/docs', 'link2'] }),
  ],
  L02: [
    () => ticket(/changelog: .*/, 'changelog: Put the Change logs here (multiline field)'),
    () => imported({ changeLog: 'Put the Change logs here (multiline field)' }),
  ],
  L03: [
    ...['N/A', 'NA', ''].map((text) => () => ticket(/changelog: .*/, `changelog: ${text}`)),
    ...['N/A', 'NA', ''].map((changeLog) => () => imported({ changeLog })),
  ],
  L04: [() => ticket(/ +sha256: .*\n/, ''), () => imported({})],
  L05: [
    () => ticket('url: https:', 'url: http:'),
    () => imported(target({ rpms: ['http://ftp.provider.example/a-1.el9.noarch.rpm'] })),
  ],
  L06: [
    () => ticket('version: 3.0.22-2', 'version: 3.0.23-1'),
    () => imported({ name: 'fts3', version: '3.13.2' }, 'fts3.13.4.json'),
  ],
  L07: [() => imported({ version: '2.23.0' }, 'gfal2.2.23.1-el9.json')],
  L09: [
    () =>
      addField(
        'description: The Advanced Resource Connector (ARC) middleware integrates computing resources.',
      ),
    () => imported({ name: 'XROOT', description: 'The Advanced Resource Connector (ARC) middleware' }),
  ],
  L11: [
    () => addField('capabilities: [Job ExecutionFile Access]'),
    () => imported({ capabilities: ['Job Scheduling', 'Job ExecutionFile Access'] }),
  ],
  L12: [
    () => ticket('id: community-fetch-crl-3.0.22', 'id: community-fetch-crl-6.2.44'),
    () => imported({ version: '2.20.5', majorVersion: '6', minorVersion: '2', revisionVersion: '44' }),
  ],
  L14: [() => ticket('version: 3.0.22-2', 'version: 1.58.-1'), () => imported({ version: '1.58.-1' })],
  L15: [() => ticket('debian12', 'centos88'), () => imported(target({ platform: 'centos88' }))],
  // In a ticket a push for the checks alone is an unknown field, and checks are run again without one.
  L17: [() => imported({ dummy: 'count 1' })],
  L18: [() => ticket(/ {2}targets:[^]*/, '  targets: []\n'), () => imported({ target: [] })],
  L21: [() => ticket('previous: 3.0.20-3', 'previous: 23.0')],
  L22: [() => ticket('class: revision', 'class: emergency\n  reason: security')],
  L25: [() => addField('deployment: central-single-instance')],
};

/** These compare a release with others; their rules and tests are with the versions. */
const elsewhere: Readonly<Record<string, string>> = {
  L19: 'major-inside-distribution',
  L20: 'too-soon',
  L23: 'class-vs-version',
};

const file = '../shared/fixtures/lint-cases.yaml';
interface Case {
  readonly id: string;
  readonly rule: string;
  readonly severity: 'error' | 'warn';
}
const cases = existsSync(file) ? (load(readFileSync(file, 'utf8')) as { cases: readonly Case[] }).cases : [];
const here = cases.filter(({ id }) => !(id in elsewhere));

describe('the examples', () => {
  test('change a ticket that keeps every rule', () => {
    expect(readTicket(example, path, ground)).toMatchObject({ ok: true, warnings: [] });
  });
});

(cases.length > 0 ? describe : describe.skip)('the defects seen in published metadata', () => {
  test('are each shown here, or handled where releases are compared', () => {
    expect(cases.map(({ id }) => id).filter((id) => !(id in examples) && !(id in elsewhere))).toEqual([]);
    expect(cases.filter(({ id }) => id in elsewhere).map(({ id, rule }) => [id, rule])).toEqual(
      Object.entries(elsewhere),
    );
  });

  test.each(here.map((one) => [one.id, one.rule, one.severity] as const))(
    '%s is told as %s, %s',
    async (id, rule, severity) => {
      for (const told of examples[id] ?? []) {
        const found = (await told()).filter((problem) => problem.rule === rule);
        expect(found.map((problem) => problem.severity)).toContain(severity === 'warn' ? 'warning' : 'error');
      }
    },
  );
});
