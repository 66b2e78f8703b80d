import { pathThroughLink } from './link-paths.ts';
import { parsePax, type PaxRecords } from './pax.ts';
import { Refusal, shown } from './refusal.ts';

/** What an entry of a package's tar archive can be; devices and pipes are refused (Debian policy 10.6). */
export type TarType = 'file' | 'hard-link' | 'symbolic-link' | 'folder';

interface TarEntry {
  /** Path without a leading `./`, for example `usr/bin/voms-proxy-init`. */
  readonly path: string;
  readonly type: TarType;
  /** Length of the content in bytes; 0 for anything but files. */
  readonly size: number;
  /** Where a link leads, as it stands there; only of a release tarball: in a package it is the installing system's business. */
  readonly target?: string;
}

/** What is read: a part of a Debian package, or a release tarball, which may have pax headers and whose links are looked at. */
export type TarDialect = 'debian' | 'tarball';

/** Limits against archives made to exhaust the reader (trust.md T45, T46). */
export interface TarLimits {
  readonly maximumEntries: number;
  /** Most bytes in one path. */
  readonly maximumPath: number;
  /** Most bytes in all paths together; and again in all pax headers together. */
  readonly maximumPaths: number;
}

/** Is told of every entry; what it gives back takes the content, if it wants it. */
export type EntryHandler = (entry: TarEntry) => ((content: Uint8Array) => void) | undefined;

const block = 512;
const types: Partial<Record<string, TarType>> = {
  '\0': 'file',
  '0': 'file',
  '1': 'hard-link',
  '2': 'symbolic-link',
  '5': 'folder',
};
/** Mode, owner, group, time. */
const otherNumbers = [
  [100, 8],
  [108, 8],
  [116, 8],
  [136, 12],
] as const;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder('latin1');

/** The largest size that a header can say in octal; over it a pax header does (POSIX, pax interchange format). */
const largestOctal = 0o77777777777;
const maximumPax = 64 * 1024;

/**
 * Reads a tar archive that is pushed in pieces, in the forms that dpkg reads: old, ustar and GNU with long names; pax headers only as a
 * release tarball.
 * @throws Refusal from `push` and `end` when the archive is damaged or holds what a package must not hold (T46).
 */
export class TarReader {
  private readonly limits: TarLimits;
  private readonly onEntry: EntryHandler;
  private readonly dialect: TarDialect;
  private readonly header = new Uint8Array(block);
  private headerLength = 0;
  /** Content bytes still to come, and after them padding up to a whole block. */
  private contentLeft = 0;
  private paddingLeft = 0;
  private take: ((content: Uint8Array) => void) | undefined;
  /** What the headers before an entry said of it. */
  private longName: Uint8Array | undefined;
  private longTarget: Uint8Array | undefined;
  private pax: Uint8Array | undefined;
  private isOver = false;
  private entries = 0;
  private pathBytes = 0;
  private paxBytes = 0;
  private readonly paths = new Map<string, TarType>();

  constructor(limits: TarLimits, onEntry: EntryHandler, dialect: TarDialect = 'debian') {
    this.limits = limits;
    this.dialect = dialect;
    this.onEntry = onEntry;
  }

  /** Takes the next bytes of the archive. */
  push(bytes: Uint8Array): void {
    let at = 0;
    while (at < bytes.length) {
      if (this.contentLeft > 0) {
        const content = bytes.subarray(at, at + this.contentLeft);
        this.take?.(content);
        this.contentLeft -= content.length;
        at += content.length;
      } else if (this.paddingLeft > 0) {
        const skipped = Math.min(this.paddingLeft, bytes.length - at);
        this.paddingLeft -= skipped;
        at += skipped;
      } else if (this.isOver) {
        this.skipPadding(bytes.subarray(at));
        at = bytes.length;
      } else {
        const part = bytes.subarray(at, at + block - this.headerLength);
        this.header.set(part, this.headerLength);
        this.headerLength += part.length;
        at += part.length;
        if (this.headerLength === block) {
          this.headerLength = 0;
          this.readHeader();
        }
      }
    }
  }

  /** Says that no more bytes come; the archive must have ended by its own mark, and no path may lead through a symbolic link. */
  end(): void {
    if (!this.isOver || this.headerLength > 0) throw new Refusal('its tar archive is cut short');
    const links = [...this.paths].filter(([, type]) => type === 'symbolic-link').map(([path]) => path);
    const through = pathThroughLink(this.paths.keys(), links);
    if (through !== undefined)
      throw new Refusal(`its path ${shown(through)} leads through a symbolic link of the same package`);
  }

