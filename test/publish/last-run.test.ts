import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ChannelPublisher, type PublishRequest } from '../../app/publish/publish.ts';
import { verifyChannel } from '../../app/publish/verification/verify.ts';
import { ChannelWorld, sampleDeb } from './channel-world.ts';

const voms = (version: string) => ({ [`voms_${version}_amd64.deb`]: sampleDeb({ name: 'voms', version }) });
const index = 'production/umd/5/debian12/amd64/dists/production/main/binary-amd64/Packages.gz';
const pool = 'production/umd/5/debian12/amd64/pool/v/voms';

let world: ChannelWorld;

beforeEach(async () => {
  world = await ChannelWorld.create();
  await world.adds({ id: 'a', component: 'voms' }, voms('1.0'));
});
afterEach(() => rm(world.dir, { recursive: true }));

/** A run of its own, as a command is, that keeps what it left. */
const runs = async (request: Partial<PublishRequest> = {}) =>
  new ChannelPublisher({
    store: world.store,
    output: world.output,
    cache: join(world.dir, 'cache'),
    keys: world.keys,
    lastRun: join(world.dir, 'state'),
  }).publish({
    manifests: world.manifests,
    commit: 'c'.repeat(40),
    channelsFile: world.channelsFile,
    now: new Date(),
    channels: ['production'],
    ...request,
  });

const isGood = async () =>
  verifyChannel({ source: join(world.out, 'production'), keyring: world.publicKey(), now: new Date() });

describe('a run that believes what the last one left', () => {
  test('publishes what came and removes what went, as one that looks at everything', async () => {
    await runs();
    await world.adds({ id: 'b', component: 'voms' }, voms('1.1'));
    world.manifests.shift();
    expect(
      await runs({ channelsFile: { ...world.channelsFile, retention: { publications: 0, hours: 0 } } }),
    ).toMatchObject([{ changed: true, number: 2 }]);
    expect(await readdir(join(world.out, pool))).toEqual(['voms_1.1_amd64.deb']);
    expect(await isGood()).toMatchObject({ ok: true, problems: [] });
  });

  test('writes nothing when nothing changed', async () => {
    await runs();
    expect(await runs()).toMatchObject([{ changed: false, number: 1 }]);
  });

  test('looks at everything when something else is published than that run left', async () => {
    await runs();
    const kept = await readFile(join(world.dir, 'state/last-run/production.txt'));
    await world.adds({ id: 'b', component: 'voms' }, voms('1.1'));
    await world.publishes();
    await rm(join(world.out, pool, 'voms_1.0_amd64.deb'));
    await writeFile(join(world.dir, 'state/last-run/production.txt'), kept);
    await runs();
    expect(await isGood()).toMatchObject({ ok: true, problems: [] });
  });

  test('looks at everything when what was kept is damaged', async () => {
    await runs();
    const path = join(world.dir, 'state/last-run/production.txt');
    await writeFile(path, (await readFile(path, 'utf8')).replace('voms_1.0', 'voms_1.9'));
    await rm(join(world.out, pool, 'voms_1.0_amd64.deb'));
    await runs();
    expect(await isGood()).toMatchObject({ ok: true, problems: [] });
  });

  test('mends an index that was damaged since', async () => {
    await runs();
    await writeFile(join(world.out, index), 'x');
    expect(await runs()).toMatchObject([{ changed: true }]);
    expect(await isGood()).toMatchObject({ ok: true, problems: [] });
  });
});

describe('a publisher that runs on', () => {
  test('looks at everything when another one has published meanwhile', async () => {
    const publisher = new ChannelPublisher({
      store: world.store,
      output: world.output,
      cache: join(world.dir, 'cache'),
      keys: world.keys,
    });
    const request = {
      commit: 'c'.repeat(40),
      channelsFile: world.channelsFile,
      channels: ['production'] as const,
    };
    await publisher.publish({ ...request, manifests: world.manifests, now: new Date() });
    await world.adds({ id: 'b', component: 'voms' }, voms('1.1'));
    await world.publishes();
    await writeFile(join(world.out, index), 'x');
    await rm(join(world.out, pool, 'voms_1.1_amd64.deb'));
    expect(
      await publisher.publish({ ...request, manifests: world.manifests, now: new Date() }),
    ).toMatchObject([{ changed: true, number: 3 }]);
    expect(await isGood()).toMatchObject({ ok: true, problems: [] });
  });
});
