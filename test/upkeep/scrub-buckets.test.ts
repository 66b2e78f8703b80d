import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { join } from 'node:path';
import { ConfigurationReader } from '../../app/facts/configuration.ts';
import { allManifests } from '../../app/facts/manifests.ts';
import { Publisher } from '../../app/service/publisher.ts';
import { scrub, type ScrubReport } from '../../app/upkeep/scrub.ts';
import { sampleDeb, sha256 } from '../publish/channel-world.ts';
import { openPlaces, type Places } from '../storage/kinds.ts';
import { oneTarget, RecordWorld } from './record-world.ts';
import { stored } from '../world/stored.ts';

let world: RecordWorld;
let places: Places;
let publisher: Publisher;
const bytes = sampleDeb({ name: 'voms-tool', version: '3.3.5' });
const file = 'voms-tool_3.3.5_amd64.deb';

beforeAll(async () => {
  world = await RecordWorld.begin('https://repository.example.org', oneTarget);
  places = await openPlaces('bucket', 'bucket');
  const packages = [{ file, ...(await stored(places.store, bytes)) }];
  const target = { platform: 'debian12', arch: 'amd64', format: 'deb', packages } as const;
  await world.writes(
    await world.manifest('glite-voms-clients-3.3.5', 'production', [], { targets: [target] }),
    0,
  );
  publisher = new Publisher({
    ...world.sources,
    configuration: new ConfigurationReader(() => undefined),
    store: places.store,
    output: places.output,
    keys: world.keys,
    cache: join(world.dir, 'cache'),
  });
  await publisher.publish(world.record.main, ['production']);
}, 60_000);
afterAll(async () => {
  await places.close();
  await world.end();
});

async function scrubs(): Promise<ScrubReport> {
  const { main } = world.record;
  return scrub({
    store: places.store,
    output: places.output,
    keys: world.keys,
    channels: ['production'],
    manifests: await allManifests(world.record, world.signer, main),
    copies: [],
    clientFiles: (channel) => publisher.clientFiles(main, channel),
    pace: () => Promise.resolve(),
  });
}

/** Changes a byte of an object; what the bucket tells of it stays what it was. */
function rots(ending: string): void {
  const { objects } = places.server;
  const [path, object] = [...objects].find(([name]) => name.endsWith(ending)) ?? [];
  if (path === undefined || !object) throw new Error(`there is no ${ending}`);
  const wrong = Buffer.from(object.bytes);
  wrong[10] = (wrong[10] ?? 0) ^ 8;
  objects.set(path, { ...object, bytes: wrong });
}

test('what rots in a bucket is found by its bytes, not by what the bucket tells of it, and brought back', async () => {
  expect((await scrubs()).ok).toBe(true);

  rots(`/${sha256(bytes).slice(0, 2)}/${sha256(bytes)}`);
  expect(await scrubs()).toMatchObject({
    ok: true,
    store: { bad: [{ is: 'damaged', repairedFrom: 'the published channels' }] },
  });

  for (const ending of [file, 'keys/production.gpg', 'production/channel.json.asc', '.sources']) {
    rots(ending);
    const { ok, channels } = await scrubs();
    expect({ ending, ok, problems: channels[0]?.problems }).toMatchObject({
      ok: true,
      problems: [{ done: 'placed again' }],
    });
    expect(await scrubs()).toMatchObject({ ok: true, channels: [{ problems: [] }] });
  }
}, 60_000);