  /** After the end there are only empty blocks, and there may be many. */
  private skipPadding(bytes: Uint8Array): void {
    for (const byte of bytes) if (byte !== 0) throw new Refusal('its tar archive is followed by other bytes');
    this.headerLength = (this.headerLength + bytes.length) % block;
  }

  private readHeader(): void {
    if (this.header[0] === 0 && this.header.every((byte) => byte === 0)) {
      if (this.longName ?? this.longTarget ?? this.pax) throw new Refusal('its tar archive is cut short');
      this.isOver = true;
      return;
    }
    this.checkSum();
    this.checkNumbers();
    const size = this.number(124, 12);
    const flag = this.text(156, 1);
    if (flag === 'L' || flag === 'K') {
      this.readLongName(flag, size);
      return;
    }
    if (this.dialect === 'tarball' && (flag === 'x' || flag === 'g')) {
      this.readPax(flag, size);
      return;
    }
    const type = types[flag];
    if (!type)
      throw new Refusal(
        `its tar archive holds an entry of type ${shown(flag)}, such as a device, a pipe or a pax header`,
      );
    this.addEntry(type, size);
  }

  private addEntry(type: TarType, ownSize: number): void {
    this.entries += 1;
    if (this.entries > this.limits.maximumEntries)
      throw new Refusal('its tar archive holds too many entries');
    const pax = this.pax && parsePax(this.pax);
    const size = sizeOf(ownSize, pax);
    if (type !== 'file' && size > 0)
      throw new Refusal(
        'its tar archive holds a link or a folder with content: readers do not agree on what follows',
      );
    const path = this.path(type, pax);
    const target = this.target(type, pax);
    this.longName = this.longTarget = this.pax = undefined;
    this.expect(size, undefined);
    if (path === '') {
      if (type !== 'folder') throw new Refusal('its tar archive holds an entry without a name');
      return;
    }
    const before = this.paths.get(path);
    if (before !== undefined && !(before === 'folder' && type === 'folder')) {
      throw new Refusal(`its tar archive holds the path ${shown(path)} twice`);
    }
    this.paths.set(path, type);
    this.take = this.onEntry({ path, type, size, ...(target !== undefined && { target }) });
  }

  /** The next header's name (`L`) or link target (`K`) is too long for it and comes as content (GNU tar). */
  private readLongName(flag: 'L' | 'K', size: number): void {
    if (size > this.limits.maximumPath + 1)
      throw new Refusal('its tar archive holds a path that is too long');
    const before = flag === 'L' ? this.longName : this.longTarget;
    if (this.pax || (before && this.dialect === 'tarball'))
      throw new Refusal('its tar archive says twice what an entry is called');
    const name = this.collect(size, (whole) => {
      if (whole.indexOf(0) !== size - 1)
        throw new Refusal('its tar archive holds a long path that is not ended');
    });
    if (size === 0) throw new Refusal('its tar archive holds a long path that is empty');
    if (flag === 'L') this.longName = name;
    else this.longTarget = name;
  }

  /** What is said of the next entry (`x`) or of all further ones (`g`) in a pax header. */
  private readPax(flag: 'x' | 'g', size: number): void {
    // Also an empty one counts.
    this.paxBytes += size + 1;
    if (size > maximumPax || this.paxBytes > this.limits.maximumPaths)
      throw new Refusal('its tar archive holds pax headers that are too long');
    if (flag === 'x' && (this.pax ?? this.longName ?? this.longTarget))
      throw new Refusal('its tar archive says twice what an entry is called');
    const content = this.collect(size, (whole) => {
      const records = parsePax(whole);
      if (flag === 'g' && Object.keys(records).length > 0)
        throw new Refusal('its tar archive gives all its entries the same name or size');
    });
    if (flag === 'x') this.pax = content;
  }

  /** Content that is about another entry; `whole` is called when all of it is there. */
  private collect(size: number, whole?: (content: Uint8Array) => void): Uint8Array {
    const bytes = new Uint8Array(size);
    let at = 0;
    this.expect(size, (content) => {
      bytes.set(content, at);
      at += content.length;
      if (at === size) whole?.(bytes);
    });
    return bytes;
  }

  private expect(size: number, take: ((content: Uint8Array) => void) | undefined): void {
    this.contentLeft = size;
    this.paddingLeft = (block - (size % block)) % block;
    this.take = take;
  }

