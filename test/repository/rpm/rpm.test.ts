import { describe, expect, test } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildRpm, type RpmContent } from '../../../app/demo/build-rpm.ts';
import { binary, numbers, rpmHeader, seals, text, texts, type RpmTag } from '../../../app/demo/rpm-file.ts';
import { memorySource } from '../../../app/repository/byte-source.ts';
import { evr, nevra, rpmFileName } from '../../../app/repository/rpm/nevra.ts';
import { readRpm, rpmLimits, type RpmFacts } from '../../../app/repository/rpm/rpm.ts';
import { hasProgram } from '../raw-package.ts';
import { rawDependencies, rawFiles, rawRpm } from './raw-rpm.ts';

const sample: RpmContent = {
  name: 'voms-clients',
  epoch: 2,
  version: '2.1.0~rc3',
  release: '4.el9',
  architecture: 'noarch',
  packager: 'Product Team <team@provider.example>',
  summary: 'clients',
  description: 'Longer text.\nIn lines.',
  requires: ['voms-libs >= 2:2.1-1', 'bash'],
  provides: ['voms(clients) = 2'],
  conflicts: ['voms-old < 2'],
  obsoletes: ['voms-c'],
  changelog: [{ time: 1_700_000_000, author: 'A <a@b.example> - 2.1', text: '- a change' }],
  scriptlets: { post: 'echo installed\n' },
  files: { 'usr/bin/voms-proxy-init': '#!/bin/sh\n', 'etc/voms/voms.conf': 'a=1\n' },
};

async function factsOf(bytes: Uint8Array): Promise<RpmFacts> {
  const read = await readRpm(memorySource(bytes));
  if (!read.ok) throw new Error(read.reason);
  return read.value;
}

async function reasonOf(bytes: Uint8Array, limits = rpmLimits): Promise<string> {
  const read = await readRpm(memorySource(bytes), limits);
  return read.ok ? 'taken' : read.reason;
}

