import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { storeGc, type StoreGcOptions } from '../../app/commands/store-gc.ts';
import { collectGarbage } from '../../app/upkeep/collection.ts';
import { mentionsIn } from '../../app/upkeep/mentions.ts';
import { git } from '../record/scratch.ts';
import { daysAgo, gone, RecordWorld } from './record-world.ts';

let world: RecordWorld;

beforeEach(async () => {
  world = await RecordWorld.begin();
});
afterEach(async () => {
  await world.end();
});

interface Report {
  readonly dryRun: boolean;
  readonly files: readonly { readonly sha256: string; readonly because: string; readonly since: string }[];
  readonly bytes: number;
  readonly kept: unknown;
}

async function collects(options: Partial<StoreGcOptions> = {}): Promise<Report> {
  let printed = '';
  const status = await storeGc(
    {
      repo: world.repo,
      store: world.storeUrl,
      keys: world.keyFolder,
      keepDays: 90,
      keepReleases: 2,
      json: true,
      ...options,
    },
    (text) => {
      printed += text;
    },
  );
  expect(status).toBe(0);
  return JSON.parse(printed) as Report;
}

const bytes = (name: string): Uint8Array => Buffer.from(`the package ${name}`);
const id = 'glite-voms-clients-3.3.5';
const at = (days: number): string => daysAgo(days).toISOString();
const closing = (days: number) =>
  ({ event: 'withdrawn', reason: 'a mistake', at: at(days), by: 'rollout' }) as const;
const certified = (digest: string, days: number) =>
  ({
    event: 'certified',
    pull: 7,
    head: 'a'.repeat(40),
    digest: 'b'.repeat(64),
    path: 'releases/glite/voms-clients/3.3.5.yml',
    ticket: `packages:\n  - sha256: ${digest}\n`,
    at: at(days),
    by: 'rollout',
  }) as const;

