import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as openpgp from 'openpgp';
import { createKeys, openKeys } from '../../app/publish/signing/keys.ts';
import { readKeyring, verifyDetached } from '../../app/publish/signing/openpgp.ts';
import { listedKey } from '../../app/publish/signing/inventory.ts';
import {
  finishRotation,
  revokeKey,
  rotatePrimary,
  rotateSubkey,
} from '../../app/publish/signing/rotation.ts';

const day = 86_400_000;
const date = new Date('2026-11-01T00:00:00Z');
const on = (days: number): Date => new Date(date.getTime() + days * day);
const bytes = new TextEncoder().encode('an index');
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'keys-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

const primaryOf = (name: string): string => join(dir, 'offline', `${name}.primary.key`);
const opened = (now: Date) => openKeys(dir, () => now);

/** By which part of a key: the end of its fingerprint, as the signature says. */
async function signedBy(armoredSignature: string): Promise<string> {
  const read = await openpgp.readSignature({ armoredSignature });
  return read.getSigningKeyIDs()[0]?.toHex().toUpperCase() ?? '';
}

/** Opens the keys on a day, and signs with a channel's. */
async function signedOn(now: Date, name: 'production' | 'system' = 'production') {
  const keys = await opened(now);
  const signer = name === 'system' ? keys.system : keys.channel(name);
  const signature = await signer.signDetached(bytes, now);
  const keyring = await readKeyring(signer.publicKey);
  return {
    signature,
    publicKey: signer.publicKey,
    by: await signedBy(signature),
    verdict: await verifyDetached({ bytes, signature, keyring, now }),
  };
}

const parts = async (now: Date, name = 'production') =>
  (await listedKey(dir, name, now)).certificates.flatMap((one) => one.parts);

describe('a folder of keys', () => {
  test('gets a system key and one for each channel, readable by their owner only', async () => {
    const made = await createKeys(dir, date);
    expect(made).toEqual(['system.key', 'unverified.key', 'staged-rollout.key', 'production.key']);
    expect(readdirSync(dir).toSorted()).toEqual([...made, 'offline'].toSorted());
    for (const file of made) expect(statSync(join(dir, file)).mode & 0o777).toBe(0o600);
    const keys = await openKeys(dir);
    const fingerprints = [
      keys.system,
      keys.channel('unverified'),
      keys.channel('staged-rollout'),
      keys.channel('production'),
    ].map(({ fingerprint }) => fingerprint);
    expect(new Set(fingerprints).size).toBe(4);
    for (const fingerprint of fingerprints) expect(fingerprint).toMatch(/^[0-9A-F]{40}$/);
  });

  test('has no secret of a primary: each lies in a file of its own that nobody writes to', async () => {
    await createKeys(dir, date, { primaryOut: join(dir, 'stick') });
    expect(existsSync(join(dir, 'offline'))).toBe(false);
    expect(statSync(join(dir, 'stick')).mode & 0o777).toBe(0o700);
    for (const name of ['system', 'unverified', 'staged-rollout', 'production']) {
      const online = await openpgp.readPrivateKey({
        armoredKey: readFileSync(join(dir, `${name}.key`), 'utf8'),
      });
      expect(online.keyPacket).toMatchObject({ privateParams: null });
      expect(online.subkeys).toHaveLength(1);
      expect(statSync(join(dir, 'stick', `${name}.primary.key`)).mode & 0o777).toBe(0o400);
      const primary = await openpgp.readPrivateKey({
        armoredKey: readFileSync(join(dir, 'stick', `${name}.primary.key`), 'utf8'),
      });
      expect(primary.getFingerprint()).toBe(online.getFingerprint());
      expect(primary.isDecrypted()).toBe(true);
      expect(primary.subkeys).toHaveLength(0);
    }
  });

  test("gives a channel's subkey 90 days and the system's no end, as its signatures are looked at for years", async () => {
    await createKeys(dir, date);
    expect(await parts(date)).toMatchObject([{ does: 'signs', days_left: 90, algorithm: 'ed25519' }]);
    expect(await parts(date, 'system')).toMatchObject([{ does: 'signs', expires: null }]);
    expect((await signedOn(on(3000), 'system')).verdict).toMatchObject({ ok: true });
  });

  test('keeps the keys and primaries that are there and gets only what is missing', async () => {
    await createKeys(dir, date);
    const before = [join(dir, 'system.key'), primaryOf('production')].map((path) =>
      readFileSync(path, 'utf8'),
    );
    rmSync(join(dir, 'production.key'));
    expect(await createKeys(dir, date)).toEqual(['production.key']);
    expect(
      [join(dir, 'system.key'), primaryOf('production')].map((path) => readFileSync(path, 'utf8')),
    ).toEqual(before);
    expect(readdirSync(join(dir, 'offline')).filter((name) => name.startsWith('production'))).toHaveLength(2);
  });

  test('takes keys of before, whose primary signs', async () => {
    await createKeys(dir, date);
    const { privateKey } = await openpgp.generateKey({
      type: 'ecc',
      curve: 'ed25519Legacy',
      userIDs: [{ name: 'Old', email: 'old@rollout.invalid' }],
      subkeys: [],
      date,
    });
    writeFileSync(join(dir, 'production.key'), privateKey);
    const signed = await signedOn(on(500));
    expect(signed.verdict).toMatchObject({ ok: true });
    expect((await opened(date)).channel('production').fingerprint.endsWith(signed.by)).toBe(true);
  });

  test.each([
    [
      'a key that others can read',
      () => {
        chmodSync(join(dir, 'production.key'), 0o640);
      },
      /production\.key: others can read/,
    ],
    [
      'a missing key',
      () => {
        rmSync(join(dir, 'system.key'));
      },
      /system\.key: the key file cannot be read/,
    ],
    [
      'a file that is no key',
      () => {
        writeFileSync(join(dir, 'unverified.key'), 'hello');
      },
      /unverified\.key: it is not an armored/,
    ],
    [
      'an enormous file',
      () => {
        writeFileSync(join(dir, 'unverified.key'), 'x'.repeat(100_000));
      },
      /unverified\.key: the file is too long/,
    ],
    [
      'a damaged memory of a key',
      () => {
        writeFileSync(join(dir, 'production.state.json'), '{"last_signed": 1}');
      },
      /production\.state\.json: this is not what/,
    ],
  ])('with %s is refused, and the file is named', async (_, spoil, message) => {
    await createKeys(dir, date);
    spoil();
    await expect(openKeys(dir)).rejects.toThrow(message);
    await expect(openKeys(dir)).rejects.toMatchObject({ name: 'KeyError' });
  });
});

