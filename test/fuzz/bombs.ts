import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { numbers, text, texts } from '../../app/demo/rpm-file.ts';
import { rawAr, rawTar, goodControl } from '../repository/raw-package.ts';
import { rawDependencies, rawFiles, rawRpm } from '../repository/rpm/raw-rpm.ts';
import { xzStream } from './packings.ts';

/** A small file made to exhaust its reader. */
export interface Bomb {
  /** Its ending says how it is read: `.deb`, `.rpm`, or a tarball. */
  readonly name: string;
  readonly bytes: Buffer;
}

const MiB = 1024 * 1024;
const block = 512;
const headerOf = (path: string, type: string, claims: number): Buffer =>
  rawTar([{ path, type, claims, linkTo: 'a' }]).subarray(0, block);
const end = Buffer.alloc(2 * block);

/** Tar archives of some 66 MiB, which is more than any reader should unpack from a few kilobytes. */
const archives: Readonly<Record<string, () => Buffer>> = {
  'zeros-after-the-end': () => Buffer.alloc(66 * MiB),
  'one-endless-file': () => Buffer.concat([headerOf('zeros', '0', 0x1ff_ffff_ff), Buffer.alloc(66 * MiB)]),
  'folders-without-end': () => Buffer.alloc(66 * MiB, headerOf('./', '5', 0)),
  'a-million-long-names': () =>
    Buffer.concat(
      Array.from({ length: 33_000 }, (_, at) => {
        const name = Buffer.alloc(1024, `${String(at)}/${'n'.repeat(1000)}`);
        return Buffer.concat([headerOf('long', 'L', name.length), name, headerOf('x', '0', 0)]);
      }).concat(end),
    ),
  // Each part of each path is looked up among the links, if the reader is not careful; the last one does lead through a link.
  'paths-of-links': () =>
    Buffer.concat(
      Array.from({ length: 3900 }, (_, at) => {
        const isLast = at === 3899;
        const name = Buffer.alloc(4096);
        name.write(deepPath(at, isLast ? 2043 : 2042));
        return Buffer.concat([
          headerOf('long', 'L', name.length),
          name,
          headerOf('x', isLast ? '0' : '2', 0),
        ]);
      }).concat(end),
    ),
};

/** A path of thousands of parts, different for each number except the last, which lies below the first. */
function deepPath(at: number, parts: number): string {
  return `${String(at % 3899).padStart(6, '0')}${'/a'.repeat(parts)}`;
}

const zeros = (size: number): Buffer => Buffer.alloc(size);
const through = (program: string, args: readonly string[], bytes: Uint8Array): Buffer =>
  execFileSync(program, args, { input: bytes, maxBuffer: 1 << 28 });
const packed: Readonly<Record<string, (bytes: Uint8Array) => Buffer>> = {
  gz: (bytes) => gzipSync(bytes, { level: 1 }),
  xz: (bytes) => through('xz', ['-0', '-T1', '--check=crc32', '-c'], bytes),
  zst: (bytes) => through('zstd', ['-1', '-q', '-c'], bytes),
};

/** Forms that unpack to gigabytes, made by repeating a part: nobody has to pack gigabytes for them. */
const repeated: Readonly<Record<string, () => Buffer>> = {
  // 10 GiB in members of 16 MiB.
  gz: () => {
    const member = gzipSync(zeros(16 * MiB), { level: 9 });
    return Buffer.concat(Array.from({ length: 640 }, () => member));
  },
  // 2 GiB: a chunk of LZMA2 that begins a dictionary of its own.
  xz: () => {
    const chunk = through('xz', ['--format=raw', '--lzma2=preset=0', '-c'], zeros(2 * MiB)).subarray(0, -1);
    return xzStream(
      Buffer.concat([...Array.from({ length: 1024 }, () => chunk), Buffer.from([0])]),
      2048 * MiB,
      new Uint8Array(0),
    );
  },
  // 4 GiB: blocks of four bytes that say 128 KiB.
  zst: () => {
    const repeat = Buffer.from([0x02, 0x00, 0x10, 0x00]);
    const last = Buffer.from([0x03, 0x00, 0x10, 0x00]);
    return Buffer.concat([
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x68]),
      Buffer.alloc(4 * 32_767, repeat),
      last,
    ]);
  },
};

const deb = (packing: string, control: Buffer, data: Buffer): Buffer =>
  rawAr([
    { name: 'debian-binary', bytes: Buffer.from('2.0\n') },
    { name: `control.tar${packing}`, bytes: control },
    { name: `data.tar${packing}`, bytes: data },
  ]);
const goodTar = rawTar([{ path: './control', content: goodControl }]);

