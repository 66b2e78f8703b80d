import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { buildDeb } from '../../app/demo/build-deb.ts';
import { buildRpm } from '../../app/demo/build-rpm.ts';
import { closed, portOf } from '../../app/demo/provider.ts';
import type { ClosureQuestion, ClosureReader } from '../../app/facts/closure.ts';
import type { Channel } from '../../app/model/channel.ts';
import type { ClosureFacts } from '../../app/model/closure.ts';
import type { BaseRepository, PackageFormat } from '../../app/model/distributions.ts';
import type { Manifest } from '../../app/model/manifest.ts';
import { repodataHead, repodataTail } from '../../app/repository/rpm/repodata.ts';
import { BaseRepositories } from '../../app/service/base-repositories.ts';
import { closureReader } from '../../app/service/closure.ts';
import { digestOf } from '../intake/hostile-server.ts';
import { makeScratch, type Scratch } from '../intake/scratch.ts';
import { hasProgram } from '../repository/raw-package.ts';
import { standing, ticketOf } from '../rollout/facts.ts';
import { configuration } from '../rollout/people.ts';
import { stored } from '../world/stored.ts';

let scratch: Scratch;
let server: Server;
/** What the server of base repositories has, by path; and what it was asked for. */
const served = new Map<string, Uint8Array>();
const asked: string[] = [];
let look: ClosureReader;

