import { lstat, readFile, readdir } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { Problem } from '../model/problem.ts';
import { yamlLimits } from '../model/yaml.ts';
import { manifestLimits } from '../model/manifest.ts';
import type { Files } from './check.ts';
import { fileKind, places } from './file-kind.ts';
import { problemOfFile } from './finding.ts';

/** More files than any real repository of tickets has; beyond it something is wrong. */
const mostFiles = 200_000;
const deepest = 8;

/** The tree is too large to be one of ours. */
class TreeTooLarge extends Error {
  override readonly name = 'TreeTooLarge';
}

/** Texts of files by path, and what kept a file from being read. */
export interface TreeReading {
  readonly files: Files;
  readonly problems: readonly Problem[];
}

/** A path below a folder, with slashes. */
export function pathBelow(folder: string, path: string): string {
  return relative(folder, path).split(sep).join('/');
}

/** The folder of the repository that a path belongs to: itself or the closest one above with a catalogue or a policy. */
export async function repositoryAbove(path: string): Promise<string | undefined> {
  for (let folder = resolve(path); ; folder = dirname(folder)) {
    for (const mark of [places.catalogue, places.policy]) if (await isFile(join(folder, mark))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

async function isFile(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isFile() ?? false;
}

/** Paths of all files below a folder, in order; folders that begin with a dot and node_modules are passed over. */
export async function filesBelow(folder: string, depth = deepest): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) found.push(path);
    else if (depth > 0 && !entry.name.startsWith('.') && entry.name !== 'node_modules')
      found.push(...(await filesBelow(path, depth - 1)));
    if (found.length > mostFiles)
      throw new TreeTooLarge(`there are more than ${String(mostFiles)} files below ${folder}`);
  }
  return found;
}

/** Reads what `rollout validate` looks at in a repository: `releases/`, `repos-manifest/` and the policy. */
export async function readRepository(root: string): Promise<TreeReading> {
  const paths: string[] = [];
  for (const folder of ['releases', 'repos-manifest']) {
    const there = await lstat(join(root, folder)).catch(() => undefined);
    if (there?.isDirectory() === true) paths.push(...(await filesBelow(join(root, folder))));
  }
  if (await isFile(join(root, places.policy))) paths.push(join(root, places.policy));
  const files = new Map<string, string | undefined>();
  const problems: Problem[] = [];
  for (const path of paths) {
    const file = pathBelow(root, path);
    const kind = fileKind(file);
    const isRecord = kind === 'manifest' || kind === 'journal';
    const wanted = isRecord || kind === 'single' || kind === 'ticket';
    const read = await readText(path, file, isRecord ? manifestLimits.bytes : yamlLimits.bytes, wanted);
    if (typeof read === 'object') problems.push(read);
    else if (read !== undefined || !wanted) files.set(file, read);
  }
  return { files, problems };
}

/**
 * The text of a file, or what is wrong with it: symbolic links and devices are not followed (trust.md T31), at most `limit` bytes,
 * UTF-8 only. Undefined when the text is not wanted.
 */
export async function readText(
  path: string,
  file: string,
  limit: number,
  wanted = true,
): Promise<string | undefined | Problem> {
  const found = await lstat(path);
  if (!found.isFile()) {
    return problemOfFile(file, {
      rule: 'not-a-file',
      message: 'This is a symbolic link or a special file.',
      mend: 'Put the file itself there.',
    });
  }
  if (!wanted) return undefined;
  if (found.size > limit) {
    return problemOfFile(file, {
      rule: 'too-large',
      message: `The file is larger than ${String(limit / 1024)} KiB.`,
      mend: 'Shorten it: long texts belong behind a link.',
    });
  }
  const bytes = await readFile(path);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return problemOfFile(file, {
      rule: 'not-utf-8',
      message: 'The file is not UTF-8.',
      mend: 'Save it as UTF-8.',
    });
  }
}
