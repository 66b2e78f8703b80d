import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { chmod, cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { importPackages } from '../../app/commands/import-packages.ts';
import { publishCommand } from '../../app/commands/publish.ts';
import { storeScrub, type StoreScrubOptions } from '../../app/commands/store-scrub.ts';
import { ConfigurationReader } from '../../app/facts/configuration.ts';
import { allManifests } from '../../app/facts/manifests.ts';
import { Publisher } from '../../app/service/publisher.ts';
import { openOutput, openStore } from '../../app/storage/open.ts';
import { scrub, type ScrubOptions, type ScrubReport } from '../../app/upkeep/scrub.ts';
import { sampleDeb, sha256 } from '../publish/channel-world.ts';
import { serveFolder } from '../publish/web-folder.ts';
import { oneTarget, RecordWorld } from './record-world.ts';

let world: RecordWorld;
let site: string;
let channels: string;
const tool = sampleDeb({ name: 'voms-tool', version: '3.3.5' });
const data = sampleDeb({ name: 'voms-data', version: '3.3.5', architecture: 'all' });
const toolPath = 'production/umd/5/debian12/amd64/pool/v/voms-clients/voms-tool_3.3.5_amd64.deb';

/** Store and channels as they were at the beginning; hard links between the two are kept. */
async function restores(): Promise<void> {
  await rm(site, { recursive: true, force: true });
  await promisify(execFile)('cp', ['-a', join(world.dir, 'right'), site]);
}

beforeAll(async () => {
  world = await RecordWorld.begin('https://repository.example.org', oneTarget);
  site = join(world.dir, 'site');
  channels = join(site, 'channels');
  await mkdir(join(world.dir, 'tree'));
  await writeFile(join(world.dir, 'tree/voms-tool_3.3.5_amd64.deb'), tool);
  await writeFile(join(world.dir, 'tree/voms-data_3.3.5_all.deb'), data);
  await importPackages(
    join(world.dir, 'tree'),
    {
      release: 'glite-voms-clients-3.3.5',
      channel: 'production',
      target: ['umd/5/debian12/amd64'],
      ...places(),
    },
    () => undefined,
  );
  await publishes();
  await promisify(execFile)('cp', ['-a', site, join(world.dir, 'right')]);
}, 60_000);
afterAll(async () => {
  await world.end();
});
beforeEach(restores);

function places() {
  return {
    repo: world.repo,
    store: pathToFileURL(join(site, 'store')).href,
    out: pathToFileURL(channels).href,
    keys: world.keyFolder,
  };
}

async function publishes(): Promise<void> {
  await publishCommand({ ...places(), channel: 'production' }, () => undefined);
}

async function scrubs(options: Partial<StoreScrubOptions> = {}): Promise<ScrubReport & { status: number }> {
  let printed = '';
  const status = await storeScrub({ ...places(), json: true, ...options }, (text) => {
    printed += text;
  });
  return { ...(JSON.parse(printed) as ScrubReport), status };
}

/** Everything below a folder, by path. */
async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

/** Flips one bit in the middle of a file, in place: whatever is linked to it has it too. */
async function flips(path: string): Promise<void> {
  const bytes = await readFile(path);
  const at = Math.floor(bytes.length / 2);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  await chmod(path, 0o644);
  // An empty file has no bit to flip: it gets one byte too many.
  await writeFile(path, bytes.length === 0 ? 'x' : bytes);
}

const storeFile = (bytes: Uint8Array): string => join('store', sha256(bytes).slice(0, 2), sha256(bytes));

describe('rollout store scrub', () => {
  test('finds nothing where everything is right, and changes nothing', async () => {
    const report = await scrubs();
    expect(report).toMatchObject({
      status: 0,
      ok: true,
      store: { files: 2, bytes: tool.length + data.length, bad: [] },
      channels: [{ channel: 'production', ok: true, problems: [] }],
    });
    await promisify(execFile)('diff', ['-r', join(world.dir, 'right'), site]);
  });

  test('finds one flipped bit in each stored and each published file; none of them is served after that (R15)', async () => {
    const right = join(world.dir, 'right');
    const files = await filesBelow(right);
    expect(files.length).toBeGreaterThan(15);
    const { main } = await world.record.fetch();
    const manifests = await allManifests(world.record, world.signer, main);
    const publisher = new Publisher({
      ...world.sources,
      configuration: new ConfigurationReader(() => undefined),
      store: world.store,
      keys: world.keys,
      output: await openOutput(places().out, world.store),
      cache: join(world.dir, 'cache'),
    });
    const clientFiles = await publisher.clientFiles(main, 'production');
    const parts: Omit<ScrubOptions, 'store' | 'output'> = {
      keys: world.keys,
      channels: ['production'],
      manifests,
      copies: [],
      clientFiles: () => Promise.resolve(clientFiles),
      pace: () => Promise.resolve(),
    };
    for (const file of files) {
      await restores();
      await flips(join(site, file));
      const store = await openStore(places().store);
      const output = await openOutput(places().out, store);
      const report = await scrub({ ...parts, store, output });
      const found = [...report.store.bad, ...report.channels.flatMap(({ problems }) => problems)];
      expect({ file, found: found.length > 0 }).toEqual({ file, found: true });
      for (const served of await filesBelow(channels)) {
        // The statement is the only memory of the channel's number: a person puts it back.
        if (served.startsWith('production/channel.json')) continue;
        const is = sha256(await readFile(join(channels, served)));
        const was = sha256(await readFile(join(right, 'channels', served)));
        expect({ file, served, is }).toEqual({ file, served, is: was });
      }
    }
  }, 240_000);

  test('tells who is concerned by a damaged package, takes it out, and nothing is signed until it is back (I17)', async () => {
    await flips(join(site, storeFile(tool)));
    expect(sha256(await readFile(join(channels, toolPath)))).not.toBe(sha256(tool));
    expect(await scrubs()).toMatchObject({
      status: 1,
      ok: false,
      store: {
        bad: [
          {
            sha256: sha256(tool),
            is: 'damaged',
            listedBy: [
              {
                file: 'voms-tool_3.3.5_amd64.deb',
                release: 'glite-voms-clients-3.3.5',
                channel: 'production',
              },
            ],
          },
        ],
      },
      channels: [{ channel: 'production', ok: false }],
    });
    await expect(stat(join(channels, toolPath))).rejects.toMatchObject({ code: 'ENOENT' });
    const before = await readFile(join(channels, 'production/channel.json'));
    await expect(publishes()).rejects.toMatchObject({
      name: 'ChannelsNotPublished',
      message: expect.stringContaining(
        'voms-tool_3.3.5_amd64.deb of glite-voms-clients-3.3.5 was found damaged',
      ),
    });
    expect(await readFile(join(channels, 'production/channel.json'))).toEqual(before);

    // Found again by the next one, since it is still missing.
    expect((await scrubs()).store.bad).toMatchObject([{ sha256: sha256(tool), is: 'missing' }]);
    const copy = join(world.dir, 'right/store');
    expect(await scrubs({ repairFrom: copy })).toMatchObject({
      status: 0,
      store: { bad: [{ repairedFrom: copy }] },
      channels: [{ ok: true }],
    });
    await publishes();
    expect(await readFile(join(channels, toolPath))).toEqual(Buffer.from(tool));
  });

  test('brings a damaged package back from its published file, when that is one of its own', async () => {
    await rm(join(channels, toolPath));
    await cp(join(world.dir, 'right/channels', toolPath), join(channels, toolPath));
    await flips(join(site, storeFile(tool)));
    expect(await scrubs()).toMatchObject({
      status: 0,
      store: { bad: [{ is: 'damaged', repairedFrom: 'the published channels' }] },
    });
    expect(await readFile(join(site, storeFile(tool)))).toEqual(Buffer.from(tool));
    await publishes();
  });

  test('places a damaged published package again from the store', async () => {
    await rm(join(channels, toolPath));
    await writeFile(join(channels, toolPath), 'something else');
    const { status, channels: health } = await scrubs();
    expect(status).toBe(0);
    expect(health[0]?.problems).toMatchObject([{ done: 'placed again' }]);
    expect(await readFile(join(channels, toolPath))).toEqual(Buffer.from(tool));
  });

  test('repairs over the web from a published copy, and believes nothing of it', async () => {
    const mirror = join(world.dir, 'mirror');
    await cp(join(world.dir, 'right/channels'), mirror, { recursive: true });
    const web = await serveFolder(mirror);
    await flips(join(mirror, toolPath));
    await flips(join(site, storeFile(tool)));
    expect(await scrubs({ repairFrom: web.url })).toMatchObject({
      status: 1,
      store: { bad: [{ is: 'damaged' }] },
    });
    await restores();
    await rm(mirror, { recursive: true });
    await cp(join(world.dir, 'right/channels'), mirror, { recursive: true });
    await flips(join(site, storeFile(tool)));
    expect(await scrubs({ repairFrom: web.url })).toMatchObject({
      status: 0,
      store: { bad: [{ repairedFrom: web.url }] },
    });
    await web.close();
  });

  test('goes on where a limit stopped it, and has read everything in the end', async () => {
    const first = await scrubs({ limit: 1 });
    expect(first.store).toMatchObject({ files: 1, next: expect.stringMatching(/^[0-9a-f]{64}$/) });
    const second = await scrubs({ limit: 1, after: first.store.next ?? '' });
    expect(second.store.files).toBe(1);
    expect(second.store.next).toBeUndefined();
  });

  test('prints what is wrong and what to do', async () => {
    await flips(join(site, storeFile(tool)));
    let printed = '';
    expect(
      await storeScrub(places(), (text) => {
        printed += text;
      }),
    ).toBe(1);
    expect(printed).toContain(`${sha256(tool)} is damaged: nobody is served it; it has to come back\n`);
    expect(printed).toContain('  voms-tool_3.3.5_amd64.deb of glite-voms-clients-3.3.5 in production\n');
    expect(printed).toContain('Bring back what is missing with --repair-from');
  });
});
