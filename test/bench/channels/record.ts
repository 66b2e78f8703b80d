import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '../../../app/model/manifest.ts';
import { writeYaml } from '../../../app/model/yaml.ts';
import { configurationPaths } from '../../../app/facts/configuration.ts';
import { manifestPath } from '../../../app/facts/manifests.ts';
import { commitText } from '../../../app/record/commit.ts';
import type { DocumentSigner } from '../../../app/record/signer.ts';
import { run } from './sample.ts';

/** A git repository with signed manifests, as the system writes them: what a cold command publishes from. */
export class Record {
  readonly #dir: string;
  readonly #signer: DocumentSigner;

  private constructor(dir: string, signer: DocumentSigner) {
    this.#dir = dir;
    this.#signer = signer;
  }

  /** Makes it, bare, with the configuration files of the checkout at `root` and the manifests given in its first commit. */
  static async create(
    dir: string,
    root: string,
    manifests: readonly Manifest[],
    signer: DocumentSigner,
  ): Promise<Record> {
    await run({ program: 'git', args: ['init', '--quiet', '--bare', '--initial-branch=main', dir] });
    const record = new Record(dir, signer);
    const configuration = await Promise.all(
      configurationPaths.map(async (path) => [path, await readFile(join(root, path), 'utf8')] as const),
    );
    await record.#import(function* files() {
      yield* configuration;
    }, manifests);
    return record;
  }

  /** Adds manifests in a commit that the system has signed. */
  async add(manifests: readonly Manifest[]): Promise<void> {
    const parent = (await this.#git('rev-parse', 'main')).trim();
    await this.#import(function* none() {
      yield* [];
    }, manifests);
    const tree = (await this.#git('rev-parse', 'main^{tree}')).trim();
    const author = { name: 'Bench', email: 'bench@rollout.invalid' };
    const message = 'Promote a release';
    const text = await commitText(
      { tree, parents: [parent], author, date: new Date(), message },
      this.#signer,
    );
    const commit = (await feed(this.#dir, ['hash-object', '-w', '-t', 'commit', '--stdin'], [text])).trim();
    await this.#git('update-ref', 'refs/heads/main', commit);
  }

  async #import(
    files: () => Iterable<readonly [string, string]>,
    manifests: readonly Manifest[],
  ): Promise<void> {
    const first = (await this.#git('for-each-ref', 'refs/heads/main')) === '';
    const lines = [
      `commit refs/heads/main\ncommitter Bench <bench@rollout.invalid> ${String(Math.floor(Date.now() / 1000))} +0000\n`,
      'data 0\n',
      ...(first ? [] : ['from refs/heads/main^0\n']),
    ];
    for (const [path, text] of files()) lines.push(fileLine(path, text));
    for (const manifest of manifests) {
      const path = manifestPath(manifest.channel, manifest.release);
      const text = writeYaml(manifest);
      lines.push(fileLine(path, text), fileLine(`${path}.asc`, await this.#signer.sign(text, new Date())));
    }
    await feed(this.#dir, ['fast-import', '--quiet'], lines);
  }

  #git(...args: readonly string[]): Promise<string> {
    return run({ program: 'git', args: ['-C', this.#dir, ...args] });
  }
}

function fileLine(path: string, text: string): string {
  return `M 100644 inline ${path}\ndata ${String(Buffer.byteLength(text))}\n${text}\n`;
}

async function feed(dir: string, args: readonly string[], input: readonly string[]): Promise<string> {
  const child = spawn('git', ['-C', dir, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const said: Buffer[] = [];
  child.stdout.on('data', (bytes: Buffer) => said.push(bytes));
  child.stdin.end(input.join(''));
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0) throw new Error(`git ${args.join(' ')}: exit status ${String(status)}`);
  return Buffer.concat(said).toString();
}
