import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { bugs } from './bugs.mjs';

/*
 * Plants each bug alone and asks whether it is caught: by the sequences of acts first, then by the table tests that it names. Exit status 1
 * when one is not caught, or when its place is no longer there; then bugs.mjs has to follow the code. `--only TEXT` plants some of them.
 */

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const root = join(import.meta.dirname, '../..');
const run = promisify(execFile);
const least = { bySequences: 12, all: 20 };

/** What the sequences say of a bug; undefined when they notice nothing. */
async function bySequences(bug) {
  const { name: _, tests: __, ...place } = bug;
  const env = { ...process.env, PLANTED: JSON.stringify(place) };
  const args = ['--import', './test/typescript.mjs', 'test/planted/catch.ts'];
  try {
    await run(process.execPath, args, { cwd: root, env, timeout: 120_000 });
    return undefined;
  } catch ({ stdout, stderr, code }) {
    if (code === 1 && stdout !== '') return `sequences: ${stdout.split('\n')[0].slice(0, 110)}`;
    throw new Error(`the sequences do not run: ${stderr}`);
  }
}

/** The title of a table test that fails in a copy of the program with the bug in it; undefined when none does. */
async function byTables({ file, before, after, tests = [] }) {
  if (tests.length === 0) return undefined;
  const copy = await mkdtemp(join(tmpdir(), 'planted-'));
  try {
    for (const part of ['app', 'test', 'package.json'])
      await cp(join(root, part), join(copy, part), { recursive: true });
    await symlink(join(root, 'node_modules'), join(copy, 'node_modules'));
    const code = await readFile(join(copy, file), 'utf8');
    await writeFile(
      join(copy, file),
      code.replace(before, () => after),
    );
    const jest = join(root, 'node_modules/jest/bin/jest.js');
    const args = ['--experimental-vm-modules', jest, '--rootDir', copy, '-i', '--bail', ...tests];
    await run(process.execPath, args, { cwd: copy, timeout: 120_000 });
    return undefined;
  } catch ({ stdout = '', stderr = '' }) {
    const title = /^\s+● (.+)$/m.exec(`${stdout}\n${stderr}`)?.[1];
    if (title === undefined) throw new Error(`the tests do not run: ${stderr}`);
    return `tables: ${title.slice(0, 110)}`;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function caughtBy(bug) {
  const code = await readFile(join(root, bug.file), 'utf8');
  if (code.split(bug.before).length < 2) return `GONE: ${bug.file} has no longer: ${bug.before}`;
  return (await bySequences(bug)) ?? (await byTables(bug)) ?? 'NOT CAUGHT';
}

const planted = bugs.filter(({ name }) => name.includes(values.only));
const found = new Map();
const left = [...planted];
const work = async () => {
  for (let bug = left.shift(); bug; bug = left.shift()) {
    const by = await caughtBy(bug);
    found.set(bug.name, by);
    console.log(`${bug.name} – ${by}`);
  }
};
await Promise.all([work(), work()]);

const those = (beginning) => [...found.values()].filter((by) => by.startsWith(beginning)).length;
const [sequences, tables] = [those('sequences'), those('tables')];
const enough = values.only !== '' || (sequences >= least.bySequences && planted.length >= least.all);
console.log(
  `${String(planted.length)} bugs planted: ${String(sequences)} caught by the sequences, ${String(tables)} by table tests, ${String(planted.length - sequences - tables)} not`,
);
if (sequences + tables < planted.length || !enough) process.exitCode = 1;
