import { spawn } from 'node:child_process';
import { Buffer } from 'node:buffer';

const outputLimit = 64 * 1024 * 1024;
const timeLimit = 60_000;

/** A git command ended badly. */
class GitFailure extends Error {
  readonly code: number | null;
  readonly stderr: string;

  constructor(command: string, code: number | null, stderr: string) {
    super(`git ${command} ended with ${String(code)}: ${stderr.trim()}`);
    this.name = 'GitFailure';
    this.code = code;
    this.stderr = stderr;
  }
}

export interface GitOutput {
  readonly code: number;
  readonly stdout: Buffer;
}

/** The environment of every git process: nothing of the caller's but the search path, no settings but the repository's own. */
export function gitEnvironment(gitDir: string): NodeJS.ProcessEnv {
  return {
    PATH: process.env['PATH'],
    HOME: gitDir,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    GIT_ATTR_NOSYSTEM: '1',
    LC_ALL: 'C',
  };
}

/**
 * Runs git on a bare repository; at most 64 MiB of output and 60 seconds.
 * @param accept exit codes that are answers, not failures
 * @throws GitFailure for any other exit code, too much output, or too long a run
 */
export async function git(
  gitDir: string,
  args: readonly string[],
  accept: readonly number[] = [0],
): Promise<GitOutput> {
  const child = spawn('git', [`--git-dir=${gitDir}`, ...args], {
    env: gitEnvironment(gitDir),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: timeLimit,
    killSignal: 'SIGKILL',
  });
  const chunks: Buffer[] = [];
  let size = 0;
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > outputLimit) child.kill('SIGKILL');
    else chunks.push(chunk);
  });
  child.stderr.on('data', (chunk: Buffer) => {
    if (stderr.length < 10_000) stderr += chunk.toString('utf8');
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code === null || !accept.includes(code)) throw new GitFailure(args[0] ?? '', code, stderr);
  return { code, stdout: Buffer.concat(chunks) };
}
