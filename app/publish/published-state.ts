import type { Channel } from '../model/channel.ts';
import { parseStatement, type ChannelStatement } from './channel-statement.ts';
import type { Signer } from './keys.ts';
import { readKeyring, verifyDetached } from './openpgp.ts';
import { isLeftover, meantPath, type Output } from './output.ts';
import { PublishError } from './publish-error.ts';

/** What a channel says of itself where it is published now. */
export interface Published {
  readonly statement: ChannelStatement;
  readonly bytes: Uint8Array;
}

/** Paths of a channel's statement and its signature below the folder of all channels. */
export function statementPaths(channel: Channel): { readonly statement: string; readonly signature: string } {
  return { statement: `${channel}/channel.json`, signature: `${channel}/channel.json.asc` };
}

/**
 * Reads the statement that is published, and believes it only with the channel's own signature: its number must never be reused.
 * A run that was killed between putting the new signature and the new statement in place is finished here.
 * @throws PublishError `published-state-damaged` when there is a statement that cannot be believed.
 */
export async function publishedState(
  channel: Channel,
  output: Output,
  signer: Signer,
): Promise<Published | undefined> {
  const paths = statementPaths(channel);
  const [bytes, signature] = [await output.read(paths.statement), await output.read(paths.signature)];
  if (signature === undefined && bytes === undefined) return undefined;
  const keyring = await readKeyring(signer.publicKey);
  const believe = async (candidate: Uint8Array | undefined): Promise<Published | undefined> => {
    if (!candidate || !signature) return undefined;
    const statement = parseStatement(new TextDecoder().decode(candidate));
    if (statement?.channel !== channel) return undefined;
    // Judged at its own time: a key that has expired since must not stop the channel from finding its number.
    const now = new Date(statement.issued);
    const verdict = await verifyDetached({
      bytes: candidate,
      signature: new TextDecoder('latin1').decode(signature),
      keyring,
      now,
    });
    return verdict.ok ? { statement, bytes: candidate } : undefined;
  };
  const published = await believe(bytes);
  if (published) return published;
  for (const path of await output.list(channel)) {
    if (!isLeftover(path) || meantPath(path) !== paths.statement) continue;
    const waiting = await believe(await output.read(path));
    if (waiting) {
      await output.finish(path);
      return waiting;
    }
  }
  throw new PublishError(
    channel,
    'published-state-damaged',
    `${paths.statement} and its signature do not belong together, or are not by the key of the channel; put back both from a copy or a mirror`,
  );
}