describe('An rpm package', () => {
  test('tells who it is, what it needs and gives, its files, changes and scriptlets', async () => {
    const facts = await factsOf(buildRpm(sample));
    expect(facts).toMatchObject({
      name: 'voms-clients',
      epoch: 2,
      version: '2.1.0~rc3',
      release: '4.el9',
      architecture: 'noarch',
      summary: 'clients',
      description: 'Longer text.\nIn lines.',
      license: 'Apache-2.0',
      packager: 'Product Team <team@provider.example>',
      sourceRpm: 'voms-clients-2.1.0~rc3-4.el9.src.rpm',
      sizes: { installed: 14 },
      conflicts: [{ name: 'voms-old', flags: 'LT', version: '2' }],
      obsoletes: [{ name: 'voms-c' }],
      changelog: [{ time: 1_700_000_000, author: 'A <a@b.example> - 2.1', text: '- a change' }],
      scriptlets: [{ kind: 'post', interpreter: '/bin/sh', text: 'echo installed\n' }],
      files: [
        { path: '/etc/voms/voms.conf', type: 'file' },
        { path: '/usr/bin/voms-proxy-init', type: 'file' },
      ],
    });
    expect(facts.requires).toContainEqual({ name: '/bin/sh', pre: true });
    expect(facts.requires).toContainEqual({
      name: 'voms-libs',
      flags: 'GE',
      epoch: '2',
      version: '2.1',
      release: '1',
    });
    expect(facts.provides).toEqual([
      { name: 'voms(clients)', flags: 'EQ', version: '2' },
      { name: 'voms-clients', flags: 'EQ', epoch: '2', version: '2.1.0~rc3', release: '4.el9' },
    ]);
  });

  test('built twice from the same content has the same bytes', () => {
    expect(Buffer.from(buildRpm(sample)).equals(buildRpm({ ...sample }))).toBe(true);
  });

  test('has one canonical name with its epoch, and a file name without it', async () => {
    const facts = await factsOf(buildRpm(sample));
    expect(nevra(facts)).toBe('voms-clients-2:2.1.0~rc3-4.el9.noarch');
    expect(evr(facts)).toBe('2:2.1.0~rc3-4.el9');
    expect(rpmFileName(facts)).toBe('voms-clients-2.1.0~rc3-4.el9.noarch.rpm');
    expect(nevra({ ...facts, epoch: 0 })).toBe('voms-clients-0:2.1.0~rc3-4.el9.noarch');
    expect(evr({ ...facts, epoch: 0 })).toBe('2.1.0~rc3-4.el9');
  });

  test('that is a source package says so by its architecture', async () => {
    const files = rawFiles([{ folder: '', name: 'voms.spec' }]);
    const bytes = rawRpm([numbers(1106, [1]), ...files], { isSource: true, without: [1044] });
    const { architecture, files: listed } = await factsOf(bytes);
    expect({ architecture, listed }).toEqual({
      architecture: 'src',
      listed: [{ path: 'voms.spec', type: 'file' }],
    });
  });

  test('shows triggers too, and no control characters of a scriptlet', async () => {
    const bytes = rawRpm([
      text(1023, 'echo \u001b[31mred\u009b'),
      texts(1085, ['/bin/sh', '-e']),
      texts(1065, ['echo a', 'echo b']),
      texts(1092, ['/bin/sh', '<lua>']),
    ]);
    expect((await factsOf(bytes)).scriptlets).toEqual([
      { kind: 'pre', interpreter: '/bin/sh -e', text: 'echo \ufffd[31mred\ufffd' },
      { kind: 'trigger', interpreter: '/bin/sh', text: 'echo a' },
      { kind: 'trigger', interpreter: '<lua>', text: 'echo b' },
    ]);
  });

  (hasProgram('rpm') ? describe : describe.skip)('with rpm', () => {
    test('built by us passes the checks of rpm and tells it the same (needs rpm)', () => {
      const folder = mkdtempSync(join(tmpdir(), 'rpm-'));
      const file = join(folder, 'sample.rpm');
      writeFileSync(file, buildRpm(sample));
      const rpm = (...args: readonly string[]): string =>
        execFileSync('rpm', [...args, file], {
          encoding: 'utf8',
          env: { ...process.env, LC_ALL: 'C.UTF-8' },
        });
      const answers = [
        rpm('--checksig', '-v').split('\n').slice(1),
        rpm('-qp', '--queryformat', '%{NEVRA} %{SUMMARY} %{SIZE}'),
        rpm('-qpl'),
        rpm('-qp', '--requires'),
        rpm('-qp', '--conflicts', '--obsoletes'),
        execFileSync('sh', ['-c', 'rpm2archive - < "$0" | tar -xzO ./usr/bin/voms-proxy-init', file], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        }),
      ];
      rmSync(folder, { recursive: true });
      expect(answers).toEqual([
        [
          '    Header SHA256 digest: OK',
          '    Header SHA1 digest: OK',
          '    Payload SHA256 digest: OK',
          '    MD5 digest: OK',
          '',
        ],
        'voms-clients-2:2.1.0~rc3-4.el9.noarch clients 14',
        '/etc/voms/voms.conf\n/usr/bin/voms-proxy-init\n',
        '/bin/sh\nbash\nrpmlib(CompressedFileNames) <= 3.0.4-1\nrpmlib(FileDigests) <= 4.6.0-1\nrpmlib(PayloadFilesHavePrefix) <= 4.0-1\nvoms-libs >= 2:2.1-1\n',
        'voms-old < 2\nvoms-c\n',
        '#!/bin/sh\n',
      ]);
    });
  });
});

