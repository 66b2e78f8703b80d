import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { Package } from '../../../app/repository/closure/package.ts';
import { PackagesReader } from '../../../app/repository/closure/packages-file.ts';
import { PrimaryReader } from '../../../app/repository/closure/primary-file.ts';
import { rpmPackage, type RpmPackageFacts } from '../../../app/repository/closure/rpm.ts';
import { primaryXml, rpmUniverse } from './rpms.ts';
import { debs, debUniverse, stanza } from './universes.ts';

interface Reader {
  readonly push: (bytes: Uint8Array) => void;
  readonly end: () => readonly Package[];
}

function read(reader: Reader, text: string, piece = 1000): readonly Package[] {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += piece) reader.push(bytes.subarray(at, at + piece));
  return reader.end();
}

const told = (packages: readonly Package[]): unknown =>
  packages.map(({ name, version, architecture, provides, requires, conflicts, obsoletes, replaces }) => ({
    name,
    version,
    architecture,
    provides,
    requires,
    conflicts,
    obsoletes,
    replaces,
  }));

describe('A base repository of Debian', () => {
  test('says the same in its Packages as its packages say, however it is cut into pieces', () => {
    fc.assert(
      fc.property(debUniverse, fc.integer({ min: 1, max: 200 }), (controls, piece) => {
        const text = controls
          .map(
            (control) =>
              `${stanza({ Maintainer: 'Ünsal <u@provider.example>', ...control, Description: 'a\n b' })}\n`,
          )
          .join('');
        expect(told(read(new PackagesReader('amd64'), text, piece))).toEqual(told(debs(controls)));
      }),
      { numRuns: 300, seed: 20_261_129 },
    );
  });

  test('counts for its own architecture only, and what is odd in it is passed over', () => {
    const text = [
      { Package: 'a', Version: '1', Architecture: 'arm64' },
      { Package: 'b', Version: 'not a version', Architecture: 'all' },
      { Package: 'c', Version: '1', Architecture: 'all', Depends: 'x,\n y (>= 1),\n\tz' },
      { Version: '1', Architecture: 'all' },
    ];
    const packages = read(new PackagesReader('amd64'), text.map(stanza).join('\n'));
    expect(packages.map(({ name }) => name)).toEqual(['c']);
    expect(packages[0]?.requires).toHaveLength(3);
  });

  test('of one endless paragraph is refused', () => {
    const reader = new PackagesReader('amd64');
    const piece = Buffer.from('Description: '.padEnd(1024 * 1024, 'x'));
    const fill = (): void => {
      for (let times = 0; times < 6; times += 1) reader.push(piece);
    };
    expect(fill).toThrow('it has a part of more than');
  });
});

describe('A base repository of rpm packages', () => {
  test('says the same in its primary.xml as its packages say', () => {
    fc.assert(
      fc.property(rpmUniverse, fc.integer({ min: 1, max: 500 }), (facts, piece) => {
        // What a package offers itself is not listed among its needs.
        const plain = facts.map((one) => ({ ...one, requires: [] }));
        const own = plain.map((one) => {
          const made = rpmPackage(one);
          return {
            ...made,
            provides: [{ name: made.name, comparison: '=', version: made.version }, ...made.provides],
          };
        });
        // Metadata write an epoch of 0 out.
        const readBack = read(new PrimaryReader('x86_64'), primaryXml(plain), piece);
        expect(JSON.stringify(told(readBack)).replaceAll('"0:', '"')).toBe(
          JSON.stringify(told(own as readonly Package[])).replaceAll('"0:', '"'),
        );
      }),
      { numRuns: 200, seed: 20_261_130 },
    );
  });

  test('is read with its letters as they are', () => {
    const accented: RpmPackageFacts = {
      name: 'a',
      epoch: 0,
      version: '1',
      release: '1',
      architecture: 'noarch',
      provides: [{ name: 'font(á & "b" <c>)' }],
      requires: [],
      conflicts: [],
      obsoletes: [],
      files: [{ path: '/etc/ä & b', type: 'file' }],
    };
    const [one] = read(new PrimaryReader('x86_64'), primaryXml([accented]), 1);
    expect(one?.provides.at(-1)).toEqual({ name: 'font(á & "b" <c>)' });
    expect(one?.files).toEqual([{ path: '/etc/ä & b', kind: 'file' }]);
  });

  const whole = primaryXml([]);
  test.each([
    ['cut short', whole.slice(0, -5)],
    ['something else', '<html><body>Sign in</body></html>'],
    ['empty', ''],
    [
      'with a package in a comment',
      whole.replace('</metadata>', '<!-- <package type="rpm"></package> --></metadata>'),
    ],
    ['followed by something', `${whole}<metadata `],
  ])('that is %s is refused', (_, text) => {
    expect(() => read(new PrimaryReader('x86_64'), text)).toThrow(/primary\.xml/);
  });
});