describe('The garbage collection of the store', () => {
  test('removes what nothing in the record names, tells each with size and reason, and a dry run removes nothing', async () => {
    const garbage = await world.stores(bytes('stray'), 10);
    const listed = await world.stores(bytes('listed'), 400);
    await world.writes(await world.manifest(id, 'production', [listed]), 399);

    const dry = await collects({ dryRun: true });
    expect(dry).toEqual({
      dryRun: true,
      files: [
        {
          sha256: garbage,
          size: bytes('stray').length,
          because: 'named by nothing in the record',
          since: at(10),
        },
      ],
      bytes: bytes('stray').length,
      kept: { named: 1, recent: 0, fresh: 0 },
    });
    expect(await world.store.has(garbage)).toBe(true);

    expect(await collects()).toEqual({ ...dry, dryRun: false });
    expect(await world.store.has(garbage)).toBe(false);
    expect(await world.store.has(listed)).toBe(true);
    expect((await collects()).files).toEqual([]);
  });

  test('prints a line for each file, and the sum', async () => {
    const garbage = await world.stores(bytes('stray'), 10);
    let printed = '';
    const options = { repo: world.repo, store: world.storeUrl, keys: world.keyFolder };
    await storeGc({ ...options, keepDays: 90, keepReleases: 2, dryRun: true }, (text) => {
      printed += text;
    });
    expect(printed).toBe(
      `${garbage}  17 bytes, named by nothing in the record, since ${at(10).slice(0, 10)}\n` +
        '1 files, 17 bytes would be removed; kept: 0 named by the record, 0 named within 90 days, 0 stored within 7 days\n',
    );
  });

  test.each(['unverified', 'staged-rollout', 'production', 'withdrawn'] as const)(
    'keeps what a manifest in %s lists, however old',
    async (shelf) => {
      const listed = await world.stores(bytes('listed'), 900);
      await world.writes(await world.manifest(id, shelf, [listed]), 899);
      expect((await collects({ keepDays: 0, keepReleases: 0 })).files).toEqual([]);
    },
  );

  test('keeps what a manifest listed until some days ago, for a rollback, and lets it go when these days are over', async () => {
    const old = await world.stores(bytes('old'), 300);
    const before = await world.manifest(id, 'production', [old]);
    await world.writes(before, 299);
    await world.writes(gone(before), 40);
    expect(await collects({ keepDays: 41 })).toMatchObject({ files: [], kept: { recent: 1 } });
    expect((await collects({ keepDays: 39 })).files).toEqual([
      {
        sha256: old,
        size: bytes('old').length,
        because: `last named by ${id} in production`,
        since: at(40),
      },
    ]);
    expect(await world.store.has(old)).toBe(false);
  });

  test('keeps the old content of a manifest that was written over with another one', async () => {
    const old = await world.stores(bytes('old'), 300);
    const now = await world.stores(bytes('now'), 20);
    await world.writes(await world.manifest(id, 'unverified', [old]), 299);
    await world.writes(await world.manifest(id, 'unverified', [now]), 19);
    expect((await collects()).files).toEqual([]);
    expect((await collects({ keepDays: 10, dryRun: true })).files.map(({ sha256 }) => sha256)).toEqual([old]);
  });

  test('keeps the packages of a ticket that is under way, from its certification on, and lets them go after its end', async () => {
    const pulled = await world.stores(bytes('pulled'), 200);
    await world.writes(world.journal('3.3.5', [certified(pulled, 201)]), 201);
    expect((await collects({ keepDays: 0, keepReleases: 0 })).files).toEqual([]);
    await world.writes(world.journal('3.3.5', [certified(pulled, 201), closing(100)]), 100);
    expect((await collects({ keepDays: 101, keepReleases: 0 })).files).toEqual([]);
    expect((await collects({ keepDays: 99, keepReleases: 1 })).files).toEqual([]);
    expect((await collects({ keepDays: 99, keepReleases: 0 })).files).toMatchObject([{ sha256: pulled }]);
  });

  test('keeps the releases of a component that ended last, by their number, whatever their age', async () => {
    const digests: string[] = [];
    for (const [number, name] of ['3.3.1', '3.3.2', '3.3.3'].entries()) {
      const digest = await world.stores(bytes(name), 900 - number);
      digests.push(digest);
      await world.writes(world.journal(name, [certified(digest, 900 - number), closing(800 - number)]), 800);
    }
    expect((await collects({ keepReleases: 2, dryRun: true })).files.map(({ sha256 }) => sha256)).toEqual(
      digests.slice(0, 1),
    );
    expect((await collects({ keepReleases: 3 })).files).toEqual([]);
  });

  test('lets go of what only a tombstone names when it is told to, by the same days', async () => {
    const old = await world.stores(bytes('old'), 300);
    const before = await world.manifest(id, 'production', [old]);
    await world.writes(before, 299);
    await world.writes(new Map([...gone(before), ...(await world.manifest(id, 'withdrawn', [old]))]), 100);
    expect((await collects({ keepReleases: 0 })).files).toEqual([]);
    expect((await collects({ keepReleases: 0, keepDays: 101, dropWithdrawn: true })).files).toEqual([]);
    expect((await collects({ keepReleases: 0, dropWithdrawn: true })).files).toMatchObject([{ sha256: old }]);
  });

  test('keeps everything that was stored in the last week', async () => {
    const fresh = await world.stores(bytes('fresh'), 6);
    expect(await collects({ keepDays: 0 })).toMatchObject({ files: [], kept: { fresh: 1 } });
    expect(await world.store.has(fresh)).toBe(true);
  });

  test('removes nothing when a manifest was changed by somebody else than the system', async () => {
    await world.stores(bytes('stray'), 10);
    const work = join(world.dir, 'forger');
    await git(world.dir, ['clone', '--quiet', world.repo, work]);
    await mkdir(join(work, 'repos-manifest/production'), { recursive: true });
    await writeFile(join(work, 'repos-manifest/production/forged.yml'), 'kind: Manifest\n');
    await git(work, ['add', '.']);
    const people = ['-c', 'user.name=x', '-c', 'user.email=x@grid.example'];
    await git(work, [...people, 'commit', '--quiet', '--message=x']);
    await git(work, ['push', '--quiet', 'origin', 'main']);
    await expect(collects()).rejects.toMatchObject({ name: 'ForeignCommit' });
    await expect(collects({ dryRun: true })).rejects.toMatchObject({ name: 'ForeignCommit' });
    expect(await world.stored()).toHaveLength(1);
  });

  test('removes nothing when a journal is broken, or when the history is not all there', async () => {
    await world.stores(bytes('stray'), 10);
    const journal = world.journal('3.3.5', [closing(5)]);
    const [[path, text] = ['', '']] = [...journal];
    await world.writes(new Map([[path, text?.replace('"n":1', '"n":2')]]), 5);
    await expect(collects()).rejects.toMatchObject({ name: 'BrokenJournal' });
    await world.writes(journal, 4);
    const shallow = join(world.dir, 'shallow.git');
    await git(world.dir, ['clone', '--quiet', '--bare', '--depth=1', `file://${world.repo}`, shallow]);
    await expect(collects({ repo: shallow })).rejects.toMatchObject({ name: 'RecordOutage' });
    expect(await world.stored()).toHaveLength(1);
    expect((await collects()).files).toHaveLength(1);
  });

  test('keeps what is certified while it reads', async () => {
    const late = await world.stores(bytes('late'), 100);
    const retention = { keepReleases: 0, keepWithdrawn: true };
    expect((await mentionsIn(world.sources, world.record.main, retention)).get(late)).toBeUndefined();
    let looks = 0;
    const { garbage } = await collectGarbage({
      store: world.store,
      keepDays: 90,
      freshDays: 7,
      now: new Date(),
      remove: true,
      readMentions: async () => {
        looks += 1;
        // Between the first look and the second one a ticket with this very content is certified.
        if (looks === 2) await world.writes(world.journal('3.3.5', [certified(late, 0)]), 0);
        return mentionsIn(world.sources, world.record.main, retention);
      },
    });
    expect({ looks, garbage }).toEqual({ looks: 2, garbage: [] });
    expect(await world.store.has(late)).toBe(true);
  });
});
