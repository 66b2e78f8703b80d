import { Refusal } from '../refusal.ts';
import { headerText, utf8Text } from './text.ts';

/** Limits of one header (trust.md 8.5). */
export interface HeaderLimits {
  /** Most bytes of index and store together. */
  readonly maximumHeader: number;
  /** Most tags. */
  readonly maximumTags: number;
  /** Most values of one tag: files, dependencies, entries of a changelog. */
  readonly maximumCount: number;
}

/** How a value is stored (rpm 4.18, rpmtag.h: rpmTagType_e). */
const types = {
  char: 1,
  int8: 2,
  int16: 3,
  int32: 4,
  int64: 5,
  text: 6,
  binary: 7,
  texts: 8,
  translated: 9,
} as const;
/** Bytes of one value of the types that have a fixed length. */
const widths: Partial<Record<number, number>> = {
  [types.char]: 1,
  [types.int8]: 1,
  [types.int16]: 2,
  [types.int32]: 4,
  [types.int64]: 8,
  [types.binary]: 1,
};

interface Entry {
  readonly type: number;
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** The structure that stands before a header: magic, version and four empty bytes (rpm 4.18, header.c). */
const magic = [0x8e, 0xad, 0xe8, 0x01, 0, 0, 0, 0];
/** Bytes of a header before its index. */
export const introSize = 16;
const entrySize = 16;
/** Tags below this one are the header's own. */
const firstTag = 100;

/** The length of what follows the intro, and of its two parts, in bytes. */
export interface HeaderExtent {
  readonly tags: number;
  readonly size: number;
}

/**
 * Reads how long a header is from its first 16 bytes.
 * @throws Refusal when they do not begin a header, or it is larger than the limits allow.
 */
export function headerExtent(intro: Uint8Array, limits: HeaderLimits): HeaderExtent {
  if (magic.some((byte, at) => intro[at] !== byte)) throw new Refusal('one of its headers is missing');
  const view = viewOf(intro);
  const tags = view.getUint32(8);
  const size = tags * entrySize + view.getUint32(12);
  if (tags === 0 || tags > limits.maximumTags)
    throw new Refusal('one of its headers has no tags, or too many');
  if (size > limits.maximumHeader) throw new Refusal('one of its headers is too large');
  return { tags, size };
}

/** The tag of the region that a header is sealed by: its main header and its signature header. */
export const regions = { signatures: 62, immutable: 63 } as const;
type Region = (typeof regions)[keyof typeof regions];
/** Some old packages have this one at the end of the signatures. */
const imageRegion = 61;

/** The tags of one header of an rpm package; every value was checked to lie inside it. */
export class RpmHeader {
  private readonly entries: ReadonlyMap<number, Entry>;

  private constructor(entries: ReadonlyMap<number, Entry>) {
    this.entries = entries;
  }

  /**
   * Reads index and store of a header, with the checks that rpm itself makes (header.c: hdrblobVerifyRegion, hdrblobVerifyInfo): values lie
   * inside the store, in order and apart. The main header has to be sealed as a whole by its region; only then all of it is signed.
   * @throws Refusal when it is damaged.
   */
  static parse(body: Uint8Array, tags: number, region: Region, limits: HeaderLimits): RpmHeader {
    const store = body.subarray(tags * entrySize);
    const index = viewOf(body.subarray(0, tags * entrySize));
    const sealed = sealedLength(index, store, region);
    if (region === regions.immutable && sealed !== store.length)
      throw new Refusal('its main header is of a form from before rpm 4, or is not sealed as a whole');
    const entries = new Map<number, Entry>();
    let before = 0;
    /** Bytes of all values, with what each needs before it to begin at a multiple of its width. */
    let taken = 0;
    for (let at = sealed === undefined ? 0 : 1; at < tags; at += 1) {
      const tag = index.getUint32(at * entrySize);
      const type = index.getUint32(at * entrySize + 4);
      const offset = index.getUint32(at * entrySize + 8);
      const count = index.getUint32(at * entrySize + 12);
      const width = widths[type] ?? 1;
      if (offset < before || offset > store.length || offset % width !== 0) throw damaged();
      if (tag < firstTag || count === 0 || count > store.length || entries.has(tag)) throw damaged();
      if (type !== types.binary && count > limits.maximumCount)
        throw new Refusal('one of its headers has a tag with too many values');
      const size = lengthOf(type, count, store.subarray(offset));
      before = offset + size;
      if (size === 0 || before > store.length) throw damaged();
      // Nothing may lie in the mark at the end of the region.
      if (sealed !== undefined && offset < sealed && before > sealed - entrySize) throw damaged();
      taken += ((width - (taken % width)) % width) + size;
      entries.set(tag, { type, count, bytes: store.subarray(offset, before) });
    }
    // Nothing may lie between the values (header.c: hdrblobImport).
    if (taken + (sealed === undefined ? 0 : entrySize) !== store.length) throw damaged();
    return new RpmHeader(entries);
  }

