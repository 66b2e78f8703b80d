import { git } from './command.ts';
import type { BareRepository } from './repository.ts';

export interface FileChange {
  readonly path: string;
  readonly previousPath: string | null;
  readonly status: 'added' | 'removed' | 'modified' | 'renamed' | 'copied' | 'changed';
  /** The blob after the change; before it for a removed file. */
  readonly sha: string;
  readonly additions: number;
  readonly deletions: number;
}

const statuses: Readonly<Record<string, FileChange['status']>> = {
  A: 'added',
  C: 'copied',
  D: 'removed',
  M: 'modified',
  R: 'renamed',
  T: 'changed',
};
const plain = ['--no-ext-diff', '--no-textconv', '--no-color', '-M'];

/**
 * The files that differ from the merge base of two commits to the second (three-dot diff, as a pull request shows it).
 * Commits without common history are compared directly.
 */
export async function changedFiles(
  repository: BareRepository,
  base: string,
  head: string,
): Promise<FileChange[]> {
  const range = await comparison(repository, base, head);
  const { stdout } = await git(repository.dir, [
    'diff',
    ...plain,
    '--raw',
    '--numstat',
    '-z',
    '--no-abbrev',
    ...range,
  ]);
  return parse(stdout.toString('utf8').split('\0'));
}

/** The same comparison as text, for people; cut after `limit` characters. */
export async function patch(
  repository: BareRepository,
  base: string,
  head: string,
  limit: number,
): Promise<string> {
  const range = await comparison(repository, base, head);
  const { stdout } = await git(repository.dir, ['diff', ...plain, ...range]);
  const text = stdout.toString('utf8');
  return text.length > limit ? `${text.slice(0, limit)}\n… and more` : text;
}

async function comparison(repository: BareRepository, base: string, head: string): Promise<string[]> {
  return [(await repository.mergeBase(base, head)) ?? base, head, '--'];
}

function parse(fields: readonly string[]): FileChange[] {
  const files: { path: string; previousPath: string | null; status: FileChange['status']; sha: string }[] =
    [];
  const counts = new Map<string, { additions: number; deletions: number }>();
  let at = 0;
  const next = (): string => {
    at += 1;
    return fields[at - 1] ?? '';
  };
  while (at < fields.length) {
    const field = next();
    const raw = /^:\d+ \d+ ([0-9a-f]{40}) ([0-9a-f]{40}) ([A-Z])\d*$/u.exec(field);
    if (raw !== null) {
      const [, before = '', after = '', letter = ''] = raw;
      const moved = letter === 'R' || letter === 'C';
      const first = next();
      const path = moved ? next() : first;
      files.push({
        path,
        previousPath: moved ? first : null,
        status: statuses[letter] ?? 'changed',
        sha: letter === 'D' ? before : after,
      });
      continue;
    }
    const [, added = '', deleted = '', path] = /^(\d+|-)\t(\d+|-)\t(.*)$/su.exec(field) ?? [];
    if (path === undefined) continue;
    // A moved file is counted under an empty path that its old and its new path follow.
    if (path === '') next();
    const name = path === '' ? next() : path;
    // A binary file counts as `-`.
    counts.set(name, { additions: Number(added) || 0, deletions: Number(deleted) || 0 });
  }
  return files.map((file) => Object.assign(file, counts.get(file.path) ?? { additions: 0, deletions: 0 }));
}
