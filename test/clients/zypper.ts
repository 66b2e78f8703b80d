import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram, type ProgramRun } from './program.ts';

/** A site's zypper with a root of its own; keys that it is not given it does not take. */
export class ZypperClient {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  /** A client whose only repository is the given `.repo` text, with a key that its administrator has imported. */
  static async with(repository: string, publicKey: string): Promise<ZypperClient> {
    const client = new ZypperClient(await mkdtemp(join(tmpdir(), 'zypper-client-')));
    const root = join(client.dir, 'root');
    for (const folder of ['etc/zypp/repos.d', 'var/lib/rpm', 'var/cache/zypp', 'tmp'])
      await mkdir(join(root, folder), { recursive: true });
    await writeFile(join(client.dir, 'key.asc'), publicKey);
    const imported = await runProgram(
      'rpm',
      ['--root', root, '--dbpath', '/var/lib/rpm', '--import', join(client.dir, 'key.asc')],
      client.dir,
    );
    if (imported.status !== 0) throw new Error(imported.text);
    await writeFile(join(root, 'etc/zypp/zypp.conf'), '[main]\narch = x86_64\n');
    const text = repository.replace(/^gpgkey=.*\n/m, '');
    await writeFile(join(root, 'etc/zypp/repos.d/channel.repo'), text);
    return client;
  }

  /** Fetches the metadata anew. */
  update(): Promise<ProgramRun> {
    return this.#run(['refresh', '--force']);
  }

  /** Names and versions that zypper sees, as `name/version`. */
  async packages(): Promise<readonly string[]> {
    const { text } = await this.#run(['--no-refresh', 'search', '--details', '--type', 'package']);
    return [...text.matchAll(/^\S* *\| (\S+) +\| package +\| (\S+?)-\S+ +\|/gm)].map(
      ([, name = '', version = '']) => `${name}/${version}`,
    );
  }

  /** Fetches a package into the client's cache, as an installation would. */
  download(name: string): Promise<ProgramRun> {
    return this.#run(['--no-refresh', 'install', '--download-only', '--no-confirm', name]);
  }

  /** Installs for real, into the client's own root. */
  install(name: string): Promise<ProgramRun> {
    return this.#run(['--no-refresh', 'install', '--no-confirm', name]);
  }

  #run(args: readonly string[]): Promise<ProgramRun> {
    return runProgram('zypper', ['--root', join(this.dir, 'root'), '--non-interactive', ...args], this.dir);
  }
}
