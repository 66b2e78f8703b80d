import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasProgram } from '../repository/raw-package.ts';
import { AptClient } from './apt-client.ts';
import { ChannelWorld, sampleDeb } from './channel-world.ts';
import { serveFolder, type WebFolder } from './web-folder.ts';

const day = 86_400_000;
const root = 'production/umd/5/debian12/amd64';
const suite = `${root}/dists/production`;
const sourceName = 'setup/production-umd-5-debian12-amd64.sources';

/** Publishes a world of its own, spoils it, and lets a new client update. */
async function refused(
  spoil: (spoiled: ChannelWorld) => Promise<void>,
  publishedAt = new Date(),
): Promise<string> {
  const spoiled = await ChannelWorld.create();
  const server = await serveFolder(spoiled.out);
  spoiled.channelsFile = { ...spoiled.channelsFile, url: server.url };
  await spoiled.adds(
    { id: 'a', component: 'voms' },
    { 'voms_1.0_amd64.deb': sampleDeb({ name: 'voms', version: '1.0' }) },
  );
  await spoiled.publishes({ now: publishedAt });
  const apt = await AptClient.with(await readFile(join(spoiled.out, sourceName), 'utf8'));
  await spoil(spoiled);
  const { status, text } = await apt.update();
  await server.close();
  return status === 0 ? 'taken' : text;
}

const inRelease = (spoiled: ChannelWorld) => join(spoiled.out, suite, 'InRelease');

