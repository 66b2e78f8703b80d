import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { publishCommand } from '../../app/commands/publish.ts';
import { buildRpm } from '../../app/demo/build-rpm.ts';
import type { ChannelsFile } from '../../app/model/channels-file.ts';
import type { Manifest } from '../../app/model/manifest.ts';
import { verifyCommand } from '../../app/commands/verify.ts';
import { createKeys, openKeys, type Keys } from '../../app/publish/signing/keys.ts';
import { ChannelPublisher } from '../../app/publish/publish.ts';
import { verifyChannel, type Verification } from '../../app/publish/verification/verify.ts';
import { openOutput, openStore } from '../../app/storage/open.ts';
import { AptSite } from '../clients/apt.ts';
import { hasProgram } from '../repository/raw-package.ts';
import { type Fault, type S3Server, startS3Server } from '../storage/s3-server.ts';
import { daysAgo, RecordWorld } from '../upkeep/record-world.ts';
import { sampleDeb, sha256 } from './channel-world.ts';
import { clientViews } from './client-views.ts';
import { stored } from '../world/stored.ts';

const [storeUrl, outUrl] = ['s3://private/store', 's3://public/channels'];

/** Puts packages in a store in a bucket; gives them as manifests list them. */
async function listedIn(server: S3Server, packages: Readonly<Record<string, Uint8Array>>) {
  const store = await openStore(storeUrl, server.access);
  const listed = [];
  for (const [file, bytes] of Object.entries(packages)) {
    listed.push({ file, ...(await stored(store, bytes)) });
  }
  return listed;
}

const voms = (version: string) => sampleDeb({ name: 'voms', version });
const vomsRpm = (version: string) =>
  buildRpm({
    name: 'voms',
    version,
    release: '1.el9',
    architecture: 'x86_64',
    packager: 'Product Team <team@provider.example>',
    summary: 'a sample',
    description: 'A package to test with.',
    files: { 'usr/share/doc/voms/README': version },
  });

describe('rollout publish with the store and the channels in buckets', () => {
  let world: RecordWorld;
  let server: S3Server;
  let printed = '';
  const environment = { ...process.env };

  beforeAll(async () => {
    world = await RecordWorld.begin();
    // The record's own key, and keys of channels that are in force.
    await createKeys(join(world.dir, 'keys'), daysAgo(30));
    await cp(join(world.keyFolder, 'system.key'), join(world.dir, 'keys/system.key'));
    server = await startS3Server(['private', 'public'], { open: 'public/channels/' });
    const secret = join(world.dir, 's3-secret');
    await writeFile(secret, server.access.secret);
    Object.assign(process.env, {
      ROLLOUT_S3_ENDPOINT: server.access.endpoint,
      ROLLOUT_S3_REGION: server.access.region,
      ROLLOUT_S3_KEY_ID: server.access.keyId,
      ROLLOUT_S3_SECRET_FILE: secret,
    });
    const channels = await world.record.read(world.record.main, 'repos-manifest/channels.yml');
    const url = `url: ${server.url}/public/channels`;
    const packages = await listedIn(server, {
      'voms_2.1.0+b1~rc3-1_amd64.deb': voms('2.1.0+b1~rc3-1'),
      'voms-doc_1.0_all.deb': sampleDeb({ name: 'voms-doc', version: '1.0', architecture: 'all' }),
    });
    const target = { platform: 'debian12', arch: 'amd64', format: 'deb' as const, packages };
    await world.writes(
      new Map([
        ...(await world.manifest('glite-voms-clients-3.3.5', 'production', [], { targets: [target] })),
        ['repos-manifest/channels.yml', channels?.replace(/^url: .*$/m, url)],
      ]),
      1,
    );
  }, 120_000);
  afterAll(async () => {
    process.env = environment;
    await server.close();
    await world.end();
  });

  const publishes = async (): Promise<string> => {
    printed = '';
    const options = { repo: world.repo, store: storeUrl, out: outUrl, keys: join(world.dir, 'keys') };
    expect(await publishCommand(options, (text) => (printed += text))).toBe(0);
    return printed;
  };
  const publicUrl = () => `${server.url}/public/channels/`;
  const keyring = async (): Promise<string> => {
    const path = join(world.dir, 'production.gpg');
    const response = await fetch(`${publicUrl()}keys/production.gpg`);
    await writeFile(path, Buffer.from(await response.arrayBuffer()));
    return path;
  };
  const verified = async () =>
    verifyCommand({ source: `${publicUrl()}production/`, keyring: await keyring(), now: new Date() });

  test('gives channels that rollout verify believes over HTTP, and writes nothing when nothing changed', async () => {
    expect((await publishes()).match(/written/g)).toHaveLength(3);
    expect(await verified()).toMatchObject({ status: 0 });
    const before = server.requests.length;
    expect((await publishes()).match(/unchanged/g)).toHaveLength(3);
    const changes = server.requests.slice(before).filter(({ method }) => !['GET', 'HEAD'].includes(method));
    // The one write is the probe that must not succeed.
    expect(changes.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'PUT public/channels/conditional-writes',
    ]);
  }, 120_000);

  test('mends what somebody else changed in the bucket', async () => {
    const [path, object] =
      [...server.objects].find(([key]) => key.startsWith('public/') && key.endsWith('rc3-1_amd64.deb')) ?? [];
    if (path === undefined || !object) throw new Error('nothing published');
    const bytes = Buffer.from(object.bytes);
    bytes.write('evil', bytes.length - 4);
    server.objects.set(path, { ...object, bytes, headers: {}, checksum: undefined, etag: '"evil"' });
    expect((await verified()).status).toBe(1);
    await publishes();
    expect((await verified()).status).toBe(0);
  }, 120_000);

  (hasProgram('apt-get') ? describe : describe.skip)('gives channels (needs apt-get)', () => {
    test('that apt installs from, by-hash and all checks on', async () => {
      const root = `${publicUrl()}production/umd/5/debian12/amd64`;
      const site = await AptSite.setUp(join(world.dir, 'site'), [
        `deb [signed-by=${await keyring()} by-hash=force] ${root} production main`,
      ]);
      await site.updates();
      await site.installs(['voms', 'voms-doc']);
      const status = await readFile(join(world.dir, 'site/var/lib/dpkg/status'), 'utf8');
      const isInstalled = /\nStatus: install ok installed\n(?:.+\n)*?Version: (.+)\n/.source;
      expect(new RegExp(`^Package: voms${isInstalled}`, 'm').exec(status)?.[1]).toBe('2.1.0+b1~rc3-1');
      expect(new RegExp(`^Package: voms-doc${isInstalled}`, 'm').exec(status)?.[1]).toBe('1.0');
    }, 120_000);
  });
});

