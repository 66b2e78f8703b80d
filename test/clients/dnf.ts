import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram, type ProgramRun } from './program.ts';

/** A site's dnf with a root, a cache and a configuration of its own; nothing of this machine's is read. */
export class DnfClient {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  /** A client whose only repository is the given `.repo` text, with a key that it takes from a file. */
  static async with(repository: string, publicKey: string): Promise<DnfClient> {
    const client = new DnfClient(await mkdtemp(join(tmpdir(), 'dnf-client-')));
    for (const folder of ['repos', 'root', 'cache', 'log']) await mkdir(join(client.dir, folder));
    const key = join(client.dir, 'key.asc');
    await writeFile(key, publicKey);
    const text = repository.replace(/^gpgkey=.*$/m, `gpgkey=file://${key}`);
    await writeFile(join(client.dir, 'repos', 'channel.repo'), text);
    const settings = {
      cachedir: join(client.dir, 'cache'),
      persistdir: join(client.dir, 'persist'),
      logdir: join(client.dir, 'log'),
      reposdir: join(client.dir, 'repos'),
      varsdir: join(client.dir, 'repos'),
      pluginpath: join(client.dir, 'repos'),
      retries: '1',
      timeout: '20',
      arch: 'x86_64',
      releasever: '9',
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
    await writeFile(join(client.dir, 'dnf.conf'), `[main]\n${lines.join('')}`);
    return client;
  }

  /** Fetches the metadata anew. */
  update(): Promise<ProgramRun> {
    return this.#run(['makecache', '--refresh']);
  }

  /** Names and versions that dnf sees, as `name/version`. */
  async packages(): Promise<readonly string[]> {
    const { text } = await this.#run(['--cacheonly', 'repoquery', '--queryformat', '%{name}/%{version}']);
    return text.split('\n').filter((line) => /^[a-z][a-z0-9.-]*\/[0-9]\S*$/.test(line));
  }

  /** Fetches a package into the client's cache, as an installation would. */
  download(name: string): Promise<ProgramRun> {
    return this.#run(['install', '--downloadonly', name]);
  }

  /** Installs for real, into the client's own root. */
  install(name: string): Promise<ProgramRun> {
    return this.#run(['install', name]);
  }

  #run(args: readonly string[]): Promise<ProgramRun> {
    const own = [
      '--config',
      join(this.dir, 'dnf.conf'),
      '--installroot',
      join(this.dir, 'root'),
      '--assumeyes',
    ];
    return runProgram('dnf', [...own, '--quiet', ...args], this.dir);
  }
}