beforeEach(async () => {
  scratch = await makeScratch();
  served.clear();
  asked.length = 0;
  server = createServer((request, response) => {
    const path = request.url ?? '';
    asked.push(path);
    const bytes = served.get(path);
    if (bytes) response.writeHead(200, { 'content-length': bytes.length }).end(bytes);
    else response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  look = reader();
});
afterEach(async () => {
  await closed(server);
  await scratch.remove();
});

function reader(): ClosureReader {
  const allow = new Set([`127.0.0.1:${String(portOf(server))}`]);
  return closureReader({
    store: scratch.store,
    cache: join(scratch.dir, 'facts'),
    base: new BaseRepositories(scratch.store, allow),
  });
}

type Stored = Manifest['targets'][number]['packages'][number];

async function listed(file: string, bytes: Uint8Array): Promise<Stored> {
  return { file, ...(await stored(scratch.store, bytes)) };
}

const deb = (
  name: string,
  version: string,
  depends?: string,
  files: readonly string[] = [],
): Promise<Stored> =>
  listed(
    `${name}_${version}_amd64.deb`,
    buildDeb({
      name,
      version,
      architecture: 'amd64',
      maintainer: 'x <x@provider.example>',
      description: 'x',
      ...(depends === undefined ? {} : { depends }),
      files: Object.fromEntries(files.map((path) => [path, version])),
    }),
  );

const rpm = (
  name: string,
  version: string,
  requires: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Promise<Stored> =>
  listed(
    `${name}-${version}-1.x86_64.rpm`,
    buildRpm({
      name,
      version,
      release: '1',
      architecture: 'x86_64',
      packager: 'x <x@provider.example>',
      summary: 'x',
      description: 'x',
      requires,
      files,
    }),
  );

/** Offers metadata on the server, and gives how they are configured. */
function base(path: string, bytes: Uint8Array, architecture = 'amd64'): BaseRepository {
  served.set(path, bytes);
  return {
    name: 'main',
    architecture,
    packages: `http://127.0.0.1:${String(portOf(server))}${path}`,
    size: bytes.length,
    sha256: digestOf(Buffer.from(bytes)),
  };
}

interface Asked {
  readonly release: readonly Stored[];
  readonly there?: Partial<Record<Channel, readonly Stored[]>>;
  readonly base?: readonly BaseRepository[];
  readonly channel?: ClosureFacts['channel'];
  readonly format?: PackageFormat;
}

function question({
  release,
  there = {},
  base: configured,
  channel = 'production',
  format = 'deb',
}: Asked): ClosureQuestion {
  const arch = format === 'rpm' ? 'x86_64' : 'amd64';
  const ticket = ticketOf('minor');
  const targets = (packages: readonly Stored[]) => [
    { platform: 'debian12', arch, format, packages: [...packages] },
  ];
  return {
    release: 'arc-arc-ce-7.0.1',
    digest: 'd'.repeat(64),
    channel,
    ticket: {
      ...ticket,
      spec: {
        ...ticket.spec,
        targets: [
          {
            platform: 'debian12',
            arch,
            packages: release.map((one) => ({ ...one, url: 'https://provider.example/x' })),
          },
        ],
      },
    },
    configuration: {
      ...configuration,
      distributions: {
        ...configuration.distributions,
        distributions: {
          'umd/5': {
            title: 'Five',
            platforms: {
              debian12: {
                title: 'Debian 12',
                format,
                architectures: [arch],
                ...(configured === undefined ? {} : { base: [...configured] }),
              },
            },
          },
        },
      },
    },
    manifests: Object.entries(there).map(([name, packages]) => ({
      ...standing(name as Channel).manifest,
      release: `other-${name}-1`,
      targets: targets(packages),
    })),
  };
}

const breaksIn = ({ targets }: ClosureFacts): readonly string[] =>
  targets.flatMap(({ breaks }) => breaks.flatMap(({ because }) => because));
const packagesText = Buffer.from('Package: libc6\nVersion: 2.36\nArchitecture: amd64\n');

describe('The closure of a release', () => {
  test('is found with its packages, the channel and the base repositories', async () => {
    const release = [await deb('arc', '7', 'libarc (>= 2), libc6')];
    const found = await look(
      question({
        release,
        there: { production: [await deb('libarc', '1')] },
        base: [base('/Packages', packagesText)],
      }),
    );
    expect(breaksIn(found)).toEqual(['arc 7 needs libarc (>= 2): there is only libarc 1 (the channel)']);
    expect(found.targets[0]).toMatchObject({ base: ['main'], looked: 1, assumed: [] });
  });

  test('counts production beside staged-rollout, and nothing that is unverified', async () => {
    const release = [await deb('arc', '7', 'libarc')];
    const there = [await deb('libarc', '1')];
    const from = async (channel: ClosureFacts['channel'], where: Channel) =>
      breaksIn(
        await look(
          question({ release, channel, there: { [where]: there }, base: [base('/Packages', packagesText)] }),
        ),
      );
    expect(await from('staged-rollout', 'production')).toEqual([]);
    expect(await from('staged-rollout', 'staged-rollout')).toEqual([]);
    expect(await from('staged-rollout', 'unverified')).toHaveLength(1);
    expect(await from('production', 'staged-rollout')).toHaveLength(1);
  });

  test('sees what it breaks in the channel, and files that two packages bring', async () => {
    const found = await look(
      question({
        release: [await deb('libarc', '2', undefined, ['usr/lib/libarc.so', 'usr/bin/arc'])],
        there: {
          production: [
            await deb('libarc', '1', undefined, ['usr/lib/libarc.so']),
            await deb('arc', '6', 'libarc (<< 2)', ['usr/bin/arc']),
          ],
        },
      }),
    );
    expect(breaksIn(found)).toEqual([
      'arc 6 needs libarc (< 2): only libarc 2 (this release) is taken',
      'libarc 2 and arc 6',
    ]);
  });

  test('of rpm packages is found with their headers and a primary.xml', async () => {
    const release = [
      await rpm('arc', '7', ['libarc >= 2', '/usr/bin/perl'], { 'usr/bin/arc': 'ours' }),
      await rpm('arc-doc', '7', [], { 'usr/share/arc': 'ours' }),
    ];
    const perl = `<package type="rpm"><name>perl</name><arch>x86_64</arch><version epoch="4" ver="5.32" rel="1"/><format><file>/usr/bin/perl</file></format></package>`;
    const primary = Buffer.from(`${repodataHead('primary', 1)}${perl}${repodataTail('primary')}`);
    const found = await look(
      question({
        format: 'rpm',
        release,
        there: {
          production: [
            await rpm('libarc', '1', []),
            await rpm('old', '1', [], { 'usr/bin/arc': 'theirs', 'usr/share/arc': 'ours' }),
          ],
        },
        base: [base('/repodata/primary.xml.gz', gzipSync(primary), 'x86_64')],
      }),
    );
    expect(breaksIn(found)).toEqual([
      'arc 7-1 needs libarc (>= 2): there is only libarc 1-1 (the channel)',
      'arc 7-1 and old 1-1',
    ]);
  });

  test('is not computed again, nor a snapshot fetched again, while nothing changed', async () => {
    const one = question({
      release: [await deb('arc', '7', 'libc6')],
      base: [base('/Packages', packagesText)],
    });
    const first = await look(one);
    expect((await look(one)).targets[0]).toBe(first.targets[0]);
    const other = await look({
      ...one,
      manifests: question({ release: [], there: { production: [await deb('x', '1')] } }).manifests,
    });
    expect(other.targets[0]).not.toBe(first.targets[0]);
    // A service that begins anew finds the snapshot that was fetched.
    expect(breaksIn(await reader()(one))).toEqual([]);
    expect(asked).toEqual(['/Packages']);
  });
});

describe('A base repository', () => {
  test('that the server does not have, or has changed, is told and nothing is guessed', async () => {
    const release = [await deb('arc', '7', 'libc6')];
    const gone = base('/gone/Packages', packagesText);
    served.delete('/gone/Packages');
    expect((await look(question({ release, base: [gone] }))).unknown).toContain(
      'main could not be pulled: the server does not have it',
    );
    const changed = base('/changed/Packages', packagesText);
    served.set('/changed/Packages', Buffer.from(packagesText.toString().replace('2.36', '2.37')));
    expect(
      (await look(question({ release, base: [{ ...changed, sha256: 'e'.repeat(64) }] }))).unknown,
    ).toContain('SHA-256');
    expect(await look(question({ release, base: [gone] }))).toMatchObject({ targets: [] });
  });

  test('that could not be had is not asked for with every look', async () => {
    const one = question({
      release: [await deb('arc', '7', 'libc6')],
      base: [base('/Packages', packagesText)],
    });
    served.clear();
    await look(one);
    await look(one);
    expect(asked).toEqual(['/Packages']);
  });

  test('that is no metadata, or a bomb, is told', async () => {
    const release = [await deb('arc', '7', 'libc6')];
    const bomb = base(
      '/Packages.gz',
      gzipSync(Buffer.alloc(64 * 1024 * 1024, `${'X: '.padEnd(50_000, 'x')}\n\n`)),
    );
    expect((await look(question({ release, base: [bomb] }))).unknown).toContain('unpacks to more than');
    const page = base('/primary.xml', Buffer.from('<html>Sign in</html>'), 'x86_64');
    const rpms = [await rpm('arc', '7', [])];
    expect((await look(question({ format: 'rpm', release: rpms, base: [page] }))).unknown).toContain(
      'primary.xml',
    );
  });
});

(hasProgram('xz') && hasProgram('zstd') ? describe : describe.skip)(
  'The metadata of a base repository',
  () => {
    test.each([
      ['/a/Packages', (bytes: Buffer) => bytes],
      ['/a/Packages.gz', (bytes: Buffer) => gzipSync(bytes)],
      ['/a/Packages.xz', (bytes: Buffer) => execFileSync('xz', ['-c'], { input: bytes })],
      ['/a/Packages.zst', (bytes: Buffer) => execFileSync('zstd', ['-q', '-c'], { input: bytes })],
    ] as const)('is read from %s (needs xz, zstd)', async (path, packed) => {
      const found = await look(
        question({ release: [await deb('arc', '7', 'libc6')], base: [base(path, packed(packagesText))] }),
      );
      expect(found.unknown).toBeUndefined();
      expect(breaksIn(found)).toEqual([]);
    });
  },
);
