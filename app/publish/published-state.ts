import type { Channel } from '../model/channel.ts';
import { sha256Of } from '../storage/digest.ts';
import type { Output } from '../storage/output.ts';
import { parseStatement, type ChannelStatement } from './channel-statement.ts';
import type { Signer } from './signing/keys.ts';
import { readKeyring, verifyRecord } from './signing/openpgp.ts';
import { PublishError } from './publish-error.ts';

/** What a channel says of itself where it is published now. */
export interface Published {
  readonly statement: ChannelStatement;
  readonly bytes: Uint8Array;
  /** Of the bytes. */
  readonly sha256: string;
  /** Armored. */
  readonly signature: Uint8Array;
  /** False when a run was cut off before the signature stood in its usual place too. */
  readonly isComplete: boolean;
}

/** Where a channel's statement and its signature are, below the folder of all channels. */
export interface StatementPaths {
  readonly statement: string;
  readonly signature: string;
  /**
   * The same signature under the digest of what it signs. It is in place before the statement, so that there is no moment, not even after a
   * power cut, at which the statement has no signature that fits.
   */
  readonly lasting: string;
}

/** Paths for a statement of these bytes. */
export function statementPaths(channel: Channel, sha256: string): StatementPaths {
  const statement = `${channel}/channel.json`;
  return { statement, signature: `${statement}.asc`, lasting: `${channel}/statements/${sha256}.json.asc` };
}

/**
 * Reads the statement that is published, and believes it only with the channel's own signature: its number must never be reused.
 * @throws PublishError `published-state-damaged` when there is a statement that cannot be believed.
 */
export async function publishedState(
  channel: Channel,
  output: Output,
  signer: Pick<Signer, 'publicKey'>,
): Promise<Published | undefined> {
  const bytes = await output.read(statementPaths(channel, '').statement);
  if (bytes === undefined) {
    if ((await output.read(statementPaths(channel, '').signature)) === undefined) return undefined;
  } else {
    const statement = parseStatement(new TextDecoder().decode(bytes));
    const sha256 = sha256Of(bytes);
    const signature =
      statement?.channel === channel && (await goodSignature({ bytes, sha256 }, statement, output, signer));
    if (statement && signature) return { statement, bytes, sha256, ...signature };
  }
  throw new PublishError(
    channel,
    'published-state-damaged',
    `${channel}/channel.json and its signature do not belong together, or are not by the key of the channel; put back both from a copy or a mirror`,
  );
}

async function goodSignature(
  { bytes, sha256 }: Pick<Published, 'bytes' | 'sha256'>,
  { channel, issued }: ChannelStatement,
  output: Output,
  { publicKey }: Pick<Signer, 'publicKey'>,
): Promise<Pick<Published, 'signature' | 'isComplete'> | undefined> {
  const keyring = await readKeyring(publicKey);
  const paths = statementPaths(channel, sha256);
  for (const path of [paths.signature, paths.lasting]) {
    const found = await output.read(path);
    if (!found) continue;
    // Judged at its own time: a key that has expired since must not stop the channel from finding its number.
    const verdict = await verifyRecord({
      bytes,
      signature: found,
      keyring,
      now: new Date(issued),
    });
    if (verdict.ok) return { signature: found, isComplete: path === paths.signature };
  }
  return undefined;
}
