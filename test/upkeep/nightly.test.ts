import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDue, NightlyScrub, type NightlyParts } from '../../app/upkeep/nightly.ts';
import type { ScrubReport } from '../../app/upkeep/scrub.ts';

describe('A nightly scrub', () => {
  const at = (time: string): Date => new Date(`2026-11-${time}Z`);
  test.each([
    ['was this night', '20T02:10:00', true, '20T23:59:00', false],
    ['was this night, before midnight', '20T02:10:00', true, '21T01:59:59', false],
    ['was last night', '20T02:10:00', true, '21T02:00:00', true],
    ['was long ago', '01T00:00:00', true, '20T01:00:00', true],
    ['began before its hour today', '20T01:59:00', true, '20T02:00:00', true],
    ['was interrupted a while ago', '20T02:10:00', false, '20T03:10:00', true],
    ['was interrupted just now', '20T02:10:00', false, '20T03:09:00', false],
  ])('that %s is due or not', (_, began, ended, now, due) => {
    expect(isDue({ began: at(began), ended }, 2, at(now))).toBe(due);
  });
});

describe('The scrub of a service', () => {
  let dir: string;
  let told: unknown[];
  let runs: number;
  const report: ScrubReport = {
    ok: true,
    store: { files: 0, bytes: 0, bad: [], next: undefined },
    channels: [],
  };
  const night = new Date('2026-11-20T02:30:00Z');
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'nightly-'));
    told = [];
    runs = 0;
  });
  afterEach(() => rm(dir, { recursive: true }));

  const memory = (): string => join(dir, 'scrub.json');
  const nightly = (more: Partial<NightlyParts> = {}): NightlyScrub =>
    new NightlyScrub({
      memory: memory(),
      hour: 2,
      now: () => night,
      bytesPerSecond: 1024 * 1024,
      scrub: async () => {
        runs += 1;
        return report;
      },
      onReport: (one) => told.push(one),
      onFailure: (error) => told.push(error),
      ...more,
    });
  const last = async (began: string, ok: boolean | null): Promise<void> =>
    writeFile(memory(), JSON.stringify({ began, ok }));
  const remembered = async (): Promise<unknown> => JSON.parse(await readFile(memory(), 'utf8')) as unknown;

  test('begins to count when it never did one, and does none', async () => {
    const scrub = nightly();
    await scrub.beginIfDue();
    await scrub.idle();
    expect(runs).toBe(0);
    expect(await remembered()).toEqual({ began: night.toISOString(), ok: true });
  });

  test('is done once a night, also after a restart, and remembered', async () => {
    await last('2026-11-19T02:00:00.000Z', true);
    for (const scrub of [nightly(), nightly()]) {
      await scrub.beginIfDue();
      await scrub.beginIfDue();
      await scrub.idle();
    }
    expect(runs).toBe(1);
    expect(told).toEqual([report]);
    expect(await remembered()).toEqual({ began: night.toISOString(), ok: true });
  });

  test('leaves the disk to others most of the time', async () => {
    await last('2026-11-19T02:00:00.000Z', true);
    const scrub = nightly({
      scrub: async (pace) => {
        for (let piece = 0; piece < 8; piece += 1) await pace(64 * 1024);
        return report;
      },
    });
    const began = performance.now();
    await scrub.beginIfDue();
    await scrub.idle();
    // Half a megabyte at a megabyte a second.
    expect(performance.now() - began).toBeGreaterThan(400);
  });

  test('is ended by a stop, said to nobody, and done by the next service', async () => {
    await last('2026-11-19T02:00:00.000Z', true);
    const scrub = nightly({
      scrub: async (pace) => {
        for (;;) await pace(1024 * 1024);
      },
    });
    await scrub.beginIfDue();
    await scrub.stop();
    expect(told).toEqual([]);
    const next = nightly({ now: () => new Date('2026-11-20T04:00:00Z') });
    await next.beginIfDue();
    await next.idle();
    expect(runs).toBe(1);
  });

  test('that fails is told, and due again an hour later', async () => {
    await last('2026-11-19T02:00:00.000Z', true);
    const failing = nightly({ scrub: () => Promise.reject(new Error('the disk is gone')) });
    await failing.beginIfDue();
    await failing.idle();
    expect(told).toMatchObject([{ message: 'the disk is gone' }]);
    const soon = nightly({ now: () => new Date('2026-11-20T03:00:00Z') });
    await soon.beginIfDue();
    await soon.idle();
    expect(runs).toBe(0);
    const later = nightly({ now: () => new Date('2026-11-20T03:30:00Z') });
    await later.beginIfDue();
    await later.idle();
    expect(runs).toBe(1);
  });
});