(hasProgram('apt-get') ? describe : describe.skip)('apt (needs apt-get)', () => {
  let world: ChannelWorld;
  let web: WebFolder;

  beforeAll(async () => {
    world = await ChannelWorld.create();
    web = await serveFolder(world.out);
    world.channelsFile = { ...world.channelsFile, url: web.url };
    await world.adds(
      { id: 'voms-1', component: 'voms' },
      {
        'voms-clients_2.1.0~rc3-4_amd64.deb': sampleDeb({ name: 'voms-clients', version: '2.1.0~rc3-4' }),
        'voms-api_1%3a1.0+x^y_all.deb': sampleDeb({
          name: 'voms-api',
          version: '1:1.0+deb12u1',
          architecture: 'all',
        }),
      },
    );
    await world.publishes();
  });

  afterAll(async () => {
    await web.close();
    await rm(world.dir, { recursive: true });
  });

  const client = async () => AptClient.with(await readFile(join(world.out, sourceName), 'utf8'));

  test('takes the ready source file, sees the packages and fetches them through by-hash', async () => {
    const apt = await client();
    web.asked.length = 0;
    expect(await apt.update()).toMatchObject({ status: 0 });
    expect(web.asked.some((path) => path.includes('/by-hash/SHA256/'))).toBe(true);
    expect(await apt.packages()).toEqual(['voms-api/1:1.0+deb12u1', 'voms-clients/2.1.0~rc3-4']);
    expect(await apt.download('voms-clients')).toMatchObject({ status: 0 });
    expect(await apt.download('voms-api')).toMatchObject({ status: 0 });
    expect(await readFile(join(apt.dir, 'voms-clients_2.1.0~rc3-4_amd64.deb'))).toEqual(
      Buffer.from(sampleDeb({ name: 'voms-clients', version: '2.1.0~rc3-4' })),
    );
  });

  test('takes a channel with nothing in it', async () => {
    const empty = await ChannelWorld.create();
    const server = await serveFolder(empty.out);
    empty.channelsFile = { ...empty.channelsFile, url: server.url };
    await empty.publishes({
      targets: [{ distribution: 'umd/5', platform: 'debian12', arch: 'amd64', format: 'deb' }],
    });
    const apt = await AptClient.with(await readFile(join(empty.out, sourceName), 'utf8'));
    expect(await apt.update()).toMatchObject({ status: 0 });
    expect(await apt.packages()).toEqual([]);
    await server.close();
  });

  test('in the middle of an update when the channel changed finds the old index by its hash', async () => {
    const other = await ChannelWorld.create();
    const server = await serveFolder(other.out);
    other.channelsFile = { ...other.channelsFile, url: server.url };
    await other.adds(
      { id: 'a', component: 'voms' },
      { 'voms_1.0_amd64.deb': sampleDeb({ name: 'voms', version: '1.0' }) },
    );
    await other.publishes();
    const old = await readFile(join(other.out, suite, 'InRelease'));
    await other.adds(
      { id: 'b', component: 'voms' },
      { 'voms_1.1_amd64.deb': sampleDeb({ name: 'voms', version: '1.1' }) },
    );
    await other.publishes();
    await writeFile(join(other.out, suite, 'InRelease'), old);
    const apt = await AptClient.with(await readFile(join(other.out, sourceName), 'utf8'));
    expect(await apt.update()).toMatchObject({ status: 0 });
    expect(await apt.packages()).toEqual(['voms/1.0']);
    await server.close();
  });

  test('takes what was not spoilt', async () => {
    expect(await refused(async () => {})).toBe('taken');
  });

  test('refuses an index that expired, and one from the future', async () => {
    expect(await refused(async () => {}, new Date(Date.now() - 8 * day))).toMatch(/expired/);
    expect(await refused(async () => {}, new Date(Date.now() + 2 * day))).toMatch(/not valid yet/);
  });

  test('refuses the index of another channel, since each has a key of its own (T63)', async () => {
    expect(
      await refused(async (spoiled) => {
        await spoiled.adds(
          { id: 'b', component: 'voms', channel: 'unverified' },
          { 'voms_9_amd64.deb': sampleDeb({ name: 'voms', version: '9' }) },
        );
        await spoiled.publishes({ channels: ['unverified'] });
        const other = await readFile(
          join(spoiled.out, 'unverified/umd/5/debian12/amd64/dists/unverified/InRelease'),
        );
        await writeFile(join(spoiled.out, suite, 'InRelease'), other);
      }),
    ).toMatch(/NO_PUBKEY|not signed|couldn't be verified/);
  });

  test('refuses a changed InRelease, text after it, and a changed index', async () => {
    expect(
      await refused(async (spoiled) => {
        await writeFile(
          inRelease(spoiled),
          (await readFile(inRelease(spoiled), 'utf8')).replace('Label: Staged', 'Label: Stage_'),
        );
      }),
    ).toMatch(/BADSIG|invalid/);
    expect(await refused((spoiled) => appendFile(inRelease(spoiled), 'Evil: yes\n'))).not.toBe('taken');
    expect(
      await refused(async (spoiled) => {
        const index = join(spoiled.out, suite, 'main/binary-amd64');
        for (const file of execFileSync('find', [index, '-type', 'f'], { encoding: 'utf8' })
          .trim()
          .split('\n'))
          await appendFile(file, 'x');
      }),
    ).toMatch(/unexpected size|Hash Sum mismatch/);
  });
});

(hasProgram('gpgv') ? describe : describe.skip)('gpgv (needs gpgv)', () => {
  test('finds channel.json and Release.gpg signed by the channel, and not by another', async () => {
    const world = await ChannelWorld.create();
    await world.adds(
      { id: 'a', component: 'voms' },
      { 'voms_1.0_amd64.deb': sampleDeb({ name: 'voms', version: '1.0' }) },
    );
    await world.publishes({ channels: ['production', 'unverified'] });
    const gpgv = (keyring: string, ...files: string[]) =>
      execFileSync(
        'gpgv',
        [
          '--status-fd',
          '1',
          '--keyring',
          join(world.out, 'keys', keyring),
          ...files.map((file) => join(world.out, file)),
        ],
        {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        },
      );
    const fingerprint = world.keys.channel('production').fingerprint;
    for (const files of [
      ['production/channel.json.asc', 'production/channel.json'],
      [`${suite}/Release.gpg`, `${suite}/Release`],
      [`${suite}/InRelease`],
    ]) {
      expect(gpgv('production.gpg', ...files)).toMatch(
        new RegExp(`GOODSIG .*\\n(.*\\n)*.*VALIDSIG .* ${fingerprint}\\n`),
      );
      expect(() => gpgv('unverified.gpg', ...files)).toThrow('Command failed');
    }
    await rm(world.dir, { recursive: true });
  });
});
