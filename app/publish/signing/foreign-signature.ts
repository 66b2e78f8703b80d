import * as openpgp from 'openpgp';
import type { Keyring } from './openpgp.ts';

/** What became of a provider's signature. */
export type ForeignVerdict =
  | { readonly ok: true; readonly fingerprint: string }
  | {
      readonly ok: false;
      readonly why: 'malformed' | 'unknown-key' | 'not-good' | 'key-ended';
      /** For an unknown key: the end of its fingerprint, as the signature says it. */
      readonly keyID?: string;
    };

const config: openpgp.PartialConfig = { v6Keys: false };
/** Clocks of provider and service may differ by this much, in milliseconds. */
const clockSkew = 5 * 60_000;
const mostSignatures = 4;
const begin = '-----BEGIN PGP SIGNED MESSAGE-----\n';
const end = '-----END PGP SIGNATURE-----\n';

/**
 * Checks what a provider signed with tools of its own: a signature in armor or in bytes, also one of several. It counts when one of its
 * packets is by a key of the keyring and every such packet is good, and the key is neither revoked nor expired at `now` (trust.md F5).
 * What stands in no registered key's name is passed over.
 */
export async function verifyForeign(signed: {
  readonly content: Uint8Array | AsyncIterable<Uint8Array>;
  readonly signature: Uint8Array;
  readonly keyring: Keyring;
  readonly now: Date;
}): Promise<ForeignVerdict> {
  const text = Buffer.from(signed.signature).toString('latin1');
  const signature = await (
    text.trimStart().startsWith('-----BEGIN PGP SIGNATURE')
      ? openpgp.readSignature({ armoredSignature: text, config })
      : openpgp.readSignature({ binarySignature: signed.signature, config })
  ).catch(() => undefined);
  const known = signature?.packets.filter(({ issuerKeyID }) => holderOf(signed.keyring, issuerKeyID));
  const [first] = signature?.packets ?? [];
  if (!signature || !first || signature.packets.length > mostSignatures)
    return { ok: false, why: 'malformed' };
  if (!known || known.length === 0)
    return { ok: false, why: 'unknown-key', keyID: first.issuerKeyID.toHex().toUpperCase() };
  const packets = new openpgp.PacketList<openpgp.SignaturePacket>();
  packets.push(...known);
  const only = new openpgp.Signature(packets);
  const date = new Date(signed.now.getTime() + clockSkew);
  const how = {
    signature: only,
    verificationKeys: [...signed.keyring],
    date,
    format: 'binary' as const,
    config,
  };
  if (signed.content instanceof Uint8Array) {
    const message = await openpgp.createMessage({ binary: signed.content });
    const { signatures } = await openpgp.verify({ ...how, message });
    return judged(signatures, signed.keyring, date);
  }
  const message = await openpgp.createMessage({ binary: webStream(signed.content) });
  const { data, signatures } = await openpgp.verify({ ...how, message });
  // The signatures are known when the last byte has gone through.
  const reader = data.getReader();
  while (!(await reader.read()).done);
  return judged(signatures, signed.keyring, date);
}

/**
 * Checks a text that a provider signed in the clear, with nothing before or after it, and gives the text: openpgp itself would pass over what
 * stands around it (trust.md F6).
 */
export async function verifyForeignText(signed: {
  readonly text: string;
  readonly keyring: Keyring;
  readonly now: Date;
}): Promise<(ForeignVerdict & { ok: true; text: string }) | (ForeignVerdict & { ok: false })> {
  const text = `${signed.text.replaceAll('\r\n', '\n').trimEnd()}\n`;
  const alone = text.startsWith(begin) && text.endsWith(end) && text.lastIndexOf(begin) === 0;
  const message = await openpgp
    .readCleartextMessage({ cleartextMessage: text, config })
    .catch(() => undefined);
  if (!alone || !message) return { ok: false, why: 'malformed' };
  const [keyID] = message.getSigningKeyIDs();
  if (!keyID || message.getSigningKeyIDs().length !== 1) return { ok: false, why: 'malformed' };
  if (!holderOf(signed.keyring, keyID))
    return { ok: false, why: 'unknown-key', keyID: keyID.toHex().toUpperCase() };
  const date = new Date(signed.now.getTime() + clockSkew);
  const { signatures } = await openpgp.verify({
    message,
    verificationKeys: [...signed.keyring],
    date,
    config,
  });
  const verdict = await judged(signatures, signed.keyring, date);
  return verdict.ok ? { ...verdict, text: message.getText() } : verdict;
}

/** openpgp takes the web's streams. */
function webStream(content: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  const iterator = content[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const next = await iterator.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: async () => {
      await iterator.return?.();
    },
  });
}

/** Of a keyring the keys with these fingerprints, upper case. */
export function pinnedKeys(keyring: Keyring, fingerprints: readonly string[]): Keyring {
  return keyring.filter((key) => fingerprints.includes(key.getFingerprint().toUpperCase()));
}

function holderOf(keyring: Keyring, keyID: openpgp.KeyID): openpgp.Key | undefined {
  return keyring.find((key) => key.getKeys(keyID).length > 0);
}

/** What counts is the promise of each signature: `verify` itself is content with bad ones and with none (trust.md F6). */
async function judged(
  signatures: readonly { readonly keyID: openpgp.KeyID; readonly verified: Promise<true> }[],
  keyring: Keyring,
  date: Date,
): Promise<ForeignVerdict> {
  let fingerprint: string | undefined;
  for (const { keyID, verified } of signatures) {
    const holder = holderOf(keyring, keyID);
    const good = await verified.catch(() => false as const);
    const usable = await holder?.getSigningKey(keyID, date).catch(() => undefined);
    // A signature of the time before a key was revoked is whole, and one by a key that ended is not taken as good by openpgp.
    if (!usable) return { ok: false, why: 'key-ended' };
    if (!good) return { ok: false, why: 'not-good' };
    fingerprint = holder?.getFingerprint().toUpperCase();
  }
  return fingerprint === undefined ? { ok: false, why: 'malformed' } : { ok: true, fingerprint };
}