const good = rawRpm();
const signatureAt = 96;
const mainAt = ((): number => {
  const tags = good.readUInt32BE(signatureAt + 8);
  const end = signatureAt + 16 + tags * 16 + good.readUInt32BE(signatureAt + 12);
  return end + ((8 - (end % 8)) % 8);
})();
/** The good package with bytes of its main header replaced. */
function changed(at: number, ...bytes: readonly number[]): Buffer {
  const copy = Buffer.from(good);
  copy.set(bytes, mainAt + at);
  return copy;
}
const number32 = (value: number): readonly number[] => [
  value >>> 24,
  (value >> 16) & 255,
  (value >> 8) & 255,
  value & 255,
];
/** The good package with a field of an entry of its main index replaced: 0 tag, 1 type, 2 offset, 3 count. */
const withIndex = (entry: number, field: number, value: number): Buffer =>
  changed(16 + entry * 16 + field * 4, ...number32(value));
const file = (folder: string | Buffer, name: string | Buffer, mode?: number): Buffer =>
  rawRpm(rawFiles([{ folder, name, ...(mode !== undefined && { mode }) }]));
const needs = (name: string | Buffer, version = '', flags = 0): Buffer =>
  rawRpm(rawDependencies('requires', [{ name, version, flags }]));
const repeated = <T>(count: number, value: T): readonly T[] => Array.from({ length: count }, () => value);
/** A package whose main header is this one instead. */
function withMain(header: Uint8Array): Buffer {
  const size = header.length;
  const signature = rpmHeader(seals.signatures, [numbers(1000, [size])]);
  return Buffer.concat([
    good.subarray(0, 96),
    signature,
    Buffer.alloc((8 - (signature.length % 8)) % 8),
    header,
  ]);
}
/** The good package with another signature header. */
function withSignatures(tags: readonly RpmTag[]): Buffer {
  const signature = rpmHeader(seals.signatures, tags);
  const padding = Buffer.alloc((8 - (signature.length % 8)) % 8);
  return Buffer.concat([good.subarray(0, 96), signature, padding, good.subarray(mainAt)]);
}
const unsealed = rpmHeader(seals.immutable, [text(1000, 'voms')]);
unsealed.writeUInt32BE(1999, 16);
const longer = (tags: readonly RpmTag[]): Buffer => rpmHeader(seals.immutable, tags);

