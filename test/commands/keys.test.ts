import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { keysCreate, keysExport, keysList, keysRevoke, keysRotate } from '../../app/commands/keys.ts';
import { createKeys } from '../../app/publish/signing/keys.ts';

const day = 86_400_000;
let dir: string;
let printed = '';
const print = (text: string): void => {
  printed += text;
};
const primary = (): string => join(dir, 'stick', 'production.primary.key');

beforeEach(async () => {
  printed = '';
  dir = mkdtempSync(join(tmpdir(), 'keys-command-'));
  await createKeys(dir, new Date(Date.now() - 40 * day), { primaryOut: join(dir, 'stick') });
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

describe('rollout keys', () => {
  test('create makes nothing anew, and says so', async () => {
    const before = readFileSync(join(dir, 'system.key'), 'utf8');
    expect(await keysCreate(dir, { algorithm: 'ed25519' }, print)).toBe(0);
    expect(printed.match(/was there/g)).toHaveLength(4);
    expect(printed).not.toContain('Move');
    expect(readFileSync(join(dir, 'system.key'), 'utf8')).toBe(before);
  });

  test('list ends with 1 while something has to be done, in text and in JSON', async () => {
    expect(await keysList(dir, {}, print)).toBe(1);
    expect(printed).toMatch(/^production {7}[0-9A-F]{40} {2}file$/m);
    expect(printed).toMatch(/ed25519, signs, until \d{4}-\d\d-\d\d, \d\d days left$/m);
    expect(printed).toMatch(/! signing key [0-9A-F]{40} ends on .*, in less than 60 days; make the next/);
    printed = '';
    for (const name of ['unverified', 'staged-rollout', 'production']) {
      const own = join(dir, 'stick', `${name}.primary.key`);
      expect(await keysRotate(dir, name, { primary: own }, print)).toBe(0);
    }
    expect(printed).toMatch(
      /production: [0-9A-F]{40} is published from the next publication on, and signs 7 days/,
    );
    printed = '';
    expect(await keysList(dir, { json: true }, print)).toBe(0);
    const listed = JSON.parse(printed) as { name: string; certificates: { parts: { does: string }[] }[] }[];
    const does = listed.map(({ certificates }) => certificates[0]?.parts.map((part) => part.does).join());
    expect(does).toEqual(['signs', 'signs,waiting', 'signs,waiting', 'signs,waiting']);
  });

  test('rotate wants to know how, and of which key', async () => {
    await expect(keysRotate(dir, 'production', {}, print)).rejects.toThrow(/say --primary FILE/);
    await expect(keysRotate(dir, 'staging', {}, print)).rejects.toThrow(
      'there is no key staging; there are system, unverified, staged-rollout, production',
    );
  });

  test('revoke tells that nothing is signed any more', async () => {
    expect(await keysRevoke(dir, 'production', { primary: primary(), reason: 'stolen' }, print)).toBe(0);
    expect(printed).toMatch(/production: the whole key is revoked/);
    expect(printed).toMatch(/! nothing is signed: every signing key is revoked/);
  });

  test('a primary that others can read is refused', async () => {
    chmodSync(primary(), 0o444);
    await expect(keysRevoke(dir, 'production', { primary: primary(), reason: 'x' }, print)).rejects.toThrow(
      /production\.primary\.key: others can read the private key/,
    );
  });

  test('export writes the secret once, for its owner alone', async () => {
    const to = join(dir, 'secret.pem');
    expect(await keysExport(dir, 'production', { to }, print)).toBe(0);
    expect(readFileSync(to, 'utf8')).toMatch(/^-----BEGIN PRIVATE KEY-----\n/);
    expect(readFileSync(join(dir, 'production.asc'), 'utf8')).toMatch(
      /^-----BEGIN PGP PUBLIC KEY BLOCK-----\n/,
    );
    await expect(keysExport(dir, 'production', { to }, print)).rejects.toThrow(
      /secret\.pem: the file cannot be made; name a new one/,
    );
  });
});
