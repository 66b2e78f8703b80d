import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Algorithm } from '../../app/publish/signing/algorithm.ts';
import { withNewSubkey, withRevocation } from '../../app/publish/signing/certificate.ts';
import { binaryKeyring } from '../../app/publish/signing/openpgp.ts';
import { hasProgram } from '../repository/raw-package.ts';
import { LooseKey } from './loose-key.ts';

const day = 86_400_000;
const made = new Date(Date.now() - 10 * day);
const bytes = Buffer.from('an index\n');
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'clients-'));
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

(hasProgram('gpgv') ? describe : describe.skip)('gpgv (needs gpgv)', () => {
  /** The words of the status lines that gpgv writes about a signature under a public key. */
  async function status(publicKey: string, signature: string): Promise<readonly string[]> {
    const paths = ['ring.gpg', 'file', 'file.asc'].map((name) => join(dir, name));
    const [ring = '', file = '', detached = ''] = paths;
    writeFileSync(ring, await binaryKeyring([publicKey]));
    writeFileSync(file, bytes);
    writeFileSync(detached, signature);
    const { stdout } = spawnSync('gpgv', ['--status-fd', '1', '--keyring', ring, detached, file], {
      encoding: 'utf8',
    });
    return stdout.split('\n').flatMap((line) => line.split(' ')[1] ?? []);
  }

  test.each(['ed25519', 'rsa2048'] as const)('takes the signature of a subkey of %s', async (algorithm) => {
    const key = await LooseKey.make(made, algorithm, 90);
    const words = await status(key.publicKey, await key.signDetached(bytes, new Date()));
    expect(words).toEqual(expect.arrayContaining(['GOODSIG', 'VALIDSIG']));
    expect(words).not.toEqual(expect.arrayContaining(['EXPKEYSIG']));
  });

  test('tells a revoked subkey and an ended one from a good one, by its status lines (F5)', async () => {
    const key = await LooseKey.make(made, 'ed25519', 8);
    const old = await key.signDetached(bytes, new Date(made.getTime() + day));
    expect(await status(key.publicKey, old)).toContain('EXPKEYSIG');
    const next = await withNewSubkey(key.online, key.primary, { date: made, days: 90 });
    const rotated = await LooseKey.of({ primary: key.primary, online: next.online });
    const good = await rotated.signDetached(bytes, new Date(), next.fingerprint);
    expect(await status(rotated.publicKey, good)).toContain('GOODSIG');
    const revoked = await LooseKey.of({
      primary: key.primary,
      online: await withRevocation(next.online, key.primary, {
        date: new Date(),
        reason: 'stolen',
        subkey: next.fingerprint,
      }),
    });
    expect(await status(revoked.publicKey, good)).toContain('REVKEYSIG');
    expect(await status(revoked.publicKey, good)).not.toContain('GOODSIG');
  });
});

(hasProgram('rpmkeys') && hasProgram('rpmbuild') && hasProgram('gpg') ? describe : describe.skip)(
  'rpm (needs rpmkeys, rpmbuild, gpg)',
  () => {
    /** Builds an rpm, signs it with the online file of a key through gpg, and asks rpm with only the public key imported. */
    async function checked(algorithm: Algorithm): Promise<string> {
      const top = mkdtempSync(join(dir, 'rpm-'));
      const home = join(top, 'gnupg');
      mkdirSync(home, { mode: 0o700 });
      const spec = join(top, 'x.spec');
      writeFileSync(
        spec,
        'Name: x\nVersion: 1\nRelease: 1\nSummary: x\nLicense: x\nBuildArch: noarch\n%description\nx\n%files\n',
      );
      const key = await LooseKey.make(made, algorithm, 90);
      const env = { ...process.env, GNUPGHOME: home, HOME: top };
      const run = (program: string, args: readonly string[], input = '') =>
        execFileSync(program, args, { env, input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] });
      run('rpmbuild', ['--define', `_topdir ${top}`, '-bb', spec]);
      const file = join(top, 'RPMS', 'noarch', readdirSync(join(top, 'RPMS', 'noarch'))[0] ?? '');
      run('gpg', ['--batch', '--import'], key.online);
      const gpg = run('sh', ['-c', 'command -v gpg']).trim();
      run('rpmsign', ['--define', `__gpg ${gpg}`, '--define', `_gpg_name ${key.subkey}!`, '--addsign', file]);
      writeFileSync(join(top, 'key.asc'), key.publicKey);
      const db = ['--dbpath', join(top, 'db')];
      expect(spawnSync('rpmkeys', [...db, '--checksig', file], { env }).status).toBe(1);
      run('rpmkeys', [...db, '--import', join(top, 'key.asc')]);
      const text = run('rpmkeys', [...db, '--checksig', file]);
      run('gpgconf', ['--kill', 'all']);
      return text;
    }

    test.each(['ed25519', 'rsa2048'] as const)(
      'imports a key of %s, and takes what its subkey signed',
      async (algorithm) => {
        expect(await checked(algorithm)).toMatch(/digests signatures OK\n$/);
      },
    );

    test('imports a key of which a subkey is revoked, or all of it', async () => {
      const key = await LooseKey.make(made, 'ed25519', 90);
      const { primary } = key;
      const next = await withNewSubkey(key.online, primary, { date: made, days: 90 });
      const imported = async (subkey: string | undefined): Promise<number | null> => {
        const revocation = { date: new Date(), reason: 'the disk was stolen', subkey };
        const online = await withRevocation(next.online, primary, revocation);
        const file = join(dir, 'revoked.asc');
        writeFileSync(file, (await LooseKey.of({ primary, online })).publicKey);
        return spawnSync('rpmkeys', ['--dbpath', mkdtempSync(join(dir, 'db-')), '--import', file]).status;
      };
      expect(await imported(next.fingerprint)).toBe(0);
      expect(await imported(undefined)).toBe(0);
    });
  },
);
