import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasProgram } from '../repository/raw-package.ts';
import { bombs } from './bombs.ts';
import type { FileReport } from './read-files.ts';

/** Most milliseconds of processor time, and most MB, for one bomb (trust.md T45). */
const most = { milliseconds: 2000, memory: 128 };
/** So many are read by one process: it does not give back all its memory after each. */
const together = 6;

(hasProgram('xz') && hasProgram('zstd') ? describe : describe.skip)('Bombs in deb, rpm and tar', () => {
  let folder = '';
  const names: string[] = [];
  const reports: FileReport[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bombs-'));
    for (const { name, bytes } of bombs()) {
      writeFileSync(join(folder, name), bytes);
      names.push(name);
    }
    for (let at = 0; at < names.length; at += together) {
      const paths = names.slice(at, at + together).map((name) => join(folder, name));
      const flags = ['--expose-gc', '--max-old-space-size=96', '--import', './test/typescript.mjs'];
      const output = execFileSync(process.execPath, [...flags, 'test/fuzz/read-files.ts', ...paths], {
        encoding: 'utf8',
      });
      for (const line of output.trim().split('\n')) reports.push(JSON.parse(line) as FileReport);
    }
  }, 180_000);
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  test('are more than 60, and every one is refused with a reason (needs xz, zstd)', () => {
    expect(names.length).toBeGreaterThan(60);
    expect(reports.map(({ name }) => name)).toEqual(names);
    expect(reports.filter(({ reason }) => reason === undefined)).toEqual([]);
  });

  test('are refused in less than two seconds each (needs xz, zstd)', () => {
    expect(reports.filter(({ milliseconds }) => milliseconds >= most.milliseconds)).toEqual([]);
  });

  test('are refused in less than 128 MB each (needs xz, zstd)', () => {
    expect(reports.every(({ memory }) => memory >= 0)).toBe(true);
    expect(reports.filter(({ memory }) => memory >= most.memory)).toEqual([]);
  });
});