describe('a signing subkey', () => {
  test('signs the same bytes twice alike, and its signature counts under the published certificate alone', async () => {
    await createKeys(dir, date);
    const keys = await opened(on(1));
    const signer = keys.channel('production');
    const signature = await signer.signDetached(bytes, on(1));
    expect(await signer.signDetached(bytes, on(1))).toBe(signature);
    const verdict = async (publicKey: string) =>
      verifyDetached({ bytes, signature, keyring: await readKeyring(publicKey), now: on(1) });
    expect(await verdict(signer.publicKey)).toEqual({
      ok: true,
      fingerprint: signer.fingerprint,
      date: on(1),
    });
    expect(await verdict(keys.channel('unverified').publicKey)).toMatchObject({ ok: false });
  });

  test('is warned of at 60, 30, 14 and 7 days, and refused below 14, when nothing follows it (T65)', async () => {
    await createKeys(dir, date);
    const keys = await opened(date);
    const marks = new Map<string, number>();
    for (let at = 0; at <= 90; at += 1) {
      for (const warning of keys.warnings(on(at + 0.5)).filter((text) => text.includes('production')))
        if (!marks.has(warning)) marks.set(warning, at);
    }
    expect([...marks.values()]).toEqual([30, 60, 76, 90]);
    expect([...marks.keys()][0]).toMatch(
      /^key production: signing key [0-9A-F]{40} ends on 2027-01-30, in less than 60 days; make/,
    );
    expect([...marks.keys()][2]).toMatch(/nothing is signed: .* ends on 2027-01-30, in less than 14 days/);
    await expect(signedOn(on(75.9))).resolves.toMatchObject({ verdict: { ok: true } });
    await expect(signedOn(on(76.1))).rejects.toMatchObject({ name: 'SigningRefused' });
    await expect(signedOn(on(91))).rejects.toThrow(/key production: signing key .* has ended on 2027-01-30/);
  });

  test('that is followed in time never keeps a channel from being signed: 400 days, a rotation every 60 (T65)', async () => {
    await createKeys(dir, date);
    const signers: string[] = [];
    const moves: number[] = [];
    let now = date;
    let signer = (await openKeys(dir, () => now)).channel('production');
    for (let at = 0; at < 400; at += 1) {
      if (at > 0 && at % 60 === 0) {
        const more = { primary: primaryOf('production'), days: 90, overlapDays: 7 };
        await rotateSubkey(dir, 'production', on(at), more);
        // The service is started again.
        signer = (await openKeys(dir, () => now)).channel('production');
      }
      now = on(at + 0.25);
      const signature = await signer.signDetached(bytes, now);
      const keyring = await readKeyring(signer.publicKey);
      expect(await verifyDetached({ bytes, signature, keyring, now })).toMatchObject({ ok: true });
      expect(keyring[0]?.getSubkeys()).toHaveLength(Math.floor(at / 60) + 1);
      const by = await signedBy(signature);
      if (by !== signers.at(-1)) {
        signers.push(by);
        moves.push(at);
      }
    }
    expect(moves).toEqual([0, 67, 127, 187, 247, 307, 367]);
    expect(new Set(signers).size).toBe(7);
  }, 60_000);
});

