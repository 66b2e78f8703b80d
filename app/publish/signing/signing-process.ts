import { spawn } from 'node:child_process';
import { SignerAway } from './backend.ts';

/** Nobody waits longer for a signature, in milliseconds: a token in a data centre answers in less than one second. */
const deadline = 20_000;
const maximumOutput = 64 * 1024;

/**
 * Runs a program that signs: what is to be signed on its standard input, the signature on its standard output. No shell; of this process's
 * environment it gets PATH alone, and what is given.
 * @throws SignerAway when it cannot be started, ends with an error, gives too much, or takes more than 20 seconds.
 */
export function runSigner(
  words: readonly string[],
  input: Uint8Array,
  environment: Readonly<Record<string, string>> = {},
): Promise<Uint8Array> {
  const [program = '', ...args] = words;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: '/',
      env: { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C', ...environment },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const output: Buffer[] = [];
    let length = 0;
    let complaint = '';
    const away = (why: string): void => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new SignerAway(`${program}: ${why}`));
    };
    const timer = setTimeout(() => {
      away(`no signature after ${String(deadline / 1000)} seconds; is the agent or token there?`);
    }, deadline);
    child.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > maximumOutput) away('what it gives is too long for a signature');
      else output.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (complaint.length < 2000) complaint += chunk.toString('latin1');
    });
    // A program that ends without reading makes an error here; its exit status tells more.
    child.stdin.on('error', () => undefined);
    child.on('error', (error) => {
      away(`it cannot be started (${error.message})`);
    });
    child.on('close', (status, signal) => {
      clearTimeout(timer);
      if (status === 0 && length > 0) resolve(Buffer.concat(output));
      else away(`it ended with ${signal ?? `status ${String(status)}`}${lastLine(complaint)}`);
    });
    child.stdin.end(input);
  });
}

/** The last line of what a program complained about, without control characters. */
function lastLine(text: string): string {
  const line = text.trim().split('\n').at(-1) ?? '';
  const plain = line.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 300);
  return plain === '' ? '' : `: ${plain}`;
}
