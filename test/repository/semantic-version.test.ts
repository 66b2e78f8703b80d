import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  changeFrom,
  compareVersions,
  majorOf,
  versionChange,
  versionIn,
} from '../../app/repository/semantic-version.ts';

const number = fc.constantFrom('0', '1', '2', '9', '10', '01');
const tail = fc.constantFrom(
  '',
  '',
  '',
  'a',
  '~rc1',
  '~rc2',
  '-rc1',
  '+git1',
  '-1',
  '-2',
  '~rc1-1',
  '_2',
  '.x',
);
const version = fc
  .tuple(fc.array(number, { minLength: 1, maxLength: 4 }), tail)
  .map(([numbers, rest]) => `${numbers.join('.')}${rest}`);

describe('versions of a component', () => {
  test.each([
    ['1.9', '1.10'],
    ['1.58', '1.58a'],
    ['1.4', '1.5a'],
    ['2.1.0~rc3-4', '2.1.0-1'],
    ['2.0.0-rc1', '2.0.0'],
    ['1.0-alpha', '1.0-beta'],
    ['2.0.0', '2.0.0+dfsg'],
    ['3.3.5-1', '3.3.5-2'],
    ['3.3.5-9', '3.3.6-1'],
    ['1.9_1', '1.9_2'],
    ['9.9', `1${'0'.repeat(30)}`],
  ])('%s is older than %s', (older, newer) => {
    expect(compareVersions(older, newer)).toBeLessThan(0);
    expect(compareVersions(newer, older)).toBeGreaterThan(0);
  });

  test.each([
    ['1.2', '1.2.0'],
    ['1.02', '1.2'],
    ['1_2', '1.2'],
    ['2.0-rc1', '2.0~rc1'],
  ])('%s and %s are the same', (one, other) => {
    expect(compareVersions(one, other)).toBe(0);
    expect(versionChange(one, other)).toBe('none');
  });

  test('have a total order: the same backwards, and without contradiction', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(compareVersions(a, a)).toBe(0);
        expect(Math.sign(compareVersions(a, b))).toBe(Math.sign(-compareVersions(b, a)) || 0);
        const [low = a, middle = b, high = c] = [a, b, c].toSorted(compareVersions);
        expect(compareVersions(low, middle)).toBeLessThanOrEqual(0);
        expect(compareVersions(middle, high)).toBeLessThanOrEqual(0);
        expect(compareVersions(low, high)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 3000 },
    );
  });

  test('never throw, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        expect(Number.isNaN(compareVersions(a, b))).toBe(false);
        versionIn(a, b);
      }),
    );
  });
});

describe('the change from one version to the next', () => {
  test.each([
    ['4.12.4', '5.2.0', 'major'],
    ['4', '5', 'major'],
    ['6.14.0', '6.15.1', 'minor'],
    ['23.0', '23.1', 'minor'],
    ['1.16.6', '1.16.7', 'revision'],
    ['1.16.6', '1.16.6.1', 'revision'],
    ['1.16.6', '1.16.6a', 'revision'],
    ['2.0.0~rc1', '2.0.0', 'revision'],
    ['1.9.9', '2.0.0~rc1', 'major'],
    ['3.3.5-1', '3.3.5-2', 'revision'],
    ['3.3.5', '3.3.5-1', 'revision'],
    ['3.3.5-1', '3.3.5-1', 'none'],
    ['3.3.5-2', '3.3.5-1', 'downgrade'],
    ['1.10', '1.9', 'downgrade'],
    ['5.2.0', '4.12.4', 'downgrade'],
  ] as const)('from %s to %s is: %s (R-2.2-1 to R-2.2-4)', (previous, next, change) => {
    expect(versionChange(previous, next)).toBe(change);
  });

  test('is none exactly between equals, a downgrade exactly to what is older, a major exactly where the first number grows', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        const change = versionChange(a, b);
        expect(change === 'none').toBe(compareVersions(a, b) === 0);
        expect(change === 'downgrade').toBe(compareVersions(a, b) > 0);
        expect(change === 'major').toBe(Number(majorOf(a)) < Number(majorOf(b)));
      }),
      { numRuns: 3000 },
    );
  });

  test.each([
    ['6', '6.1.0', undefined],
    ['6', '6', undefined],
    ['6', '7.0', 'major'],
    ['6', '5.9', 'downgrade'],
    ['6.1', '6.1.9', undefined],
    ['6.1', '6.2.0', 'minor'],
    ['6.1', '6.0.9', 'downgrade'],
    ['6.0.0-1', '6.0.0-1', 'none'],
    ['6.0.0-1', '6.0.1', 'revision'],
  ] as const)('from %s, which may be a part of a version, to %s is: %s (R-2.2-5)', (stated, next, change) => {
    expect(changeFrom(stated, next)).toBe(change);
  });
});

describe('a range of versions', () => {
  test.each([
    ['>=1.1.0 <2.0.0', '1.1.0', true],
    ['>=1.1.0 <2.0.0', '1.9-3', true],
    ['>=1.1.0 <2.0.0', '2.0.0', false],
    ['>=1.1.0 <2.0.0', '1.0.9', false],
    ['>= 1.1.0, < 2.0.0', '1.5', true],
    ['=1.2', '1.2.0-4', true],
    ['=1.2-3', '1.2-4', false],
    ['=1.2', '1.2.1', false],
    ['1.2', '1.2', true],
    ['1.x', '1.58', true],
    ['1.x', '10.0', false],
    ['1.2.x', '1.2.9-1', true],
    ['1.2.*', '1.3', false],
    ['>1.58', '1.58-1', false],
    ['<=2.5.0', '2.5.0-7', true],
    ['~1.2', '1.2', undefined],
    ['^1.2', '1.2', undefined],
    ['>=1.0 || 2.x', '1.2', undefined],
    ['latest', '1.2', undefined],
    ['', '1.2', undefined],
  ] as const)('%j, asked for %s, says: %s', (range, asked, answer) => {
    expect(versionIn(range, asked)).toBe(answer);
  });
});