describe('a rotation', () => {
  const rotate = (at: Date, overlapDays = 7) =>
    rotateSubkey(dir, 'production', at, { primary: primaryOf('production'), days: 90, overlapDays });

  test('begins to count when the new subkey is first published, not when it is made', async () => {
    await createKeys(dir, date);
    const old = (await signedOn(on(1))).by;
    const { fingerprint } = await rotate(on(2));
    expect(await parts(on(5))).toMatchObject([{ does: 'signs' }, { does: 'waiting', signs_from: null }]);
    expect((await signedOn(on(20))).by).toBe(old);
    expect((await signedOn(on(26.9))).by).toBe(old);
    expect(fingerprint.endsWith((await signedOn(on(27.1))).by)).toBe(true);
    expect(await parts(on(28))).toMatchObject([{ does: 'standby' }, { does: 'signs' }]);
  });

  test('with --now signs with the new subkey at once', async () => {
    await createKeys(dir, date);
    const { fingerprint } = await rotate(on(2), 0);
    expect(fingerprint.endsWith((await signedOn(on(2))).by)).toBe(true);
  });

  test('gives what was signed before the same bytes again, as publishing twice must change nothing', async () => {
    await createKeys(dir, date);
    const { signature } = await signedOn(on(1));
    await rotate(on(2), 0);
    const keys = await opened(on(3));
    expect(await keys.channel('production').signDetached(bytes, on(1))).toBe(signature);
    expect(await keys.channel('production').signDetached(bytes, on(3))).not.toBe(signature);
  });

  test('needs the primary of the key itself', async () => {
    await createKeys(dir, date);
    await expect(
      rotateSubkey(dir, 'production', on(2), { primary: primaryOf('system'), days: 90, overlapDays: 7 }),
    ).rejects.toThrow(/system\.primary\.key: the primary is .* name the file of its own primary/);
    await expect(
      rotateSubkey(dir, 'production', on(2), {
        primary: join(dir, 'production.key'),
        days: 90,
        overlapDays: 7,
      }),
    ).rejects.toThrow('holds no secret of the primary');
  });

  test.each(['production', 'system'] as const)(
    'of the primary of %s publishes both keys, moves on when the sites have had the new one, and can be ended',
    async (name) => {
      await createKeys(dir, date);
      const old = await signedOn(on(1), name);
      const making = {
        algorithm: 'ed25519',
        days: 90,
        primaryOut: join(dir, 'offline'),
        overlapDays: 30,
      } as const;
      const { fingerprint, primary } = await rotatePrimary(dir, name, on(1), making);
      expect(primary).toMatch(/-[0-9A-F]{16}\.primary\.key$/);
      await expect(rotatePrimary(dir, name, on(1), making)).rejects.toThrow('a rotation is under way');
      const during = await signedOn(on(2), name);
      expect(during.by).toBe(old.by);
      expect(await readKeyring(during.publicKey)).toHaveLength(2);
      await expect(finishRotation(dir, name)).rejects.toThrow('has not signed yet');
      const after = await signedOn(on(33), name);
      expect(fingerprint.endsWith(after.by)).toBe(true);
      expect(after.verdict).toMatchObject({ ok: true });
      await finishRotation(dir, name);
      const ended = await signedOn(on(34), name);
      expect(ended.by).toBe(after.by);
      const keyring = await readKeyring(ended.publicKey);
      // What the system signed years ago still has to count; a channel is signed anew every day.
      const counts = await verifyDetached({ bytes, signature: old.signature, keyring, now: on(34) });
      expect(counts.ok).toBe(name === 'system');
      expect(keyring).toHaveLength(name === 'system' ? 2 : 1);
    },
  );
});

