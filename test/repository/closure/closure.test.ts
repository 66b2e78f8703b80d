import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { closure, type Closure } from '../../../app/repository/closure/closure.ts';
import { debPackage } from '../../../app/repository/closure/debian.ts';
import { installable } from '../../../app/repository/closure/installable.ts';
import { layerOf } from '../../../app/repository/closure/layer.ts';
import type { Package } from '../../../app/repository/closure/package.ts';
import { rpmPackage, type RpmPackageFacts } from '../../../app/repository/closure/rpm.ts';
import { universeOf } from '../../../app/repository/closure/universe.ts';
import { dependency, identity } from './rpms.ts';
import { bruteForce, debs, debUniverse, fieldsOf, universeWith } from './universes.ts';

/** `name version; Field: value; …; /a/file` as a Debian package. */
function deb(text: string): Package {
  const [head = '', ...rest] = text.split(';').map((part) => part.trim());
  const [name = '', version = ''] = head.split(' ');
  const files = rest.filter((part) => part.startsWith('/'));
  const fields = rest
    .filter((part) => !part.startsWith('/'))
    .map((part) => part.split(': ') as [string, string]);
  const control = { Package: name, Version: version, Architecture: 'amd64', ...Object.fromEntries(fields) };
  return debPackage(
    {
      fields: fieldsOf(control),
      ...(files.length === 0 ? {} : { files: files.map((path) => path.slice(1)) }),
    },
    'amd64',
  );
}

