import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { memorySource } from '../../app/repository/byte-source.ts';
import {
  readTarball,
  tarballLimits,
  tarballPacking,
  type TarballFacts,
} from '../../app/repository/tarball.ts';
import { hasProgram, rawTar, type RawEntry } from './raw-package.ts';

async function factsOf(bytes: Uint8Array, name = 'voms-2.1.0.tar'): Promise<TarballFacts> {
  const read = await readTarball(memorySource(bytes), name);
  if (!read.ok) throw new Error(read.reason);
  return read.value;
}
async function reasonOf(bytes: Uint8Array, name = 'voms-2.1.0.tar', limits = tarballLimits): Promise<string> {
  const read = await readTarball(memorySource(bytes), name, limits);
  return read.ok ? 'taken' : read.reason;
}
/** A pax header with records as `keyword=value`, their length put in front. */
function pax(...records: readonly string[]): RawEntry {
  return { path: 'PaxHeaders/x', type: 'x', content: records.map(record).join('') };
}
function record(text: string): string {
  const rest = Buffer.byteLength(text) + 2;
  const length = [1, 2, 3, 4, 5]
    .map((digits) => rest + digits)
    .find((sum) => rest + String(sum).length === sum);
  return `${String(length)} ${text}\n`;
}

describe('A release tarball', () => {
  let folder = '';
  const long = `${'deep/'.repeat(30)}${'long-'.repeat(20)}name`;
  const run = (script: string): void => {
    execFileSync('sh', ['-euc', script], { cwd: folder, stdio: 'pipe' });
  };
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'tarball-'));
    run(`mkdir -p voms-1/bin voms-1/lib/x '${`voms-1/${long}`.slice(0, `voms-1/${long}`.lastIndexOf('/'))}'
      echo '#!/bin/sh' > voms-1/bin/voms; seq 100000 > voms-1/lib/numbers; echo ö > voms-1/bin/ümlaut
      ln -s ../bin/voms voms-1/lib/link; ln voms-1/bin/voms voms-1/bin/zz-hard; echo x > 'voms-1/${long}'`);
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const expected = {
    'voms-1/bin/voms': 'file',
    'voms-1/bin/zz-hard': 'hard-link',
    'voms-1/bin/ümlaut': 'file',
    'voms-1/lib/link': 'symbolic-link',
    'voms-1/lib/numbers': 'file',
    [`voms-1/${long}`]: 'file',
  };
  const packings = [
    ['', 'cat'],
    ['.gz', 'gzip'],
    ['.xz', 'xz'],
    ['.zst', 'zstd'],
  ] as const;
  const programs = ['tar', 'gzip', 'xz', 'zstd'].every(hasProgram) ? describe : describe.skip;
  programs('of tar', () => {
    test.each(
      ['gnu', 'pax', 'posix'].flatMap((format) =>
        packings.map(([ending, program]) => [format, ending, program]),
      ),
    )(
      'in the format %s, packed as "%s", tells what is in it (needs tar, gzip, xz, zstd)',
      async (format, ending, program) => {
        run(`tar --format=${format} --sort=name -c voms-1 | ${program} > 'voms-1.tar${ending}'`);
        const { entries, packing, contentSize } = await factsOf(
          readFileSync(join(folder, `voms-1.tar${ending}`)),
          `voms-1.tar${ending}`,
        );
        expect(packing).toBe(ending);
        const others = entries.filter(({ type }) => type !== 'folder');
        expect(Object.fromEntries(others.map(({ path, type }) => [path, type]))).toEqual(expected);
        expect(entries.find(({ path }) => path.endsWith('numbers'))?.size).toBe(588_895);
        expect(contentSize).toBe(588_895 + 10 + 3 + 2);
      },
    );
  });

  test('of git archive, which says its commit in a header for all entries, is read', async () => {
    run(`git init -q repository; cd repository; echo 1 > file; git add file
      git -c user.name=a -c user.email=a@b.example -c commit.gpgsign=false commit -qm x; git archive --prefix=v/ HEAD -o ../v.tar.gz`);
    const { entries } = await factsOf(readFileSync(join(folder, 'v.tar.gz')), 'v.tar.gz');
    expect(entries).toEqual([
      { path: 'v', type: 'folder', size: 0 },
      { path: 'v/file', type: 'file', size: 2 },
    ]);
  });

  test('may say a size in its pax header that a header has no room for', async () => {
    const large = rawTar([pax('size=8589934592'), { path: 'v/large', claims: 0 }]).subarray(0, -1024);
    // The content of 8 GiB is missing, so this is where it ends.
    expect(await reasonOf(large)).toMatch(/cut short/);
  });

  test.each([
    ['voms-2.1.0.tar', ''],
    ['voms_2.1.0~rc1+git.tar.gz', '.gz'],
    ['Voms.tgz', '.gz'],
    ['voms.tar.xz', '.xz'],
    ['voms.txz', '.xz'],
    ['voms.tar.zst', '.zst'],
  ])('may be called %s', (name, packing) => {
    expect(tarballPacking(name)).toBe(packing);
  });

  test.each([
    '',
    '.tar',
    '.tar.gz',
    'voms',
    'voms.zip',
    'voms.tar.bz2',
    'voms.tar.gz.exe',
    '-voms.tar',
    '.voms.tar',
    '../voms.tar',
    'a/b.tar',
    'a\\b.tar',
    'a..tar',
    'a b.tar',
    'a\n.tar',
    'a\0.tar',
    'a%2f.tar',
    'a;b.tar',
    'a&b.tar',
    'vоms.tar',
    'voms\u202erat.tar',
    'ümlaut.tar',
    `${'v'.repeat(200)}.tar`,
    'CON:.tar',
    '$(id).tar',
    '`id`.tar',
    '~voms.tar',
    'voms.tar ',
    'voms.TAR',
  ])('may not be called %j', async (name) => {
    expect(tarballPacking(name)).toBeUndefined();
    expect(await reasonOf(rawTar([{ path: 'a', content: 'x' }]), name)).toMatch(
      /is not that of a release tarball/,
    );
  });
});

