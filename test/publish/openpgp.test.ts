import { beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  binaryKeyring,
  KeyError,
  readKeyring,
  verifyCleartext,
  verifyDetached,
  verifyRecord,
  type Keyring,
} from '../../app/publish/signing/openpgp.ts';
import * as openpgp from 'openpgp';
import { readPrivateKey, withRevocation } from '../../app/publish/signing/certificate.ts';
import { hasProgram } from '../repository/raw-package.ts';
import { LooseKey } from './loose-key.ts';

const created = new Date('2026-10-01T00:00:00Z');
const date = new Date('2026-11-02T09:00:00.789Z');
const now = new Date('2026-11-02T10:00:00Z');
const bytes = new TextEncoder().encode('{"number":1}');
const text = 'Origin: x\nSuite: production\n- a dash\nSHA256:\n abc\n';

let key: LooseKey;
let other: LooseKey;
let keyring: Keyring;

beforeAll(async () => {
  key = await LooseKey.make(created);
  other = await LooseKey.make(created);
  keyring = await readKeyring(key.publicKey);
});

describe('a detached signature', () => {
  test('is good for the bytes, by the key, with its date to the second', async () => {
    const signature = await key.signDetached(bytes, date);
    expect(await verifyDetached({ bytes, signature, keyring, now })).toEqual({
      ok: true,
      fingerprint: key.fingerprint,
      date: new Date('2026-11-02T09:00:00Z'),
    });
  });

  test('made twice has the same bytes, in lines ended by LF', async () => {
    const signature = await key.signDetached(bytes, date);
    expect(await key.signDetached(bytes, new Date('2026-11-02T09:00:00.001Z'))).toBe(signature);
    expect(signature).not.toContain('\r');
  });

  test('does not count for other bytes, by another key, from the future, or not at all', async () => {
    const judged = async (signed: Partial<Parameters<typeof verifyDetached>[0]>) =>
      (
        await verifyDetached({
          bytes,
          signature: await key.signDetached(bytes, date),
          keyring,
          now,
          ...signed,
        })
      ).ok;
    expect(await judged({})).toBe(true);
    expect(await judged({ bytes: new TextEncoder().encode('{"number":2}') })).toBe(false);
    expect(await judged({ signature: await other.signDetached(bytes, date) })).toBe(false);
    expect(await judged({ keyring: await readKeyring(other.publicKey) })).toBe(false);
    expect(await judged({ now: new Date('2026-11-02T08:50:00Z') })).toBe(false);
    expect(await judged({ now: new Date('2026-11-02T08:58:00Z') })).toBe(true);
    expect(await judged({ signature: '' })).toBe(false);
    expect(await judged({ signature: 'x'.repeat(20_000) })).toBe(false);
    expect(await judged({ signature: await key.signCleartext(text, date) })).toBe(false);
  });

  test('stands alone: a second signature, text around it or another armor is refused, and the signature is named', async () => {
    const [mine, theirs] = [await key.signDetached(bytes, date), await other.signDetached(bytes, date)];
    const both = [mine, theirs].map((armored) =>
      Buffer.from(armored.split('\n\n')[1]?.split('\n=')[0] ?? '', 'base64'),
    );
    const body = Buffer.concat(both).toString('base64').replaceAll(/.{60}/g, '$&\n');
    const odd = [
      `-----BEGIN PGP SIGNATURE-----\n\n${body}\n-----END PGP SIGNATURE-----\n`,
      `evil\n${mine}`,
      `${mine}evil\n`,
      `${mine}${theirs}`,
      mine.replace('-----\n\n', '-----\nComment: hello\n\n'),
      mine.replaceAll('\n', '\r\n'),
      mine.trimEnd(),
      mine.replace(/\n=.{4}\n/, '\n'),
    ];
    const both2 = await readKeyring(`${key.publicKey}${other.publicKey}`);
    for (const signature of odd) {
      expect(await verifyDetached({ bytes, signature, keyring: both2, now })).toMatchObject({
        ok: false,
        about: 'signature',
      });
    }
  });

  test('with any one byte changed is refused', async () => {
    const signature = await key.signDetached(bytes, date);
    for (let at = 0; at < signature.length; at += 1) {
      const code = signature.charCodeAt(at) ^ 1;
      const changed = signature.slice(0, at) + String.fromCharCode(code) + signature.slice(at + 1);
      expect(await verifyDetached({ bytes, signature: changed, keyring, now })).toMatchObject({
        ok: false,
        about: 'signature',
      });
    }
  });
});

