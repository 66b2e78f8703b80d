import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { chmodSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKeys, openKeys } from '../../app/publish/keys.ts';

const date = new Date('2026-11-01T00:00:00Z');
let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'keys-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

describe('a folder of keys', () => {
  test('gets a system key and one for each channel, readable by their owner only', async () => {
    const made = await createKeys(dir, date);
    expect(made).toEqual(['system.key', 'unverified.key', 'staged-rollout.key', 'production.key']);
    expect(readdirSync(dir).toSorted()).toEqual(made.toSorted());
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

  test('keeps the keys that are there and gets only what is missing', async () => {
    await createKeys(dir, date);
    const before = readFileSync(join(dir, 'system.key'), 'utf8');
    rmSync(join(dir, 'production.key'));
    expect(await createKeys(dir, date)).toEqual(['production.key']);
    expect(readFileSync(join(dir, 'system.key'), 'utf8')).toBe(before);
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
  ])('with %s is refused, and the file is named', async (_, spoil, message) => {
    await createKeys(dir, date);
    spoil();
    await expect(openKeys(dir)).rejects.toThrow(message);
    await expect(openKeys(dir)).rejects.toMatchObject({ name: 'KeyError' });
  });
});
