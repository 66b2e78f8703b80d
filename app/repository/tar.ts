import { Refusal, shown } from './refusal.ts';

/** What an entry of a package's tar archive can be; devices and pipes are refused (Debian policy 10.6). */
export type TarType = 'file' | 'hard-link' | 'symbolic-link' | 'folder';

interface TarEntry {
  /** Path without a leading `./`, for example `usr/bin/voms-proxy-init`. */
  readonly path: string;
  readonly type: TarType;
  /** Length of the content in bytes; 0 for anything but files. */
  readonly size: number;
}

/** Limits against archives made to exhaust the reader (trust.md T45, T46). */
export interface TarLimits {
  readonly maximumEntries: number;
  /** Most bytes in one path. */
  readonly maximumPath: number;
  /** Most bytes in all paths together. */
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
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder('latin1');

/**
 * Reads a tar archive that is pushed in pieces, in the forms that dpkg reads: old, ustar and GNU with long names, no pax headers.
 * @throws Refusal from `push` and `end` when the archive is damaged or holds what a package must not hold (T46).
 */
export class TarReader {
  private readonly limits: TarLimits;
  private readonly onEntry: EntryHandler;
  private readonly header = new Uint8Array(block);
  private headerLength = 0;
  /** Content bytes still to come, and after them padding up to a whole block. */
  private contentLeft = 0;
  private paddingLeft = 0;
  private take: ((content: Uint8Array) => void) | undefined;
  private longName: Uint8Array | undefined;
  private isOver = false;
  private entries = 0;
  private pathBytes = 0;
  private readonly paths = new Map<string, TarType>();

  constructor(limits: TarLimits, onEntry: EntryHandler) {
    this.limits = limits;
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
    for (const path of this.paths.keys()) {
      for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
        if (this.paths.get(path.slice(0, slash)) === 'symbolic-link') {
          throw new Refusal(`its path ${shown(path)} leads through a symbolic link of the same package`);
        }
      }
    }
  }

  private readHeader(): void {
    if (this.header[0] === 0 && this.header.every((byte) => byte === 0)) {
      this.isOver = true;
      return;
    }
    if (this.isOver) throw new Refusal('its tar archive is followed by other bytes');
    this.checkSum();
    const size = this.number(124, 12);
    const flag = this.text(156, 1);
    if (flag === 'L' || flag === 'K') {
      this.readLongName(flag, size);
      return;
    }
    const type = types[flag];
    if (!type)
      throw new Refusal(
        `its tar archive holds an entry of type ${shown(flag)}, such as a device, a pipe or a pax header`,
      );
    this.expect(type === 'file' ? size : 0, undefined);
    this.addEntry(type, size);
  }

  private addEntry(type: TarType, size: number): void {
    this.entries += 1;
    if (this.entries > this.limits.maximumEntries)
      throw new Refusal('its tar archive holds too many entries');
    const path = this.path();
    if (path === '') {
      if (type !== 'folder') throw new Refusal('its tar archive holds an entry without a name');
      return;
    }
    const before = this.paths.get(path);
    if (before !== undefined && !(before === 'folder' && type === 'folder')) {
      throw new Refusal(`its tar archive holds the path ${shown(path)} twice`);
    }
    this.paths.set(path, type);
    this.take = this.onEntry({ path, type, size: type === 'file' ? size : 0 });
  }

  /** The next header's name (`L`) or link target (`K`) is too long for it and comes as content (GNU tar). */
  private readLongName(flag: string, size: number): void {
    if (size > this.limits.maximumPath + 1)
      throw new Refusal('its tar archive holds a path that is too long');
    const name = new Uint8Array(size);
    let at = 0;
    this.expect(size, (content) => {
      name.set(content, at);
      at += content.length;
    });
    // Where a symbolic link points to is the installing system's business; it is read over.
    if (flag === 'L') this.longName = name;
  }

  private expect(size: number, take: ((content: Uint8Array) => void) | undefined): void {
    this.contentLeft = size;
    this.paddingLeft = (block - (size % block)) % block;
    this.take = take;
  }

  private path(): string {
    let raw = this.longName ?? this.header.subarray(0, 100);
    const isUstar = latin1.decode(this.header.subarray(257, 263)) === 'ustar\0';
    const prefix = this.longName || !isUstar ? new Uint8Array(0) : upToNul(this.header.subarray(345, 500));
    raw = upToNul(raw);
    this.longName = undefined;
    const length = raw.length + prefix.length + 1;
    this.pathBytes += length;
    if (length > this.limits.maximumPath) throw new Refusal('its tar archive holds a path that is too long');
    if (this.pathBytes > this.limits.maximumPaths)
      throw new Refusal('its tar archive holds too many long paths');
    return cleanPath(prefix.length > 0 ? `${decode(prefix)}/${decode(raw)}` : decode(raw));
  }

  private checkSum(): void {
    let sum = 0;
    for (let at = 0; at < block; at += 1) sum += at >= 148 && at < 156 ? 32 : (this.header[at] ?? 0);
    if (sum !== this.number(148, 8))
      throw new Refusal('its tar archive is damaged: the sum of a header is wrong');
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