describe('a revocation', () => {
  const revoke = (subkey: string | undefined, at: Date, name = 'production') =>
    revokeKey(dir, name, at, { primary: primaryOf(name), subkey, reason: 'the disk was stolen' });

  test('of a subkey is published, no site takes its signatures any more, and the next one signs at once', async () => {
    await createKeys(dir, date);
    const old = await signedOn(on(1));
    const [first] = await parts(on(1));
    await rotateSubkey(dir, 'production', on(2), {
      primary: primaryOf('production'),
      days: 90,
      overlapDays: 7,
    });
    await revoke(first?.fingerprint.toLowerCase(), on(3));
    const next = await signedOn(on(3));
    expect(next.by).not.toBe(old.by);
    expect(next.verdict).toMatchObject({ ok: true });
    const keyring = await readKeyring(next.publicKey);
    expect(await verifyDetached({ bytes, signature: old.signature, keyring, now: on(3) })).toMatchObject({
      ok: false,
    });
    expect(await parts(on(4))).toMatchObject([{ does: 'revoked' }, { does: 'signs' }]);
  });

  test.each([['the only subkey', true] as const, ['the whole key', false] as const])(
    'of %s ends all signing, and says how to mend it',
    async (_, subkeyAlone) => {
      await createKeys(dir, date);
      const [first] = await parts(on(1));
      await revoke(subkeyAlone ? first?.fingerprint : undefined, on(3));
      await expect(signedOn(on(3))).rejects.toThrow(/every signing key is revoked; make a new one/);
      // Not even with a date from before the revocation.
      const signer = (await opened(on(3))).channel('production');
      await expect(signer.signDetached(bytes, on(2))).rejects.toMatchObject({ name: 'SigningRefused' });
      expect((await opened(on(3))).warnings(on(3))).toHaveLength(1);
      expect((await signedOn(on(3), 'system')).verdict).toMatchObject({ ok: true });
    },
  );

  test('of a subkey that is not there is refused', async () => {
    await createKeys(dir, date);
    await expect(revoke('0'.repeat(40), on(3))).rejects.toThrow(/the key has no subkey 0{40}/);
  });
});

describe('a wrong clock', () => {
  test('that went back behind the last signature, or the making of the key, keeps it from signing', async () => {
    await createKeys(dir, date);
    await expect(signedOn(on(-1))).rejects.toThrow(
      /signing key .* was made at 2026-11-01.*set the clock right/,
    );
    await signedOn(on(10));
    await expect(signedOn(on(9))).rejects.toThrow(
      /the clock says 2026-11-10T00:00:00\.000Z, but this key signed at 2026-11-11/,
    );
    await expect(signedOn(on(10 - 4 / 1440))).resolves.toMatchObject({ verdict: { ok: true } });
    // Only this channel's key has signed in the future.
    await expect(signedOn(on(9), 'system')).resolves.toMatchObject({ verdict: { ok: true } });
  });

  test('is found out by the date of what is signed, too', async () => {
    await createKeys(dir, date);
    const signer = (await opened(on(1))).channel('production');
    await expect(signer.signDetached(bytes, on(-1))).rejects.toMatchObject({ name: 'SigningRefused' });
    await expect(signer.signDetached(bytes, on(80))).rejects.toMatchObject({ name: 'SigningRefused' });
  });
});

describe('a list of keys', () => {
  test('asks to take the primaries away, and is content when they are gone', async () => {
    await createKeys(dir, date);
    const before = await listedKey(dir, 'production', on(1));
    expect(before.warnings).toEqual([
      expect.stringMatching(/still on this machine: move .*production\.primary\.key away/),
    ]);
    rmSync(join(dir, 'offline'), { recursive: true });
    expect(await listedKey(dir, 'production', on(1))).toMatchObject({
      warnings: [],
      certificates: [{ backend: 'file', revoked: false, parts: [{ does: 'signs', days_left: 89 }] }],
    });
  });
});

describe('the file of a key', () => {
  test('is one that gpg reads, as a stub and a subkey', async () => {
    await createKeys(dir, date);
    const packets = execFileSync('gpg', ['--batch', '--list-packets', join(dir, 'production.key')], {
      env: { ...process.env, GNUPGHOME: dir },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(packets).toContain('gnu-dummy');
    expect(packets.match(/:secret sub key packet:/g)).toHaveLength(1);
  });
});
