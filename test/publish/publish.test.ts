import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { gunzipSync } from 'node:zlib';
import { mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChannelsFile } from '../../app/model/channels-file.ts';
import { verifyChannel } from '../../app/publish/verification/verify.ts';
import type { Target } from '../../app/publish/layout.ts';
import { openKeys } from '../../app/publish/signing/keys.ts';
import { ChannelsNotPublished } from '../../app/publish/publish.ts';
import { ChannelWorld, sampleDeb, sha256 } from './channel-world.ts';

const day = 86_400_000;
const root = 'production/umd/5/debian12/amd64';
const index = `${root}/dists/production/main/binary-amd64`;
const voms = (version: string) => ({ [`voms_${version}_amd64.deb`]: sampleDeb({ name: 'voms', version }) });
const target = (platform: string, arch = 'amd64'): Target => ({
  distribution: 'umd/5',
  platform,
  arch,
  format: 'deb',
});

let world: ChannelWorld;

beforeEach(async () => {
  world = await ChannelWorld.create();
});
afterEach(async () => {
  await rm(world.dir, { recursive: true });
});

/** Every file below a folder with its content, or its time of change. */
async function tree(folder: string, look: 'content' | 'time' = 'content'): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = entries
    .filter((entry) => !entry.isDirectory())
    .map(async (entry) => {
      const path = join(entry.parentPath, entry.name);
      const value = look === 'time' ? String((await stat(path)).mtimeMs) : sha256(await readFile(path));
      return [path.slice(folder.length + 1), value] as const;
    });
  return Object.fromEntries((await Promise.all(found)).toSorted(([a], [b]) => a.localeCompare(b)));
}

const packagesOf = async (folder: string) =>
  gunzipSync(await readFile(join(world.out, folder, 'Packages.gz'))).toString();

const statement = async () =>
  JSON.parse(await readFile(join(world.out, 'production/channel.json'), 'utf8')) as {
    number: number;
    previous: string | null;
    issued: string;
    expires: string;
    commit: string;
    releases: { id: string }[];
    superseded: { path: string }[];
  };

async function failure(
  options: Parameters<ChannelWorld['publishes']>[0] = {},
): Promise<{ fault: string; message: string }> {
  const error: unknown = await world.publishes(options).catch((thrown: unknown) => thrown);
  if (!(error instanceof ChannelsNotPublished)) throw error;
  const [{ fault, message } = { fault: '', message: '' }] = error.failures;
  return { fault, message };
}

