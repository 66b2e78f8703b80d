import type { ChannelStatement, StatementFile } from './channel-statement.ts';
import type { Inspection } from './inspection.ts';
import type { Keyring } from './openpgp.ts';

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
