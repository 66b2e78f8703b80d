import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { storeGc } from '../../app/commands/store-gc.ts';
import { ConfigurationReader } from '../../app/facts/configuration.ts';
import { signedManifests } from '../../app/facts/manifests.ts';
import { type Channel, channels, type Shelf, shelves } from '../../app/model/channel.ts';
import { writeYaml } from '../../app/model/yaml.ts';
import { verifyChannel } from '../../app/publish/verification/verify.ts';
import { Publisher } from '../../app/service/publisher.ts';
import { openOutput } from '../../app/storage/open.ts';
import { sampleDeb, sha256 } from '../publish/channel-world.ts';
import { oneTarget, RecordWorld } from './record-world.ts';

let world: RecordWorld;
let publisher: Publisher;

beforeEach(async () => {
  world = await RecordWorld.begin('https://repository.example.org', oneTarget);
  publisher = new Publisher({
    ...world.sources,
    configuration: new ConfigurationReader(() => undefined),
    store: world.store,
    output: await openOutput(pathToFileURL(out()).href, world.store),
    keys: world.keys,
    cache: join(world.dir, 'cache'),
  });
});
afterEach(async () => {
  await world.end();
});

const deb = (version: string): Uint8Array => sampleDeb({ name: 'voms-tool', version });
const fileOf = (version: string): string => `voms-tool_${version}_amd64.deb`;
const idOf = (version: string): string => `glite-voms-clients-${version}`;
const out = (): string => join(world.dir, 'channels');

/** A release of one package enters a channel. */
async function enters(version: string, channel: Channel): Promise<void> {
  const bytes = deb(version);
  const packages = [{ file: fileOf(version), size: bytes.length, sha256: await world.stores(bytes, 0) }];
  const target = { platform: 'debian12', arch: 'amd64', format: 'deb', packages } as const;
  await world.writes(await world.manifest(idOf(version), channel, [], { targets: [target] }), 0);
}

/** The manifest of a release goes to another shelf, as a merged promotion takes it there; or it is gone. */
async function moves(version: string, to: Shelf | undefined): Promise<void> {
  const { record, signer } = world;
  const standing = await signedManifests(record, signer, record.main, shelves);
  const manifest = standing.find(({ release }) => release === idOf(version));
  if (!manifest) throw new Error('it stands nowhere');
  const files = new Map<string, string | undefined>();
  for (const ending of ['', '.asc'])
    files.set(`repos-manifest/${manifest.channel}/${manifest.release}.yml${ending}`, undefined);
  if (to !== undefined) {
    const text = writeYaml({ ...manifest, channel: to });
    files.set(`repos-manifest/${to}/${manifest.release}.yml`, text);
    files.set(`repos-manifest/${to}/${manifest.release}.yml.asc`, await signer.sign(text, new Date()));
  }
  await world.writes(files, 0);
}

async function publishes(): Promise<void> {
  await publisher.publish(world.record.main);
}

/** What each channel brings to a site: the versions in its index, after everything in it was verified. */
async function versions(): Promise<Readonly<Record<Channel, readonly string[]>>> {
  const found: Partial<Record<Channel, readonly string[]>> = {};
  for (const channel of channels) {
    const { ok, problems } = await verifyChannel({
      source: join(out(), channel),
      keyring: world.keys.channel(channel).publicKey,
      now: new Date(),
    });
    expect({ ok, problems }).toEqual({ ok: true, problems: [] });
    const index = `${channel}/umd/5/debian12/amd64/dists/${channel}/main/binary-amd64/Packages.gz`;
    const text = gunzipSync(await readFile(join(out(), index))).toString();
    found[channel] = [...text.matchAll(/^Version: (.*)$/gm)].map(([, version = '']) => version).toSorted();
  }
  return found as Record<Channel, readonly string[]>;
}

/** Whether the bytes of a version lie anywhere below the channels. */
async function isAnywhere(version: string): Promise<boolean> {
  const entries = await readdir(out(), { recursive: true, withFileTypes: true });
  const digest = sha256(deb(version));
  for (const entry of entries)
    if (entry.isFile() && sha256(await readFile(join(entry.parentPath, entry.name))) === digest) return true;
  return false;
}