describe('publishing', () => {
  test('renders the manifests of a channel, and says where', async () => {
    await world.adds({ id: 'arc-voms-1.0', component: 'voms' }, voms('1.0'));
    await world.adds({ id: 'arc-libx-1.0', component: 'libx', channel: 'unverified' }, voms('2.0'));
    expect(await world.publishes()).toEqual([
      {
        channel: 'production',
        changed: true,
        number: 1,
        url: 'https://repository.example.org/channels/production/',
      },
    ]);
    expect(Object.keys(await tree(world.out))).toEqual(
      expect.arrayContaining([
        'keys/production.asc',
        'keys/production.gpg',
        'production/channel.json',
        'production/channel.json.asc',
        `${root}/pool/v/voms/voms_1.0_amd64.deb`,
        'setup/production-umd-5-debian12-amd64.sources',
      ]),
    );
    expect(await statement()).toMatchObject({
      number: 1,
      previous: null,
      commit: 'c'.repeat(40),
      releases: [{ id: 'arc-voms-1.0' }],
    });
  });

  test('shares one content between store and channels by hard links', async () => {
    const packages = voms('1.0');
    await world.adds({ id: 'a', component: 'voms' }, packages);
    await world.adds({ id: 'a', component: 'voms', channel: 'staged-rollout' }, packages);
    await world.publishes({ channels: ['staged-rollout', 'production'] });
    const { nlink } = await stat(join(world.out, root, 'pool/v/voms/voms_1.0_amd64.deb'));
    expect(nlink).toBe(3);
  });

  test('the same manifests at the same time in another folder give the same bytes', async () => {
    const now = new Date();
    await world.adds(
      { id: 'b', component: 'libvoms' },
      { 'libvoms_1_all.deb': sampleDeb({ name: 'libvoms', version: '1', architecture: 'all' }) },
    );
    await world.adds({ id: 'a', component: 'voms' }, voms('1.0'));
    await world.publishes({ now });
    await world.publishes({
      now,
      output: world.outputAt(join(world.dir, 'again')),
      cache: join(world.dir, 'cold'),
      manifests: world.manifests.toReversed(),
    });
    expect(await tree(join(world.dir, 'again'))).toEqual(await tree(world.out));
  });

  test('a second time without news writes nothing, at whatever commit', async () => {
    await world.adds({ id: 'a', component: 'voms' }, voms('1.0'));
    await world.publishes();
    const before = await tree(world.out, 'time');
    const [again] = await world.publishes({
      commit: 'd'.repeat(40),
      now: new Date(Date.now() + day - 60_000),
    });
    expect(again).toMatchObject({ changed: false, number: 1 });
    expect(await tree(world.out, 'time')).toEqual(before);
  });

  test('after a day renews the same content, so that it does not expire', async () => {
    await world.adds({ id: 'a', component: 'voms' }, voms('1.0'));
    const now = new Date();
    await world.publishes({ now });
    const before = await tree(world.out);
    expect(await world.publishes({ now: new Date(now.getTime() + day) })).toMatchObject([
      { changed: true, number: 2 },
    ]);
    const after = await tree(world.out);
    const changed = Object.keys(after).filter((path) => after[path] !== before[path]);
    expect(
      changed.map((path) =>
        path
          .split('/')
          .at(-1)
          ?.replace(/^[0-9a-f]{64}/, '<digest>'),
      ),
    ).toEqual([
      'channel.json',
      'channel.json.asc',
      '<digest>.json.asc',
      'InRelease',
      'Release',
      'Release.gpg',
    ]);
    expect(Date.parse((await statement()).expires) - Date.parse((await statement()).issued)).toBe(7 * day);
  });

  test('numbers grow by one, and each statement names the one before', async () => {
    await world.publishes();
    const first = sha256(await readFile(join(world.out, 'production/channel.json')));
    await world.adds({ id: 'a', component: 'voms' }, voms('1.0'));
    await world.publishes();
    expect(await statement()).toMatchObject({ number: 2, previous: first });
  });

  test('keeps the indexes of the two publications before, and what was replaced a short while ago', async () => {
    const held: string[][] = [];
    const start = Date.now() - 10 * day;
    for (const [at, version] of ['1.0', '1.1', '1.2', '1.3', '1.4'].entries()) {
      await world.adds({ id: `voms-${version}`, component: 'voms' }, voms(version));
      await world.publishes({ now: new Date(start + at * 5 * day) });
      held.push(await readdir(join(world.out, index, 'by-hash/SHA256')));
    }
    expect(held.map(({ length }) => length)).toEqual([1, 2, 3, 3, 3]);
    await world.adds({ id: 'voms-1.5', component: 'voms' }, voms('1.5'));
    await world.publishes({ now: new Date(start + 20 * day + 60_000) });
    expect(await readdir(join(world.out, index, 'by-hash/SHA256'))).toHaveLength(4);
  });

  test('a package that leaves stays for those who have the index, and goes when nobody can have it any more', async () => {
    await world.adds({ id: 'a', component: 'voms' }, voms('1.0'));
    const now = Date.now() - 30 * day;
    await world.publishes({ now: new Date(now) });
    world.manifests = [];
    await world.publishes({ now: new Date(now + 1000) });
    const debs = async () => Object.keys(await tree(world.out)).filter((path) => path.endsWith('.deb'));
    expect(await debs()).toEqual([`${root}/pool/v/voms/voms_1.0_amd64.deb`]);
    expect(await packagesOf(index)).toBe('');
    for (const after of [8, 16, 24]) await world.publishes({ now: new Date(now + after * day) });
    expect(await debs()).toEqual([]);
    expect(
      (await stat(world.storePath(sha256(voms('1.0')['voms_1.0_amd64.deb'] ?? Buffer.of())))).nlink,
    ).toBe(1);
  });

  test('a package of a withdrawn release goes at once', async () => {
    await world.adds({ id: 'a', component: 'voms' }, voms('1.0'));
    await world.publishes();
    world.manifests = [];
    await world.publishes({ withdrawn: new Set([sha256(voms('1.0')['voms_1.0_amd64.deb'] ?? Buffer.of())]) });
    expect(Object.keys(await tree(world.out)).filter((path) => path.endsWith('.deb'))).toEqual([]);
  });

  test('gives a target of any format an index before anything is in it', async () => {
    await world.publishes({
      targets: [
        target('debian12'),
        { ...target('al9', 'x86_64'), format: 'rpm' },
        { ...target('any', 'noarch'), format: 'tar' },
      ],
    });
    expect(await packagesOf(index)).toBe('');
    expect(await readFile(join(world.out, 'production/umd/5/al9/x86_64/mirrorlist'), 'utf8')).toMatch(
      /^https:\/\/repository\.example\.org\/channels\/production\/umd\/5\/al9\/x86_64\.[0-9a-f]{16}\/\n$/,
    );
    expect(await readFile(join(world.out, 'production/umd/5/any/noarch/SHA256SUMS'), 'utf8')).toMatch(
      /^[0-9a-f]{64} {2}index\.json\n$/,
    );
  });

  test('a package for all architectures stands in the index of its target', async () => {
    await world.adds(
      { id: 'a', component: 'voms', arch: 'arm64' },
      { 'x_1_all.deb': sampleDeb({ name: 'xx', version: '1', architecture: 'all' }) },
    );
    await world.publishes();
    expect(await packagesOf('production/umd/5/debian12/arm64/dists/production/main/binary-arm64')).toMatch(
      /^Architecture: all$/m,
    );
  });

  test('an own layout may put architectures in one root, beside the folder of the channel', async () => {
    const all = sampleDeb({ name: 'xx', version: '1', architecture: 'all' });
    world.channelsFile = { ...world.channelsFile, layout: 'sw/{distribution}/{major}/{platform}/{channel}' };
    await world.adds({ id: 'a', component: 'voms', arch: 'arm64' }, { 'x_1_all.deb': all });
    await world.adds({ id: 'b', component: 'voms', arch: 'amd64' }, { 'x_1_all.deb': all, ...voms('1.0') });
    await world.publishes();
    const own = join(world.out, 'sw/umd/5/debian12/production');
    expect(await readFile(join(own, 'dists/production/Release'), 'utf8')).toMatch(
      /^Architectures: amd64 arm64$/m,
    );
    expect(await readdir(join(own, 'pool/v/voms'))).toEqual(['voms_1.0_amd64.deb', 'x_1_all.deb']);
  });

  // The paths of repo-layouts.yaml: real repositories of EGI.
  test.each<[string, Partial<ChannelsFile>, Partial<Target>, string]>([
    [
      'UMD 5',
      {
        layout: 'repository/umd/{major}/{platform}/{channel}/{arch}',
        channel_names: { production: 'release', 'staged-rollout': 'testing', unverified: 'untested' },
        platform_names: { almalinux9: 'al9' },
      },
      { platform: 'almalinux9', arch: 'x86_64', format: 'rpm' },
      'repository/umd/5/al9/release/x86_64/repodata/repomd.xml',
    ],
    [
      'UMD 4 for yum',
      { layout: 'sw/{channel}/umd/{major}/{platform}/{arch}/updates' },
      { distribution: 'umd/4', platform: 'centos7', arch: 'x86_64', format: 'rpm' },
      'sw/production/umd/4/centos7/x86_64/updates/mirrorlist',
    ],
    [
      'UMD 1 for apt',
      {
        layout: 'sw/{channel}/umd/{major}/debian',
        platform_names: { debian6: 'squeeze' },
        apt: { suite: '{platform}' },
      },
      { distribution: 'umd/1', platform: 'debian6' },
      'sw/production/umd/1/debian/dists/squeeze/main/binary-amd64/Packages.gz',
    ],
    [
      'certificates of IGTF',
      {
        layout: 'sw/{channel}/{distribution}/{major}/current',
        apt: { suite: 'egi-igtf', component: 'core' },
      },
      { distribution: 'cas/1', platform: 'any' },
      'sw/production/cas/1/current/dists/egi-igtf/core/binary-amd64/Packages.gz',
    ],
  ])('the layout of %s is reached by configuration alone', async (_, settings, place, path) => {
    world.channelsFile = { ...world.channelsFile, ...settings };
    await world.publishes({ targets: [{ ...target('debian12'), ...place }] });
    expect((await stat(join(world.out, path))).isFile()).toBe(true);
    expect(
      await verifyChannel({
        source: join(world.out, 'production'),
        keyring: world.publicKey(),
        now: new Date(),
      }),
    ).toMatchObject({ ok: true, problems: [] });
  });

  test('a changed layout moves the channel and leaves nothing at the old place', async () => {
    await world.adds({ id: 'a', component: 'voms' }, voms('1.0'));
    await world.publishes();
    world.channelsFile = {
      ...world.channelsFile,
      layout: '{channel}/deb/{distribution}/{major}/{platform}/{arch}',
    };
    expect(await world.publishes()).toMatchObject([{ changed: true, number: 2 }]);
    expect(await readdir(join(world.out, 'production'))).toEqual([
      'channel.json',
      'channel.json.asc',
      'deb',
      'statements',
    ]);
  });

  test('a file name that comes back with other bytes of the same length gets the new bytes', async () => {
    const file = 'voms_1.0_amd64.deb';
    const rebuilt = Buffer.from(voms('1.0')[file] ?? '');
    rebuilt.write('1704067201', 24, 'latin1');
    await world.adds({ id: 'a', component: 'voms' }, voms('1.0'));
    await world.publishes();
    world.manifests = [];
    await world.adds({ id: 'b', component: 'voms' }, { [file]: rebuilt });
    await world.publishes();
    expect(sha256(await readFile(join(world.out, root, 'pool/v/voms', file)))).toBe(sha256(rebuilt));
  });

  test('mends a damaged index and a lost package', async () => {
    await world.adds({ id: 'a', component: 'voms' }, voms('1.0'));
    await world.publishes();
    await rm(join(world.out, root, 'pool/v/voms/voms_1.0_amd64.deb'));
    await truncate(join(world.out, index, 'Packages.gz'), 10);
    const [mended] = await world.publishes();
    expect(mended).toMatchObject({ changed: true });
    expect(await readFile(join(world.out, root, 'pool/v/voms/voms_1.0_amd64.deb'))).toEqual(
      Buffer.from(voms('1.0')['voms_1.0_amd64.deb'] ?? ''),
    );
    expect(await packagesOf(index)).toMatch(/^Package: voms$/m);
  });

  test('reads a package again when what was kept of it is damaged', async () => {
    await world.adds({ id: 'a', component: 'voms' }, voms('1.0'));
    const now = new Date();
    await world.publishes({ now });
    const entries = Object.keys(await tree(join(world.dir, 'cache')));
    const path = join(world.dir, 'cache', entries.find((entry) => entry.endsWith('.json')) ?? '');
    const good = await readFile(path, 'utf8');
    for (const bad of ['', '{', good.replace('voms', 'evil'), good.slice(1)]) {
      await writeFile(path, bad);
      await rm(join(world.dir, 'cache/chunks'), { recursive: true });
      expect(await world.publishes({ now })).toMatchObject([{ changed: false }]);
      expect(await readFile(path, 'utf8')).toBe(good);
    }
  });

  test('removes what a killed run left', async () => {
    await world.adds({ id: 'a', component: 'voms' }, voms('1.0'));
    await world.publishes();
    const before = await tree(world.out);
    await writeFile(join(world.out, index, 'Packages.gz.tmp-0123456789abcdef'), 'half');
    await writeFile(join(world.out, 'setup/production-x.sources.tmp-0123456789abcdef'), 'half');
    await mkdir(join(world.out, `production/statements`), { recursive: true });
    await writeFile(join(world.out, `production/statements/${'0'.repeat(64)}.json.asc`), 'half');
    expect(await world.publishes()).toMatchObject([{ changed: false, number: 1 }]);
    expect(await tree(world.out)).toEqual(before);
  });

  test('keeps what a run that was cut off has shown to clients, also when the next one publishes something else', async () => {
    const began = Date.now() - day;
    const [now, soon, later] = [new Date(began), new Date(began + 60_000), new Date(began + 120_000)];
    const targets = [
      target('debian12'),
      { ...target('al9', 'x86_64'), format: 'rpm' as const },
      { ...target('any', 'noarch'), format: 'tar' as const },
    ];
    world.channelsFile.retention = { publications: 1, hours: 0 };
    await world.adds({ id: 'a', component: 'voms' }, voms('1.0'));
    await world.publishes({ now, targets });
    const before = world.manifests;
    await world.adds({ id: 'b', component: 'voms' }, voms('2.0'));
    const output = {
      ...world.output,
      pointIf: () => Promise.reject(new Error('cut off')),
    };
    await expect(
      world.publishes({ now: soon, targets, output, manifests: world.manifests.slice(1) }),
    ).rejects.toThrow('cut off');
    const shown = await tree(world.out);
    await world.publishes({ now: later, targets, manifests: before.slice(0, 1) });
    const immutable = /\/(pool|by-hash)\/|\.[0-9a-f]{16}\//;
    const left = await tree(world.out);
    expect(Object.keys(shown).filter((path) => immutable.test(path) && left[path] !== shown[path])).toEqual(
      [],
    );
    expect(Object.keys(shown).filter((path) => immutable.test(path)).length).toBeGreaterThan(8);
  });

  test('goes on from a switch that was cut in two: the new statement has its signature already', async () => {
    await world.adds({ id: 'a', component: 'voms' }, voms('1.0'));
    await world.publishes();
    const signaturePath = join(world.out, 'production/channel.json.asc');
    const old = await readFile(signaturePath);
    await world.adds({ id: 'b', component: 'voms' }, voms('1.1'));
    await world.publishes();
    const after = await tree(world.out);
    await writeFile(signaturePath, old);
    expect(await world.publishes()).toMatchObject([{ changed: false, number: 2 }]);
    expect(await tree(world.out)).toEqual(after);
  });

  test('a page that the operator put beside the channel stays', async () => {
    await world.publishes();
    await writeFile(join(world.out, 'production/index.html'), 'hello');
    await world.adds({ id: 'a', component: 'voms' }, voms('1.0'));
    await world.publishes();
    expect(await readFile(join(world.out, 'production/index.html'), 'utf8')).toBe('hello');
  });
});