/** `name version; requires x; obsoletes y < 2; …` as an rpm package. */
function rpm(text: string): Package {
  const [head = '', ...rest] = text.split(';').map((part) => part.trim());
  const [name = '', version = ''] = head.split(' ');
  const listed = (list: string): RpmPackageFacts['requires'] =>
    rest
      .filter((part) => part.startsWith(`${list} `))
      .map((part) => part.slice(list.length + 1))
      .map((part) => {
        const [, of = part, sign = '', on = ''] = /^([^( ]\S*) (<|<=|=|>=|>) (\S+)$/.exec(part) ?? [];
        const signs = { '<': 'LT', '<=': 'LE', '=': 'EQ', '>=': 'GE', '>': 'GT' } as const;
        return dependency(of, sign === '' ? '' : signs[sign as '<'], on);
      });
  const files = rest.filter((part) => part.startsWith('/'));
  return rpmPackage({
    name,
    ...identity(version),
    architecture: 'x86_64',
    provides: listed('provides'),
    requires: listed('requires'),
    conflicts: listed('conflicts'),
    obsoletes: listed('obsoletes'),
    files: files.map((line) => {
      const [path = '', type = 'file', content] = line.split(' ');
      return { path, type: type as 'file', ...(content === undefined ? {} : { content }) };
    }),
  });
}

interface Case {
  readonly release: readonly string[];
  readonly channel?: readonly string[];
  /** Nothing unless given; `unknown` when nobody told. */
  readonly base?: readonly string[] | 'unknown';
}

function ask(format: 'deb' | 'rpm', { release, channel = [], base }: Case): Closure {
  const read = format === 'deb' ? deb : rpm;
  return closure({
    format,
    release: release.map(read),
    channel: layerOf('the channel', channel.map(read)),
    base: base === 'unknown' ? [] : [layerOf('debian12', (base ?? []).map(read))],
  });
}

const stuckIn = ({ stuck }: Closure): readonly string[] => stuck.flatMap(({ because }) => because);
const brokenIn = ({ broken }: Closure): readonly string[] => broken.flatMap(({ because }) => because);

const stuck: readonly (readonly [string, Case, readonly string[]])[] = [
  [
    'nobody offers what it needs',
    { release: ['voms 2.0; Depends: libvoms (>= 2)'] },
    ['voms 2.0 needs libvoms (>= 2): nothing there offers it'],
  ],
  [
    'only an older version is there',
    { release: ['voms 2.0; Depends: libvoms (>= 2)'], base: ['libvoms 1.0'] },
    ['voms 2.0 needs libvoms (>= 2): there is only libvoms 1.0 (debian12)'],
  ],
  [
    'the version it needs is there, and apt takes a newer one',
    { release: ['voms 2.0; Depends: libvoms (= 1.0)'], channel: ['libvoms 1.0'], base: ['libvoms 1.1'] },
    ['voms 2.0 needs libvoms (= 1.0): only libvoms 1.1 (debian12) is taken'],
  ],
  [
    'what it needs needs something that is not there',
    { release: ['voms 2.0; Depends: libvoms'], channel: ['libvoms 1.0; Depends: gone'] },
    ['voms 2.0 needs libvoms: libvoms 1.0 (the channel)', 'libvoms 1.0 needs gone: nothing there offers it'],
  ],
  [
    'what it needs conflicts with it',
    { release: ['voms 2.0; Depends: libvoms; Conflicts: libvoms (<< 2)'], base: ['libvoms 1.0'] },
    [
      'voms 2.0 needs libvoms: libvoms 1.0 (debian12)',
      'voms 2.0 conflicts with libvoms (< 2), which is libvoms 1.0',
    ],
  ],
  [
    'two things that it needs conflict with each other, at the end of a chain',
    {
      release: ['a 1; Depends: b, c'],
      channel: ['b 1; Depends: d', 'c 1; Breaks: d', 'd 1', 'unrelated 1; Depends: nothing'],
    },
    [
      'a 1 needs b: b 1 (the channel)',
      'a 1 needs c: c 1 (the channel)',
      'b 1 needs d: d 1 (the channel)',
      'c 1 conflicts with d, which is d 1',
    ],
  ],
  [
    'an unversioned virtual package does not meet a version',
    { release: ['a 1; Depends: mta (>= 1)'], base: ['exim 4; Provides: mta'] },
    ['a 1 needs mta (>= 1): there is only exim 4 (debian12)'],
  ],
  [
    'it asks for any architecture of a package that does not allow it',
    { release: ['a 1; Depends: python3:any'], base: ['python3 3.11'] },
    ['a 1 needs python3:any: nothing there offers it'],
  ],
  [
    'neither alternative is there',
    { release: ['a 1; Depends: b | c (>= 2)'], base: ['c 1'] },
    ['a 1 needs b or c (>= 2): there is only c 1 (debian12)'],
  ],
  [
    'its dependencies cannot be read',
    { release: ['a 1; Depends: b (>= 1'], base: ['b 1'] },
    ['a 1: its Depends holds "b (>= 1", which is no relation'],
  ],
];

const fine: readonly (readonly [string, Case])[] = [
  ['its release brings what it needs', { release: ['a 1; Depends: b (= 1)', 'b 1'] }],
  ['the second alternative is there', { release: ['a 1; Depends: b | c'], base: ['c 1'] }],
  [
    'a versioned virtual package meets it',
    { release: ['a 1; Depends: v (>= 2)'], base: ['b 1; Provides: v (= 2)'] },
  ],
  [
    'python allows any architecture',
    { release: ['a 1; Depends: python3:any'], base: ['python3 3.11; Multi-Arch: allowed'] },
  ],
  ['its own architecture is named', { release: ['a 1; Depends: b:amd64'], base: ['b 1'] }],
  ['it conflicts with what it offers itself', { release: ['a 1; Provides: mta; Conflicts: mta'] }],
  ['it breaks what nothing needs', { release: ['a 1; Breaks: b (<< 2)'], base: ['b 1'] }],
  ['two need each other', { release: ['a 1; Depends: b', 'b 1; Depends: a'] }],
  ['only what it recommends is missing', { release: ['a 1; Recommends: b; Suggests: c'] }],
];

describe('A package of Debian', () => {
  test.each(stuck)('cannot be installed when %s, and the reason is told', (_, asked, because) => {
    const found = ask('deb', asked);
    expect(stuckIn(found)).toEqual(because);
    expect(found.ok).toBe(false);
  });

  test.each(fine)('can be installed when %s', (_, asked) => {
    const found = ask('deb', asked);
    expect(stuckIn(found)).toEqual([]);
    expect(found.ok).toBe(true);
  });

  test('is judged as trying every set of packages judges it, and a refusal has its reasons', () => {
    const asked = { installable: 0, 'not-installable': 0, undecided: 0 };
    fc.assert(
      fc.property(debUniverse, (controls) => {
        const packages = debs(controls);
        const universe = universeWith('deb', packages, 'newest');
        for (const one of packages) {
          const found = installable(one, universe);
          asked[found.is] += 1;
          expect(found.is).toBe(bruteForce(one, universe) ? 'installable' : 'not-installable');
          expect(found.is === 'not-installable' && found.because.length === 0).toBe(false);
          const names = found.is === 'installable' ? found.with.map(({ name }) => name) : [];
          expect(new Set(names).size).toBe(names.length);
        }
      }),
      { numRuns: 300, seed: 20_261_127 },
    );
    expect(asked.installable).toBeGreaterThan(100);
    expect(asked['not-installable']).toBeGreaterThan(100);
  });
});

const rpms: readonly (readonly [string, Case, readonly string[]])[] = [
  ['a file that a package has', { release: ['a 1-1; requires /usr/bin/x'], base: ['b 1-1; /usr/bin/x'] }, []],
  [
    'a file that none has',
    { release: ['a 1-1; requires /usr/bin/x'], base: ['b 1-1; /usr/bin/y'] },
    ['a 1-1 needs /usr/bin/x: nothing there offers it'],
  ],
  ['what rpm itself can do', { release: ['a 1-1; requires rpmlib(PayloadIsZstd) <= 5.4.18-1'] }, []],
  ['its own configuration', { release: ['a 1-1; requires config(a) = 1-1; provides config(a) = 1-1'] }, []],
  ['a version without a release', { release: ['a 1-1; requires b = 1'], base: ['b 1-7'] }, []],
  ['one of two', { release: ['a 1-1; requires (b or c)'], base: ['c 1-1'] }, []],
  ['something only where another is', { release: ['a 1-1; requires (b if c)'], base: ['c 1-1'] }, []],
  [
    'something where another is needed as well',
    { release: ['a 1-1; requires c; requires (b if c)'], base: ['c 1-1'] },
    ['a 1-1 needs c: c 1-1 (debian12)', 'a 1-1 needs b if c: nothing there offers it'],
  ],
  [
    'one package within two bounds',
    { release: ['a 1-1; requires (b >= 1 with b < 2)'], base: ['b 2-1', 'b 0.9-1'] },
    ['a 1-1 needs b (>= 1) with b (< 2): there is only b 2-1 (debian12) and b 0.9-1 (debian12)'],
  ],
  [
    'an older version, when dnf may choose it',
    { release: ['a 1-1; requires b < 2'], base: ['b 2-1', 'b 1-1'] },
    [],
  ],
  [
    'a package that another one that it needs obsoletes',
    { release: ['a 1-1; requires old; requires new'], base: ['old 1-1', 'new 1-1; obsoletes old'] },
    [
      'a 1-1 needs old: old 1-1 (debian12)',
      'a 1-1 needs new: new 1-1 (debian12)',
      'new 1-1 obsoletes old, which is old 1-1',
    ],
  ],
  [
    'something that is cut off',
    { release: ['a 1-1; requires (b or'], base: ['b 1-1'] },
    ['a 1-1: the boolean dependency "(b or", which cannot be read'],
  ],
];

describe('An rpm package', () => {
  test.each(rpms)('that needs %s is judged as rpm means it', (_, asked, because) => {
    expect(stuckIn(ask('rpm', asked))).toEqual(because);
  });

  test('of the kernel stands beside its other versions', () => {
    const needing = 'a 1-1; requires kernel = 1-1; requires kernel = 2-1';
    expect(stuckIn(ask('rpm', { release: [needing], base: ['kernel 1-1', 'kernel 2-1'] }))).toEqual([]);
    const other = needing.replaceAll('kernel', 'kerning');
    expect(
      stuckIn(ask('rpm', { release: [other], base: ['kerning 1-1', 'kerning 2-1'] })).length,
    ).toBeGreaterThan(0);
  });
});

describe('Where no base repository is known', () => {
  test('what nothing in the channel speaks of is taken as met, and told', () => {
    const found = ask('deb', {
      release: ['a 1; Depends: libc6 (>= 2.36), b (>= 1)', 'b 1'],
      base: 'unknown',
    });
    expect(found.ok).toBe(true);
    expect(found.assumed).toEqual([{ by: 'a 1', requirement: 'libc6 (>= 2.36)' }]);
  });

  test('a wrong version of what the channel has is still wrong', () => {
    const found = ask('deb', {
      release: ['a 1; Depends: libc6, b (>= 2)'],
      channel: ['b 1'],
      base: 'unknown',
    });
    expect(stuckIn(found)).toEqual(['a 1 needs b (>= 2): there is only b 1 (the channel)']);
  });

  test('nothing is taken as met as soon as one is known', () => {
    expect(ask('deb', { release: ['a 1; Depends: libc6'] }).assumed).toEqual([]);
    expect(ask('deb', { release: ['a 1; Depends: libc6'] }).ok).toBe(false);
  });
});

describe('What stands in the channel', () => {
  test('is broken by a newer version of what it needs, and that is told', () => {
    const asked = {
      release: ['lib 2'],
      channel: ['lib 1', 'tool 1; Depends: lib (<< 2)', 'far 1; Depends: tool', 'other 1; Depends: lib'],
    };
    const found = ask('deb', asked);
    expect(found.broken.map(({ name }) => name)).toEqual(['tool', 'far']);
    expect(brokenIn(found)[0]).toBe('tool 1 needs lib (< 2): only lib 2 (this release) is taken');
    expect(found.ok).toBe(false);
  });

  test('is not blamed on a release when it was broken before', () => {
    const found = ask('deb', { release: ['lib 2'], channel: ['lib 1', 'tool 1; Depends: lib, gone'] });
    expect(found.broken).toEqual([]);
    expect(found.ok).toBe(true);
  });

  test('is not asked again when the release replaces it, or has nothing to do with it', () => {
    const channel = [
      'tool 1; Depends: lib (= 1)',
      'lib 1',
      ...Array.from({ length: 50 }, (_, n) => `x${String(n)} 1`),
    ];
    const found = ask('deb', { release: ['tool 2; Depends: lib (= 2)', 'lib 2'], channel });
    expect(found).toMatchObject({ ok: true, broken: [], affected: 0 });
  });

  test('is broken by an update that obsoletes what it needs', () => {
    const channel = ['old 1-1', 'tool 1-1; requires old'];
    expect(brokenIn(ask('rpm', { release: ['new 2-1; obsoletes old < 2'], channel }))).toEqual([
      'tool 1-1 needs old: old 1-1 is there, but something newer takes its place',
    ]);
    const kind = 'new 2-1; obsoletes old < 2; provides old = 1-1';
    expect(ask('rpm', { release: [kind], channel }).ok).toBe(true);
  });

  test('is broken by exactly those releases that make it impossible, however it comes about', () => {
    let broken = 0;
    fc.assert(
      fc.property(debUniverse, (controls) => {
        const [, ...channel] = debs(controls);
        const release = debs(controls).slice(0, 1);
        const layer = layerOf('the channel', channel);
        const before = universeOf('deb', [layer], 'newest');
        const after = universeOf('deb', [layerOf('this release', release), layer], 'newest');
        const expected = channel
          .filter((one) => before.isCandidate(one) && after.isCandidate(one))
          .filter((one) => bruteForce(one, before) && !bruteForce(one, after));
        const found = closure({ format: 'deb', release, channel: layer, base: [layerOf('base', [])] });
        expect(found.broken.map(({ name }) => name).toSorted()).toEqual(
          expected.map(({ name }) => name).toSorted(),
        );
        broken += expected.length;
      }),
      { numRuns: 600, seed: 20_261_128 },
    );
    expect(broken).toBeGreaterThan(5);
  });
});

const files: readonly (readonly ['deb' | 'rpm', string, Case, readonly string[]])[] = [
  [
    'deb',
    'two packages install it',
    { release: ['a 1; /usr/bin/x'], base: ['b 1; /usr/bin/x'] },
    ['/usr/bin/x'],
  ],
  [
    'deb',
    'the release replaces the other',
    { release: ['a 1; Replaces: b (<< 2); /x'], base: ['b 1; /x'] },
    [],
  ],
  [
    'deb',
    'the release replaces older ones only',
    { release: ['a 1; Replaces: b (<< 1); /x'], base: ['b 1; /x'] },
    ['/x'],
  ],
  [
    'deb',
    'the two are never installed together',
    { release: ['a 1; Conflicts: b; /x'], base: ['b 1; /x'] },
    [],
  ],
  ['deb', 'it is another version of the same package', { release: ['a 2; /x'], base: ['a 1; /x'] }, []],
  ['deb', 'an update removes the other', { release: ['a 2; /x'], channel: ['b 1; /x', 'b 2'] }, []],
  ['deb', 'both are in the release', { release: ['a 2; /x', 'b 1; /x'] }, ['/x']],
  [
    'rpm',
    'both have different contents',
    { release: ['a 2-1; /x file 00'], base: ['b 1-1; /x file 11'] },
    ['/x'],
  ],
  ['rpm', 'both have the same content', { release: ['a 2-1; /x file 00'], base: ['b 1-1; /x file 00'] }, []],
  ['rpm', 'it is a folder', { release: ['a 2-1; /x dir'], base: ['b 1-1; /x dir'] }, []],
  ['rpm', 'one only owns it', { release: ['a 2-1; /x file 00'], base: ['b 1-1; /x ghost'] }, []],
];

describe('A file', () => {
  test.each(files)('(%s) when %s', (format, _, asked, paths) => {
    const found = ask(format, asked);
    expect(found.fileConflicts.map(({ path }) => path)).toEqual(paths);
    expect(found.ok).toBe(paths.length === 0);
  });
});
