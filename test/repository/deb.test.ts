import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { buildDeb } from '../../app/demo/build-deb.ts';
import { memorySource } from '../../app/repository/byte-source.ts';
import { debLimits, readDeb } from '../../app/repository/deb.ts';
import { goodControl, hasProgram, piped, rawAr, rawDeb, rawTar } from './raw-package.ts';

const sample = {
  name: 'voms-clients',
  version: '1:2.1.0~rc3-4',
  architecture: 'amd64',
  maintainer: 'Product Team <team@provider.example>',
  depends: 'libc6 (>= 2.36), libvoms1',
  description: 'clients\n Longer text.\n .\n  - a list',
  files: { 'usr/bin/voms-proxy-init': '#!/bin/sh\n', 'usr/share/doc/voms-clients/README': 'read me\n' },
};

const mebibyte = 1024 * 1024;
const zeros = Buffer.alloc(96 * mebibyte);
const controlWith = (line: string) => ({ control: `${goodControl}${line}\n` });
const replaced = (from: string, to: string) => ({ control: goodControl.replace(from, to) });
const dataWith = (...entries: Parameters<typeof rawTar>[0]) => ({ dataTar: gzipSync(rawTar(entries)) });
const pax = rawTar([
  { path: 'pax', type: 'x', content: '20 path=usr/bin/tool\n' },
  { path: './x', content: 'x' },
]);

async function reasonOf(bytes: Uint8Array): Promise<string> {
  const read = await readDeb(memorySource(bytes));
  return read.ok ? 'taken' : read.reason;
}

describe('a Debian package', () => {
  test('tells its control fields in their order and the files it installs', async () => {
    const read = await readDeb(memorySource(buildDeb(sample)));
    expect(read).toMatchObject({
      ok: true,
      value: {
        name: 'voms-clients',
        version: '1:2.1.0~rc3-4',
        architecture: 'amd64',
        files: ['usr/bin/voms-proxy-init', 'usr/share/doc/voms-clients/README'],
      },
    });
    expect(read.ok && read.value.fields.map(([name]) => name)).toEqual([
      'Package',
      'Version',
      'Architecture',
      'Maintainer',
      'Installed-Size',
      'Depends',
      'Section',
      'Priority',
      'Description',
    ]);
    expect(read.ok && read.value.fields.at(-1)).toEqual(['Description', sample.description]);
  });

  test('built twice from the same content has the same bytes', () => {
    expect(Buffer.from(buildDeb(sample)).equals(buildDeb({ ...sample }))).toBe(true);
  });

  (hasProgram('dpkg-deb') ? describe : describe.skip)('with dpkg-deb', () => {
    test('built by us is read by dpkg-deb in the same way (needs dpkg-deb)', () => {
      const dir = mkdtempSync(join(tmpdir(), 'deb-'));
      const file = join(dir, 'sample.deb');
      writeFileSync(file, buildDeb(sample));
      expect(
        execFileSync('dpkg-deb', ['-f', file, 'Package', 'Version', 'Depends'], { encoding: 'utf8' }),
      ).toBe('Package: voms-clients\nVersion: 1:2.1.0~rc3-4\nDepends: libc6 (>= 2.36), libvoms1\n');
      execFileSync('dpkg-deb', ['-x', file, join(dir, 'root')]);
      expect(execFileSync('cat', [join(dir, 'root/usr/bin/voms-proxy-init')], { encoding: 'utf8' })).toBe(
        '#!/bin/sh\n',
      );
      rmSync(dir, { recursive: true });
    });
  });

  const kinds = ['none', 'gzip', 'xz', 'zstd'] as const;
  (hasProgram('dpkg-deb') ? describe : describe.skip)('with dpkg-deb', () => {
    test.each(kinds)('packed with %s by dpkg-deb is read (needs dpkg-deb)', async (kind) => {
      const dir = mkdtempSync(join(tmpdir(), 'deb-'));
      execFileSync('mkdir', ['-p', join(dir, 'root/DEBIAN'), join(dir, 'root/opt/a')]);
      writeFileSync(join(dir, 'root/DEBIAN/control'), goodControl);
      const long = `${'long-'.repeat(45)}name`;
      writeFileSync(join(dir, 'root/opt/a', long), 'x');
      writeFileSync(join(dir, 'root/opt/a/ünïcode'), 'y'.repeat(300_000));
      execFileSync('ln', ['-s', '../a', join(dir, 'root/opt/b')]);
      execFileSync(
        'dpkg-deb',
        [`-Z${kind}`, '--root-owner-group', '-b', join(dir, 'root'), join(dir, 'x.deb')],
        { stdio: 'ignore' },
      );
      const read = await readDeb(memorySource(execFileSync('cat', [join(dir, 'x.deb')])));
      rmSync(dir, { recursive: true });
      expect(read.ok && read.value.files.toSorted()).toEqual([`opt/a/${long}`, 'opt/a/ünïcode', 'opt/b']);
    });
  });
});

