import type { Channel } from '../../model/channel.ts';
import { parseStatement, type ChannelStatement } from '../channel-statement.ts';
import { sha256Of } from '../../storage/digest.ts';
import type { Inspection } from './inspection.ts';
import { verifyDetached, type Keyring } from '../signing/openpgp.ts';

/** What a client remembers of a channel: the publication it saw last. */
export interface LastSeen {
  readonly channel: Channel;
  readonly number: number;
  /** sha256 of that channel.json. */
  readonly sha256: string;
}

/** A statement whose signature is good. */
export interface SignedStatement {
  readonly statement: ChannelStatement;
  readonly sha256: string;
}

const statementPath = 'channel.json';
const signaturePath = 'channel.json.asc';
/** Where the signature of a statement stands for as long as that may be read, relative to the folder of channel.json. */
export function lastingSignaturePath(statementSha256: string): string {
  return `statements/${statementSha256}.json.asc`;
}

const maximumStatement = 64 * 1024 * 1024;
const maximumSignature = 16 * 1024;
/** Clocks of publisher and site may differ by this much, in milliseconds. */
export const clockSkew = 5 * 60_000;

/**
 * Reads channel.json and checks that it is signed by the pinned key, alone (trust.md 7, offline check 1). Notes what is wrong with it; gives
 * undefined when it cannot be believed at all.
 * @throws SourceUnreachable
 */
export async function signedStatement(
  inspection: Inspection,
  keyring: Keyring,
  now: Date,
): Promise<SignedStatement | undefined> {
  const bytes = await inspection.read(statementPath, maximumStatement);
  if (!bytes) return undefined;
  const sha256 = sha256Of(bytes);
  const statement = parseStatement(new TextDecoder().decode(bytes));
  const lastingPath = lastingSignaturePath(sha256);
  const [usual, lasting] = await Promise.all(
    [signaturePath, lastingPath].map((path) => inspection.peek(path, maximumSignature)),
  );
  const judged = (signature: Uint8Array | undefined) =>
    signature && verifyDetached({ bytes, signature, keyring, now });
  const [verdict, lastingVerdict] = await Promise.all([judged(usual), judged(lasting)]);
  const isCutOff = lastingVerdict?.ok === true && statement !== undefined && isBefore(usual, statement);
  if (!isCutOff) {
    if (!verdict?.ok) {
      if (!verdict) inspection.note(signaturePath, 'is missing');
      else inspection.note(verdict.about === 'signature' ? signaturePath : statementPath, verdict.reason);
      return undefined;
    }
    if (!lastingVerdict?.ok) inspection.note(lastingPath, lastingVerdict?.reason ?? 'is missing');
  }
  if (!statement) {
    inspection.note(statementPath, 'is signed, but is not a statement in canonical form');
    return undefined;
  }
  return { statement, sha256 };
}

/**
 * Whether the signature in the usual place is the one of the publication before: a run was cut off there, or is about to go on. The statement
 * has its own under its digest.
 */
function isBefore(usual: Uint8Array | undefined, { previous, superseded }: ChannelStatement): boolean {
  if (!usual || previous === null) return !usual && previous === null;
  const before = superseded.find(({ path }) => path === lastingSignaturePath(previous));
  return before?.sha256 === sha256Of(usual);
}

/** Notes what is wrong with a statement's time and its place after the publication seen last (trust.md 7, offline check 2; T62, T63). */
export function checkPlaceInLine(
  inspection: Inspection,
  { statement, sha256 }: SignedStatement,
  now: Date,
  lastSeen: LastSeen | undefined,
): void {
  const note = (what: string) => {
    inspection.note(statementPath, what);
  };
  if (Date.parse(statement.expires) <= now.getTime())
    note(`expired at ${statement.expires}: no longer renewed, or held back by somebody`);
  if (Date.parse(statement.issued) > now.getTime() + clockSkew)
    note(`is from the future: issued at ${statement.issued}`);
  if (!lastSeen) return;
  const { number, previous, channel } = statement;
  if (channel !== lastSeen.channel) note(`is channel ${channel}; seen last was channel ${lastSeen.channel}`);
  else if (number < lastSeen.number)
    note(`is publication ${String(number)}; seen last was ${String(lastSeen.number)}: a rollback`);
  else if (number === lastSeen.number && sha256 !== lastSeen.sha256)
    note(`is another publication ${String(number)} than the one seen last`);
  else if (number === lastSeen.number + 1 && previous !== lastSeen.sha256)
    note('does not name the publication seen last as its predecessor');
}
