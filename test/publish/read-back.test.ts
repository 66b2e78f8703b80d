import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  readBack,
  type ExpectedPackage,
  type ReadBackOptions,
} from '../../app/publish/verification/read-back.ts';
import { ChannelWorld, sampleDeb, sha256 } from './channel-world.ts';
import { serveFolder, type WebFolder } from './web-folder.ts';

const first = sampleDeb({ name: 'voms', version: '1.0' });
const second = sampleDeb({ name: 'voms', version: '1.1' });
const target = { distribution: 'umd/5', platform: 'debian12', arch: 'amd64' };
const expected = (bytes: Uint8Array, file: string): ExpectedPackage => ({
  file,
  sha256: sha256(bytes),
  target,
});

let world: ChannelWorld;
let web: WebFolder;

beforeAll(async () => {
  world = await ChannelWorld.create();
  web = await serveFolder(world.out);
  await world.adds({ id: 'a', component: 'voms' }, { 'voms_1.0_amd64.deb': first });
  await world.publishes();
});
afterAll(async () => {
  await web.close();
  await rm(world.dir, { recursive: true });
});

const read = (wanted: ReadBackOptions['expect'], options: Partial<ReadBackOptions> = {}) => {
  const settings = { url: `${web.url}/production/`, keyring: world.publicKey(), now: new Date() };
  return readBack({ ...settings, expect: wanted, ...options });
};

describe('reading a channel back', () => {
  test('finds the package that came, with all its bytes, and what publication it was', async () => {
    web.asked.length = 0;
    expect(await read({ present: [expected(first, 'voms_1.0_amd64.deb')], absent: [] })).toMatchObject({
      ok: true,
      number: 1,
      commit: 'c'.repeat(40),
    });
    expect(web.asked).toHaveLength(8);
    expect(await read({ present: [], absent: [sha256(second)] })).toMatchObject({ ok: true });
  });

  test.each<[string, ReadBackOptions['expect'], RegExp]>([
    [
      'a package that is not there',
      { present: [expected(second, 'voms_1.1_amd64.deb')], absent: [] },
      /does not list voms_1\.1_amd64\.deb/,
    ],
    [
      'a package that should be gone',
      { present: [], absent: [sha256(first)] },
      /voms_1\.0_amd64\.deb is still listed/,
    ],
    [
      'a target without an index',
      { present: [{ ...expected(first, 'x.deb'), target: { ...target, arch: 'arm64' } }], absent: [] },
      /no index for x\.deb/,
    ],
  ])('tells of %s', async (_, what, reason) => {
    const result = await read(what);
    expect(result.ok ? 'ok' : result.reason).toMatch(reason);
  });

  test('tells of another key, of expiry, of an outage and of a changed package', async () => {
    const present = { present: [expected(first, 'voms_1.0_amd64.deb')], absent: [] };
    expect(await read(present, { keyring: world.publicKey('unverified') })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('channel.json'),
    });
    expect(await read(present, { now: new Date(Date.now() + 8 * 86_400_000) })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('expired'),
    });
    expect(await read(present, { url: 'http://127.0.0.1:9/production/' })).toMatchObject({
      ok: false,
      reason: expect.stringContaining('does not answer'),
    });
    const file = join(world.out, 'production/umd/5/debian12/amd64/pool/v/voms/voms_1.0_amd64.deb');
    await rm(file);
    expect(await read(present)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('voms_1.0_amd64.deb is missing'),
    });
    await writeFile(file, Buffer.alloc(first.length));
    expect(await read(present)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('voms_1.0_amd64.deb has not the sha256'),
    });
  });
});
