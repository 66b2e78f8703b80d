import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { compareRpmVersions, isRpmVersion } from '../../app/repository/rpm-version.ts';
import { hasProgram } from './raw-package.ts';

const epoch = fc.constantFrom('', '', '', '', '', '', '0:', '1:');
const part = fc.stringMatching(/^[01aZ._+~^]{0,4}$/);
const release = fc.oneof(fc.constant(''), fc.stringMatching(/^-[01aZ.~^]{1,3}$/));
const version = fc
  .tuple(epoch, fc.nat(1), part, release)
  .map(([e, first, rest, last]) => `${e}${String(first)}${rest}${last}`);

const known = [
  ['1.0~rc1', '1.0'],
  ['1.0', '1.0^git1'],
  ['1.0^git1', '1.0.1'],
  ['1.0~rc1^1', '1.0~rc2'],
  ['1.9', '1.10'],
  ['1.0a', '1.0.1'],
  ['1.0-1', '1.0-1.el9'],
  ['9.9-1', '1:0.1-1'],
  ['1.0-9', `1.0-${'9'.repeat(40)}`],
] as const;

describe('a version of an rpm package', () => {
  (hasProgram('rpm') ? describe : describe.skip)('with rpm', () => {
    test('is ordered as rpm orders it (needs rpm)', () => {
      const drawn = fc.sample(fc.tuple(version, version), { numRuns: 3000, seed: 20_261_125 });
      const pairs = [...drawn, ...known, ['1.0', '1.0-1'], ['1._0', '1.0'], ['1.001', '1.1']] as const;
      const lines = pairs.map(([a, b]) => `c("${a}","${b}")`).join(' ');
      const script = `local function c(a,b) print(({"lt","eq","gt"})[rpm.vercmp(a,b)+2]) end ${lines}`;
      const answers = execFileSync('rpm', ['--eval', `%{lua: ${script}}`], { encoding: 'utf8' });
      const ours = pairs.map(([a, b]) => ['lt', 'eq', 'gt'][Math.sign(compareRpmVersions(a, b)) + 1]);
      expect(ours).toEqual(answers.match(/lt|eq|gt/g));
      expect(new Set(ours)).toEqual(new Set(['lt', 'eq', 'gt']));
    });
  });

  test('compares the same backwards, and sorts without contradiction', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(Math.sign(compareRpmVersions(a, b))).toBe(Math.sign(-compareRpmVersions(b, a)) || 0);
        const [low = a, middle = b, high = c] = [a, b, c].toSorted(compareRpmVersions);
        expect(compareRpmVersions(low, middle)).toBeLessThanOrEqual(0);
        expect(compareRpmVersions(middle, high)).toBeLessThanOrEqual(0);
        expect(compareRpmVersions(low, high)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 2000 },
    );
  });

  test.each(known)('%s is older than %s', (older, newer) => {
    expect(compareRpmVersions(older, newer)).toBeLessThan(0);
    expect(compareRpmVersions(newer, older)).toBeGreaterThan(0);
  });

  test.each(['', '1-2-3', ':1', '1:', '1 0', '1/0', '1.0\n', '-1', `1${'0'.repeat(256)}`])(
    '%j is none',
    (text) => {
      expect(isRpmVersion(text)).toBe(false);
      expect(() => compareRpmVersions(text, '1')).toThrow(RangeError);
    },
  );
});