  has(tag: number): boolean {
    return this.entries.has(tag);
  }

  /** Whether the header has the tag in another form than this one, or with another number of values, if one is given. */
  hasOther(tag: number, type: keyof typeof types, count?: number): boolean {
    const entry = this.entries.get(tag);
    return (
      entry !== undefined && (entry.type !== types[type] || (count !== undefined && entry.count !== count))
    );
  }

  /**
   * The text of a tag, that of the language C if it was translated; nothing if the header does not have it.
   * @throws Refusal when it is something else.
   */
  text(tag: number): string | undefined {
    const entry = this.entries.get(tag);
    if (!entry) return undefined;
    if (entry.type !== types.text && entry.type !== types.translated) throw wrongType(tag);
    return headerText(entry.bytes.subarray(0, entry.bytes.indexOf(0)));
  }

  /**
   * All texts of a tag; none if the header does not have it.
   * @throws Refusal when it is something else.
   */
  texts(tag: number): readonly string[] {
    return this.textsBy(tag, headerText);
  }

  /**
   * All names of a tag, such as paths; none if the header does not have it.
   * @throws Refusal when it is something else, or one of them is not UTF-8: no guess is as good as the name itself.
   */
  names(tag: number): readonly string[] {
    return this.textsBy(tag, utf8Text);
  }

  private textsBy(tag: number, decoded: (bytes: Uint8Array) => string): readonly string[] {
    const entry = this.entries.get(tag);
    if (!entry) return [];
    if (entry.type !== types.texts && entry.type !== types.text) throw wrongType(tag);
    const { bytes } = entry;
    if (bytes.every((byte) => byte < 0x80)) return decoded(bytes).slice(0, -1).split('\0');
    const texts: string[] = [];
    for (let from = 0; from < bytes.length;) {
      const end = bytes.indexOf(0, from);
      texts.push(decoded(bytes.subarray(from, end)));
      from = end + 1;
    }
    return texts;
  }

  /**
   * All numbers of a tag, without sign; none if the header does not have it.
   * @throws Refusal when they are of another type, or larger than 2^53.
   */
  numbers(tag: number, type: 'int16' | 'int32' | 'int64'): readonly number[] {
    const entry = this.entries.get(tag);
    if (!entry) return [];
    if (entry.type !== types[type]) throw wrongType(tag);
    const view = viewOf(entry.bytes);
    return Array.from({ length: entry.count }, (_, at) => {
      if (type === 'int16') return view.getUint16(at * 2);
      if (type === 'int32') return view.getUint32(at * 4);
      const value = Number(view.getBigUint64(at * 8));
      if (!Number.isSafeInteger(value)) throw new Refusal('one of its sizes is too large');
      return value;
    });
  }

  /**
   * The bytes of a tag; nothing if the header does not have it.
   * @throws Refusal when it is something else.
   */
  bytes(tag: number): Uint8Array | undefined {
    const entry = this.entries.get(tag);
    if (!entry) return undefined;
    if (entry.type !== types.binary) throw wrongType(tag);
    return entry.bytes;
  }
}

/**
 * How much of the store the region at the head of the index covers, its end mark included; nothing if there is no such region.
 * The mark looks like an entry of the index whose offset is minus the length of the index that it covers.
 */
function sealedLength(index: DataView, store: Uint8Array, region: Region): number | undefined {
  if (index.getUint32(0) !== region) return undefined;
  const offset = index.getUint32(8);
  if (index.getUint32(4) !== types.binary || index.getUint32(12) !== entrySize) throw damaged();
  if (offset + entrySize > store.length) throw damaged();
  const mark = viewOf(store.subarray(offset, offset + entrySize));
  const marked = mark.getUint32(0);
  const isKnown = marked === region || (region === regions.signatures && marked === imageRegion);
  const covered = -mark.getInt32(8);
  if (!isKnown || mark.getUint32(4) !== types.binary || mark.getUint32(12) !== entrySize) throw damaged();
  if (covered <= 0 || covered % entrySize !== 0 || covered > index.byteLength) throw damaged();
  if (region === regions.immutable && covered !== index.byteLength) throw damaged();
  return offset + entrySize;
}

/** Bytes of the values of a tag, or 0 when they do not fit. */
function lengthOf(type: number, count: number, bytes: Uint8Array): number {
  const width = widths[type];
  if (width !== undefined) return width * count;
  if (type !== types.text && type !== types.texts && type !== types.translated) throw damaged();
  if (type === types.text && count !== 1) throw damaged();
  let end = 0;
  for (let seen = 0; seen < count; seen += 1) {
    end = bytes.indexOf(0, end) + 1;
    if (end === 0) return 0;
  }
  return end;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function damaged(): Refusal {
  return new Refusal('it is damaged: the index of one of its headers is wrong');
}

function wrongType(tag: number): Refusal {
  return new Refusal(`it is damaged: its tag ${String(tag)} is of the wrong type`);
}
