import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import * as fc from 'fast-check';
import { compareDebianVersions, isDebianVersion } from '../../app/repository/debian-version.ts';
import { hasProgram } from './raw-package.ts';

const epoch = fc.constantFrom('', '', '', '0:', '1:', '2:');
const part = fc.stringMatching(/^[0-9aZz.+~]{0,5}$/);
const revision = fc.oneof(fc.constant(''), fc.stringMatching(/^-[0-9aZ+.~]{1,4}$/));
const version = fc
  .tuple(epoch, fc.nat(3), part, revision)
  .map(([e, first, rest, last]) => `${e}${String(first)}${rest}${last}`);

describe('a Debian version', () => {
  (hasProgram('dpkg') ? describe : describe.skip)('with dpkg', () => {
    test('is ordered as dpkg --compare-versions orders it (needs dpkg)', () => {
      const drawn = fc.sample(fc.tuple(version, version), { numRuns: 400, seed: 20_261_122 });
      const pairs = [...drawn, ['1.0', '0:1.00-0'], ['1.a01', '1.a1']] as const;
      const script =
        'while read -r a b; do for op in lt gt eq; do dpkg --compare-versions "$a" $op "$b" && echo $op && break; done; done; true';
      const answers = execFileSync('sh', ['-c', script], {
        input: pairs.map((pair) => `${pair.join(' ')}\n`).join(''),
        encoding: 'utf8',
      });
      const ours = pairs.map(([a, b]) => ['lt', 'eq', 'gt'][Math.sign(compareDebianVersions(a, b)) + 1]);
      expect(ours).toEqual(answers.trim().split('\n'));
      expect(new Set(ours)).toEqual(new Set(['lt', 'eq', 'gt']));
    });
  });

  (hasProgram('dpkg-source') ? describe : describe.skip)('with the Perl that dpkg-dev brings', () => {
    test('is ordered as Dpkg::Version orders it, thousands of times (needs dpkg-source)', () => {
      const pairs = fc.sample(fc.tuple(version, version), { numRuns: 5000, seed: 20_261_125 });
      const answers = execFileSync(
        'perl',
        ['-MDpkg::Version', '-lane', 'print version_compare($F[0], $F[1])'],
        {
          input: pairs.map((pair) => `${pair.join(' ')}\n`).join(''),
          encoding: 'utf8',
        },
      );
      const ours = pairs.map(([a, b]) => String(Math.sign(compareDebianVersions(a, b))));
      expect(ours).toEqual(answers.trim().split('\n'));
      expect(new Set(ours)).toEqual(new Set(['-1', '0', '1']));
    });
  });

  test('compares the same backwards, and sorts without contradiction', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(Math.sign(compareDebianVersions(a, b))).toBe(Math.sign(-compareDebianVersions(b, a)) || 0);
        const [low = a, middle = b, high = c] = [a, b, c].toSorted(compareDebianVersions);
        expect(compareDebianVersions(low, middle)).toBeLessThanOrEqual(0);
        expect(compareDebianVersions(low, high)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 2000 },
    );
  });

  test.each([
    ['1.0~rc1', '1.0'],
    ['1.0', '1.0-1'],
    ['1.9', '1.10'],
    ['1.0-1', '1.0-1+deb12u1'],
    ['1.0a', '1.0+'],
    ['9.9', '1:0.1'],
    ['1.0-1', `1.0-${'9'.repeat(40)}`],
  ])('%s is older than %s', (older, newer) => {
    expect(compareDebianVersions(older, newer)).toBeLessThan(0);
  });

  test.each(['1.0', '1:2.1.0~rc3-4', '0~', '2023.1+git-1.2', '1.0-1-2', '13.24-3+b1'])(
    '%s is one',
    (text) => {
      expect(isDebianVersion(text)).toBe(true);
    },
  );

  test.each([
    '',
    'v1',
    '1 0',
    '1_0',
    '1/0',
    '1.0-',
    '1.0-1-',
    '1:',
    ':1',
    '-1',
    '1:2:3',
    '2147483648:1',
    '1.0\n',
    '1,0',
    '１.0',
    `1${'0'.repeat(256)}`,
  ])('%j is none', (text) => {
    expect(isDebianVersion(text)).toBe(false);
    expect(() => compareDebianVersions(text, '1')).toThrow(RangeError);
  });
});
