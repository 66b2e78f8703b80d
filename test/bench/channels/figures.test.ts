import { describe, expect, test } from '@jest/globals';
import { growthOf, median, ratiosOf, rowOf, type Row } from './figures.ts';
import { contentsOf, setRelease } from './package-set.ts';
import { buildPackage } from './package-bytes.ts';
import { tableOf } from './table.ts';

const samples = (...times: readonly number[]) => times.map((ms) => ({ ms, cpu: ms * 2, rss: 100 + ms }));
const row = (tool: string, packages: number, ms: number, more: Partial<Row> = {}): Row =>
  rowOf({ tool, operation: 'promote', format: 'deb', packages, mode: 'warm', ...more }, samples(ms));

describe('a line of the benchmark', () => {
  test('has the medians of the times and the most memory', () => {
    const what = {
      tool: 'aptly',
      operation: 'add',
      format: 'deb',
      packages: 1000,
      mode: 'cold',
    } as const;
    expect(rowOf(what, samples(30, 10, 500))).toEqual({
      ...what,
      median_ms: 30,
      cpu_ms: 60,
      rss_mib: 600,
      runs: 3,
      least_ms: 10,
      most_ms: 500,
    });
  });

  test('of an even number of runs has the mean of the two in the middle', () => {
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('ratios', () => {
  test('are of ours to everybody else at the same work and size, and to nobody at another', () => {
    const rows = [
      row('rollout', 1000, 50),
      row('rollout', 1000, 400, { mode: 'cold' }),
      row('floor', 1000, 40),
      row('reprepro', 1000, 1000, { mode: 'cold' }),
      row('reprepro', 20_000, 9000, { mode: 'cold' }),
      row('reprepro', 1000, 9000, { mode: 'cold', operation: 'add' }),
      row('createrepo_c', 1000, 9000, { mode: 'cold', format: 'rpm' }),
    ];
    expect(ratiosOf(rows).map(({ mode, against, ratio }) => [mode, against, ratio])).toEqual([
      ['warm', 'floor', 1.25],
      ['warm', 'reprepro', 0.05],
      ['cold', 'floor', 10],
      ['cold', 'reprepro', 0.4],
    ]);
  });

  test('growth goes from one size to the next, whatever order they were measured in', () => {
    const rows = [row('rollout', 100_000, 300), row('rollout', 1000, 50), row('rollout', 20_000, 100)];
    expect(growthOf(rows).map(({ from, to, factor }) => [from, to, factor])).toEqual([
      [1000, 20_000, 2],
      [20_000, 100_000, 3],
    ]);
  });

  test('stand in the table beside the tool that ours is compared with', () => {
    const text = tableOf([
      row('rollout', 20, 50),
      row('reprepro', 20, 1000, { mode: 'cold' }),
      row('rollout', 40, 75),
    ]);
    expect(text.split('\n').map((line) => line.split(/ {2,}/).filter((cell) => cell !== ''))).toEqual([
      ['deb, 20 packages: the release comes into the next channel'],
      ['median ms', 'least ms', 'cpu ms', 'MiB', 'warm is', 'cold is', 'growth'],
      ['rollout, warm', '50.0', '50.0', '100', '150'],
      ['reprepro', '1000.0', '1000.0', '2000', '1100', '0.05 ×'],
      [''].filter((cell) => cell !== ''),
      ['deb, 40 packages: the release comes into the next channel'],
      ['median ms', 'least ms', 'cpu ms', 'MiB', 'warm is', 'cold is', 'growth'],
      ['rollout, warm', '75.0', '75.0', '150', '175', '1.5 ×'],
    ]);
  });
});

describe('the set of packages', () => {
  test('puts as many packages in both channels, of which one release in four is in the other one only', () => {
    const { staging, next, fresh } = contentsOf(400);
    expect([staging.length, next.length]).toEqual([80, 80]);
    expect(next.filter((release) => staging.includes(release))).toHaveLength(60);
    expect(Math.max(...staging, ...next)).toBe(fresh - 1);
    expect(() => contentsOf(1001)).toThrow(RangeError);
  });

  test('has the same packages for the same seed, and others for another', () => {
    const bytes = (seed: number) =>
      setRelease(seed, 7).packages.flatMap((one) =>
        (['deb', 'rpm'] as const).map((format) =>
          Buffer.from(buildPackage(format, seed, one).bytes).toString('hex'),
        ),
      );
    expect(new Set(bytes(1)).size).toBe(10);
    expect(bytes(1)).toEqual(bytes(1));
    expect(bytes(1).filter((one) => bytes(2).includes(one))).toEqual([]);
  });
});
