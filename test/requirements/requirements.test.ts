import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';

const folder = mkdtempSync(join(tmpdir(), 'requirements-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const row = (id: string, level: string, concerns = 'process'): string =>
  `  - {id: ${id}, level: ${level}, section: '9', statement: x, system: x, concerns: ${concerns}}`;
const list = [
  'requirements:',
  row('R-9-1a', 'M'),
  row('R-9-1b', 'M'),
  row('R-9-1.1', 'S'),
  row('R-9-10', 'C'),
  row('R-9-T3-1', 'M', 'later'),
  'decisions:',
  '  - {id: A-01, problem: x, decision: x}',
].join('\n');

interface Report {
  readonly requirements: readonly {
    readonly id: string;
    readonly needed: boolean;
    readonly tests: readonly { readonly title: string }[];
  }[];
  readonly missing: readonly string[];
  readonly unknown: readonly { readonly id: string }[];
}

const shown = (text: string): string => text.replaceAll('§', 'R-9-');
let runs = 0;
/**
 * Runs the tool over one file of tests, as `npm run requirements` does. `§` in it begins an id of the list above: titles of this very file
 * are read too, and must not name ids that are none.
 */
function run(
  source: string,
  ...options: string[]
): { readonly status: number | null; readonly text: string } {
  runs += 1;
  const tests = join(folder, String(runs));
  mkdirSync(tests);
  writeFileSync(join(folder, 'list.yml'), list);
  writeFileSync(join(tests, 'a.test.ts'), shown(source));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['test/requirements/requirements.mjs', '--list', join(folder, 'list.yml'), '--tests', tests, ...options],
    { encoding: 'utf8' },
  );
  return { status, text: stdout + stderr };
}
const survey = (source: string): Report => JSON.parse(run(source, '--json').text) as Report;
/** What proves an id, by this source. */
const proofs = (source: string, id: string): readonly string[] =>
  survey(source)
    .requirements.find((known) => known.id === shown(id))
    ?.tests.map(({ title }) => title) ?? [];

describe('npm run requirements', () => {
  const all = `test('one (§1a)', f); test('two (§1b, §1.1)', f);`;

  test('is content when every needed row is named, and only then', () => {
    expect(run(all)).toMatchObject({ status: 0 });
    const some = run(`test('one (§1a)', f);`);
    expect(some).toMatchObject({ status: 1 });
    expect(some.text).toContain(shown('No test names §1b, §1.1.'));
  });

  test('needs rows of level M and S that concern the process', () => {
    const needed = survey('').requirements.filter((known) => known.needed);
    expect(needed.map(({ id }) => id)).toEqual(['§1a', '§1b', '§1.1'].map(shown));
  });

  test('tells missing rows without failing when that is allowed', () => {
    expect(run('', '--allow-missing')).toMatchObject({ status: 0 });
    expect(run('', '--allow-missing').text).toContain(shown('No test names §1a'));
  });

  test.each([
    ['another number', '§2'],
    ['a group without its star', '§1'],
    ['another letter', '§1c'],
    ['two letters', '§1ab'],
    ['more behind it', '§1a.1'],
    ['a letter behind it', '§1.1a'],
    ['a star that takes in nothing', '§2*'],
    ['another decision', 'A-02'],
    ['a decision cut short', 'A-0'],
  ])('fails at an id that the list does not have, also when missing rows are allowed: %s', (_, id) => {
    const { status, text } = run(`${all} test('three (${id})', f);`, '--allow-missing');
    expect(status).toBe(1);
    expect(text.match(/There is no .*/g)).toEqual([expect.stringContaining(` ${shown(id)};`)]);
  });

  test('takes a star for all ids that go on from there, but not for another number', () => {
    const source = `test('all (§1*)', f);`;
    expect(survey(source).missing).toEqual([]);
    expect(proofs(source, '§10')).toEqual([]);
    expect(proofs(`test('all (§T3*)', f);`, '§T3-1')).toEqual([shown('all (§T3*)')]);
  });

  test.each([
    [`test('a (§1a)', f);`, ['a (§1a)']],
    [`describe('D', () => { test('a (§1a).', f); });`, ['D › a (§1a).']],
    [`describe('D (§1a)', () => { test('a', f); });`, ['D (§1a)']],
    [`(there ? describe : describe.skip)('D', () => { test('a (§1a)', f); });`, ['D › a (§1a)']],
    ['test(`a ${b} (§1a)`, f);', ['a … (§1a)']],
    [
      `describe('D', () => { const rows = ['one (§1a)']; test.each(rows)('%s', f); });
       describe('E', () => { const rows = ['two']; test.each(rows)('%s', f); });`,
      ['D › one (§1a)'],
    ],
    [`test.each([1, 2])('a %s (§1a)', f);`, ['a %s (§1a)']],
    [`test.each([['b (§1a)', 1], ['c', 2]])('a %s', f);`, ['a b (§1a)']],
    [`test.each(['b (§1a)'] as const)('a %s', f);`, ['a b (§1a)']],
    [`const rows: readonly X[] = [['b (§1a)', 1]]; test.each(rows)('%s', f);`, ['b (§1a)']],
    [`test.each<[string]>([['b (§1a)']])('%s', f);`, ['b (§1a)']],
  ])('reads %s', (source, titles) => {
    expect(proofs(source, '§1a')).toEqual(titles.map(shown));
  });

  test.each([
    `test.skip('a (§1a)', f);`,
    `test.todo('a (§1a)');`,
    `describe.skip('D', () => { test('a (§1a)', f); });`,
    `// test('a (§1a)', f);`,
    `test('a', () => { expect('§1a').toBe(x); });`,
    `test.each([['b (§1a)', 1]])('a row', f);`,
    `test.each([[1, 'b (§1a)']])('%s', f);`,
  ])('takes %s for no proof', (source) => {
    const { requirements, unknown } = survey(source);
    expect(requirements.flatMap(({ tests }) => tests)).toEqual([]);
    expect(unknown).toEqual([]);
  });

  test('tells of wrong use with another status', () => {
    expect(run('', '--nonsense')).toMatchObject({ status: 2 });
  });
});

describe('the list of this project', () => {
  const { status, stdout } = spawnSync(
    process.execPath,
    ['test/requirements/requirements.mjs', '--json', '--allow-missing'],
    { encoding: 'utf8' },
  );
  const { requirements, unknown } = JSON.parse(stdout) as Report;

  test('has every statement of MS402 and every decision once', () => {
    const ids = requirements.map(({ id }) => id);
    expect(ids.filter((id) => id.startsWith('R-'))).toHaveLength(157);
    expect(ids.filter((id) => id.startsWith('A-'))).toHaveLength(47);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('has every id that a title of the tests names', () => {
    expect([status, unknown]).toEqual([0, []]);
  });
});
