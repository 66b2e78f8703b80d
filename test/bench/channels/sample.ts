import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What one piece of work took. */
export interface Sample {
  /** Wall clock, in milliseconds. */
  readonly ms: number;
  /** Of user and system together, with what it had done by others, in milliseconds. */
  readonly cpu: number;
  /** Most memory that a process had, in MiB. */
  readonly rss: number;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A program failed, or is not there. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
}

/**
 * Runs a program under GNU time, and tells what it took. Its own start is part of it.
 * @throws CommandFailed with the end of what it said, when its exit status is not 0.
 */
export async function measured(command: Command): Promise<Sample> {
  const figures = join(tmpdir(), `bench-time-${String(process.pid)}`);
  const begun = performance.now();
  await run({
    ...command,
    program: 'time',
    args: ['-q', '-o', figures, '-f', '%U %S %M', command.program, ...command.args],
  });
  const ms = performance.now() - begun;
  const [user = 0, system = 0, kib = 0] = (await readFile(figures, 'utf8')).trim().split(' ').map(Number);
  await rm(figures);
  return { ms, cpu: (user + system) * 1000, rss: kib / 1024 };
}

/**
 * Runs a program and gives its standard output.
 * @throws CommandFailed with the end of what it said, when it cannot be started or its exit status is not 0.
 */
export async function run({ program, args, cwd, env }: Command): Promise<string> {
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, LC_ALL: 'C.UTF-8', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said: Buffer[] = [];
  const complaints: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => said.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => complaints.push(bytes));
  const status = await new Promise<number | null>((resolve, reject) => {
    child.on('error', (cause) => {
      reject(new CommandFailed(`${program} cannot be started`, { cause }));
    });
    child.on('close', resolve);
  });
  const text = Buffer.concat(said).toString();
  if (status === 0) return text;
  const end = `${text}${Buffer.concat(complaints).toString()}`.slice(-2000);
  throw new CommandFailed(`${program} ${args.slice(0, 8).join(' ')}: exit status ${String(status)}\n${end}`);
}