describe('A hostile rpm package is refused:', () => {
  test('while the one it is made from is taken', async () => {
    expect(await reasonOf(good)).toBe('taken');
    expect(await reasonOf(file('/opt/', 'x'))).toBe('taken');
    expect(await reasonOf(needs('a', '1:2-3', 8))).toBe('taken');
  });

  test.each<[string, Uint8Array, RegExp]>([
    ['nothing at all', new Uint8Array(0), /not an rpm package/],
    ['some text', Buffer.from('hello, I am a package'.repeat(20)), /the lead is missing/],
    ['a lead alone', good.subarray(0, 96), /too short/],
    ['cut in the signature header', good.subarray(0, 140), /cut short/],
    ['cut in the main header', good.subarray(0, mainAt + 40), /cut short/],
    ['cut in the payload', good.subarray(0, -1), /cut short/],
    ['other bytes after it', Buffer.concat([good, Buffer.from('x')]), /followed by other bytes/],
    ['a lead of version 2', Buffer.from(good).fill(2, 4, 5), /version of rpm that is not read/],
    ['signatures of an old form', Buffer.from(good).fill(1, 79, 80), /version of rpm that is not read/],
    ['a lead of neither kind', Buffer.from(good).fill(7, 7, 8), /neither a binary nor a source/],
    ['no magic of the main header', changed(0, 0), /headers is missing/],
    ['another version of the header', changed(3, 2), /headers is missing/],
    ['no tags', changed(8, ...number32(0)), /no tags, or too many/],
    ['four billion tags', changed(8, ...number32(0xffffffff)), /too many/],
    ['a store of four gigabytes', changed(12, ...number32(0xffffffff)), /too large/],
    ['a store longer than the file', changed(12, ...number32(100_000)), /cut short/],
    ['a tag of the header itself', withIndex(1, 0, 63), /index of one of its headers/],
    ['a tag twice', withIndex(1, 0, 1001), /index of one of its headers/],
    ['a negative tag', withIndex(1, 0, 0x80000000), /architecture|name/],
    ['an unknown type', withIndex(1, 1, 12), /index of one of its headers/],
    ['type 0', withIndex(1, 1, 0), /index of one of its headers/],
    ['an offset outside', withIndex(1, 2, 0x7fffffff), /index of one of its headers/],
    ['a negative offset', withIndex(1, 2, 0xfffffff0), /index of one of its headers/],
    ['an offset before the one before', withIndex(2, 2, 0), /index of one of its headers/],
    ['no values', withIndex(1, 3, 0), /index of one of its headers/],
    ['more values than bytes', withIndex(1, 3, 0x7fffffff), /index of one of its headers/],
    ['two texts where one is', withIndex(1, 3, 2), /index of one of its headers/],
    ['a region of another type', withIndex(0, 1, 6), /index of one of its headers/],
    ['a region whose end mark is elsewhere', withIndex(0, 2, 8), /index of one of its headers/],
    ['a region beyond the store', withIndex(0, 2, 0x7ffffff0), /index of one of its headers/],
    ['a main header without a region', withMain(unsealed), /before rpm 4/],
    ['a name that is a number', rawRpm([numbers(1000, [1])]), /wrong type/],
    ['an epoch that is a text', rawRpm([text(1003, '1')]), /wrong type/],
    ['an epoch of 16 bits', rawRpm([numbers(1003, [1], 16)]), /wrong type/],
    [
      'an installed size beyond all numbers',
      rawRpm([{ tag: 5009, type: 5, count: 1, bytes: Buffer.alloc(8, 255) }]),
      /too large/,
    ],
    ['a source package by its lead alone', rawRpm([], { isSource: true }), /disagree/],
    ['a source package by its header alone', rawRpm([numbers(1106, [1])]), /disagree/],
    [
      'more changes than authors',
      rawRpm([numbers(1080, [1, 2]), texts(1081, ['a']), texts(1082, ['a', 'b'])]),
      /changelog is damaged/,
    ],
    [
      'more versions than names',
      rawRpm([texts(1049, ['a']), texts(1050, ['1', '2']), numbers(1048, [0])]),
      /requires is damaged/,
    ],
    ['names without versions', rawRpm([texts(1049, ['a'])]), /requires is damaged/],
    [
      'files without folders',
      rawRpm([numbers(1030, [33188], 16), numbers(1037, [0]), numbers(1116, [0]), texts(1117, ['a'])]),
      /list of files is damaged/,
    ],
    [
      'a file in a folder that is not there',
      rawRpm([
        ...rawFiles([{ folder: '/a/', name: 'b' }]).filter(({ tag }) => tag !== 1116),
        numbers(1116, [7]),
      ]),
      /list of files is damaged/,
    ],
    [
      'fewer modes than files',
      rawRpm([
        ...rawFiles(repeated(2, { folder: '/a/', name: 'b' })).filter(({ tag }) => tag !== 1030),
        numbers(1030, [1], 16),
      ]),
      /list of files is damaged/,
    ],
    ['a list of files of an old form', rawRpm([texts(1027, ['/usr/bin/x'])]), /before rpm 4/],
    [
      'a text that is not ended before the seal',
      withMain(longer([{ tag: 1000, type: 6, count: 1, bytes: Buffer.from('voms') }])),
      /index of one/,
    ],
    ['a description of 2 MiB', rawRpm([text(1005, 'x'.repeat(2 * 1024 * 1024))]), /too long/],
    ['a form feed in the description', rawRpm([text(1005, 'a\fb')]), /control character/],
    ['an escape in the summary', rawRpm([text(1004, 'a\u001b[2Jb')]), /control character/],
    ['a character that is none in the vendor', rawRpm([text(1011, 'a\uffffb')]), /control character/],
    [
      'a control character in a change',
      rawRpm([numbers(1080, [1]), texts(1081, ['a\u0001']), texts(1082, ['b'])]),
      /control character/,
    ],
    ['a dependency without a name', needs(''), /the name "": empty/],
    [
      'a gap between values',
      rawRpm([{ ...text(1000, 'voms'), bytes: Buffer.from('voms\0\0') }]),
      /index of one/,
    ],
    ['a signature that is a text', rawRpm([], { signatures: [text(268, 'x')] }), /signature tag 268/],
    ['an md5 sum of one byte', withSignatures([binary(1004, Buffer.from('x'))]), /signature tag 1004/],
    ['two sizes', withSignatures([numbers(1000, [1, 2])]), /signature tag 1000/],
    ['a signature in its main header', rawRpm([binary(268, Buffer.from('x'))]), /signature tag 268/],
    ['an archive size in both headers', rawRpm([numbers(1046, [1])]), /signature tag 1007/],
    ['a path of latin-1', file('/usr/', Buffer.from('caf\xe9', 'latin1')), /not UTF-8/],
    ['a folder of latin-1', file(Buffer.from('/caf\xe9/', 'latin1'), 'x'), /not UTF-8/],
    ['a dependency of latin-1', needs(Buffer.from('caf\xe9', 'latin1')), /not UTF-8/],
    ['a newline in a dependency', needs('a\nb'), /control character/],
    ['a line separator in a dependency', needs('a\u2028b'), /control character/],
    ['a very long dependency', needs('a'.repeat(5000)), /too long/],
    ['a dependency on a version with a space', needs('a', '1 2', 8), /which is none/],
    ['a dependency on a version with a tag', needs('a', '1<x', 8), /which is none/],
    ['a dependency on two epochs', needs('a', '1:2:3', 8), /which is none/],
    ['an epoch of letters', needs('a', 'x:2', 8), /which is none/],
    ['both newer and older', needs('a', '1', 6), /compares a version/],
  ])('%s', async (_what, bytes, reason) => {
    expect(await reasonOf(bytes)).toMatch(reason);
  });

  test.each<[string, Buffer | string]>([
    ['empty', ''],
    ['a path', '../voms'],
    ['a slash', 'a/b'],
    ['a backslash', 'a\\b'],
    ['a hyphen in front', '-rf'],
    ['a dot in front', '.hidden'],
    ['two dots', 'a..b'],
    ['a space', 'a b'],
    ['a newline', 'a\nb'],
    ['a NUL escaped', 'a%00b'],
    ['a look-alike letter', 'vоms'],
    ['a right-to-left mark', 'voms\u202e'],
    ['latin-1', Buffer.from([0x76, 0xe9])],
    ['a semicolon', 'a;b'],
    ['a tag', 'a<b>'],
    ['an entity', 'a&amp;b'],
    ['a macro', '%{name}'],
    ['129 characters', 'v'.repeat(129)],
  ])('a name that is, or has, %s', async (_what, name) => {
    expect(await reasonOf(rawRpm([text(1000, name)]))).toMatch(/is not a name/);
  });

  const badParts = [
    '',
    '1-2',
    '1/2',
    '../1',
    '1 2',
    '1\n2',
    '-1',
    '.1',
    '1..2',
    '1:2',
    '1<2',
    '1é',
    '1'.repeat(129),
    '%{version}',
  ];
  test.each(badParts)('version or release %j', async (part) => {
    expect(await reasonOf(rawRpm([text(1001, part)]))).toMatch(/is not an rpm version/);
    expect(await reasonOf(rawRpm([text(1002, part)]))).toMatch(/is not an rpm release/);
  });

  test.each(['', 'x86/64', '../x', 'X86', 'a b', 'x86-64', 'noarch\n', 'a'.repeat(33)])(
    'architecture %j',
    async (own) => {
      expect(await reasonOf(rawRpm([text(1022, own)]))).toMatch(/is not one architecture/);
    },
  );

  test.each<[string, Uint8Array, RegExp]>([
    ['climbs', file('/usr/../../etc/', 'x'), /not a plain path/],
    ['climbs by its name', file('/usr/', '..'), /not a plain path/],
    ['has a slash in its name', file('/usr/', 'a/../../b'), /not a plain path/],
    ['is relative', file('usr/', 'x'), /not a plain path/],
    ['has no folder', file('', 'x'), /not a plain path/],
    ['has a folder that does not end', file('/usr', 'x'), /not a plain path/],
    ['has an empty part', file('/usr//', 'x'), /not a plain path/],
    ['begins with two slashes', file('//', 'x'), /not a plain path/],
    ['has a dot as part', file('/usr/./', 'x'), /not a plain path/],
    ['has an empty name', file('/usr/', ''), /not a plain path/],
    ['has a newline', file('/usr/', 'a\nb'), /control character/],
    ['has an escape', file('/usr/', 'a\u001bb'), /control character/],
    ['has a C1 control character', file('/usr/', 'a\u0085b'), /control character/],
    ['has a byte order mark', file('/usr/', '\ufeffa'), /control character/],
    ['is very long', file('/usr/', 'a'.repeat(4096)), /too long/],
    ['is a device', file('/dev/', 'sda', 0o60600), /device or a pipe/],
    ['is a character device', file('/dev/', 'null', 0o20666), /device or a pipe/],
    ['is a pipe', file('/run/', 'p', 0o10600), /device or a pipe/],
    ['is a socket', file('/run/', 's', 0o140600), /device or a pipe/],
    ['stands there twice', rawRpm(rawFiles(repeated(2, { folder: '/opt/', name: 'a' }))), /twice/],
    [
      'leads through a link of the same package',
      rawRpm(
        rawFiles([
          { folder: '/opt/', name: 'a', mode: 0o120777 },
          { folder: '/opt/a/', name: 'b' },
        ]),
      ),
      /symbolic link/,
    ],
    [
      'leads through a link further up, listed later',
      rawRpm(
        rawFiles([
          { folder: '/opt/a/b/c/', name: 'd' },
          { folder: '/opt/', name: 'a', mode: 0o120777 },
        ]),
      ),
      /symbolic link/,
    ],
    [
      'is a path in a source package',
      rawRpm([numbers(1106, [1]), ...rawFiles([{ folder: '', name: 'a/b' }])], {
        isSource: true,
        without: [1044],
      }),
      /not a plain name/,
    ],
    [
      'climbs in a source package',
      rawRpm([numbers(1106, [1]), ...rawFiles([{ folder: '', name: '..' }])], {
        isSource: true,
        without: [1044],
      }),
      /not a plain name/,
    ],
  ])('a path that %s', async (_what, bytes, reason) => {
    expect(await reasonOf(bytes)).toMatch(reason);
  });

  test('more of anything than the limits allow, while as much as they allow is taken', async () => {
    const files = (count: number): Buffer =>
      rawRpm(rawFiles(Array.from({ length: count }, (_, at) => ({ folder: '/o/', name: String(at) }))));
    const limits = { ...rpmLimits, maximumCount: 6, maximumFiles: 5, maximumPath: 20, maximumPaths: 64 };
    expect(await reasonOf(files(5), limits)).toBe('taken');
    expect(await reasonOf(files(6), limits)).toBe('it holds too many files');
    expect(await reasonOf(files(7), limits)).toMatch(/too many values/);
    const path = (length: number): Buffer => file('/o/', 'a'.repeat(length - 3));
    expect(await reasonOf(path(20), limits)).toBe('taken');
    expect(await reasonOf(path(21), limits)).toMatch(/path that is too long/);
    const paths = (length: number): Buffer =>
      rawRpm(
        rawFiles(
          Array.from({ length: 4 }, (_, at) => ({
            folder: '/o/',
            name: `${String(at)}${'a'.repeat(length - 4)}`,
          })),
        ),
      );
    expect(await reasonOf(paths(16), limits)).toBe('taken');
    expect(await reasonOf(paths(17), limits)).toMatch(/too many long paths/);
    const main = longer([text(1000, 'voms')]);
    const size = main.length - 16;
    expect(await reasonOf(withMain(main), { ...rpmLimits, maximumHeader: size })).toMatch(/version/);
    expect(await reasonOf(withMain(main), { ...rpmLimits, maximumHeader: size - 1 })).toMatch(/too large/);
  });
});
