import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const script = resolve('repos-manifest/verify-channel.sh');
/** All that the script may use; Node is not among it. */
export const scriptTools =
  'awk cat cp curl cut date dirname expr find gpgv grep gzip head mktemp mv paste rm sed sh sha256sum sort tail tee tr'.split(
    ' ',
  );

/** A folder with nothing but the script's tools in it, as a PATH. */
export function barePath(): string {
  const dir = mkdtempSync(join(tmpdir(), 'bare-'));
  for (const name of scriptTools)
    symlinkSync(realpathSync(execFileSync('which', [name], { encoding: 'utf8' }).trim()), join(dir, name));
  return dir;
}

/** What the script is asked. */
export interface ScriptQuestion {
  readonly place: string;
  readonly channel: string;
  /** A binary keyring, and the fingerprints that are pinned. */
  readonly keyring: string;
  readonly fingerprints: readonly string[];
  readonly lastSeen?: string | undefined;
  readonly package?: string | undefined;
}

/** Runs verify-channel.sh with nothing but its tools; gives its status and what it prints. */
export function runScript(
  path: string,
  { place, channel, keyring, fingerprints, lastSeen, package: file }: ScriptQuestion,
): Promise<{ readonly status: number; readonly text: string }> {
  const options = [
    ...(lastSeen === undefined ? [] : ['-l', lastSeen]),
    ...(file === undefined ? [] : ['-p', file]),
  ];
  const child = spawn(join(path, 'sh'), [script, ...options, place, channel, keyring, ...fingerprints], {
    env: { PATH: path, HOME: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (piece: Buffer) => {
      text += piece.toString();
    });
  return new Promise((done, failed) => {
    child.on('error', failed);
    child.on('close', (status) => {
      done({ status: status ?? -1, text });
    });
  });
}
