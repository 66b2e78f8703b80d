import { sha256Of } from '../../storage/digest.ts';
import type { ChannelStatement, StatementFile } from '../channel-statement.ts';
import type { Inspection } from './inspection.ts';
import type { Keyring } from '../signing/openpgp.ts';

/** A package that an index lists; `path` is relative to the folder of channel.json. */
export interface VouchedPackage {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
}

/** What the files of a root are checked against. */
export interface RootCheck {
  readonly inspection: Inspection;
  readonly statement: ChannelStatement;
  readonly keyring: Keyring;
  readonly now: Date;
  /** The entry of the statement: of an apt root that several architectures share, the first. */
  readonly root: ChannelStatement['roots'][number];
  /** The bytes of every small file that the statement vouches for, found good; indexes as they are packed. */
  readonly contents: ReadonlyMap<string, Uint8Array>;
}

/** The entry of a file in a statement. */
export function vouchedIn({ files }: ChannelStatement, path: string): StatementFile | undefined {
  return files.find((file) => file.path === path);
}

/**
 * Whether what a file says is looked at, not its digest alone: of the copies by hash and of yum's documents beside `primary` nothing else is
 * known that could be compared.
 */
export function isLookedInto(path: string): boolean {
  return !path.includes('/by-hash/') && !/-(filelists|other)\.xml\.gz$/.test(path);
}

/** A root that is ahead of channel.json. */
export interface NewerRoot {
  /** What its new indexes list, and what those of the statement do; undefined when an index could not be read. */
  readonly packages: readonly VouchedPackage[] | undefined;
  /** The pointers of the root, which are judged already; every other file that the statement vouches for must be as it says. */
  readonly pointers: ReadonlySet<string>;
  /** Files that no statement vouches for yet. */
  readonly files: readonly string[];
}

/** Size and digest of bytes, as a statement has them. */
export function stated(path: string, bytes: Uint8Array): StatementFile {
  return { path, size: bytes.length, sha256: sha256Of(bytes) };
}