describe('A hostile tarball is refused:', () => {
  const file = { path: 'v/file', content: 'x' };
  /** An archive with a text in its first header, and the sum of that right again. */
  function changedField(offset: number, value: string): Buffer {
    const tar = rawTar([file]);
    tar.write(value, offset);
    tar.write('        ', 148);
    const sum = tar.subarray(0, 512).reduce((total, byte) => total + byte, 0);
    tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return tar;
  }

  test('while what it is made from is taken', async () => {
    expect(await reasonOf(rawTar([file]))).toBe('taken');
    expect(
      await reasonOf(rawTar([pax('path=v/other', 'mtime=1.5', 'SCHILY.xattr.user.x=\u0001\n='), file])),
    ).toBe('taken');
    expect(await reasonOf(rawTar([file, { path: 'v/link', type: '2', linkTo: '../v/file' }]))).toBe('taken');
    expect(await reasonOf(rawTar([file, { path: 'v/hard', type: '1', linkTo: './v/file' }]))).toBe('taken');
  });

  const link = (path: string, linkTo: string, type = '2'): Buffer => rawTar([file, { path, type, linkTo }]);
  test.each<[string, Uint8Array, RegExp]>([
    ['nothing at all', new Uint8Array(0), /cut short/],
    ['text', Buffer.from('I am a tarball'.repeat(100)), /damaged/],
    ['cut short', rawTar([file]).subarray(0, -1024), /cut short/],
    ['other bytes after it', Buffer.concat([rawTar([file]), rawTar([file])]), /followed by other bytes/],
    ['a path that climbs', rawTar([{ path: '../x', content: 'x' }]), /not a plain path/],
    ['a path that climbs inside', rawTar([{ path: 'v/../../x', content: 'x' }]), /not a plain path/],
    ['an absolute path', rawTar([{ path: '/etc/x', content: 'x' }]), /not a plain path/],
    ['a path that climbs in a pax header', rawTar([pax('path=../../x'), file]), /not a plain path/],
    ['an absolute path in a pax header', rawTar([pax('path=/etc/x'), file]), /not a plain path/],
    ['a control character in a pax path', rawTar([pax('path=a\u001bb'), file]), /control character/],
    ['a NUL in a pax path', rawTar([pax('path=a\0b'), file]), /pax header is wrong/],
    ['an empty pax path', rawTar([pax('path='), file]), /pax header is wrong/],
    [
      'a pax path of latin-1',
      rawTar([{ path: 'x', type: 'x', content: Buffer.from('9 path=\xe9\n', 'latin1') }, file]),
      /not UTF-8/,
    ],
    ['a pax path too long', rawTar([pax(`path=${'a'.repeat(5000)}`), file]), /too long/],
    [
      'a pax header of a megabyte',
      rawTar([pax(`comment=${'a'.repeat(1_000_000)}`), file]),
      /pax headers that are too long/,
    ],
    [
      'a pax header of too many records',
      rawTar([pax(...Array.from({ length: 257 }, (_, at) => `key${String(at)}=x`)), file]),
      /too many records/,
    ],
    ['a pax header before nothing', rawTar([file, pax('path=a')]), /cut short/],
    ['two pax headers for one entry', rawTar([pax('path=a'), pax('path=b'), file]), /says twice/],
    [
      'a pax header and a long name',
      rawTar([pax('path=a'), { path: 'L', type: 'L', content: 'b\0' }, file]),
      /says twice/,
    ],
    [
      'a long name and a pax header',
      rawTar([{ path: 'L', type: 'L', content: 'b\0' }, pax('path=a'), file]),
      /says twice/,
    ],
    [
      'two long names',
      rawTar([{ path: 'L', type: 'L', content: 'b\0' }, { path: 'L', type: 'L', content: 'c\0' }, file]),
      /says twice/,
    ],
    ['a key twice', rawTar([pax('path=a', 'path=b'), file]), /pax header is wrong/],
    ['another size in the pax header', rawTar([pax('size=1024'), { ...file, claims: 0 }]), /two sizes/],
    ['a pax size of letters', rawTar([pax('size=0x10'), file]), /pax header is wrong/],
    ['a negative pax size', rawTar([pax('size=-1'), file]), /pax header is wrong/],
    ['a pax size beyond all numbers', rawTar([pax('size=9999999999999999'), file]), /pax header is wrong/],
    ['a path for all entries', rawTar([{ ...pax('path=a'), type: 'g' }, file]), /all its entries/],
    ['a size for all entries', rawTar([{ ...pax('size=1'), type: 'g' }, file]), /all its entries/],
    ['a sparse file', rawTar([pax('GNU.sparse.major=1', 'GNU.sparse.name=../x'), file]), /sparse/],
    ['a sparse file of old GNU tar', rawTar([{ ...file, type: 'S' }]), /type "S"/],
    ['another character set', rawTar([pax('hdrcharset=BINARY'), file]), /character set/],
    [
      'a pax record longer than the header',
      rawTar([{ path: 'x', type: 'x', content: '99 path=a\n' }, file]),
      /pax header is wrong/,
    ],
    [
      'a pax record without a length',
      rawTar([{ path: 'x', type: 'x', content: 'path=a\n' }, file]),
      /pax header is wrong/,
    ],
    [
      'a pax record of length 0',
      rawTar([{ path: 'x', type: 'x', content: '0 path=a\n' }, file]),
      /pax header is wrong/,
    ],
    [
      'a pax record without a newline',
      rawTar([{ path: 'x', type: 'x', content: '9 path=ab' }, file]),
      /pax header is wrong/,
    ],
    [
      'a pax record without a value',
      rawTar([{ path: 'x', type: 'x', content: '7 path\n' }, file]),
      /pax header is wrong/,
    ],
    ['a symbolic link out of it', link('v/l', '../../etc/passwd'), /leads out of the tarball/],
    ['an absolute symbolic link', link('v/l', '/etc/passwd'), /leads out of the tarball/],
    ['a symbolic link that climbs after a name', link('v/l', 'a/b/../../../..'), /leads out of the tarball/],
    ['a symbolic link to its parent at the top', link('l', '..'), /leads out of the tarball/],
    ['a symbolic link to nothing', link('v/l', ''), /leads out of the tarball/],
    [
      'a pax target out of it',
      rawTar([pax('linkpath=../../x'), { path: 'v/l', type: '2', linkTo: 'a' }]),
      /leads out of the tarball/,
    ],
    [
      'a long target out of it',
      rawTar([
        { path: 'K', type: 'K', content: '../../x\0' },
        { path: 'v/l', type: '2', linkTo: 'a' },
      ]),
      /leads out of the tarball/,
    ],
    [
      'a path through a symbolic link',
      rawTar([
        { path: 'v/l', type: '2', linkTo: 'sub' },
        { path: 'v/l/x', content: 'x' },
      ]),
      /through a symbolic link/,
    ],
    ['a hard link to what is outside', link('v/l', '/etc/passwd', '1'), /no file before it/],
    ['a hard link that climbs', link('v/l', '../x', '1'), /no file before it/],
    [
      'a hard link to a later file',
      rawTar([{ path: 'v/l', type: '1', linkTo: 'v/file' }, file]),
      /no file before it/,
    ],
    [
      'a hard link to a symbolic link',
      rawTar([
        { path: 'v/s', type: '2', linkTo: 'x' },
        { path: 'v/l', type: '1', linkTo: 'v/s' },
      ]),
      /no file before it/,
    ],
    [
      'a symbolic link with content',
      rawTar([{ path: 'v/l', type: '2', linkTo: 'x', content: 'x' }]),
      /with content/,
    ],
    ['a folder with content', rawTar([{ path: 'v/d/', type: '5', content: 'x' }]), /with content/],
    [
      'a hard link with content',
      rawTar([file, { path: 'v/l', type: '1', linkTo: 'v/file', content: 'x' }]),
      /with content/,
    ],
    [
      'a long name that is not ended',
      rawTar([{ path: 'L', type: 'L', content: 'v/longer' }, file]),
      /not ended/,
    ],
    [
      'a long name that ends twice',
      rawTar([{ path: 'L', type: 'L', content: 'v/a\0b\0' }, file]),
      /not ended/,
    ],
    ['a long name that is empty', rawTar([{ path: 'L', type: 'L', content: '' }, file]), /empty/],
    ['a file with the name of a folder', rawTar([{ path: 'v/file/', content: 'x' }]), /that of a folder/],
    ['a mode of letters', changedField(100, 'rw-r--r'), /a number of a header is none/],
    ['an owner of letters', changedField(108, 'root'), /a number of a header is none/],
    ['a time of letters', changedField(136, 'yesterday'), /a number of a header is none/],
    ['a path in two parts where tar of GNU has none', changedField(345, '../..'), /in two parts/],
    ['a device', rawTar([{ path: 'v/d', type: '3' }]), /type "3"/],
    ['a pipe', rawTar([{ path: 'v/p', type: '6' }]), /type "6"/],
    ['a path twice', rawTar([file, file]), /twice/],
    [
      'a path twice, once in a pax header',
      rawTar([file, pax('path=v/file'), { path: 'other', content: 'x' }]),
      /twice/,
    ],
  ])('%s', async (_what, bytes, reason) => {
    expect(await reasonOf(bytes)).toMatch(reason);
  });

  test('one that unpacks to more than its limits, while as much as they allow is taken', async () => {
    const bytes = rawTar([{ path: 'v/zeros', content: Buffer.alloc(100_000) }]);
    const limits = (maximumBytes: number): typeof tarballLimits => ({
      ...tarballLimits,
      expansion: { maximumBytes, ratio: 200, freeBytes: maximumBytes },
    });
    expect(await reasonOf(gzipSync(bytes), 'v.tar.gz', limits(bytes.length))).toBe('taken');
    expect(await reasonOf(gzipSync(bytes), 'v.tar.gz', limits(bytes.length - 1))).toMatch(
      /unpacks to more than/,
    );
  });

  test('one of which a part packs three times better than the whole may, while twice is taken', async () => {
    // One random byte in `every`, and in the end enough of them alone that the whole packs less than 2:1.
    const content = (every: number, size: number): Buffer =>
      Buffer.concat([
        Buffer.concat(
          Array.from({ length: size / 1000 }, () =>
            Buffer.concat([randomBytes(1000 / every), Buffer.alloc(1000 - 1000 / every)]),
          ),
        ),
        randomBytes(size),
      ]);
    const packed = (every: number, size: number): Buffer =>
      gzipSync(rawTar([{ path: 'v/file', content: content(every, size) }]));
    const limits = { ...tarballLimits, expansion: { maximumBytes: 1 << 24, ratio: 2, freeBytes: 0 } };
    expect(await reasonOf(packed(4, 400_000), 'v.tar.gz', limits)).toBe('taken');
    expect(await reasonOf(packed(20, 2_000_000), 'v.tar.gz', limits)).toMatch(/more than 2 times its size/);
  });
});
