import { createHash } from 'node:crypto';
import type { ChannelSource } from './channel-source.ts';
import { sha256Of, type Digest } from '../storage/digest.ts';

/** Something wrong with a published channel. */
export interface ChannelProblem {
  /** The file, relative to the folder of channel.json. */
  readonly where: string;
  readonly what: string;
}

/** Reads the files of a channel, compares them with what is vouched for, and keeps count of what was found. */
export class Inspection {
  readonly problems: ChannelProblem[] = [];
  readonly checked = { files: 0, packages: 0, bytes: 0 };
  private readonly source: ChannelSource;

  constructor(source: ChannelSource) {
    this.source = source;
  }

  /** Notes a problem. */
  note(where: string, what: string): void {
    this.problems.push({ where, what });
  }

  /**
   * Reads a whole file of at most `maximum` bytes; notes a problem and gives undefined when it is not there or longer.
   * @throws SourceUnreachable
   */
  async read(path: string, maximum: number): Promise<Uint8Array | undefined> {
    const found = await this.#taken(path, maximum);
    if (typeof found !== 'string') return found;
    this.note(path, found);
    return undefined;
  }

  /**
   * The same without a note, for a file that need not be there.
   * @throws SourceUnreachable
   */
  async peek(path: string, maximum: number): Promise<Uint8Array | undefined> {
    const found = await this.#taken(path, maximum);
    return typeof found === 'string' ? undefined : found;
  }

  /** The bytes of a file, or what is wrong with it. */
  async #taken(path: string, maximum: number): Promise<Uint8Array | string> {
    const content = await this.source.open(path);
    if (!content) return 'is missing';
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of content) {
      size += piece.length;
      if (size > maximum) {
        return `is longer than ${String(maximum)} bytes`;
      }
      pieces.push(piece);
    }
    this.checked.files += 1;
    this.checked.bytes += size;
    return Buffer.concat(pieces);
  }

  /**
   * Reads a whole file that must have a size and digest; notes a problem and gives undefined when it has not.
   * @throws SourceUnreachable
   */
  async readAs(path: string, expected: Digest): Promise<Uint8Array | undefined> {
    const bytes = await this.read(path, expected.size);
    const isRight =
      bytes !== undefined && this.agrees(path, { size: bytes.length, sha256: sha256Of(bytes) }, expected);
    this.source.onChecked?.(path, expected, isRight);
    return isRight ? bytes : undefined;
  }

  /**
   * Compares a file with its size and digest without keeping it, and stops as soon as it is longer than it should be.
   * @throws SourceUnreachable
   */
  async compare(path: string, expected: Digest): Promise<boolean> {
    const content = await this.source.open(path);
    if (!content) {
      this.note(path, 'is missing');
      this.source.onChecked?.(path, expected, false);
      return false;
    }
    const hash = createHash('sha256');
    let size = 0;
    for await (const piece of content) {
      size += piece.length;
      if (size > expected.size) break;
      hash.update(piece);
    }
    this.checked.bytes += size;
    const isRight = this.agrees(path, { size, sha256: hash.digest('hex') }, expected);
    this.source.onChecked?.(path, expected, isRight);
    return isRight;
  }

  private agrees(path: string, found: Digest, expected: Digest): boolean {
    if (found.size !== expected.size) this.note(path, `is not ${String(expected.size)} bytes long`);
    else if (found.sha256 !== expected.sha256) this.note(path, `has not the sha256 ${expected.sha256}`);
    else return true;
    return false;
  }
}
