import { createHash } from 'node:crypto';
import type { ChannelSource } from './channel-source.ts';
import { sha256Of, type Digest } from '../../storage/digest.ts';

/** Something wrong with a published channel. */
export interface ChannelProblem {
  /** The file, relative to the folder of channel.json. */
  readonly where: string;
  readonly what: string;
}

/** A file whose length nobody told is cut here, in bytes: longer than any package that is taken in (trust.md 8.5). */
const longestFile = 16 * 1024 ** 3;

/** Reads the files of a channel, compares them with what is vouched for, and keeps count of what was found. */
export class Inspection {
  readonly problems: ChannelProblem[] = [];
  readonly checked = { files: 0, packages: 0, bytes: 0 };
  private readonly source: ChannelSource;

  constructor(source: ChannelSource) {
    this.source = source;
  }

  /** An inspection of the same place that notes and counts for itself, until `takes` adds it here or it is thrown away. */
  branch(): Inspection {
    return new Inspection(this.source);
  }

  /** Adds what a branch noted and counted. */
  takes({ problems, checked }: Inspection): void {
    this.problems.push(...problems);
    this.checked.files += checked.files;
    this.checked.packages += checked.packages;
    this.checked.bytes += checked.bytes;
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
    const found = await this.#digest(path, expected.size);
    if (!found) this.note(path, 'is missing');
    const isRight = found !== undefined && this.agrees(path, found, expected);
    this.source.onChecked?.(path, expected, isRight);
    return isRight;
  }

  /**
   * Checks that a file that is being replaced is one of two: notes a problem when it is neither of `expected`. None of them means that it need
   * not be there.
   * @throws SourceUnreachable
   */
  async compareWithAny(path: string, expected: readonly (Digest | undefined)[]): Promise<void> {
    const digests = expected.filter((digest) => digest !== undefined);
    const found = await this.#digest(path, Math.max(0, ...digests.map(({ size }) => size)));
    this.checked.files += 1;
    if (!found) {
      if (digests.length === expected.length) this.note(path, 'is missing');
    } else if (!digests.some(({ size, sha256 }) => size === found.size && sha256 === found.sha256))
      this.note(path, 'is neither what channel.json vouches for nor what takes its place');
  }

  /**
   * Compares a file with its sha256 when its size is not known.
   * @throws SourceUnreachable
   */
  async compareDigest(path: string, sha256: string): Promise<void> {
    const found = await this.#digest(path, longestFile);
    if (!found) this.note(path, 'is missing');
    else if (found.sha256 !== sha256) this.note(path, `has not the sha256 ${sha256}`);
  }

  /** Size and sha256 of a file as far as `maximum` bytes and a bit; undefined when it is not there. */
  async #digest(path: string, maximum: number): Promise<Digest | undefined> {
    const content = await this.source.open(path);
    if (!content) return undefined;
    const hash = createHash('sha256');
    let size = 0;
    for await (const piece of content) {
      size += piece.length;
      if (size > maximum) break;
      hash.update(piece);
    }
    this.checked.bytes += size;
    return { size, sha256: hash.digest('hex') };
  }

  private agrees(path: string, found: Digest, expected: Digest): boolean {
    if (found.size !== expected.size) this.note(path, `is not ${String(expected.size)} bytes long`);
    else if (found.sha256 !== expected.sha256) this.note(path, `has not the sha256 ${expected.sha256}`);
    else return true;
    return false;
  }
}
