import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openKeys, type Keys } from '../../app/publish/signing/keys.ts';
import { readKeyring } from '../../app/publish/signing/openpgp.ts';
import { listedKey } from '../../app/publish/signing/inventory.ts';
import {
  finishRotation,
  revokeKey,
  rotatePrimary,
  rotateSubkey,
} from '../../app/publish/signing/rotation.ts';
import { hasProgram } from '../repository/raw-package.ts';
import { AptClient } from './apt-client.ts';
import { ChannelWorld, sampleDeb } from './channel-world.ts';
import { serveFolder, type WebFolder } from './web-folder.ts';

const day = 86_400_000;
const daysAgo = (days: number): Date => new Date(Date.now() - days * day);
const sourceName = 'setup/production-umd-5-debian12-amd64.sources';

let world: ChannelWorld;
let web: WebFolder;
const primary = (): string => join(world.dir, 'keys', 'offline', 'production.primary.key');
/** The keys as a service that was started at that time has them. */
const keysAt = (now: Date): Promise<Keys> => openKeys(join(world.dir, 'keys'), () => now);

/** Publishes at a time, by a service that was just started; gives the ready source that a site could fetch then. */
async function publishedAt(now: Date): Promise<string> {
  await world.publishes({ now, keys: await keysAt(now) });
  return readFile(join(world.out, sourceName), 'utf8');
}

/** What a site says that set the channel up with a source. */
async function updated(source: string): Promise<string> {
  const apt = await AptClient.with(source);
  const { status, text } = await apt.update();
  return status === 0 ? (await apt.packages()).join() : text;
}

beforeEach(async () => {
  world = await ChannelWorld.create();
  web = await serveFolder(world.out);
  world.channelsFile = { ...world.channelsFile, url: web.url };
  await world.adds(
    { id: 'a', component: 'voms' },
    { 'voms_1.0_amd64.deb': sampleDeb({ name: 'voms', version: '1.0' }) },
  );
});
afterEach(async () => {
  await web.close();
  await rm(world.dir, { recursive: true });
});

(hasProgram('apt-get') ? describe : describe.skip)('A site with apt (needs apt-get)', () => {
  const rotates = (at: Date, overlapDays: number) =>
    rotateSubkey(join(world.dir, 'keys'), 'production', at, { primary: primary(), days: 90, overlapDays });

  test('that fetched the keyring during the overlap takes what the new subkey signs, and another does not', async () => {
    const before = await publishedAt(daysAgo(10));
    await rotates(daysAgo(9), 7);
    const during = await publishedAt(daysAgo(9));
    await publishedAt(new Date());
    expect(await updated(during)).toBe('voms/1.0');
    expect(await updated(before)).toMatch(/NO_PUBKEY/);
  }, 60_000);

  test('that has the keyring of before notices nothing during the overlap', async () => {
    const before = await publishedAt(daysAgo(10));
    await rotates(daysAgo(9), 20);
    await publishedAt(daysAgo(9));
    await publishedAt(new Date());
    expect(await updated(before)).toBe('voms/1.0');
  }, 60_000);

  test('that has both primaries takes what either signs', async () => {
    const making = { algorithm: 'ed25519', days: 90, overlapDays: 7 } as const;
    const primaryOut = join(world.dir, 'stick');
    await rotatePrimary(join(world.dir, 'keys'), 'production', daysAgo(9), { ...making, primaryOut });
    const during = await publishedAt(daysAgo(9));
    await publishedAt(daysAgo(3));
    expect(await updated(during)).toBe('voms/1.0');
    await publishedAt(new Date());
    const { certificates } = await listedKey(join(world.dir, 'keys'), 'production', new Date());
    expect(certificates.map(({ parts }) => parts[0]?.does)).toEqual(['standby', 'signs']);
    expect(await updated(during)).toBe('voms/1.0');
    await finishRotation(join(world.dir, 'keys'), 'production');
    const after = await publishedAt(new Date());
    expect(after).not.toBe(during);
    expect(await updated(after)).toBe('voms/1.0');
    expect(await updated(during)).toBe('voms/1.0');
  }, 60_000);
});

describe('A channel whose key is revoked', () => {
  test('stands still, its revoked key is published, and the other channels go on', async () => {
    await publishedAt(daysAgo(1));
    const standing = await readFile(join(world.out, 'production/channel.json'));
    await revokeKey(join(world.dir, 'keys'), 'production', new Date(), {
      primary: primary(),
      subkey: undefined,
      reason: 'the disk was stolen',
    });
    const failed = await world
      .publishes({ keys: await keysAt(new Date()), channels: ['production', 'unverified'] })
      .catch((error: unknown) => error);
    expect(failed).toMatchObject({
      failures: [{ channel: 'production', fault: 'signing-refused' }],
      published: [{ channel: 'unverified', changed: true }],
    });
    expect(await readFile(join(world.out, 'production/channel.json'))).toEqual(standing);
    for (const name of ['production.asc', 'production.gpg']) {
      const [key] = await readKeyring(await readFile(join(world.out, 'keys', name)));
      expect(key?.revocationSignatures).toHaveLength(1);
    }
    expect(existsSync(join(world.out, 'unverified/channel.json'))).toBe(true);
  }, 60_000);
});
