import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { signatureProblem, type ProviderKeys } from '../../app/intake/provider-signature.ts';
import type { PackageFormat } from '../../app/model/distributions.ts';
import { pinnedKeys } from '../../app/publish/signing/foreign-signature.ts';
import { readKeyring } from '../../app/publish/signing/openpgp.ts';
import { hasProgram } from '../repository/raw-package.ts';
import { makeScratch, type Scratch } from './scratch.ts';
import { stored } from '../world/stored.ts';

const deb = Buffer.from('the bytes of a package');
const file = 'tool_1.0-1_amd64.deb';
let scratch: Scratch;
let home: string;

const gpg = (args: readonly string[], input: string | Buffer = ''): Buffer =>
  execFileSync(
    'gpg',
    ['--homedir', home, '--batch', '--pinentry-mode', 'loopback', '--passphrase', '', ...args],
    { input, stdio: ['pipe', 'pipe', 'ignore'] },
  );
const makeKey = (name: string, more: readonly string[] = [], expiry = 'never'): string => {
  gpg([...more, '--quick-generate-key', `${name}@provider.invalid`, 'rsa2048', 'sign', expiry]);
  const list = gpg(['--with-colons', '--list-keys', `${name}@provider.invalid`]).toString();
  return /fpr:+([0-9A-F]{40}):/.exec(list)?.[1] ?? '';
};
const publicKeys = (...names: readonly string[]): string =>
  gpg(['--armor', '--export', ...names.map((name) => `${name}@provider.invalid`)]).toString();
const signed = (content: string | Buffer, by: string, ...how: readonly string[]): Buffer =>
  gpg(['--local-user', `${by}@provider.invalid`, ...how, '--output', '-'], content);

let keys: ProviderKeys;

/** The sentence about a package with a signature beside it, or without. */
async function told(
  signature: Uint8Array | undefined,
  more: Partial<ProviderKeys> & { content?: Uint8Array; format?: PackageFormat; name?: string } = {},
): Promise<string | undefined> {
  const { content = deb, format = 'deb', name = file, ...others } = more;
  const url = 'https://provider.example/tool.asc';
  const one = {
    file: name,
    url: 'https://provider.example/tool',
    ...(await stored(scratch.store, content)),
    ...(signature && { signature: { url, ...(await stored(scratch.store, signature)) } }),
  };
  return signatureProblem(one, format, scratch.store, { ...keys, ...others }, new Date());
}