  private path(type: TarType, pax: PaxRecords | undefined): string {
    const isUstar = latin1.decode(this.header.subarray(257, 263)) === 'ustar\0';
    if (!isUstar && this.dialect === 'tarball' && this.header[345] !== 0)
      throw new Refusal('its tar archive holds a path in two parts, which not all readers put together');
    const isShort = this.longName === undefined && pax?.path === undefined;
    const prefix = isShort && isUstar ? upToNul(this.header.subarray(345, 500)) : new Uint8Array(0);
    const raw = pax?.path ?? upToNul(this.longName ?? this.header.subarray(0, 100));
    this.count(raw.length + prefix.length + 1);
    const path = prefix.length > 0 ? `${decode(prefix)}/${decode(raw)}` : decode(raw);
    // For some readers that is a folder, whatever its type says.
    if (type !== 'folder' && path.endsWith('/'))
      throw new Refusal(`its path ${shown(path)} is that of a folder, and it is none`);
    return cleanPath(path);
  }

  private target(type: TarType, pax: PaxRecords | undefined): string | undefined {
    if (this.dialect === 'debian' || (type !== 'hard-link' && type !== 'symbolic-link')) return undefined;
    const raw = pax?.linkpath ?? upToNul(this.longTarget ?? this.header.subarray(157, 257));
    this.count(raw.length);
    return decode(raw);
  }

  private count(length: number): void {
    this.pathBytes += length;
    if (length > this.limits.maximumPath) throw new Refusal('its tar archive holds a path that is too long');
    if (this.pathBytes > this.limits.maximumPaths)
      throw new Refusal('its tar archive holds too many long paths');
  }

  private checkSum(): void {
    let sum = 0;
    for (let at = 0; at < block; at += 1) sum += at >= 148 && at < 156 ? 32 : (this.header[at] ?? 0);
    if (sum !== this.number(148, 8))
      throw new Refusal('its tar archive is damaged: the sum of a header is wrong');
  }

  /** Mode, owner, group and time are nobody's business here, but a reader that does mind them would stop at what is no number. */
  private checkNumbers(): void {
    for (const [offset, length] of otherNumbers) {
      const isNegative = this.header[offset] === 0xff;
      if (!isNegative) this.number(offset, length);
    }
  }

  private text(offset: number, length: number): string {
    return latin1.decode(this.header.subarray(offset, offset + length));
  }

  private number(offset: number, length: number): number {
    const [first = 0] = this.header.subarray(offset, offset + 1);
    if (first === 0x80) {
      // GNU: sizes of 8 GiB and more in base 256.
      const value = this.header
        .subarray(offset + 1, offset + length)
        .reduce((sum, byte) => sum * 256 + byte, 0);
      if (Number.isSafeInteger(value)) return value;
      throw new Refusal('its tar archive is damaged: a number is too large');
    }
    const digits = this.text(offset, length)
      .replace(/[\0 ]+$/, '')
      .replace(/^ +/, '');
    if (!/^[0-7]*$/.test(digits))
      throw new Refusal('its tar archive is damaged: a number of a header is none');
    return digits === '' ? 0 : Number.parseInt(digits, 8);
  }
}

/** Two sizes of one entry would let two readers see two archives: only one that a header cannot say may stand in the pax header alone. */
function sizeOf(own: number, pax: PaxRecords | undefined): number {
  const stated = pax?.size ?? own;
  if (stated !== own && stated <= largestOctal)
    throw new Refusal('its tar archive says two sizes of one entry');
  return stated;
}

function upToNul(bytes: Uint8Array): Uint8Array {
  const end = bytes.indexOf(0);
  return end === -1 ? bytes : bytes.subarray(0, end);
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    // Debian policy 10.10: file names are UTF-8.
    throw new Refusal('its tar archive holds a path that is not UTF-8');
  }
}

/** A path without leading `./` and trailing `/`, refused when it could lead anywhere but below the root (T46). */
function cleanPath(path: string): string {
  const clean = path.replace(/^(?:\.\/)+/, '').replace(/\/$/, '');
  if (clean === '.' || clean === '') return '';
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (/[\0-\x1f\x7f-\x9f]/.test(clean))
    throw new Refusal(`its path ${shown(clean)} holds a control character`);
  const parts = clean.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) {
    throw new Refusal(`its path ${shown(clean)} is not a plain path below the root`);
  }
  return clean;
}
