import { execFile, execFileSync } from 'node:child_process';
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Can Debian's packages be reached with apt-get from here? Without them the real input cannot be had. */
export function debianIsReachable(): boolean {
  try {
    return execFileSync('apt-cache', ['policy', 'nordugrid-arc-wn'], { encoding: 'utf8' }).includes(
      '6.17.0-3',
    );
  } catch {
    return false;
  }
}

export const tool = (name: string): boolean => {
  try {
    execFileSync('which', [name], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

/** Fetches real packages with apt-get, as any Debian user would. */
export async function download(dir: string, packages: readonly string[]): Promise<void> {
  await mkdir(dir, { recursive: true });
  await run('apt-get', ['-o', 'APT::Sandbox::User=root', 'download', ...packages], { cwd: dir });
}

/**
 * A site: real apt with root directories of its own, all checks of signature and freshness switched on explicitly (a machine may have them
 * off), and what is installed on this machine as its starting point, so that only what is missing is fetched.
 */
export class AptSite {
  readonly #root: string;

  private constructor(root: string) {
    this.#root = root;
  }

  static async setUp(root: string, sources: readonly string[]): Promise<AptSite> {
    for (const dir of [
      'etc/apt',
      'var/lib/apt/lists/partial',
      'var/cache/apt/archives/partial',
      'var/lib/dpkg/info',
      'var/lib/dpkg/updates',
      'var/lib/dpkg/triggers',
      'var/log/apt',
    ]) {
      await mkdir(join(root, dir), { recursive: true });
    }
    await cp('/var/lib/dpkg/status', join(root, 'var/lib/dpkg/status'));
    await writeFile(join(root, 'etc/apt/sources.list'), `${sources.join('\n')}\n`);
    return new AptSite(root);
  }

  #options(): string[] {
    const root = this.#root;
    const options = {
      'Dir::Etc::SourceList': join(root, 'etc/apt/sources.list'),
      'Dir::Etc::SourceParts': '/dev/null',
      'Dir::State': join(root, 'var/lib/apt'),
      'Dir::State::status': join(root, 'var/lib/dpkg/status'),
      'Dir::Cache': join(root, 'var/cache/apt'),
      'Dir::Log': join(root, 'var/log/apt'),
      'APT::Sandbox::User': 'root',
      'APT::Architecture': 'amd64',
      'APT::Install-Recommends': 'false',
      'Acquire::Check-Valid-Until': 'true',
      'Acquire::Check-Date': 'true',
      'Acquire::AllowInsecureRepositories': 'false',
      'Acquire::Languages': 'none',
      'Dpkg::Use-Pty': 'false',
    };
    return Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  }

  async #apt(args: readonly string[]): Promise<string> {
    const { stdout, stderr } = await run('apt-get', [...this.#options(), ...args], {
      env: {
        PATH: process.env['PATH'] ?? '',
        LC_ALL: 'C',
        DEBIAN_FRONTEND: 'noninteractive',
        HOME: this.#root,
      },
      maxBuffer: 16 * 1024 * 1024,
    });
    return stdout + stderr;
  }

  /** Fails on anything that apt warns of, too. */
  async updates(): Promise<string> {
    const told = await this.#apt(['update', '-o', 'APT::Update::Error-Mode=any']);
    if (/^(W|E):/m.test(told)) throw new Error(told);
    return told;
  }

  /** Puts the packages into the site's cache and gives its folder. */
  async fetches(packages: readonly string[]): Promise<string> {
    await this.#apt(['install', '--yes', '--reinstall', '--download-only', ...packages]);
    return join(this.#root, 'var/cache/apt/archives');
  }

  /** Installs for real, into the site's own root. */
  async installs(packages: readonly string[]): Promise<void> {
    await this.#apt(['install', '--yes', '-o', `Dpkg::Options::=--root=${this.#root}`, ...packages]);
  }

  /** Could it be installed at all from the sources? */
  async offers(name: string): Promise<boolean> {
    const { stdout } = await run('apt-cache', [...this.#options(), 'madison', name]);
    return stdout.includes(name);
  }
}