describe('a record of our own', () => {
  test('counts when it was signed before its key was revoked, and not afterwards; for a site it counts no more', async () => {
    const signature = await key.signDetached(bytes, date);
    for (const subkey of [key.subkey, undefined]) {
      const revocation = { date: new Date('2026-11-02T09:30:00Z'), reason: 'stolen', subkey };
      const online = await withRevocation(key.online, key.primary, revocation);
      const revoked = await readKeyring((await LooseKey.of({ primary: key.primary, online })).publicKey);
      expect(await verifyRecord({ bytes, signature, keyring: revoked, now })).toMatchObject({ ok: true });
      expect(await verifyDetached({ bytes, signature, keyring: revoked, now })).toMatchObject({ ok: false });
      const later = await key.signDetached(bytes, new Date('2026-11-02T09:31:00Z'));
      expect(await verifyRecord({ bytes, signature: later, keyring: revoked, now })).toMatchObject({
        ok: false,
      });
      const changed = new TextEncoder().encode('other');
      expect(await verifyRecord({ bytes: changed, signature, keyring: revoked, now })).toMatchObject({
        ok: false,
      });
    }
    expect(await verifyRecord({ bytes, signature, keyring, now })).toMatchObject({ ok: true });
  });
});

describe('a text signed in the clear', () => {
  test('gives back the text that was signed, with its last newline', async () => {
    const message = await key.signCleartext(text, date);
    expect(message).toContain('- - a dash\n');
    expect(await verifyCleartext({ message, keyring, now })).toEqual({
      ok: true,
      fingerprint: key.fingerprint,
      date: new Date('2026-11-02T09:00:00Z'),
      text,
    });
    expect(await key.signCleartext(text, date)).toBe(message);
  });

  test('is refused with text around it, a changed text, or another key (F6)', async () => {
    const message = await key.signCleartext(text, date);
    for (const changed of [
      `Suite: evil\n${message}`,
      `${message}Suite: evil\n`,
      `\n${message}`,
      message.replace('Suite: production', 'Suite: unverified'),
      message.replace('Hash: SHA512\n', ''),
      message.replace('Hash: SHA512', 'Hash: SHA256'),
      message.replace('abc', 'abc '),
      message + message,
      '',
      text,
    ]) {
      expect(await verifyCleartext({ message: changed, keyring, now })).toMatchObject({ ok: false });
    }
    expect(
      await verifyCleartext({ message, keyring: await readKeyring(other.publicKey), now }),
    ).toMatchObject({ ok: false });
  });
});

describe('a key', () => {
  test('that is no private key is refused with a reason', async () => {
    await expect(readPrivateKey('hello')).rejects.toThrow(KeyError);
    await expect(readPrivateKey(key.publicKey)).rejects.toThrow('not an armored OpenPGP private key');
  });

  test('ring holds every key of several armored blocks, or of a binary file, and nothing private', async () => {
    const two = `${key.publicKey}\n${other.publicKey}`;
    expect(await readKeyring(two)).toHaveLength(2);
    expect(await readKeyring(await binaryKeyring([key.publicKey, other.publicKey]))).toHaveLength(2);
    await expect(readKeyring('')).rejects.toThrow(KeyError);
    await expect(readKeyring(new Uint8Array([1, 2, 3]))).rejects.toThrow(KeyError);
    await expect(readKeyring(new Uint8Array(0))).rejects.toThrow(KeyError);
  });
});