const collects = async (): Promise<string> => {
  let printed = '';
  const options = { repo: world.repo, store: world.storeUrl, keys: world.keyFolder };
  await storeGc({ ...options, keepDays: 90, keepReleases: 0, json: true }, (text) => {
    printed += text;
  });
  return printed;
};

describe('By the record and the publisher', () => {
  test('a promotion takes a release from one channel to the next, and no other channel changes', async () => {
    await enters('1.0', 'production');
    await enters('2.0', 'staged-rollout');
    await publishes();
    expect(await versions()).toEqual({ unverified: [], 'staged-rollout': ['2.0'], production: ['1.0'] });
    const unverified = await readFile(join(out(), 'unverified/channel.json'));
    await moves('2.0', 'production');
    await publishes();
    expect(await versions()).toEqual({ unverified: [], 'staged-rollout': [], production: ['1.0', '2.0'] });
    expect(await readFile(join(out(), 'unverified/channel.json'))).toEqual(unverified);
  });

  test('a rollback takes the newer release out and leaves the older one where it was (A-34)', async () => {
    await enters('1.0', 'production');
    await enters('2.0', 'production');
    await publishes();
    await moves('2.0', 'withdrawn');
    await publishes();
    expect(await versions()).toMatchObject({ production: ['1.0'] });
    expect(await isAnywhere('2.0')).toBe(false);
  });

  test('an older manifest that comes back finds its bytes in the store, after a garbage collection too', async () => {
    await enters('1.0', 'production');
    await publishes();
    const { record } = world;
    const path = `repos-manifest/production/${idOf('1.0')}.yml`;
    const before = new Map<string, string | undefined>();
    for (const one of [path, `${path}.asc`]) before.set(one, await record.read(record.main, one));
    await enters('2.0', 'production');
    await moves('1.0', undefined);
    await publishes();
    expect(await versions()).toMatchObject({ production: ['2.0'] });

    expect(await collects()).toContain('"files":[]');
    await world.writes(before, 0);
    await moves('2.0', 'withdrawn');
    await publishes();
    expect(await versions()).toMatchObject({ production: ['1.0'] });
    const pool = 'production/umd/5/debian12/amd64/pool/v/voms-clients';
    expect(await readFile(join(out(), pool, fileOf('1.0')))).toEqual(Buffer.from(deb('1.0')));
    expect(await isAnywhere('2.0')).toBe(false);
  });

  test.each(channels)(
    'what is withdrawn from %s is in no channel of the next publication (I29)',
    async (channel) => {
      await enters('1.0', channel);
      await enters('2.0', channel);
      await publishes();
      expect((await versions())[channel]).toEqual(['1.0', '2.0']);
      await moves('1.0', 'withdrawn');
      await publishes();
      const after = await versions();
      expect(channels.flatMap((one) => after[one])).toEqual(['2.0']);
      expect(await isAnywhere('1.0')).toBe(false);
      // Its bytes stay where only the operator reads them.
      expect(await world.store.has(sha256(deb('1.0')))).toBe(true);
    },
  );

  test('a ticket that takes the place of another in staged rollout takes it out of the channel', async () => {
    await enters('1.0', 'staged-rollout');
    await publishes();
    await enters('2.0', 'unverified');
    await moves('1.0', 'withdrawn');
    await moves('2.0', 'staged-rollout');
    await publishes();
    expect(await versions()).toEqual({ unverified: [], 'staged-rollout': ['2.0'], production: [] });
  });

  test('what clients may still fetch of an older publication does not rest on the store', async () => {
    await enters('1.0', 'production');
    await publishes();
    await enters('2.0', 'production');
    await moves('1.0', undefined);
    await publishes();
    // As after a garbage collection long after: nothing lists it any more.
    await world.store.remove(sha256(deb('1.0')));
    await versions();
    await enters('3.0', 'production');
    await publishes();
    expect(await versions()).toMatchObject({ production: ['2.0', '3.0'] });
  });
});
