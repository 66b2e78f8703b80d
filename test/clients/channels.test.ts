import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { channels } from '../../app/model/channel.ts';
import { memorySource } from '../../app/repository/byte-source.ts';
import { readRpm } from '../../app/repository/rpm/rpm.ts';
import { AptClient } from '../publish/apt-client.ts';
import { ChannelWorld, sampleDeb, sampleRpm } from '../publish/channel-world.ts';
import { serveFolder, type WebFolder } from '../publish/web-folder.ts';
import { writeCorpus } from '../repository/rpm/corpus.ts';
import { tool } from './apt.ts';
import { DnfClient } from './dnf.ts';
import { ZypperClient } from './zypper.ts';

const run = promisify(execFile);
const el9 = { platform: 'el9', arch: 'x86_64', format: 'rpm' } as const;
/** Every channel has a version of its own, so that one can see from where a client got it. */
const versions = { unverified: '1.2', 'staged-rollout': '1.1', production: '1.0' } as const;

let world: ChannelWorld;
let web: WebFolder;

beforeAll(async () => {
  world = await ChannelWorld.create();
  web = await serveFolder(world.out);
  world.channelsFile = { ...world.channelsFile, url: web.url };
  for (const channel of channels) {
    const version = versions[channel];
    const release = (format: string) => ({ id: `${format}-${version}`, component: 'voms', channel });
    const content = { name: 'voms', version, files: { 'usr/share/voms/version': `${version}\n` } };
    await world.adds(release('deb'), { [`voms_${version}_amd64.deb`]: sampleDeb(content) });
    await world.adds({ ...release('rpm'), ...el9 }, { [`voms-${version}-1.x86_64.rpm`]: sampleRpm(content) });
  }
  await world.publishes({ channels });
}, 60_000);
afterAll(async () => {
  await web.close();
  await rm(world.dir, { recursive: true });
});

const setup = (file: string): Promise<string> => readFile(join(world.out, 'setup', file), 'utf8');

(tool('apt-get') && tool('dpkg') ? describe : describe.skip)('apt (needs apt-get, dpkg)', () => {
  test.each(channels)('installs from %s with the ready-made source, all checks on', async (channel) => {
    const version = versions[channel];
    const apt = await AptClient.with(await setup(`${channel}-umd-5-debian12-amd64.sources`));
    const { status, text } = await apt.update();
    expect([status, text]).toEqual([0, expect.not.stringMatching(/^[WE]:/m)]);
    expect(await apt.packages()).toEqual([`voms/${version}`]);
    expect(await apt.install('voms')).toMatchObject({ status: 0 });
    expect(await readFile(join(apt.dir, 'root/usr/share/voms/version'), 'utf8')).toBe(`${version}\n`);
    await rm(apt.dir, { recursive: true });
  });
});

describe.each([
  ['dnf', DnfClient],
  ['zypper', ZypperClient],
] as const)('%s', (name, Client) => {
  (tool(name) && tool('rpm') ? describe : describe.skip)(`(needs ${name}, rpm)`, () => {
    test.each(channels)(
      'installs from %s with the ready-made repository file, its metadata checked',
      async (channel) => {
        const version = versions[channel];
        const file = await setup(`${channel}-umd-5-el9-x86_64.repo`);
        const client = await Client.with(file, world.publicKey(channel));
        expect(await client.update()).toMatchObject({ status: 0 });
        expect(await client.packages()).toEqual([`voms/${version}`]);
        expect(await client.install('voms')).toMatchObject({ status: 0 });
        expect(await readFile(join(client.dir, 'root/usr/share/voms/version'), 'utf8')).toBe(`${version}\n`);
        await rm(client.dir, { recursive: true });
      },
    );
  });
});

(tool('createrepo_c') && tool('rpmbuild') ? describe : describe.skip)(
  'what is published of rpm packages (needs createrepo_c, rpmbuild)',
  () => {
    let dir: string;
    let odd: ChannelWorld;
    beforeAll(async () => {
      dir = await mkdtemp(join(tmpdir(), 'rpms-'));
      odd = await ChannelWorld.create();
      writeCorpus(dir);
      const packages: Record<string, Uint8Array> = {};
      const seen = new Set<string>();
      for (const name of (await readdir(dir)).filter((one) => one.endsWith('.rpm'))) {
        const bytes = await readFile(join(dir, name));
        const read = await readRpm(memorySource(bytes));
        if (!read.ok) throw new Error(`${name}: ${read.reason}`);
        const { name: own, epoch, version, release, architecture } = read.value;
        const identity = [own, epoch, version, release, architecture].join(' ');
        if (!['x86_64', 'noarch'].includes(architecture) || seen.has(identity)) continue;
        seen.add(identity);
        packages[name] = bytes;
      }
      await odd.adds({ id: 'odd', component: 'odd', ...el9 }, packages);
      await odd.publishes();
    }, 60_000);
    afterAll(async () => {
      await rm(dir, { recursive: true });
      await rm(odd.dir, { recursive: true });
    });

    test.each(['primary', 'filelists', 'other'])(
      '%s equals that of createrepo_c over the same files, package for package',
      async (kind) => {
        const root = join(odd.out, 'production/umd/5/el9/x86_64');
        const copy = join(odd.dir, `copy-${kind}`);
        await mkdir(copy);
        await cp(join(root, 'pool'), join(copy, 'pool'), { recursive: true, preserveTimestamps: true });
        await run('createrepo_c', ['--quiet', '--no-database', copy]);
        const [ours, theirs] = await Promise.all([packagesIn(root, kind), packagesIn(copy, kind)]);
        expect(ours.size).toBeGreaterThan(100);
        expect([...ours.keys()].toSorted()).toEqual([...theirs.keys()].toSorted());
        for (const [digest, fragment] of theirs) expect(ours.get(digest)).toBe(fragment);
      },
    );
  },
);

/** The packages of one of yum's documents by their digests, without what differs: where a package stands, and when its file was written. */
async function packagesIn(root: string, kind: string): Promise<ReadonlyMap<string, string>> {
  const folder = join(root, 'repodata');
  const file = (await readdir(folder)).find((name) => name.endsWith(`-${kind}.xml.gz`)) ?? '';
  const text = gunzipSync(await readFile(join(folder, file))).toString();
  const fragments = text.split(/^(?=<package )/m).slice(1);
  return new Map(
    fragments.map((fragment) => {
      const [, digest = ''] = /(?:pkgid="YES">|pkgid=")([0-9a-f]{64})/.exec(fragment) ?? [];
      const same = fragment
        .replace(/<\/package>\n[^]*$/, '</package>\n')
        .replace(/<time file="\d+"/, '<time file=""')
        .replace(/<location href="([^"]*)"/, (_, href: string) => `<location href="${basename(href)}"`);
      return [digest, same];
    }),
  );
}
