import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeys, openKeys } from '../../app/publish/signing/keys.ts';
import { readKeyring, verifyCleartext, verifyDetached } from '../../app/publish/signing/openpgp.ts';
import { listedKey } from '../../app/publish/signing/inventory.ts';
import { exportSubkey, revokeKey, rotatePrimary } from '../../app/publish/signing/rotation.ts';
import { hasProgram } from '../repository/raw-package.ts';

const made = new Date('2026-10-01T00:00:00Z');
const date = new Date('2026-10-02T03:04:05Z');
const bytes = new TextEncoder().encode('an index\n');
const text = 'Origin: x  \n- a dash\n\nSHA256:\n é\n';
let source: string;
let dir: string;
let pem: string;
let subkey: string;

beforeAll(async () => {
  source = mkdtempSync(join(tmpdir(), 'backends-'));
  await createKeys(join(source, 'rsa'), made, { algorithm: 'rsa2048' });
  await createKeys(join(source, 'ed25519'), made);
}, 60_000);
afterAll(() => {
  rmSync(source, { recursive: true, force: true });
});

/** A folder of keys whose production key says that its secret is elsewhere. */
async function elsewhere(algorithm: 'rsa' | 'ed25519'): Promise<void> {
  dir = mkdtempSync(join(source, 'keys-'));
  cpSync(join(source, algorithm), dir, { recursive: true });
  pem = join(dir, 'secret.pem');
  subkey = (await exportSubkey(dir, 'production', pem)).fingerprint;
}

/** What the secret's new holder is; the key file goes away. */
function heldBy(setting: object): void {
  rmSync(join(dir, 'production.key'), { force: true });
  writeFileSync(
    join(dir, 'production.signer.json'),
    JSON.stringify({ certificate: 'production.asc', ...setting }),
    { mode: 0o644 },
  );
}

const production = async () => (await openKeys(dir, () => date)).channel('production');

/** Signs bytes twice and a text once, and tells what sites would find wrong: nothing, when all is well. */
async function faults(): Promise<readonly string[]> {
  const signer = await production();
  const keyring = await readKeyring(signer.publicKey);
  const signature = await signer.signDetached(bytes, date);
  const again = await signer.signDetached(bytes, date);
  const message = await signer.signCleartext(text, date);
  const verdicts = [
    await verifyDetached({ bytes, signature, keyring, now: date }),
    await verifyCleartext({ message, keyring, now: date }),
  ];
  return [
    ...(signature === again ? [] : ['two signatures of the same bytes differ']),
    ...verdicts.flatMap((verdict) => {
      if (!verdict.ok) return [verdict.reason];
      if (verdict.date.getTime() !== date.getTime()) return ['another date'];
      return verdict.fingerprint === signer.fingerprint ? [] : ['another key'];
    }),
  ];
}

const signerOf = (secret: string, digest: string): string =>
  `const { sign, createPrivateKey } = require('node:crypto');
   const chunks = [];
   process.stdin.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
     const key = createPrivateKey(require('node:fs').readFileSync(${JSON.stringify(secret)}));
     const digest = Buffer.concat(chunks);
     process.stdout.write(${digest});
   });`;
const rsaCode = `require('node:crypto').privateEncrypt(key, digest)`;
const edCode = `sign(null, digest, key)`;
const command = (code: string): string[] => [process.execPath, '-e', code];