describe('A publication to a bucket', () => {
  let dir: string;
  let keys: Keys;
  let server: S3Server;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'bucket-'));
    await createKeys(join(dir, 'keys'), daysAgo(30));
    keys = await openKeys(join(dir, 'keys'));
  }, 120_000);
  afterAll(() => rm(dir, { recursive: true }));
  beforeEach(async () => {
    server = await startS3Server(['private', 'public'], { open: 'public/channels/' });
  });
  afterEach(() => server.close());

  const channelsFile = (): ChannelsFile => ({
    apiVersion: 'rollout/v1',
    kind: 'Channels',
    url: `${server.url}/public/channels`,
    origin: 'Staged Rollout',
    layout: '{channel}/{distribution}/{major}/{platform}/{arch}',
    valid_days: 7,
  });

  /** A release of all three formats. */
  async function release(version: string): Promise<Manifest> {
    const formats = [
      ['deb', 'debian12', 'amd64', `voms_${version}_amd64.deb`, voms(version)],
      ['rpm', 'rhel9', 'x86_64', `voms-${version}-1.el9.x86_64.rpm`, vomsRpm(version)],
      ['tar', 'any', 'noarch', `voms-${version}.tar.gz`, Buffer.from(`voms ${version}`)],
    ] as const;
    const targets = [];
    for (const [format, platform, arch, file, bytes] of formats)
      targets.push({ platform, arch, format, packages: await listedIn(server, { [file]: bytes }) });
    const evidence = {
      ticket: 1,
      journal: 'releases/x.journal.yml',
      entry: 1,
      hash: sha256(Buffer.from('entry')),
    };
    return {
      apiVersion: 'rollout/v1',
      kind: 'Manifest',
      release: `emi-voms-${version}`,
      channel: 'production',
      digest: sha256(Buffer.from(version)),
      component: 'voms',
      stack: 'emi',
      provider: 'emi',
      version,
      class: 'minor',
      distribution: 'umd/5',
      evidence,
      targets,
    };
  }

  /** A publisher that has only just begun. */
  async function publish(manifest: Manifest): Promise<void> {
    const access = { ...server.access, pauseMs: 1 };
    const store = await openStore(storeUrl, access);
    const publisher = new ChannelPublisher({
      store,
      output: await openOutput(outUrl, store, access),
      cache: join(dir, 'cache'),
      keys,
    });
    await publisher.publish({
      manifests: [manifest],
      commit: 'c'.repeat(40),
      channelsFile: channelsFile(),
      now: new Date(),
      channels: ['production'],
    });
  }

  const verified = (): Promise<Verification> =>
    verifyChannel({
      source: `${server.url}/public/channels/production/`,
      keyring: keys.channel('production').publicKey,
      now: new Date(),
    });

  test('that ends at any of its writes leaves the old channel or the new one to every client, and the next one ends the work', async () => {
    const releases = [await release('1.0'), await release('2.0')] as const;
    await publish(releases[0]);
    const keyring = join(dir, 'production.gpg');
    await writeFile(keyring, server.objects.get('public/channels/keys/production.gpg')?.bytes ?? '');
    const root = 'production/umd/5';
    const places = { apt: `${root}/debian12/amd64`, yum: `${root}/rhel9/x86_64`, tar: `${root}/any/noarch` };
    const read = (path: string) => server.objects.get(`public/channels/${path}`)?.bytes;
    const look = () => clientViews(read, { channel: 'production', ...places, keyring, scratch: dir });

    const seen = new Set<string>();
    let isDone = false;
    for (let at = 0; !isDone; at += 1) {
      const [old, next] = at % 2 === 0 ? (['1.0', '2.0'] as const) : (['2.0', '1.0'] as const);
      const before = look().number;
      let writes = 0;
      server.fault = ({ method }) => {
        if (method !== 'GET' && method !== 'HEAD') writes += 1;
        return writes > at ? { cut: 'before' } : undefined;
      };
      const [result] = await Promise.allSettled([publish(releases[at % 2 === 0 ? 1 : 0])]);
      isDone = result.status === 'fulfilled';
      server.fault = undefined;
      const { number, ...clients } = look();
      expect([before, before + 1]).toContain(number);
      for (const [client, files] of Object.entries(clients)) {
        expect(files).toHaveLength(1);
        const isNew = files[0]?.includes(next) === true;
        expect(files[0]).toContain(isNew ? next : old);
        seen.add(`${client} ${isNew ? 'new' : 'old'}`);
      }
      await publish(releases[at % 2 === 0 ? 1 : 0]);
      expect((await verified()).problems).toEqual([]);
      expect(
        Object.values(look())
          .flat()
          .slice(0, 3)
          .every((file) => String(file).includes(next)),
      ).toBe(true);
    }
    expect([...seen].toSorted()).toEqual(['apt new', 'apt old', 'tar new', 'tar old', 'yum new', 'yum old']);
  }, 240_000);

  (hasProgram('dnf') ? describe : describe.skip)('(needs dnf)', () => {
    test('can be used by dnf through the mirrorlist, metadata checked', async () => {
      await publish(await release('5.0'));
      const setup = `${server.url}/public/channels/setup/production-umd-5-rhel9-x86_64.repo`;
      const site = await mkdtemp(join(dir, 'dnf-'));
      const keyFile = join(site, 'production.asc');
      await writeFile(keyFile, keys.channel('production').publicKey);
      const repository = await (await fetch(setup)).text();
      expect(repository).toContain('repo_gpgcheck=1');
      await writeFile(
        join(site, 'channel.repo'),
        repository.replace(/^gpgkey=.*$/m, `gpgkey=file://${keyFile}`),
      );
      await writeFile(
        join(site, 'dnf.conf'),
        `[main]\nreposdir=${site}\ncachedir=${site}/cache\npluginpath=${site}\n`,
      );
      const options = [
        `--config=${site}/dnf.conf`,
        `--installroot=${site}/root`,
        '--releasever=9',
        '--assumeyes',
        '--forcearch=x86_64',
      ];
      const { stdout } = await promisify(execFile)(
        'dnf',
        [...options, 'install', '--downloadonly', `--downloaddir=${site}`, 'voms'],
        { env: { PATH: process.env['PATH'], LC_ALL: 'C' } },
      );
      expect(stdout).toContain('Complete!');
      expect(await readFile(join(site, 'voms-5.0-1.el9.x86_64.rpm'))).toEqual(Buffer.from(vomsRpm('5.0')));
    }, 240_000);
  });

  test('at the same time as others ends with the same channel as they', async () => {
    const manifest = await release('3.0');
    const results = await Promise.allSettled([1, 2, 3].map(() => publish(manifest)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    const { problems, number, releases } = await verified();
    expect({ problems, releases: releases.map(({ id }) => id) }).toEqual({
      problems: [],
      releases: ['emi-voms-3.0'],
    });
    expect(number).toBeLessThanOrEqual(3);
    await publish(manifest);
    expect((await verified()).number).toBe(number);
  }, 120_000);

  test.each<readonly [string, Fault]>([
    ['is lost before its effect', { cut: 'before' }],
    ['is lost after its effect', { cut: 'after' }],
    ['is that the service is busy', { status: 503, code: 'SlowDown' }],
    ['is cut in the middle', 'half'],
  ])(
    'comes to its end though the first answer to each request %s',
    async (_what, fault) => {
      const manifest = await release('4.0');
      const asked = new Set<string>();
      server.fault = ({ method, path, query }) => {
        const request = `${method} ${path}?${query.toString()}`;
        if (asked.has(request)) return undefined;
        asked.add(request);
        return fault;
      };
      await publish(manifest);
      expect(asked.size).toBeGreaterThan(50);
      expect(await verified()).toMatchObject({ problems: [], number: 1 });
    },
    60_000,
  );
});
