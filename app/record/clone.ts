import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type SimpleGit, simpleGit } from 'simple-git';

export interface CloneOptions {
  /** Folder of the private bare clone: a cache, made again when it is gone (R12). */
  readonly dir: string;
  readonly url: string;
  /** A token that may push; asked for before every talk with the forge. Without one the URL is a folder that is only read. */
  readonly token: (() => Promise<string>) | undefined;
}

/** The private bare clone and how git is run on it: no system or user configuration, no hooks, no transport but the one needed (T54). */
export class PrivateClone {
  readonly #options: CloneOptions;
  #talk: Promise<unknown> = Promise.resolve();

  private constructor(options: CloneOptions) {
    this.#options = options;
  }

  static async open(options: CloneOptions): Promise<PrivateClone> {
    const clone = new PrivateClone(options);
    await clone.#prepare();
    return clone;
  }

  /** Git on the clone. */
  get git(): SimpleGit {
    return this.#client(join(this.#options.dir, 'record.git'));
  }

  /**
   * Contents of blobs or of commits, in the order of their ids, from one process: a channel has thousands of manifests.
   * @throws Error when one of them is none of the clone
   */
  async contents(type: 'blob' | 'commit', ids: readonly string[]): Promise<readonly Buffer[]> {
    const child = spawn('git', ['cat-file', '--batch'], {
      cwd: join(this.#options.dir, 'record.git'),
      env: this.#environment(),
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const said: Buffer[] = [];
    child.stdout.on('data', (bytes: Buffer) => said.push(bytes));
    // A git that ended early is told of below, by what it did not say.
    child.stdin.on('error', () => undefined);
    child.stdin.end(ids.map((id) => `${id}\n`).join(''));
    await once(child, 'close');
    return contentsIn(Buffer.concat(said), type, ids);
  }

  /** Lends a folder, and a git with an index of its own in it; both are gone afterwards. */
  async withScratch<T>(work: (git: SimpleGit, folder: string) => Promise<T>): Promise<T> {
    const folder = join(this.#options.dir, 'scratch', randomUUID());
    await mkdir(folder);
    try {
      return await work(this.#client(folder, folder), folder);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  async #prepare(): Promise<void> {
    const { dir, url, token } = this.#options;
    await mkdir(join(dir, 'scratch'), { recursive: true, mode: 0o700 });
    await this.#sweepLeftovers();
    const bare = join(dir, 'record.git');
    const known = await stat(join(bare, 'HEAD')).then(
      () => true,
      () => false,
    );
    if (!known) await this.#client(dir).raw(['init', '--bare', '--quiet', '--initial-branch=main', bare]);
    await writeFile(
      join(bare, 'config'),
      [
        '[core]\n\trepositoryformatversion = 0\n\tbare = true\n\thooksPath = /dev/null',
        `[remote "origin"]\n\turl = ${JSON.stringify(url)}`,
        '[transfer]\n\tfsckObjects = true',
        '[protocol]\n\tallow = never',
        ...(token === undefined ? ['file'] : ['https', 'http']).map(
          (name) => `[protocol "${name}"]\n\tallow = always`,
        ),
        '[http]\n\tfollowRedirects = false\n\tlowSpeedLimit = 1000\n\tlowSpeedTime = 30',
        '[gc]\n\tauto = 0\n[maintenance]\n\tauto = false',
        '[include]\n\tpath = ../token.config',
        '',
      ].join('\n'),
    );
  }

  /** Lock files and indexes of a process that was killed are of no use to anybody (R12). */
  async #sweepLeftovers(): Promise<void> {
    const scratch = join(this.#options.dir, 'scratch');
    for (const name of await readdir(scratch))
      await rm(join(scratch, name), { force: true, recursive: true });
    const bare = join(this.#options.dir, 'record.git');
    const names = await readdir(bare, { recursive: true }).catch(() => []);
    for (const name of names) if (name.endsWith('.lock')) await rm(join(bare, name), { force: true });
  }

  #client(folder: string, index?: string): SimpleGit {
    return simpleGit({
      baseDir: folder,
      maxConcurrentProcesses: 8,
      unsafe: { allowUnsafeConfigPaths: true },
      allowEnvironment: [
        'GIT_CONFIG_NOSYSTEM',
        'GIT_CONFIG_GLOBAL',
        'GIT_TERMINAL_PROMPT',
        'GIT_INDEX_FILE',
        'GIT_DIR',
        'GIT_WORK_TREE',
        'GIT_TRACE_SETUP',
      ],
    }).env({
      ...this.#environment(),
      // Git takes a path out of an index only where there is a work tree: the scratch folder is one, always empty of it.
      ...(index === undefined
        ? {}
        : {
            GIT_INDEX_FILE: join(index, 'index'),
            GIT_DIR: join(this.#options.dir, 'record.git'),
            GIT_WORK_TREE: index,
            // simple-git waits 50 ms longer for a process that prints nothing at all; a line on stderr spares the wait.
            GIT_TRACE_SETUP: '1',
          }),
    });
  }

  #environment(): Record<string, string> {
    return {
      PATH: process.env['PATH'] ?? '/usr/bin:/bin',
      HOME: this.#options.dir,
      LC_ALL: 'C',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_TERMINAL_PROMPT: '0',
    };
  }

  /** The token stands in a file that only its owner reads, included by the clone's configuration: never in an argument or the environment. */
  async #writeToken(): Promise<void> {
    const token = await this.#options.token?.();
    if (token === undefined) return;
    const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
    const file = join(this.#options.dir, 'token.config');
    const text = `[http ${JSON.stringify(this.#options.url)}]\n\textraHeader = Authorization: Basic ${basic}\n`;
    if ((await readFile(file, 'utf8').catch(() => '')) === text) return;
    const draft = `${file}.${randomUUID()}`;
    await writeFile(draft, text, { mode: 0o600 });
    await rename(draft, file);
  }

  /** One talk with the forge at a time: git locks refs, and the token file is shared. */
  async withForge<T>(talk: (git: SimpleGit) => Promise<T>): Promise<T> {
    const turn = this.#talk.then(async () => {
      await this.#writeToken();
      return talk(this.git);
    });
    this.#talk = turn.catch(() => undefined);
    return turn;
  }
}

/** git-cat-file(1), `--batch`: `<id> <type> <size>`, a newline, the bytes, a newline. */
function contentsIn(said: Buffer, wanted: string, ids: readonly string[]): readonly Buffer[] {
  let at = 0;
  return ids.map((wantedId) => {
    const end = said.indexOf('\n', at);
    const [id, type, size] = said.toString('latin1', at, Math.max(at, end)).split(' ');
    const from = end + 1;
    at = from + Number(size) + 1;
    if (id !== wantedId || type !== wanted || !(at <= said.length))
      throw new Error(`git has no ${wanted} ${wantedId}`);
    return said.subarray(from, at - 1);
  });
}