describe('publishing refuses, and leaves what is published as it is:', () => {
  const otherVoms = sampleDeb({ name: 'voms', version: '1.0', description: 'other bytes' });

  test.each<[string, () => Promise<unknown>, RegExp, string]>([
    [
      'a package missing in the store',
      async () => {
        await world.adds({ id: 'b', component: 'voms' }, voms('1.1'));
        await rm(world.storePath(sha256(voms('1.1')['voms_1.1_amd64.deb'] ?? Buffer.of())));
      },
      /voms_1\.1_amd64\.deb of b is not in the store/,
      'store-object-missing',
    ],
    [
      'a package damaged in the store',
      async () => {
        await world.adds({ id: 'b', component: 'voms' }, voms('1.1'));
        await writeFile(world.storePath(sha256(voms('1.1')['voms_1.1_amd64.deb'] ?? Buffer.of())), 'damaged');
      },
      /voms_1\.1_amd64\.deb of b is damaged in the store/,
      'store-object-corrupt',
    ],
    [
      'a package that is none',
      () => world.adds({ id: 'b', component: 'voms' }, { 'b_1_amd64.deb': Buffer.from('hello') }),
      /b_1_amd64\.deb of b: it is not a Debian package/,
      'package-unreadable',
    ],
    [
      'a package for another architecture',
      () =>
        world.adds(
          { id: 'b', component: 'voms' },
          { 'b_1_arm64.deb': sampleDeb({ name: 'bb', version: '1', architecture: 'arm64' }) },
        ),
      /is for arm64, not for debian12 amd64/,
      'package-not-for-target',
    ],
    [
      'the same file name with other bytes',
      () => world.adds({ id: 'b', component: 'other' }, { 'voms_1.0_amd64.deb': otherVoms }),
      /a and b both bring voms_1\.0_amd64\.deb/,
      'same-file-other-bytes',
    ],
    [
      'the same package with other bytes',
      () => world.adds({ id: 'b', component: 'voms' }, { 'renamed.deb': otherVoms }),
      /b and a both bring voms 1\.0 amd64/,
      'same-package-other-bytes',
    ],
    [
      'a file name that climbs',
      () =>
        world.adds({ id: 'b', component: 'voms' }, { '../x.deb': sampleDeb({ name: 'xx', version: '1' }) }),
      /not named like a package/,
      'package-not-for-target',
    ],
    [
      'a target of another format',
      async () => {
        const [manifest] = world.manifests;
        if (manifest)
          world.manifests.push({
            ...manifest,
            release: 'b',
            targets: manifest.targets.map((one) => Object.assign({}, one, { format: 'rpm' as const })),
          });
      },
      /b lists a file that is not named like a package/,
      'package-not-for-target',
    ],
    [
      'a layout that leaves the folder',
      async () => {
        world.channelsFile = { ...world.channelsFile, layout: '../{channel}/{arch}' };
      },
      /no plain path/,
      'layout-unusable',
    ],
    [
      'a layout without the channel',
      async () => {
        world.channelsFile = { ...world.channelsFile, layout: '{distribution}/{arch}' };
      },
      /no \{channel\}/,
      'layout-unusable',
    ],
    [
      'a layout that mixes platforms',
      async () => {
        world.channelsFile = { ...world.channelsFile, layout: '{channel}/{distribution}' };
        await world.adds({ id: 'b', component: 'voms', platform: 'debian11' }, voms('1.1'));
      },
      /only architectures of a Debian platform may share one/,
      'layout-unusable',
    ],
    [
      'a statement that somebody changed',
      async () => {
        const path = join(world.out, 'production/channel.json');
        await writeFile(path, (await readFile(path, 'utf8')).replace('"number":1', '"number":9'));
      },
      /do not belong together/,
      'published-state-damaged',
    ],
  ])('%s', async (_, spoil, message, fault) => {
    await world.adds({ id: 'a', component: 'voms' }, voms('1.0'));
    await world.publishes();
    await spoil();
    const before = await tree(world.out);
    const found = await failure();
    expect(found.message).toMatch(message);
    expect(found.fault).toBe(fault);
    expect(await tree(world.out)).toEqual(before);
  });

  test('a clock that went back', async () => {
    await world.publishes();
    await world.adds({ id: 'a', component: 'voms' }, voms('1.0'));
    const before = await tree(world.out);
    expect(await failure({ now: new Date(Date.now() - day) })).toMatchObject({ fault: 'clock-went-back' });
    expect(await tree(world.out)).toEqual(before);
  });

  test('a statement by another key', async () => {
    await world.publishes();
    const other = await ChannelWorld.create();
    expect(await failure({ keys: await openKeys(join(other.dir, 'keys')) })).toMatchObject({
      fault: 'published-state-damaged',
    });
    await rm(other.dir, { recursive: true });
  });

  test('one channel, and publishes the others', async () => {
    await world.adds(
      { id: 'a', component: 'voms', channel: 'unverified' },
      { 'b_1_amd64.deb': Buffer.from('hello') },
    );
    await world.adds({ id: 'b', component: 'voms' }, voms('1.0'));
    const error: unknown = await world
      .publishes({ channels: ['unverified', 'production'] })
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: 'ChannelsNotPublished',
      published: [{ channel: 'production', number: 1 }],
      failures: [{ channel: 'unverified' }],
    });
    expect((await statement()).number).toBe(1);
  });
});