function* packedBombs(): Generator<Bomb> {
  for (const [packing, pack] of Object.entries(packed)) {
    const good = pack(goodTar);
    const made = Object.entries(archives).map(([name, archive]) => [name, pack(archive())] as const);
    for (const [name, bytes] of [...made, ['gigabytes', repeated[packing]?.() ?? good] as const]) {
      yield { name: `${name}-${packing}-control.deb`, bytes: deb(`.${packing}`, bytes, good) };
      yield { name: `${name}-${packing}-data.deb`, bytes: deb(`.${packing}`, good, bytes) };
      yield { name: `${name}.tar.${packing}`, bytes };
    }
  }
}

const controlWith = (content: string): Buffer =>
  deb('.gz', gzipSync(rawTar([{ path: './control', content }])), gzipSync(goodTar));
const list = <T>(length: number, value: (at: number) => T): readonly T[] =>
  Array.from({ length }, (_, at) => value(at));

/** Bombs that need no packing: what is small by itself, and long or slow to read. */
function* otherBombs(): Generator<Bomb> {
  yield { name: 'newlines-control.deb', bytes: controlWith(`${goodControl}${'\n'.repeat(1_000_000)}x\n`) };
  yield { name: 'lines-control.deb', bytes: controlWith(`${goodControl}${' .\n'.repeat(340_000)}x\n`) };
  yield {
    name: 'spaces-control.deb',
    bytes: controlWith(`${goodControl}X:${' '.repeat(1_000_000)}x\u0001\n`),
  };
  yield {
    name: 'fields-control.deb',
    bytes: controlWith(goodControl + list(60_000, (at) => `F${String(at)}: x\n`).join('')),
  };
  yield { name: 'colons-control.deb', bytes: controlWith(`${goodControl}${'a'.repeat(1_000_000)}\n`) };
  const pax = `65000 comment=${'x'.repeat(65_000 - 15)}\n`;
  const headers = Buffer.concat(
    list(2000, () => rawTar([{ path: 'x', type: 'g', content: pax }]).subarray(0, -1024)),
  );
  yield { name: 'pax-headers.tar.gz', bytes: gzipSync(headers, { level: 1 }) };
  const records = list(6000, (at) => `10 a${String(at).padStart(4, '0')}=\n`).join('');
  yield {
    name: 'pax-records.tar.gz',
    bytes: gzipSync(rawTar(list(1000, () => ({ path: 'x', type: 'g', content: records }))), { level: 1 }),
  };
  const member = gzipSync('');
  yield { name: 'members.tar.gz', bytes: Buffer.concat(list(100_000, () => member)) };

  const name = (at: number): string => String(at);
  const folder = `/${'f'.repeat(4000)}/`;
  const own = [
    ...rawFiles(list(100_000, (at) => ({ folder: '', name: name(at) }))).filter(
      ({ tag }) => tag !== 1118 && tag !== 1116,
    ),
    numbers(
      1116,
      list(100_000, () => 0),
    ),
  ];
  yield { name: 'one-long-folder.rpm', bytes: rawRpm([...own, texts(1118, [folder])]) };
  yield {
    name: 'too-many-files.rpm',
    bytes: rawRpm(rawFiles(list(100_001, (at) => ({ folder: '/', name: name(at) })))),
  };
  const deep = list(3800, (at) => ({
    folder: `/${String(at).padStart(6, '0')}${'/a'.repeat(2040)}/`,
    name: 'x',
    mode: at % 2 === 0 ? 0o120777 : 0o100644,
  }));
  yield {
    name: 'paths-of-links.rpm',
    bytes: rawRpm([...rawFiles(deep), ...rawDependencies('requires', [{ name: '' }])]),
  };
  yield {
    name: 'too-many-needs.rpm',
    bytes: rawRpm(
      rawDependencies(
        'requires',
        list(100_001, () => ({ name: 'libc.so.6(A_1)' })),
      ),
    ),
  };
  yield { name: 'a-header-too-large.rpm', bytes: rawRpm([text(1005, 'x'.repeat(16 * MiB))]) };
  yield { name: 'a-description-too-long.rpm', bytes: rawRpm([text(1005, ' '.repeat(15 * MiB))]) };
  yield {
    name: 'an-author-of-spaces.rpm',
    bytes: rawRpm([numbers(1080, [1]), texts(1081, [`${' '.repeat(1_000_000)}x`]), texts(1082, ['\u0001'])]),
  };
  yield { name: 'a-name-of-dots.rpm', bytes: rawRpm([text(1000, `${'a.'.repeat(4 * MiB)}/`)]) };
  yield { name: 'too-many-tags.rpm', bytes: rawRpm(list(60_000, (at) => text(100_000 + at, ''))) };
  yield {
    name: 'too-many-changes.rpm',
    bytes: rawRpm([
      numbers(
        1080,
        list(100_001, () => 0),
      ),
      texts(
        1081,
        list(100_001, () => ''),
      ),
      texts(
        1082,
        list(100_001, () => ''),
      ),
    ]),
  };
}

/** All bombs, one after the other, because all together are large. Needs xz and zstd. */
export function* bombs(): Generator<Bomb> {
  yield* otherBombs();
  yield* packedBombs();
}
