import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { changedBytes, Chance } from './chance.ts';
import { formats, soundPath, soundXml } from './formats.ts';
import type { Outcome } from './run.ts';

const count = 20_000;

describe('Readers of hostile bytes', () => {
  // As `npm run nightly` does, in a process of its own: memory is measured for the whole of it.
  test.each(formats)(
    'refuse or read 20,000 changed packages of %s without a crash, a second for one, or 128 MB',
    (format) => {
      const options = ['--format', format, '--count', String(count), '--seed', '1'];
      const output = execFileSync(
        process.execPath,
        ['--import', './test/typescript.mjs', 'test/nightly/parsers.ts', ...options],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] },
      );
      const { ok, outcomes } = JSON.parse(output) as { ok: boolean; outcomes: readonly Outcome[] };
      expect(outcomes).toMatchObject([{ format, count, failures: [], failed: 0 }]);
      expect(ok).toBe(true);
      // Both ends are reached: packages that are still good, and packages that are not.
      expect(outcomes[0]?.taken).toBeGreaterThan(count / 20);
      expect(outcomes[0]?.taken).toBeLessThan(count / 2);
    },
    240_000,
  );

  test.each(['', '..', 'a/../b', '/etc', 'a//b', 'a/', 'a\nb', './a'])(
    'would be noticed to take the path %j',
    (path) => {
      expect(() => {
        soundPath(path);
      }).toThrow('not a sound path');
    },
  );

  test.each([
    '<a>',
    '<a></b>',
    '<a b="<"/>',
    '<a b="x" & c="y"/>',
    '<a>&nbsp;</a>',
    '<a>\u0001</a>',
    '<a>]]<</a>',
    '</a>',
  ])('would be noticed to write the metadata %j', (xml) => {
    expect(() => {
      soundXml(xml);
    }).toThrow('not XML');
    expect(() => {
      soundXml('<a b="&lt;&#xE1;"><c/>&amp;"é</a>\n');
    }).not.toThrow();
  });

  test('get the same bytes for the same seed and number, and other bytes for others', () => {
    const bytes = Buffer.alloc(500, 'abc');
    const changed = (seed: number, number: number): string =>
      changedBytes(bytes, new Chance(seed, number), 9).toString('hex');
    expect(changed(1, 5)).toBe(changed(1, 5));
    expect(new Set([changed(1, 5), changed(1, 6), changed(2, 5), changed(2, 6)]).size).toBe(4);
  });
});
