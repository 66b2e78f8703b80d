import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { type Bug, bugs } from './bugs.ts';

/*
 * Plants each bug alone and asks whether it is caught: by the sequences of acts first, then by the table tests that it names. Exit status 1
 * when one is not caught, or when its place is no longer there; then bugs.ts has to follow the code. `--only TEXT` plants some of them.
 */

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });
const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);
const least = { bySequences: 12, all: 20 };

/** What a command that failed left behind. */
function failureOf(error: unknown): { stdout: string; stderr: string; code: unknown } {
  const { stdout, stderr, code } = (typeof error === 'object' ? error : undefined) as Record<string, unknown>;
  return { stdout: String(stdout), stderr: String(stderr), code };
}

/** What the sequences say of a bug; undefined when they notice nothing. */
async function bySequences({ file, before, after }: Bug): Promise<string | undefined> {
  const env = { ...process.env, PLANTED: JSON.stringify({ file, before, after }) };
  const args = ['--import', './test/typescript.mjs', 'test/planted/catch.ts'];
  try {
    await run(process.execPath, args, { cwd: root, env, timeout: 300_000 });
    return undefined;
  } catch (error) {
    const { stdout, stderr, code } = failureOf(error);
    if (code === 1 && stdout !== '') return `sequences: ${stdout.split('\n', 1).join().slice(0, 110)}`;
    throw new Error(`the sequences do not run: ${stderr}`, { cause: error });
  }
}

/** The title of a table test that fails in a copy of the program with the bug in it; undefined when none does. */
async function byTables({ file, before, after, tests = [] }: Bug): Promise<string | undefined> {
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
    await run(process.execPath, args, { cwd: copy, timeout: 300_000 });
    return undefined;
  } catch (error) {
    const { stdout, stderr } = failureOf(error);
    const title = /^\s+● (.+)$/m.exec(`${stdout}\n${stderr}`)?.[1];
    if (title === undefined) throw new Error(`the tests do not run: ${stderr}`, { cause: error });
    return `tables: ${title.slice(0, 110)}`;
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

async function caughtBy(bug: Bug): Promise<string> {
  const code = await readFile(join(root, bug.file), 'utf8');
  if (code.split(bug.before).length < 2) return `GONE: ${bug.file} has no longer: ${bug.before}`;
  return (await bySequences(bug)) ?? (await byTables(bug)) ?? 'NOT CAUGHT';
}

const planted = bugs.filter(({ name }) => name.includes(values.only));
const found = new Map<string, string>();
const left = [...planted];
const work = async (): Promise<void> => {
  for (let bug = left.shift(); bug; bug = left.shift()) {
    const by = await caughtBy(bug);
    found.set(bug.name, by);
    process.stdout.write(`${bug.name} – ${by}\n`);
  }
};
await Promise.all([work(), work()]);

const those = (beginning: string): number =>
  [...found.values()].filter((by) => by.startsWith(beginning)).length;
const [sequences, tables] = [those('sequences'), those('tables')];
const enough = values.only !== '' || (sequences >= least.bySequences && planted.length >= least.all);
process.stdout.write(
  `${String(planted.length)} bugs planted: ${String(sequences)} caught by the sequences, ${String(tables)} by table tests, ${String(planted.length - sequences - tables)} not\n`,
);
if (sequences + tables < planted.length || !enough) process.exitCode = 1;