(hasProgram('gpg') ? describe : describe.skip)("A provider's signature (needs gpg)", () => {
  beforeAll(async () => {
    scratch = await makeScratch();
    home = join(scratch.dir, 'gnupg');
    mkdirSync(home, { mode: 0o700 });
    for (const name of ['release', 'stranger', 'revoked']) makeKey(name);
    makeKey('ended', ['--faked-system-time', '20240101T000000'], '2024-06-01');
    keys = { provider: 'acme', keyring: await readKeyring(publicKeys('release')), signatures: 'required' };
  }, 60_000);
  afterAll(async () => {
    execFileSync('gpgconf', ['--homedir', home, '--kill', 'all']);
    await scratch.remove();
  });

  test('counts in armor, in bytes, and in a signed list, made by gpg', async () => {
    expect(await told(signed(deb, 'release', '--armor', '--detach-sign'))).toBeUndefined();
    expect(await told(signed(deb, 'release', '--detach-sign'))).toBeUndefined();
    const sum = createHash('sha256').update(deb).digest('hex');
    const list = `${'0'.repeat(64)}  other.deb\n${sum}  pool/${file}\n`;
    expect(await told(signed(list, 'release', '--clearsign'))).toBeUndefined();
  });

  test('counts beside one of somebody else', async () => {
    const both = ['release', 'stranger'].map((name) => signed(deb, name, '--detach-sign'));
    expect(await told(Buffer.concat(both))).toBeUndefined();
    expect(await told(Buffer.concat(both.toReversed()))).toBeUndefined();
  });

  test('does not count for other bytes', async () => {
    const signature = signed(deb, 'release', '--armor', '--detach-sign');
    expect(await told(signature, { content: Buffer.from('other bytes') })).toMatch(
      /^tool_1\.0-1_amd64\.deb: its signature at https:\/\/provider\.example\/tool\.asc is not good: .*; sign it again\.$/,
    );
    // A good signature does not make up for a bad one by the same key.
    const bad = signed('other', 'release', '--detach-sign');
    expect(await told(Buffer.concat([signed(deb, 'release', '--detach-sign'), bad]))).toMatch(/is not good/);
  });

  test('does not count by a key that is not registered, and the key is named', async () => {
    expect(await told(signed(deb, 'stranger', '--armor', '--detach-sign'))).toMatch(
      /is by key [0-9A-F]{16}, which is not registered for acme: sign with a registered key/,
    );
    expect(
      await told(signed(deb, 'stranger', '--armor', '--detach-sign'), { signatures: 'checked' }),
    ).toMatch(/not registered/);
  });

  test('does not count by a key that is revoked or has expired (F5)', async () => {
    const before = signed(deb, 'revoked', '--armor', '--detach-sign');
    const registered = async (name: string) => ({ keyring: await readKeyring(publicKeys(name)) });
    expect(await told(before, await registered('revoked'))).toBeUndefined();
    const revocations = readdirSync(join(home, 'openpgp-revocs.d'));
    const fingerprint = /fpr:+([0-9A-F]{40}):/.exec(
      gpg(['--with-colons', '--list-keys', 'revoked@provider.invalid']).toString(),
    )?.[1];
    expect(revocations).toContain(`${String(fingerprint)}.rev`);
    const certificate = readFileSync(join(home, 'openpgp-revocs.d', `${String(fingerprint)}.rev`), 'utf8');
    gpg(['--import'], certificate.replace(':-----BEGIN', '-----BEGIN'));
    expect(await told(before, await registered('revoked'))).toMatch(
      /is by a key that is revoked or has expired/,
    );
    const then = ['--faked-system-time', '20240201T000000', '--local-user', 'ended@provider.invalid'];
    const old = gpg(then.concat(['--detach-sign', '--output', '-']), deb);
    expect(await told(old, await registered('ended'))).toMatch(/is by a key that is revoked or has expired/);
  });

  test('has to be there when it is required, and may be missing when signatures are only checked', async () => {
    expect(await told(undefined)).toMatch(
      /^tool_1\.0-1_amd64\.deb is not signed, and packages of acme have to be: name its detached signature/,
    );
    expect(await told(undefined, { signatures: 'checked' })).toBeUndefined();
  });

  test.each([
    ['an empty file', Buffer.alloc(0)],
    ['something else', Buffer.from('hello\n')],
    ['a broken armor', Buffer.from('-----BEGIN PGP SIGNATURE-----\n\nAAAA\n-----END PGP SIGNATURE-----\n')],
    ['noise', Buffer.from(Array.from({ length: 3000 }, (_, at) => (at * 7919) % 251))],
    ['the beginning of a signed text', Buffer.from('-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n')],
  ])('is not what %s is', async (_, signature) => {
    expect(await told(signature)).toMatch(/is no OpenPGP signature that can be read/);
  });

  test('over a list covers only what is in the list, and nothing that stands around it (F6)', async () => {
    const sum = createHash('sha256').update(deb).digest('hex');
    const other = signed(`${sum}  other.deb\n`, 'release', '--clearsign');
    expect(await told(other)).toMatch(/the signed list at .* does not hold it with the sha256 of the ticket/);
    const around = Buffer.concat([other, Buffer.from(`${sum}  ${file}\n`)]);
    expect(await told(around)).toMatch(/no OpenPGP signature that can be read/);
    const changed = other.toString().replace('other.deb', file);
    expect(await told(Buffer.from(changed))).toMatch(/is not good/);
  });

  test('counts by the registered fingerprints alone, whatever else the file of keys holds', async () => {
    const all = await readKeyring(publicKeys('release', 'stranger'));
    const release = keys.keyring[0]?.getFingerprint().toUpperCase() ?? '';
    const keyring = pinnedKeys(all, [release]);
    expect(all).toHaveLength(2);
    expect(await told(signed(deb, 'stranger', '--detach-sign'), { keyring })).toMatch(/not registered/);
    expect(await told(signed(deb, 'release', '--detach-sign'), { keyring })).toBeUndefined();
  });
});

