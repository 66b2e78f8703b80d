import { lstat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Problem } from '../model/problem.ts';
import { inOrder } from '../model/yaml.ts';
import type { TicketGround } from '../rollout/ticket/rule.ts';
import { checkLooseFile, checkRepository } from './check.ts';
import { manifestLimits } from '../model/manifest.ts';
import { format, isValid, type Format, type Outcome } from './format.ts';
import { filesBelow, pathBelow, readRepository, readText, repositoryAbove } from './tree.ts';

/** A path that was asked for is not there: wrong use, exit status 2. */
export class NoSuchPath extends Error {
  override readonly name = 'NoSuchPath';
}

interface Repository {
  readonly root: string;
  readonly outcome: Outcome;
  readonly paths: ReadonlySet<string>;
  readonly ground: TicketGround | undefined;
}

async function checkRepositoryAt(root: string): Promise<Repository> {
  const { files, problems } = await readRepository(root);
  const unread = new Set(problems.map(({ file }) => file));
  const checked = checkRepository(files, new Date().toISOString().slice(0, 10));
  // A file that could not be read is there all the same.
  const found = checked.problems.filter(({ rule, file }) => !(rule === 'missing-file' && unread.has(file)));
  const paths = new Set([...files.keys(), ...unread]);
  return {
    root,
    outcome: { files: paths.size, problems: inOrder([...problems, ...found]) },
    paths,
    ground: checked.ground,
  };
}

/**
 * Checks files on disk. A folder that is a repository of tickets is checked whole; any other folder or file is checked with the
 * repository it stands in, if it stands in one, and told of alone. Paths in problems count from the top of the repository, or from
 * `cwd` where there is none. Throws NoSuchPath when a path is not there.
 */
export async function validateTree(paths: readonly string[], cwd: string): Promise<Outcome> {
  const repositories = new Map<string, Repository>();
  const outcomes: Outcome[] = [];
  for (const asked of paths.length === 0 ? ['.'] : paths) {
    const path = resolve(cwd, asked);
    const there = await lstat(path).catch(() => undefined);
    if (there === undefined) throw new NoSuchPath(`there is no ${asked}`);
    const root = await repositoryAbove(path);
    if (root === undefined) {
      outcomes.push(await validateLoose(path, there.isDirectory(), cwd, undefined));
      continue;
    }
    const repository = repositories.get(root) ?? (await checkRepositoryAt(root));
    repositories.set(root, repository);
    outcomes.push(await validateWithin(path, there.isDirectory(), repository));
  }
  const problems = new Map(
    outcomes.flatMap((outcome) => outcome.problems).map((one) => [JSON.stringify(one), one]),
  );
  return {
    files: outcomes.reduce((sum, { files }) => sum + files, 0),
    problems: inOrder([...problems.values()]),
  };
}

async function validateWithin(path: string, isFolder: boolean, repository: Repository): Promise<Outcome> {
  const { root, outcome, paths, ground } = repository;
  if (path === root) return outcome;
  const below = pathBelow(root, path);
  const asked = (file: string): boolean => file === below || (isFolder && file.startsWith(`${below}/`));
  const files = [...paths].filter(asked).length;
  if (files === 0) return validateLoose(path, isFolder, root, ground);
  return { files, problems: outcome.problems.filter(({ file }) => asked(file)) };
}

/** Files outside the places of a repository: a single one has to be ours; in a folder those that are not are passed over. */
async function validateLoose(
  path: string,
  isFolder: boolean,
  from: string,
  ground: TicketGround | undefined,
): Promise<Outcome> {
  const candidates = isFolder ? (await filesBelow(path)).filter((file) => /\.ya?ml$/.test(file)) : [path];
  const problems: Problem[] = [];
  let files = 0;
  for (const candidate of candidates) {
    const file = pathBelow(from, candidate) || candidate;
    const text = await readText(candidate, file, manifestLimits.bytes);
    const found =
      typeof text === 'string' ? checkLooseFile(text, file, ground) : text === undefined ? [] : [text];
    if (found === undefined && isFolder) continue;
    files += 1;
    problems.push(...(found ?? [notOurs(file)]));
  }
  return { files, problems };
}

function notOurs(file: string): Problem {
  return {
    rule: 'unknown-kind',
    severity: 'error',
    file,
    line: 0,
    column: 0,
    message: 'This is none of the files that are checked here.',
    mend: 'Begin it with apiVersion: rollout/v1 and its kind.',
  };
}

/** What the command prints, and its exit status: 0 nothing stops, 1 there are errors, 2 a path is not there. */
export interface CommandResult {
  readonly status: 0 | 1 | 2;
  readonly output: string;
}

/** `rollout validate [PATH…] [--format text|json|github|sarif]`; paths default to the current folder. */
export async function validateCommand(
  paths: readonly string[],
  { as, cwd }: { readonly as: Format; readonly cwd: string },
): Promise<CommandResult> {
  try {
    const outcome = await validateTree(paths, cwd);
    return { status: isValid(outcome) ? 0 : 1, output: format(outcome, as) };
  } catch (error) {
    if (!(error instanceof NoSuchPath)) throw error;
    return { status: 2, output: `rollout validate: ${error.message}. Name a file or folder that exists.` };
  }
}
