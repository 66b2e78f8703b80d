import type { Channel } from '../../model/channel.ts';
import type { Digest } from '../../storage/digest.ts';
import { sha256Of } from '../../storage/digest.ts';
import type { OutputFile, Pointer } from '../../storage/output.ts';
import type { Signer } from '../signing/keys.ts';

/** What signs a root, and for how long. */
export interface RootSigning {
  readonly channel: Channel;
  readonly origin: string;
  /** Public address of all channels, without a slash at its end. */
  readonly url: string;
  /** Number of the publication. */
  readonly number: number;
  readonly issued: Date;
  readonly expires: Date;
  readonly signer: Signer;
}

/** A file below the folder of all channels, with what it holds. */
export interface VouchedFile extends Digest {
  readonly path: string;
}

/** The signed metadata of a root, in the order in which it is put in place. */
export interface RenderedRoot {
  /** Immutable files, named by what they hold: nothing points to them yet. */
  readonly content: readonly OutputFile[];
  /** What clients read first; the first of them is the switch. */
  readonly pointers: readonly Pointer[];
  /** All of them. */
  readonly files: readonly VouchedFile[];
}

const encoder = new TextEncoder();

/** A small file of text with its digest. */
export function textFile(path: string, text: string): OutputFile & VouchedFile {
  const bytes = encoder.encode(text);
  return { path, pieces: [bytes], size: bytes.length, sha256: sha256Of(bytes) };
}

/** What a statement says of a file. */
export function vouched({ path, size, sha256 }: VouchedFile): VouchedFile {
  return { path, size, sha256 };
}
