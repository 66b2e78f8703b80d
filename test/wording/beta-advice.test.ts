import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { EarlyAdopterReportSchema } from '../../app/model/report.ts';
import type { GocdbHost } from '../../app/model/gocdb.ts';
import { readAs } from '../../app/model/yaml.ts';
import { betaAdvice } from '../../app/wording/beta-advice.ts';

const host = (name: string, more: Partial<GocdbHost> = {}): readonly [string, GocdbHost] => [
  name,
  { host: name, found: true, beta: false, downtime: undefined, ...more },
];
const report = (nodes: string): string =>
  [
    'kind: EarlyAdopterReport',
    'release: glite-cream-1.16.7',
    'digest: 9f2c4e7a1b3d',
    'site: LIP-Lisbon',
    'outcome: success',
    'targets: [{platform: centos7, arch: x86_64}]',
    `nodes: ${nodes}`,
    'kind_of_install: update',
    'config_tool: puppet',
    'checks: {install: ok, accounting: na}',
    'effort_hours: 3.5',
  ].join('\n');

test('a report names its nodes, the kind of its installation and what was checked', () => {
  const read = readAs(
    EarlyAdopterReportSchema,
    report('[{host: ce02.lip.example, gocdb_beta: true, role: CREAM-CE, share_of_service: "1 of 2"}]'),
    'report',
  );
  expect(read).toMatchObject({
    ok: true,
    value: {
      nodes: [{ host: 'ce02.lip.example', gocdb_beta: true, role: 'CREAM-CE', share_of_service: '1 of 2' }],
      kind_of_install: 'update',
      config_tool: 'puppet',
      checks: { install: 'ok', accounting: 'na' },
    },
  });
});

const reports = '../shared/fixtures/reports';
(existsSync(reports) ? describe : describe.skip)('the reports of the fixtures', () => {
  test.each(['success', 'warning', 'reject'])('%s is read with its nodes and checks', (name) => {
    const read = readAs(EarlyAdopterReportSchema, readFileSync(`${reports}/${name}.yaml`, 'utf8'), name);
    expect(read.ok && read.value.nodes).toHaveLength(1);
    expect(read.ok && Object.keys(read.value.checks ?? {})).toHaveLength(7);
  });
});

test.each([
  '[{host: "a b"}]',
  '[{host: "<img src=x>"}]',
  '[{host: a.example, gocdb_beta: maybe}]',
  '[{host: a.example, downtime: "javascript:alert(1)"}]',
])('a report with nodes %s cannot be read', (nodes) => {
  expect(readAs(EarlyAdopterReportSchema, report(nodes), 'report').ok).toBe(false);
});

test('a node that is neither beta nor in a downtime gets advice, and the layout stays the site’s decision (R-3-3, R-3-8)', () => {
  const advice = betaAdvice(
    [{ host: 'CE01.lip.example' }, { host: 'ce02.lip.example' }],
    new Map([host('ce01.lip.example'), host('ce02.lip.example')]),
  );
  expect(advice).toEqual([
    expect.stringContaining('`CE01.lip.example` and `ce02.lip.example` are neither flagged beta'),
  ]);
  expect(advice.join()).toContain('the layout stays your decision');
});

test.each([
  ['flagged beta', host('a.example', { beta: true }), { host: 'a.example' }],
  ['in a downtime of GOCDB', host('a.example', { downtime: 'https://goc.example/1' }), { host: 'a.example' }],
  [
    'in a downtime that the report names',
    host('a.example'),
    { host: 'a.example', downtime: 'https://goc.example/1' },
  ],
  ['unknown, since GOCDB was not asked', host('b.example'), { host: 'a.example' }],
])('nothing is said of a node that is %s', (_, seen, node) => {
  expect(betaAdvice([node], new Map([seen]))).toEqual([]);
});

test('a name that GOCDB has no service on is told, and a flag that only the report knows', () => {
  const advice = betaAdvice(
    [{ host: 'a.example' }, { host: 'b.example', gocdb_beta: true }],
    new Map([host('a.example', { found: false }), host('b.example')]),
  );
  expect(advice).toEqual([
    expect.stringContaining('no service on `a.example`'),
    expect.stringContaining('`b.example` is neither flagged'),
    expect.stringContaining('says that `b.example` is flagged beta'),
  ]);
});