(hasProgram('gpg') ? describe : describe.skip)('with gpg (needs gpg)', () => {
  test('a commit signed by us passes git verify-commit, and a changed one does not', async () => {
    const [dir, home] = [mkdtempSync(join(tmpdir(), 'git-')), mkdtempSync(join(tmpdir(), 'gpg-'))];
    const env = { ...process.env, GNUPGHOME: home, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' };
    const git = (args: string[], input = '') =>
      execFileSync('git', ['-C', dir, ...args], {
        env,
        input,
        encoding: 'utf8',
        stdio: ['pipe', 'pipe', 'pipe'],
      });
    execFileSync('gpg', ['--batch', '--import'], {
      env,
      input: key.publicKey,
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    git(['init', '-q']);
    const tree = git(['mktree']).trim();
    const payload = `tree ${tree}\nauthor A <a@b.invalid> 1793610000 +0000\ncommitter A <a@b.invalid> 1793610000 +0000\n\nPromote é\n`;
    const signature = await key.signDetached(new TextEncoder().encode(payload), date);
    const header = `gpgsig ${signature.trimEnd().replaceAll('\n', '\n ')}\n`;
    const commit = (body: string) =>
      git(['hash-object', '-t', 'commit', '-w', '--stdin'], body.replace('\n\n', `\n${header}\n`)).trim();
    expect(() => git(['verify-commit', commit(payload)])).not.toThrow();
    expect(() => git(['verify-commit', commit(payload.replace('Promote', 'Demote'))])).toThrow(
      'Command failed',
    );
    git(['fsck', '--strict']);
    for (const folder of [dir, home]) rmSync(folder, { recursive: true, force: true });
  });

  test('a revoked or expired key no longer counts, although its old signatures are whole (F5)', async () => {
    const home = mkdtempSync(join(tmpdir(), 'gpg-'));
    const gpg = (args: string[], input = '') =>
      execFileSync(
        'gpg',
        ['--homedir', home, '--batch', '--pinentry-mode', 'loopback', '--passphrase', '', ...args],
        { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] },
      );
    gpg([
      '--faked-system-time',
      '20261001T000000',
      '--quick-generate-key',
      'short@rollout.invalid',
      'ed25519',
      'sign',
      '2026-11-01',
    ]);
    const brief = await readKeyring(gpg(['--armor', '--export']));
    writeFileSync(join(home, 'f'), bytes);
    gpg([
      '--faked-system-time',
      '20261015T000000',
      '--armor',
      '--detach-sign',
      '-o',
      join(home, 'f.asc'),
      join(home, 'f'),
    ]);
    // gpg breaks lines elsewhere than openpgp, and only one armor is accepted.
    const armoredSignature = readFileSync(join(home, 'f.asc'), 'utf8');
    const signature = (await openpgp.readSignature({ armoredSignature })).armor();
    const at = (time: string) => verifyDetached({ bytes, signature, keyring: brief, now: new Date(time) });
    expect(await at('2026-10-20T00:00:00Z')).toMatchObject({ ok: true });
    expect(await at('2026-11-10T00:00:00Z')).toMatchObject({ ok: false });
    const fingerprint = /fpr:+([0-9A-F]{40}):/.exec(gpg(['--with-colons', '--list-keys']))?.[1] ?? '';
    const certificate = join(home, 'openpgp-revocs.d', `${fingerprint}.rev`);
    gpg(['--import'], readFileSync(certificate, 'utf8').replace(':-----BEGIN', '-----BEGIN'));
    const revoked = await readKeyring(gpg(['--armor', '--export']));
    expect(
      await verifyDetached({ bytes, signature, keyring: revoked, now: new Date('2026-10-20T00:00:00Z') }),
    ).toMatchObject({ ok: false });
    rmSync(home, { recursive: true, force: true });
  });
});
