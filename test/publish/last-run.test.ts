import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { array, assert, nat, property, string, tuple } from 'fast-check';
import { inPathOrder } from '../../app/model/sorted.ts';
import { ChannelPublisher, type PublishRequest } from '../../app/publish/publish.ts';
import { poolDifferences, poolText, type PooledFile } from '../../app/publish/last-run.ts';
import { keepFile } from '../../app/storage/kept-file.ts';
import { verifyChannel } from '../../app/publish/verification/verify.ts';
import { ChannelWorld, sampleDeb, sha256 } from './channel-world.ts';

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

  test('believes nothing that another version of the program has left', async () => {
    await runs();
    const path = join(world.dir, 'state/last-run/production.txt');
    const [, ...lines] = (await readFile(path, 'utf8')).split('\n');
    // As the first version wrote it: without a version in the sum, and with a line feed at the end.
    await keepFile(path, `${lines.join('\n')}\n`);
    await rm(join(world.out, pool, 'voms_1.0_amd64.deb'));
    await runs();
    await world.adds({ id: 'b', component: 'voms' }, voms('1.1'));
    await runs();
    expect(await runs()).toMatchObject([{ changed: false, number: 2 }]);
    expect(await isGood()).toMatchObject({ ok: true, problems: [] });
  });

  test('renders nothing again of what it left, not even without the other caches', async () => {
    await runs();
    await rm(join(world.dir, 'cache'), { recursive: true });
    await rm(join(world.dir, 'store'), { recursive: true });
    expect(await runs({ now: new Date(Date.now() + 2 * 86_400_000) })).toMatchObject([
      { changed: true, number: 2 },
    ]);
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

  test('takes a package for all architectures with other bytes, when it changes in all of them', async () => {
    const publisher = new ChannelPublisher({
      store: world.store,
      output: world.output,
      cache: join(world.dir, 'cache'),
      keys: world.keys,
    });
    const publishes = async () =>
      publisher.publish({
        manifests: world.manifests,
        commit: 'c'.repeat(40),
        channelsFile: { ...world.channelsFile, layout: 'sw/{distribution}/{major}/{platform}/{channel}' },
        channels: ['production'],
        now: new Date(),
      });
    const adds = async (id: string, description: string, ...architectures: readonly string[]) => {
      const deb = sampleDeb({ name: 'xx', version: '1', architecture: 'all', description });
      for (const arch of architectures)
        await world.adds({ id: `${id}-${arch}`, component: 'xx', arch }, { [`${id}_1_all.deb`]: deb });
    };
    await adds('first', 'one', 'amd64', 'arm64');
    await publishes();
    world.manifests = world.manifests.filter(({ component }) => component !== 'xx');
    await adds('second', 'another', 'amd64', 'arm64');
    expect(await publishes()).toMatchObject([{ changed: true, number: 2 }]);
    await adds('third', 'a third', 'arm64');
    await expect(publishes()).rejects.toThrow('both bring xx 1 all');
  });
});

describe('what differs between a pool that was left and one that has to be', () => {
  test('is all that is not in both as it is', () => {
    const file = (path: string, bytes: number) => ({
      path,
      size: bytes,
      sha256: sha256(Buffer.from([bytes])),
    });
    const pools = array(
      tuple(string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 2 }), nat({ max: 2 })),
      {
        maxLength: 12,
      },
    ).map((files) =>
      [...new Map(files)]
        .filter(([path]) => !/[\t\n/]/.test(path))
        .map(([path, bytes]) => file(path, bytes))
        .toSorted(inPathOrder),
    );
    assert(
      property(pools, pools, (left, wanted) => {
        const isIn = (files: readonly PooledFile[], { path, sha256: digest }: PooledFile) =>
          files.some((other) => other.path === path && other.sha256 === digest);
        expect(poolDifferences(poolText(left), wanted)).toEqual({
          left: left.filter((one) => !isIn(wanted, one)),
          wanted: wanted.filter((one) => !isIn(left, one)),
        });
      }),
    );
  });
});
