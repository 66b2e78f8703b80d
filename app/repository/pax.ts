import { Refusal } from './refusal.ts';

/** What a pax header says about an entry, as far as it changes what is read; names are bytes that should be UTF-8. */
export interface PaxRecords {
  readonly path?: Uint8Array;
  readonly linkpath?: Uint8Array;
  /** In bytes. */
  readonly size?: number;
}

/** Real ones have some ten: times, owners, and attributes of the file system. */
const maximumRecords = 256;

const latin1 = new TextDecoder('latin1');
const equals = 0x3d;
const newline = 0x0a;
const space = 0x20;

/**
 * Reads the content of a pax header: records of `<length> <keyword>=<value>\n`, where the length is that of the whole record
 * (POSIX.1-2017, pax, "pax Extended Header"). Times, owners and attributes are read over.
 * @throws Refusal when a record is damaged, stands there twice, or changes the meaning of the entry in a way that is not read
 * (sparse files, names in another character set).
 */
export function parsePax(content: Uint8Array): PaxRecords {
  const seen = new Set<string>();
  const records: { path?: Uint8Array; linkpath?: Uint8Array; size?: number } = {};
  for (let at = 0; at < content.length;) {
    const { keyword, value, next } = recordAt(content, at);
    if (seen.has(keyword)) throw damaged();
    if (seen.size === maximumRecords)
      throw new Refusal('its tar archive holds a pax header with too many records');
    seen.add(keyword);
    if (keyword === 'path' || keyword === 'linkpath') {
      if (value.length === 0 || value.includes(0)) throw damaged();
      records[keyword] = value;
    } else if (keyword === 'size') records.size = sizeIn(value);
    else if (keyword.startsWith('GNU.sparse.') || keyword === 'hdrcharset')
      throw new Refusal('its tar archive holds a sparse file or names in a character set that is not read');
    at = next;
  }
  return records;
}

function recordAt(
  content: Uint8Array,
  at: number,
): { readonly keyword: string; readonly value: Uint8Array; readonly next: number } {
  // No record is longer than a number of seven digits says.
  const gap = content.subarray(at, at + 8).indexOf(space);
  const digits = latin1.decode(content.subarray(at, at + Math.max(gap, 0)));
  const length = /^[1-9]\d*$/.test(digits) ? Number(digits) : 0;
  const next = at + length;
  const split = content.subarray(at, next).indexOf(equals);
  if (next > content.length || split <= gap + 1 || content[next - 1] !== newline) throw damaged();
  return {
    keyword: latin1.decode(content.subarray(at + gap + 1, at + split)),
    value: content.subarray(at + split + 1, next - 1),
    next,
  };
}

function sizeIn(value: Uint8Array): number {
  const digits = latin1.decode(value);
  const size = Number(digits);
  if (!/^\d{1,16}$/.test(digits) || !Number.isSafeInteger(size)) throw damaged();
  return size;
}

function damaged(): Refusal {
  return new Refusal('its tar archive is damaged: a pax header is wrong');
}
