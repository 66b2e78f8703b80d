import { createHash } from 'node:crypto';

/** A tag of a header with its value in the form in which it is stored (rpm 4.18, rpmtag.h). */
export interface RpmTag {
  readonly tag: number;
  readonly type: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

const ended = (value: string | Uint8Array): Buffer => Buffer.concat([Buffer.from(value), Buffer.alloc(1)]);

/** One text. */
export const text = (tag: number, value: string | Uint8Array): RpmTag => ({
  tag,
  type: 6,
  count: 1,
  bytes: ended(value),
});

/** A text that could be translated, in the language C alone. */
export const translated = (tag: number, value: string | Uint8Array): RpmTag => ({
  ...text(tag, value),
  type: 9,
});

/** A list of texts. */
export const texts = (tag: number, values: readonly (string | Uint8Array)[]): RpmTag => ({
  tag,
  type: 8,
  count: values.length,
  bytes: Buffer.concat(values.map(ended)),
});

/** A list of numbers of 16 or 32 bits. */
export function numbers(tag: number, values: readonly number[], bits: 16 | 32 = 32): RpmTag {
  const width = bits / 8;
  const bytes = Buffer.alloc(values.length * width);
  for (const [at, value] of values.entries()) bytes.writeUIntBE(value, at * width, width);
  return { tag, type: bits === 16 ? 3 : 4, count: values.length, bytes };
}

/** Bytes as they are. */
export const binary = (tag: number, bytes: Uint8Array): RpmTag => ({
  tag,
  type: 7,
  count: bytes.length,
  bytes,
});

/** The tags that seal a header: signatures and main header. */
export const seals = { signatures: 62, immutable: 63 } as const;

/** A header with its intro, sealed by a region over all its tags, which come in the order of their numbers. */
export function rpmHeader(seal: number, tags: readonly RpmTag[]): Buffer {
  const sorted = tags.toSorted((a, b) => a.tag - b.tag);
  const store: Buffer[] = [];
  let length = 0;
  const places = sorted.map(({ type, bytes }) => {
    const width = { 3: 2, 4: 4, 5: 8 }[type] ?? 1;
    const padding = (width - (length % width)) % width;
    store.push(Buffer.alloc(padding), Buffer.from(bytes));
    const offset = length + padding;
    length = offset + bytes.length;
    return offset;
  });
  const size = 16 * (sorted.length + 1);
  const index = [entry(seal, 7, length, 16)];
  for (const [at, { tag, type, count }] of sorted.entries())
    index.push(entry(tag, type, places[at] ?? 0, count));
  const intro = Buffer.from([0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  intro.writeUInt32BE(index.length, 8);
  intro.writeUInt32BE(length + 16, 12);
  return Buffer.concat([intro, ...index, ...store, entry(seal, 7, -size, 16)]);
}

function entry(tag: number, type: number, offset: number, count: number): Buffer {
  const bytes = Buffer.alloc(16);
  bytes.writeUInt32BE(tag, 0);
  bytes.writeUInt32BE(type, 4);
  bytes.writeInt32BE(offset, 8);
  bytes.writeUInt32BE(count, 12);
  return bytes;
}

/** The parts of a package file. */
export interface RpmParts {
  /** Name, version and release, for the lead; rpm does not look at it. */
  readonly label: string;
  readonly isSource?: boolean;
  readonly tags: readonly RpmTag[];
  readonly payload: Uint8Array;
  /** Length of the payload before it was packed. */
  readonly unpackedSize: number;
  /** Further tags of the signature header. */
  readonly signatures?: readonly RpmTag[];
}

/** A whole package file, with the digests in its signature header that rpm 4.18 asks for. */
export function rpmFile({
  label,
  isSource = false,
  tags,
  payload,
  unpackedSize,
  signatures = [],
}: RpmParts): Buffer {
  const main = rpmHeader(seals.immutable, tags);
  const content = Buffer.concat([main, payload]);
  const digest = (name: string, bytes: Uint8Array): Buffer => createHash(name).update(bytes).digest();
  const signature = rpmHeader(seals.signatures, [
    text(269, digest('sha1', main).toString('hex')),
    text(273, digest('sha256', main).toString('hex')),
    numbers(1000, [content.length]),
    binary(1004, digest('md5', content)),
    numbers(1007, [unpackedSize]),
    ...signatures,
  ]);
  const padding = Buffer.alloc((8 - (signature.length % 8)) % 8);
  return Buffer.concat([lead(label, isSource), signature, padding, content]);
}

function lead(label: string, isSource: boolean): Buffer {
  const bytes = Buffer.alloc(96);
  bytes.set([0xed, 0xab, 0xee, 0xdb, 3, 0, 0, isSource ? 1 : 0, 0, 1]);
  bytes.write(label.slice(0, 65), 10, 'latin1');
  bytes.writeUInt16BE(1, 76);
  bytes.writeUInt16BE(5, 78);
  return bytes;
}
