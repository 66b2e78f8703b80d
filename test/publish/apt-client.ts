import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface AptRun {
  readonly status: number;
  /** Standard output and error together. */
  readonly text: string;
}

/** A site's apt with folders of its own; nothing of this machine's configuration is read. */
export class AptClient {
  readonly dir: string;

  constructor(dir: string) {
    this.dir = dir;
  }

  /** A client whose only source is the given deb822 text. */
  static async with(source: string): Promise<AptClient> {
    const client = new AptClient(await mkdtemp(join(tmpdir(), 'apt-client-')));
    const folders = ['sources', 'conf', 'lists/partial', 'archives/partial'];
    for (const folder of folders) await mkdir(join(client.dir, folder), { recursive: true });
    await writeFile(join(client.dir, 'status'), '');
    await writeFile(join(client.dir, 'sources', 'channel.sources'), source);
    // Without the two checks every test of freshness lies (trust.md 1.5).
    const settings = {
      'APT::Architecture': 'amd64',
      'APT::Architectures': 'amd64',
      'APT::Sandbox::User': 'root',
      'Acquire::Check-Valid-Until': 'true',
      'Acquire::Check-Date': 'true',
      'Acquire::Languages': 'none',
      'Acquire::http::Proxy': 'DIRECT',
      'Acquire::Retries': '0',
      'Dir::Etc::parts': join(client.dir, 'conf'),
      'Dir::Etc::main': '/dev/null',
      'Dir::Etc::sourcelist': '/dev/null',
      'Dir::Etc::sourceparts': join(client.dir, 'sources'),
      'Dir::Etc::trusted': '/dev/null',
      'Dir::Etc::trustedparts': join(client.dir, 'conf'),
      'Dir::Etc::preferences': '/dev/null',
      'Dir::Etc::preferencesparts': join(client.dir, 'conf'),
      'Dir::State': client.dir,
      'Dir::State::lists': join(client.dir, 'lists'),
      'Dir::State::status': join(client.dir, 'status'),
      'Dir::Cache': client.dir,
      'Dir::Cache::archives': join(client.dir, 'archives'),
    };
    const lines = Object.entries(settings).map(([name, value]) => `${name} "${value}";\n`);
    await writeFile(join(client.dir, 'apt.conf'), lines.join(''));
    return client;
  }

  update(): Promise<AptRun> {
    return this.run('apt-get', ['update', '--error-on=any']);
  }

  /** Names and versions that apt sees, as `name/version`. */
  async packages(): Promise<readonly string[]> {
    const { text } = await this.run('apt-cache', ['dumpavail']);
    return [...text.matchAll(/^Package: (.*)\n(?:.+\n)*?Version: (.*)\n/gm)].map(
      ([, name = '', version = '']) => `${name}/${version}`,
    );
  }

  /** Fetches a package file into the client's folder, as an installation would. */
  download(name: string): Promise<AptRun> {
    return this.run('apt-get', ['download', name]);
  }

  /** Installs for real, into a root of the client's own. */
  async install(name: string): Promise<AptRun> {
    const root = join(this.dir, 'root');
    for (const folder of ['info', 'updates', 'triggers'])
      await mkdir(join(root, 'var/lib/dpkg', folder), { recursive: true });
    await writeFile(join(root, 'var/lib/dpkg/status'), '');
    const options = [`Dpkg::Options::=--root=${root}`, 'Dpkg::Use-Pty=false', `Dir::Log=${this.dir}`];
    const given = options.flatMap((option) => ['-o', option]);
    return this.run('apt-get', ['install', '--yes', ...given, name]);
  }

  private run(program: string, args: readonly string[]): Promise<AptRun> {
    const env = { PATH: process.env['PATH'], LC_ALL: 'C', APT_CONFIG: join(this.dir, 'apt.conf') };
    return new Promise((resolve) => {
      execFile(program, [...args], { cwd: this.dir, env }, (error, stdout, stderr) => {
        resolve({ status: error ? Number(error.code) : 0, text: `${stdout}${stderr}` });
      });
    });
  }
}
