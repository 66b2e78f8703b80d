import { crc32, gzipSync } from 'node:zlib';
import { changedBytes, type Chance } from './chance.ts';

/**
 * Packs bytes by hand, so that every field of the form can be changed and its sums still be right; `chance` changes some. What is inside
 * is stored or repeated, not compressed: changed compressed data comes from changing the bytes afterwards.
 */
export const packers: Readonly<Record<string, (bytes: Uint8Array, chance?: Chance) => Buffer>> = {
  '': (bytes) => Buffer.from(bytes),
  '.gz': (bytes) => gzipSync(bytes, { level: 1 }),
  '.xz': xzOf,
  '.zst': zstdOf,
};

const sum = (bytes: Uint8Array): Buffer => {
  const four = Buffer.alloc(4);
  four.writeUInt32LE(crc32(bytes));
  return four;
};
const withSum = (bytes: Uint8Array): Buffer => Buffer.concat([bytes, sum(bytes)]);
const maybe = (bytes: Buffer, chance: Chance | undefined): Buffer =>
  chance?.oneIn(12) ? changedBytes(bytes, chance, 1) : bytes;

/** A number in the form of xz: seven bits in each byte, lowest first. */
function xzNumber(value: number): readonly number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}

/** A stream of xz with one block of stored chunks, checked by CRC32 (The .xz File Format 1.2.1, LZMA2). */
function xzOf(bytes: Uint8Array, chance?: Chance): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += 65_536) {
    const part = bytes.subarray(at, at + 65_536);
    const head = Buffer.from([at === 0 ? 1 : 2, (part.length - 1) >> 8, (part.length - 1) & 255]);
    chunks.push(maybe(head, chance), Buffer.from(part));
  }
  return xzStream(Buffer.concat([...chunks, Buffer.from([0])]), bytes.length, sum(bytes), chance);
}

/** A stream of xz around ready LZMA2 data; `check` is the CRC32 of what it unpacks to, or nothing for no check. */
export function xzStream(lzma2: Buffer, size: number, check: Uint8Array, chance?: Chance): Buffer {
  const flags = Buffer.from([0, check.length === 0 ? 0 : 1]);
  // Block header: 8 bytes before its sum; one filter, LZMA2, with a dictionary of 8 MiB.
  const dictionary = chance?.oneIn(8) ? chance.below(256) : 22;
  const header = withSum(maybe(Buffer.from([2, 0, 0x21, 1, dictionary, 0, 0, 0]), chance));
  const unpadded = header.length + lzma2.length + check.length;
  const padding = Buffer.alloc((4 - ((header.length + lzma2.length) % 4)) % 4);
  const index = Buffer.from([0, 1, ...xzNumber(unpadded), ...xzNumber(size)]);
  const paddedIndex = withSum(
    maybe(Buffer.concat([index, Buffer.alloc((4 - (index.length % 4)) % 4)]), chance),
  );
  const backward = Buffer.alloc(4);
  backward.writeUInt32LE(paddedIndex.length / 4 - 1);
  return Buffer.concat([
    Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0]),
    withSum(maybe(flags, chance)),
    header,
    lzma2,
    padding,
    check,
    paddedIndex,
    ...footer(Buffer.concat([backward, flags])),
  ]);
}

const footer = (fields: Buffer): readonly Buffer[] => [sum(fields), fields, Buffer.from('YZ')];

/** A frame of zstd with stored blocks, and repeated ones where one byte fills a block (RFC 8878). */
function zstdOf(bytes: Uint8Array, chance?: Chance): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt32LE(bytes.length);
  // One segment, with the size of the content in four bytes.
  const parts: Buffer[] = [maybe(Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0]), size]), chance)];
  const blockSize = chance?.oneIn(3) ? 1 + chance.below(2000) : 65_536;
  for (let at = 0; at === 0 || at < bytes.length; at += blockSize) {
    const part = bytes.subarray(at, at + blockSize);
    const isRepeated = part.length > 1 && part.every((byte) => byte === part[0]);
    const isLast = at + blockSize >= bytes.length ? 1 : 0;
    const type = chance?.oneIn(60) ? chance.below(4) : Number(isRepeated);
    const head = (part.length << 3) | (type << 1) | isLast;
    parts.push(
      maybe(Buffer.from([head & 255, (head >> 8) & 255, (head >> 16) & 255]), chance),
      Buffer.from(isRepeated ? part.subarray(0, 1) : part),
    );
  }
  return Buffer.concat(parts);
}