describe('a hostile package is refused:', () => {
  const good = rawDeb();

  test.each<[string, Uint8Array, RegExp]>([
    ['nothing at all', new Uint8Array(0), /not a Debian package/],
    ['some text', Buffer.from('hello, I am a package'), /not a Debian package/],
    ['cut in a member', good.subarray(0, good.length - 40), /cut short/],
    ['cut in a header', good.subarray(0, 8 + 30), /cut short/],
    [
      'a member longer than the file',
      rawAr([{ name: 'debian-binary', bytes: Buffer.from('2.0\n'), claims: '9999999999' }]),
      /longer than the file/,
    ],
    [
      'a negative size',
      rawAr([{ name: 'debian-binary', bytes: Buffer.from('2.0\n'), claims: '-4' }]),
      /not a number/,
    ],
    [
      'a size in hexadecimal',
      rawAr([{ name: 'debian-binary', bytes: Buffer.from('2.0\n'), claims: '0x4' }]),
      /not a number/,
    ],
    [
      'a header without its end mark',
      Buffer.from(good.toString('latin1').replace('`\n', 'xx'), 'latin1'),
      /no end mark/,
    ],
    [
      'a member name with a path',
      rawAr([{ name: '../../etc/x', bytes: Buffer.from('') }]),
      /a member with the name/,
    ],
    [
      'too many members',
      rawAr(Array.from({ length: 40 }, (_, i) => ({ name: `_m${String(i)}`, bytes: Buffer.from('') }))),
      /too many members/,
    ],
    [
      'members in another order',
      rawAr([
        { name: 'control.tar.gz', bytes: Buffer.from('') },
        { name: 'debian-binary', bytes: Buffer.from('2.0\n') },
      ]),
      /debian-binary is not its first/,
    ],
    [
      'no data member',
      rawAr([
        { name: 'debian-binary', bytes: Buffer.from('2.0\n') },
        { name: 'control.tar.gz', bytes: gzipSync(rawTar([{ path: 'control', content: goodControl }])) },
      ]),
      /no data\.tar/,
    ],
    [
      'a second data member',
      Buffer.concat([good, rawAr([{ name: 'data.tar.gz', bytes: Buffer.from('') }]).subarray(8)]),
      /unknown member/,
    ],
    ['format 3', rawDeb({ format: '3.0\n' }), /version 2/],
    ['bzip2', rawDeb({ dataName: 'data.tar.bz2' }), /use gzip, xz or zstd/],
    ['damaged gzip', rawDeb({ dataTar: Buffer.from('not gzip at all') }), /damaged/],
    [
      'gzip damaged long before its end',
      rawDeb({ dataTar: Buffer.concat([gzipSync(rawTar([])), Buffer.alloc(100_000, 'not gzip')]) }),
      /damaged/,
    ],
    [
      'xz damaged long before its end',
      rawDeb({ dataName: 'data.tar.xz', dataTar: Buffer.alloc(100_000, 'x') }),
      /damaged/,
    ],
    [
      'gzip cut short',
      rawDeb({ dataTar: gzipSync(rawTar([{ path: 'a', content: 'x'.repeat(9000) }])).subarray(0, 60) }),
      /cut short/,
    ],
    ['damaged xz', rawDeb({ dataName: 'data.tar.xz', dataTar: Buffer.from('not xz at all') }), /damaged/],
    ['empty xz', rawDeb({ dataName: 'data.tar.xz', dataTar: Buffer.alloc(0) }), /damaged/],
    ['damaged zstd', rawDeb({ dataName: 'data.tar.zst', dataTar: Buffer.from('not zstd at all') }), /zstd/],
    [
      'no control file',
      rawDeb({ controlTar: gzipSync(rawTar([{ path: './postinst', content: 'x' }])) }),
      /no control file/,
    ],
    [
      'two control files',
      rawDeb({
        controlTar: gzipSync(
          rawTar([
            { path: './control', content: goodControl },
            { path: 'control', content: goodControl },
          ]),
        ),
      }),
      /twice/,
    ],
    [
      'a control file that is a link',
      rawDeb({ controlTar: gzipSync(rawTar([{ path: './control', type: '2', linkTo: '/etc/passwd' }])) }),
      /not a plain file/,
    ],
    [
      'a control file of 2 MiB',
      rawDeb({ control: `${goodControl}X: ${'y'.repeat(2 * mebibyte)}\n` }),
      /too long/,
    ],
    [
      'a control file that is not UTF-8',
      rawDeb({
        control: Buffer.concat([Buffer.from(goodControl), Buffer.from([0x58, 0x3a, 0x20, 0xff, 0x0a])]),
      }),
      /not UTF-8/,
    ],
    ['a control file with NUL', rawDeb(controlWith('X: a\0b')), /control character/],
    ['a carriage return', rawDeb(controlWith('X: a\rSHA256: 00')), /control character/],
    ['a line separator', rawDeb(controlWith('X: a\u2028b')), /control character/],
    ['a field twice', rawDeb(controlWith('Version: 9')), /twice/],
    ['a field twice in other case', rawDeb(controlWith('VERSION: 9')), /twice/],
    ['a second paragraph', rawDeb(controlWith('\nPackage: other')), /more than one paragraph/],
    ['an empty line of spaces', rawDeb(controlWith('  \nPackage: other')), /more than one paragraph/],
    [
      'a last line that does not end',
      rawDeb({ control: goodControl.trimEnd() }),
      /does not end with a newline/,
    ],
    ['a line that is no field', rawDeb(controlWith('just words')), /odd line/],
    ['a million newlines', rawDeb(controlWith(`${'\n'.repeat(1_000_000)}x`)), /more than one paragraph/],
    ['a comment', rawDeb(controlWith('#X: y')), /odd line/],
    ['a Filename of its own', rawDeb(controlWith('Filename: pool/evil.deb')), /belongs to an index/],
    ['a digest of its own', rawDeb(controlWith(`SHA256: ${'0'.repeat(64)}`)), /belongs to an index/],
    ['a size of its own in other case', rawDeb(controlWith('SIZE: 1')), /belongs to an index/],
    ['a newline in the version', rawDeb(replaced('2.1.0-1', '2.1.0-1\n Evil: yes')), /not a Debian version/],
    ['a slash in the version', rawDeb(replaced('2.1.0-1', '2/../1')), /not a Debian version/],
    ['a version of letters', rawDeb(replaced('2.1.0-1', 'latest')), /not a Debian version/],
    ['an enormous epoch', rawDeb(replaced('2.1.0-1', '9999999999:1')), /not a Debian version/],
    ['no version', rawDeb(replaced('Version: 2.1.0-1\n', '')), /not a Debian version/],
    ['an upper-case name', rawDeb(replaced('Package: voms', 'Package: Voms')), /not a name/],
    ['a path as name', rawDeb(replaced('Package: voms', 'Package: ../voms')), /not a name/],
    ['a name with a look-alike letter', rawDeb(replaced('Package: voms', 'Package: vоms')), /not a name/],
    ['a name like an option', rawDeb(replaced('Package: voms', 'Package: --help')), /not a name/],
    ['a very long name', rawDeb(replaced('Package: voms', `Package: ${'v'.repeat(400)}`)), /not a name/],
    ['two architectures', rawDeb(replaced('amd64', 'amd64 i386')), /not one architecture/],
    ['an architecture with a slash', rawDeb(replaced('amd64', '../x')), /not one architecture/],
    [
      'a path that climbs',
      rawDeb(dataWith({ path: './../../etc/cron.d/x', content: 'x' })),
      /not a plain path/,
    ],
    [
      'a path that climbs inside',
      rawDeb(dataWith({ path: './usr/../../etc/x', content: 'x' })),
      /not a plain path/,
    ],
    ['an absolute path', rawDeb(dataWith({ path: '/etc/passwd', content: 'x' })), /not a plain path/],
    ['an empty path component', rawDeb(dataWith({ path: './usr//x', content: 'x' })), /not a plain path/],
    ['a newline in a path', rawDeb(dataWith({ path: './usr/a\nb', content: 'x' })), /control character/],
    [
      'a file with the name of a folder',
      rawDeb(dataWith({ path: './usr/x/', content: 'x' })),
      /that of a folder/,
    ],
    ['a path that is not UTF-8', rawDeb(dataWith({ path: './usr/\u00ff', content: 'x' })), /not UTF-8/],
    [
      'a hard link that is a path twice',
      rawDeb(dataWith({ path: './a', content: 'x' }, { path: './a', type: '1', linkTo: './b' })),
      /twice/,
    ],
    ['a device', rawDeb(dataWith({ path: './dev/sda', type: '4' })), /such as a device/],
    ['a pipe', rawDeb(dataWith({ path: './run/p', type: '6' })), /such as a device/],
    ['pax headers, which dpkg does not read either', rawDeb({ dataTar: gzipSync(pax) }), /pax header/],
    [
      'a path through a symbolic link',
      rawDeb(dataWith({ path: './a', type: '2', linkTo: '/etc' }, { path: './a/passwd', content: 'x' })),
      /through a symbolic link/,
    ],
    [
      'a path through a link that comes later',
      rawDeb(dataWith({ path: './a/passwd', content: 'x' }, { path: './a', type: '2', linkTo: '/etc' })),
      /through a symbolic link/,
    ],
    [
      'a long name that is too long',
      rawDeb(dataWith({ path: '././@LongLink', type: 'L', content: 'a'.repeat(10_000) })),
      /too long/,
    ],
    [
      'a long name that claims gigabytes',
      rawDeb(dataWith({ path: '././@LongLink', type: 'L', claims: 8 ** 10 })),
      /too long/,
    ],
    [
      'an entry that claims more than there is',
      rawDeb(dataWith({ path: './a', claims: 100_000 })),
      /cut short/,
    ],
    ['no end mark', rawDeb({ dataTar: gzipSync(rawTar([{ path: './a' }]).subarray(0, 512)) }), /cut short/],
    [
      'bytes after the end',
      rawDeb({ dataTar: gzipSync(Buffer.concat([rawTar([]), rawTar([{ path: './a' }])])) }),
      /followed by other bytes/,
    ],
    [
      'a wrong sum',
      rawDeb({
        dataTar: gzipSync(
          Buffer.from(
            rawTar([{ path: './a' }])
              .toString('latin1')
              .replace('./a', './b'),
            'latin1',
          ),
        ),
      }),
      /sum of a header/,
    ],
    [
      'too many entries',
      rawDeb(dataWith(...Array.from({ length: 100_001 }, (_, i) => ({ path: `./${String(i)}` })))),
      /too many entries/,
    ],
    [
      'a gzip bomb as data',
      rawDeb({ dataTar: gzipSync(rawTar([{ path: './zeros', content: zeros }])) }),
      /unpacks to more than/,
    ],
    [
      'a gzip bomb as control',
      rawDeb({ controlTar: gzipSync(rawTar([{ path: './zeros', content: zeros }])) }),
      /unpacks to more than/,
    ],
    [
      'a gzip bomb in many members',
      rawDeb({
        dataTar: Buffer.concat(Array.from({ length: 96 }, () => gzipSync(zeros.subarray(0, mebibyte)))),
      }),
      /tar|unpacks/,
    ],
  ])(
    '%s',
    async (_, bytes, reason) => {
      expect(await reasonOf(bytes)).toMatch(reason);
    },
    30_000,
  );

  const bombs = [
    ['xz', 'data.tar.xz', 'xz', ['-9']],
    ['zstd', 'data.tar.zst', 'zstd', ['-19']],
    ['zstd that ran-length encodes', 'data.tar.zst', 'zstd', ['-1']],
  ] as const;
  for (const [name, member, program, args] of bombs) {
    (hasProgram(program) ? describe : describe.skip)(`with ${program}`, () => {
      test(`a bomb packed with ${name} (needs ${program}), within two seconds`, async () => {
        const packed = piped(program, args, rawTar([{ path: './zeros', content: zeros }]));
        // Processor time, not the clock's: the machine may be busy with something else.
        const started = process.cpuUsage();
        expect(await reasonOf(rawDeb({ dataName: member, dataTar: packed }))).toMatch(/unpacks to more than/);
        const { user, system } = process.cpuUsage(started);
        expect((user + system) / 1000).toBeLessThan(2000);
      });
    });
  }

  (hasProgram('zstd') ? describe : describe.skip)('with zstd', () => {
    test('zstd with a window of 128 MiB or more than one frame (needs zstd)', async () => {
      const tar = rawTar([{ path: './a', content: 'x'.repeat(10_000) }]);
      const wide = piped('zstd', ['--long=27', '--ultra', '-22'], zeros);
      const frame = piped('zstd', [], tar);
      expect(await reasonOf(rawDeb({ dataName: 'data.tar.zst', dataTar: wide }))).toMatch(/window|unpacks/);
      expect(
        await reasonOf(rawDeb({ dataName: 'data.tar.zst', dataTar: Buffer.concat([frame, frame]) })),
      ).toMatch(/followed by other bytes/);
      expect(await reasonOf(rawDeb({ dataName: 'data.tar.zst', dataTar: frame }))).toBe('taken');
    });
  });

  (hasProgram('xz') ? describe : describe.skip)('with xz', () => {
    test('xz that is cut short, and the next package is read all the same (needs xz)', async () => {
      const packed = piped('xz', [], rawTar([{ path: './a', content: 'x'.repeat(10_000) }]));
      expect(
        await reasonOf(rawDeb({ dataName: 'data.tar.xz', dataTar: packed.subarray(0, packed.length - 14) })),
      ).toMatch(/cut short/);
      expect(await reasonOf(rawDeb({ dataName: 'data.tar.xz', dataTar: packed }))).toBe('taken');
    });
  });

  test('with any bytes changed, added or left out it is taken or refused, and nothing is thrown', async () => {
    const bytes = buildDeb({ ...sample, files: { 'usr/bin/x': 'x' } });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ at: fc.nat(bytes.length - 1), to: fc.nat(255) }), {
          minLength: 1,
          maxLength: 6,
        }),
        fc.nat(bytes.length),
        async (changes, length) => {
          const changed = Buffer.from(bytes).subarray(0, length % 3 === 0 ? length : bytes.length);
          for (const { at, to } of changes) if (at < changed.length) changed[at] = to;
          expect(typeof (await readDeb(memorySource(changed))).ok).toBe('boolean');
        },
      ),
      { numRuns: 1500 },
    );
  }, 60_000);

  test('an unreadable disk is an outage, not a refusal', async () => {
    const bytes = rawDeb();
    const source = {
      size: bytes.length,
      read: (offset: number, length: number) =>
        offset > 200
          ? Promise.reject(new Error('EIO'))
          : Promise.resolve(bytes.subarray(offset, offset + length)),
    };
    await expect(readDeb(source)).rejects.toThrow('EIO');
  });

  test('the limits are those of trust.md 8.5', () => {
    expect(debLimits).toMatchObject({
      maximumControlFile: mebibyte,
      data: { maximumBytes: 8 * 1024 * mebibyte, ratio: 200 },
      tar: { maximumEntries: 100_000, maximumPath: 4096 },
    });
  });
});