(hasProgram('rpmsign') && hasProgram('rpmbuild') && hasProgram('gpg') ? describe : describe.skip)(
  "A provider's signature in an rpm (needs rpmsign, rpmbuild, gpg)",
  () => {
    let plain: Buffer;
    let good: Buffer;
    const rpm = { format: 'rpm', name: 'tool-1-1.noarch.rpm' } as const;

    beforeAll(async () => {
      scratch = await makeScratch();
      home = join(scratch.dir, 'gnupg');
      mkdirSync(home, { mode: 0o700 });
      makeKey('release');
      makeKey('stranger');
      keys = { provider: 'acme', keyring: await readKeyring(publicKeys('release')), signatures: 'required' };
      const spec = join(scratch.dir, 'tool.spec');
      writeFileSync(
        spec,
        'Name: tool\nVersion: 1\nRelease: 1\nSummary: x\nLicense: x\nBuildArch: noarch\n%description\nx\n%install\nmkdir -p %{buildroot}/etc\necho hello > %{buildroot}/etc/tool\n%files\n/etc/tool\n',
      );
      execFileSync('rpmbuild', ['--define', `_topdir ${scratch.dir}`, '-bb', spec], { stdio: 'ignore' });
      plain = readFileSync(built());
      good = signedBy('release');
    }, 60_000);
    afterAll(async () => {
      execFileSync('gpgconf', ['--homedir', home, '--kill', 'all']);
      await scratch.remove();
    });

    const built = (): string => join(scratch.dir, 'RPMS', 'noarch', rpm.name);
    function signedBy(name: string): Buffer {
      writeFileSync(built(), plain);
      const program = execFileSync('sh', ['-c', 'command -v gpg'], { encoding: 'utf8' }).trim();
      const settings = [`__gpg ${program}`, `_gpg_path ${home}`, `_gpg_name ${name}@provider.invalid`];
      const defined = settings.flatMap((setting) => ['--define', setting]);
      execFileSync('rpmsign', [...defined, '--addsign', built()], { stdio: 'ignore' });
      return readFileSync(built());
    }

    test('counts when rpmsign made it with a registered key', async () => {
      expect(await told(undefined, { ...rpm, content: good })).toBeUndefined();
    });

    test('is refused by another key, and missed when there is none', async () => {
      expect(await told(undefined, { ...rpm, content: signedBy('stranger') })).toMatch(
        /^tool-1-1\.noarch\.rpm: the signature in its header is by key [0-9A-F]{16}, which is not registered/,
      );
      expect(await told(undefined, { ...rpm, content: plain })).toMatch(
        /is not signed, .*: sign it with rpmsign/,
      );
      expect(await told(undefined, { ...rpm, content: plain, signatures: 'checked' })).toBeUndefined();
    });

    test('covers header and payload: a change in either is found out', async () => {
      const payload = Buffer.from(good);
      payload.writeUInt8(payload.readUInt8(payload.length - 20) ^ 1, payload.length - 20);
      expect(await told(undefined, { ...rpm, content: payload })).toMatch(
        /its payload is not the one that was signed/,
      );
      const header = Buffer.from(good);
      header.write('evil', header.lastIndexOf('tool'), 'latin1');
      expect(await told(undefined, { ...rpm, content: header })).toMatch(
        /the signature in its header is not good/,
      );
    });

    test('may stand beside an rpm that has none', async () => {
      const beside = signed(plain, 'release', '--armor', '--detach-sign');
      expect(await told(beside, { ...rpm, content: plain })).toBeUndefined();
    });
  },
);