describe('A command that signs', () => {
  test('makes good signatures from the digest of an ed25519 key', async () => {
    await elsewhere('ed25519');
    heldBy({ backend: 'command', command: command(signerOf(pem, edCode)) });
    expect(await faults()).toEqual([]);
  });

  test('makes good signatures from the DigestInfo of an RSA key', async () => {
    await elsewhere('rsa');
    heldBy({ backend: 'command', input: 'digest-info', command: command(signerOf(pem, rsaCode)) });
    expect(await faults()).toEqual([]);
    expect(await listedKey(dir, 'production', date)).toMatchObject({
      certificates: [{ backend: 'command', parts: [{ does: 'signs', algorithm: 'rsa2048' }] }],
    });
  });

  test('may be openssl', async () => {
    await elsewhere('rsa');
    const words = ['openssl', 'pkeyutl', '-sign', '-inkey', pem, '-pkeyopt', 'digest:sha512'];
    heldBy({ backend: 'command', command: words });
    expect(await faults()).toEqual([]);
  });

  test('gets no environment but the PATH and what its setting gives', async () => {
    await elsewhere('ed25519');
    process.env['ROLLOUT_TEST_SECRET'] = 'secret';
    const code = `if (process.env.ROLLOUT_TEST_SECRET || process.env.GIVEN !== 'yes') process.exit(9); ${signerOf(pem, edCode)}`;
    heldBy({ backend: 'command', command: command(code), environment: { GIVEN: 'yes' } });
    expect(await faults()).toEqual([]);
    delete process.env['ROLLOUT_TEST_SECRET'];
  });

  const other = (): string => {
    const file = join(dir, 'other.pem');
    execFileSync('openssl', ['genpkey', '-algorithm', 'ed25519', '-out', file]);
    return file;
  };
  test.each([
    ['is not there', () => ['/nowhere/sign'], /\/nowhere\/sign: it cannot be started/],
    [
      'fails',
      () => command(`console.error('token \\u001b[31mlost'); process.exit(3)`),
      /it ended with status 3: token \?\[31mlost/,
    ],
    ['gives nothing', () => command('0'), /it ended with status 0/],
    ['gives too little', () => command(`process.stdout.write('x')`), /64 bytes, not 1/],
    [
      'gives without end',
      () => command(`setInterval(() => process.stdout.write('x'.repeat(9000)), 1)`),
      /too long for a signature/,
    ],
    [
      'signs with another key',
      () => command(signerOf(other(), edCode)),
      /not a signature by [0-9A-F]{40}; is it the right key/,
    ],
  ])('that %s is an outage, told by name', async (_, words, message) => {
    await elsewhere('ed25519');
    heldBy({ backend: 'command', command: words() });
    const refused = (await production()).signDetached(bytes, date);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toMatchObject({ name: 'SignerAway' });
  });
});

describe('A setting of a signer', () => {
  test.each([
    [{ backend: 'magic' }, /production\.signer\.json: backend: /],
    [{ backend: 'command', command: [] }, /production\.signer\.json: command: /],
    [{ backend: 'command', command: ['x'], certificate: '../x' }, /production\.signer\.json: certificate: /],
    [{ backend: 'gpg-agent', homedir: 'gnupg' }, /homedir: a path that begins with \//],
    [{ backend: 'gpg-agent', homedir: '/x', pin: '1234' }, /Unrecognized key: "pin"/],
  ])('%j is refused, and the entry is named', async (setting, message) => {
    await elsewhere('ed25519');
    heldBy(setting);
    await expect(production()).rejects.toThrow(message);
  });

  test('that others can change is refused: it says what runs', async () => {
    await elsewhere('ed25519');
    heldBy({ backend: 'command', command: ['x'] });
    chmodSync(join(dir, 'production.signer.json'), 0o666);
    await expect(production()).rejects.toThrow(/production\.signer\.json: others can change it/);
  });

  test('is no hindrance to a revocation, and to a new primary in a file', async () => {
    await elsewhere('ed25519');
    heldBy({ backend: 'command', command: command(signerOf(pem, edCode)) });
    const primary = join(dir, 'offline', 'production.primary.key');
    await revokeKey(dir, 'production', date, { primary, subkey, reason: 'lost' });
    await expect((await production()).signDetached(bytes, date)).rejects.toMatchObject({
      name: 'SigningRefused',
    });
    const primaryOut = join(dir, 'offline');
    await rotatePrimary(dir, 'production', date, {
      algorithm: 'ed25519',
      days: 90,
      primaryOut,
      overlapDays: 7,
    });
    const signer = await production();
    const signature = await signer.signDetached(bytes, date);
    const keyring = await readKeyring(signer.publicKey);
    expect(keyring).toHaveLength(2);
    expect(await verifyDetached({ bytes, signature, keyring, now: date })).toMatchObject({ ok: true });
  });
});

(hasProgram('gpg') ? describe : describe.skip)('gpg with its agent (needs gpg)', () => {
  test.each(['rsa', 'ed25519'] as const)('signs with a subkey of %s at the given time', async (algorithm) => {
    await elsewhere(algorithm);
    const homedir = join(dir, 'gnupg');
    mkdirSync(homedir, { mode: 0o700 });
    execFileSync('gpg', ['--homedir', homedir, '--batch', '--import', join(dir, 'production.key')], {
      stdio: 'ignore',
    });
    heldBy({ backend: 'gpg-agent', homedir });
    expect(await faults()).toEqual([]);
    spawnSync('gpgconf', ['--homedir', homedir, '--kill', 'all']);
    rmSync(homedir, { recursive: true });
    mkdirSync(homedir, { mode: 0o700 });
    const refused = (await production()).signDetached(bytes, date);
    await expect(refused).rejects.toThrow(
      /^key production: gpg: it ended with status 2: gpg: signing failed/,
    );
    spawnSync('gpgconf', ['--homedir', homedir, '--kill', 'all']);
  });
});

const library = '/usr/lib/softhsm/libsofthsm2.so';
const engine = hasProgram('openssl')
  ? spawnSync('openssl', ['engine', 'pkcs11', '-t'], { encoding: 'utf8' }).stdout
  : '';
(existsSync(library) && engine.includes('[ available ]') ? describe : describe.skip)(
  'A token of PKCS#11 (needs softhsm2, libengine-pkcs11-openssl)',
  () => {
    let pinFile: string;
    beforeEach(async () => {
      await elsewhere('rsa');
      const tokens = join(dir, 'tokens');
      mkdirSync(tokens);
      const conf = join(dir, 'softhsm2.conf');
      writeFileSync(conf, `directories.tokendir = ${tokens}\nobjectstore.backend = file\n`);
      const softhsm = (...args: string[]) =>
        execFileSync('softhsm2-util', args, {
          env: { ...process.env, SOFTHSM2_CONF: conf },
          stdio: 'ignore',
        });
      softhsm('--init-token', '--free', '--label', 'rollout', '--so-pin', '123456', '--pin', '654321');
      const imported = ['--token', 'rollout', '--label', `key ${subkey}`, '--id', '01', '--pin', '654321'];
      softhsm('--import', pem, ...imported);
      pinFile = join(dir, 'pin');
      writeFileSync(pinFile, '654321', { mode: 0o600 });
      heldBy({
        backend: 'pkcs11',
        module: library,
        token: 'rollout',
        object: 'key {fingerprint}',
        pin_file: pinFile,
        environment: { SOFTHSM2_CONF: conf },
      });
    });

    test('signs, with its PIN from a file', async () => {
      expect(await faults()).toEqual([]);
    });

    test('is an outage when the PIN is wrong', async () => {
      writeFileSync(pinFile, '000000', { mode: 0o600 });
      const refused = (await production()).signDetached(bytes, date);
      await expect(refused).rejects.toThrow(/^key production: openssl: it ended with/);
      await expect(refused).rejects.toMatchObject({ name: 'SignerAway' });
    });
  },
);
