import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Whether a program answers to `--version` here. */
export const isInstalled = (program: string): boolean => spawnSync(program, ['--version']).status === 0;

/** A person's folder for gpg and git, with one trusted key and no settings of this machine. */
export class Checker {
  readonly dir: string;

  private constructor(dir: string) {
    this.dir = dir;
  }

  static async trusting(key: Uint8Array): Promise<Checker> {
    const checker = new Checker(await mkdtemp(join(tmpdir(), 'checker-')));
    const keyFile = join(checker.dir, 'key.gpg');
    await writeFile(keyFile, key);
    await checker.run('gpg', ['--batch', '--quiet', '--import', keyFile]);
    return checker;
  }

  /** Runs a program in the folder. @returns standard output @throws when it fails, with what it said */
  async run(program: string, args: readonly string[]): Promise<string> {
    const env = {
      PATH: process.env['PATH'],
      HOME: this.dir,
      GNUPGHOME: this.dir,
      LC_ALL: 'C',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_TERMINAL_PROMPT: '0',
    };
    const { stdout } = await run(program, [...args], { cwd: this.dir, env, timeout: 30_000 });
    return stdout;
  }

  /** Puts files into the folder. */
  async saves(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
    for (const [name, content] of Object.entries(files)) await writeFile(join(this.dir, name), content);
  }

  async leaves(): Promise<void> {
    await rm(this.dir, { recursive: true, force: true });
  }
}
