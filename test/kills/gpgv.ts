import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256Of } from '../../app/storage/digest.ts';

/** GnuPG's own check of signatures against one keyring. What it said is remembered: most trees of a series share their signatures. */
export class Gpgv {
  readonly #dir: string;
  readonly #said = new Map<string, Promise<Buffer | undefined>>();
  #files = 0;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  /** @param keyring a binary keyring */
  static async with(keyring: Uint8Array): Promise<Gpgv> {
    const dir = await mkdtemp(join(tmpdir(), 'gpgv-'));
    await writeFile(join(dir, 'keyring.gpg'), keyring);
    return new Gpgv(dir);
  }

  /** The text under a good cleartext signature; undefined when it is not good. */
  signedText(message: Uint8Array): Promise<Buffer | undefined> {
    return this.#remembered(sha256Of(message), [message], async ([path = ''], name) => {
      const text = `${name}.text`;
      return (await this.#isGood(['--output', text, path])) ? readFile(text) : undefined;
    });
  }

  /** Whether a detached signature is a good one of these bytes. */
  async fits(bytes: Uint8Array, signature: Uint8Array): Promise<boolean> {
    const key = `${sha256Of(bytes)} ${sha256Of(signature)}`;
    const good = await this.#remembered(key, [signature, bytes], async (paths) =>
      (await this.#isGood(paths)) ? Buffer.from('good') : undefined,
    );
    return good !== undefined;
  }

  async close(): Promise<void> {
    await rm(this.#dir, { recursive: true });
  }

  #remembered(
    key: string,
    contents: readonly Uint8Array[],
    look: (paths: readonly string[], name: string) => Promise<Buffer | undefined>,
  ): Promise<Buffer | undefined> {
    const before = this.#said.get(key);
    if (before) return before;
    this.#files += 1;
    const name = join(this.#dir, String(this.#files));
    const said = (async () => {
      const paths = contents.map((_, at) => `${name}.${String(at)}`);
      await Promise.all(contents.map((bytes, at) => writeFile(paths[at] ?? '', bytes)));
      try {
        return await look(paths, name);
      } finally {
        await Promise.all([...paths, `${name}.text`].map((path) => rm(path, { force: true })));
      }
    })();
    this.#said.set(key, said);
    return said;
  }

  /** By its status lines: its exit code is 0 also for a signature of an expired key (trust.md 1.7). */
  async #isGood(args: readonly string[]): Promise<boolean> {
    const keyring = join(this.#dir, 'keyring.gpg');
    const gpgv = spawn('gpgv', ['--status-fd', '1', '--keyring', keyring, ...args], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let status = '';
    gpgv.stdout.setEncoding('utf8').on('data', (text: string) => (status += text));
    await new Promise((resolve, reject) => {
      gpgv.once('close', resolve).once('error', reject);
    });
    return /^\[GNUPG:\] GOODSIG /m.test(status) && /^\[GNUPG:\] VALIDSIG /m.test(status);
  }
}
