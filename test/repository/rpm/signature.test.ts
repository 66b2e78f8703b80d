import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildRpm } from '../../../app/demo/build-rpm.ts';
import { numbers, texts } from '../../../app/demo/rpm-file.ts';
import { memorySource } from '../../../app/repository/byte-source.ts';
import { rpmSignature } from '../../../app/repository/rpm/signature.ts';
import { hasProgram } from '../raw-package.ts';
import { rawRpm } from './raw-rpm.ts';

const sample = buildRpm({
  name: 'voms',
  version: '1',
  release: '1',
  architecture: 'noarch',
  packager: 'T <t@x.example>',
  summary: 's',
  description: 'd',
  files: { 'opt/x': 'y' },
});

describe('The signature of an rpm package', () => {
  test('of an unsigned one is none, and its header states the digest of its payload', async () => {
    const read = await rpmSignature(memorySource(sample));
    if (!read.ok) throw new Error(read.reason);
    const { packets, payload } = read.value;
    expect(packets).toEqual([]);
    expect(payload.offset + payload.size).toBe(sample.length);
    const sha256 = createHash('sha256').update(sample.subarray(payload.offset)).digest('hex');
    expect(payload.sha256).toBe(sha256);
  });

  test.each([
    ['without a digest of the payload', []],
    ['with one of another algorithm', [texts(5092, ['a'.repeat(64)]), numbers(5093, [2])]],
    ['with one that is none', [texts(5092, ['a'.repeat(63)]), numbers(5093, [8])]],
  ])('does not reach the payload %s', async (_what, tags) => {
    const read = await rpmSignature(memorySource(rawRpm(tags)));
    expect(read.ok && 'sha256' in read.value.payload).toBe(false);
    expect(read.ok).toBe(true);
  });

  test('of a damaged one is refused with the reason', async () => {
    expect(await rpmSignature(memorySource(sample.subarray(0, 200)))).toEqual({
      ok: false,
      reason: 'it is cut short in a header',
    });
  });

  const tools = ['gpg', 'gpgv', 'rpmsign'].every(hasProgram) ? describe : describe.skip;
  tools('with gpg', () => {
    test.each(['rsa3072', 'ed25519'])(
      'made by rpmsign with a key of %s is good over the bytes that are given (needs gpg, gpgv, rpm)',
      async (algorithm) => {
        const folder = mkdtempSync(join(tmpdir(), 'rs-'));
        chmodSync(folder, 0o700);
        const env = { ...process.env, GNUPGHOME: folder };
        const run = (program: string, ...args: readonly string[]): Buffer =>
          execFileSync(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
        const file = join(folder, 'x.rpm');
        // Debian's rpm does not know where it is.
        const gpg = run('sh', '-c', 'command -v gpg').toString().trim();
        writeFileSync(file, sample);
        run(
          'gpg',
          '--batch',
          '--passphrase',
          '',
          '--quick-generate-key',
          'signer',
          algorithm,
          'sign',
          'never',
        );
        run('rpmsign', '--define', '_gpg_name signer', '--define', `__gpg ${gpg}`, '--addsign', file);
        writeFileSync(join(folder, 'key'), run('gpg', '--export'));
        const read = await rpmSignature(memorySource(readFileSync(file)));
        if (!read.ok) throw new Error(read.reason);
        const [packet] = read.value.packets;
        writeFileSync(join(folder, 'signature'), packet ?? '');
        writeFileSync(join(folder, 'signed'), read.value.signed);
        const places = [join(folder, 'signature'), join(folder, 'signed')];
        const keyring = join(folder, 'key');
        const status = run('gpgv', '--status-fd', '1', '--keyring', keyring, ...places).toString();
        execFileSync('gpgconf', ['--kill', 'all'], { env });
        rmSync(folder, { recursive: true });
        expect(read.value.packets).toHaveLength(1);
        expect(status).toMatch(/^\[GNUPG:\] VALIDSIG /m);
      },
      20_000,
    );
  });
});
