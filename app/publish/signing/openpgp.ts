import * as openpgp from 'openpgp';

/** Public keys that are trusted for one purpose; opaque outside this module. */
export type Keyring = readonly openpgp.Key[];

/**
 * What became of a signature: whose it is (40 hex digits) and when it was made, or why it does not count. `about` says what to look at:
 * the signature is malformed in itself, or it and the content do not belong together under these keys.
 */
export type Verdict =
  | { readonly ok: true; readonly fingerprint: string; readonly date: Date }
  | { readonly ok: false; readonly about: 'signature' | 'content'; readonly reason: string };

/** A key or keyring that cannot be used: wrong file, wrong algorithm, wrong permissions. The operator mends it. */
export class KeyError extends Error {
  override readonly name = 'KeyError';
}

// v6 keys and odd armor headers are for others (trust.md 1.4).
const config: openpgp.PartialConfig = { v6Keys: false, showVersion: false, showComment: false };
/** Clocks of publisher and site may differ by this much, in milliseconds. */
const clockSkew = 5 * 60_000;
const maximumSignature = 16 * 1024;
const maximumCleartext = 1024 * 1024;
const maximumKeyring = 1024 * 1024;

/**
 * One signature packet in armor, lines ended by LF, as a detached signature file holds it.
 * @throws SyntaxError when the bytes are not exactly one signature packet.
 */
export async function inArmor(packet: Uint8Array): Promise<string> {
  const signature = await openpgp.readSignature({ binarySignature: packet, config }).catch(() => undefined);
  if (signature?.packets.length !== 1)
    throw new SyntaxError('these are not the bytes of one OpenPGP signature');
  return withLf(signature.armor());
}

/**
 * The bytes that a signature of a text in the clear is over: without blanks at the ends of lines, lines ended by CRLF, and without the last
 * newline (RFC 9580 7.2).
 */
export function cleartextBytes(text: string): Uint8Array {
  return new TextEncoder().encode(cleartextLines(text).join('\r\n'));
}

/**
 * A text in the clear with its signature, as `InRelease` is: lines that begin with a dash are escaped, and the text ends with one newline,
 * which is not part of what is signed (RFC 9580 7.1). Takes the armored signature over `cleartextBytes`, made with SHA-512.
 */
export function cleartextMessage(text: string, signature: string): string {
  const body = cleartextLines(text).map((line) => (line.startsWith('-') ? `- ${line}` : line));
  return `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA512\n\n${body.join('\n')}\n${signature}`;
}

function cleartextLines(text: string): readonly string[] {
  const lines = text.replace(/\n$/, '').split('\n');
  return lines.map((line) => line.replace(/[ \t\r]+$/, ''));
}

/**
 * Reads public keys: one or several armored blocks, or a binary keyring. (openpgp itself would read only the first of several blocks.)
 * @throws KeyError when there is no key in it, or something else than public keys.
 */
export async function readKeyring(content: Uint8Array | string): Promise<Keyring> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  if (bytes.length > maximumKeyring) throw new KeyError('the keyring is too long');
  const text = new TextDecoder('latin1').decode(bytes);
  const blocks =
    text.match(/-----BEGIN PGP PUBLIC KEY BLOCK-----[^]*?-----END PGP PUBLIC KEY BLOCK-----/g) ?? [];
  try {
    const keys = text.includes('-----BEGIN')
      ? (await Promise.all(blocks.map((armoredKeys) => openpgp.readKeys({ armoredKeys, config })))).flat()
      : await openpgp.readKeys({ binaryKeys: bytes, config });
    if (keys.length > 0 && keys.every((key) => !key.isPrivate())) return keys;
  } catch {
    // told below, together with the empty keyring
  }
  throw new KeyError('it is not a keyring of OpenPGP public keys');
}

/** One binary keyring of several armored public keys, as gpgv's `--keyring` and apt's `Signed-By` want it. */
export async function binaryKeyring(armoredPublicKeys: readonly string[]): Promise<Uint8Array> {
  const keyrings = await Promise.all(armoredPublicKeys.map((armored) => readKeyring(armored)));
  return Buffer.concat(keyrings.flat().map((key) => key.toPublic().write()));
}

/**
 * Checks a detached, armored signature over bytes: exactly one signature, good, by a key of the keyring that is neither revoked nor
 * expired at `now`, not from the future (five minutes apart), in canonical armor with nothing around it (trust.md F5, F6, 1.4).
 */
export async function verifyDetached(signed: {
  bytes: Uint8Array;
  /** As text, or as the bytes of its file. */
  signature: string | Uint8Array;
  keyring: Keyring;
  now: Date;
}): Promise<Verdict> {
  if (signed.signature.length > maximumSignature) return malformed('the signature is too long');
  const armoredSignature = armorOf(signed.signature);
  const signature = await openpgp.readSignature({ armoredSignature, config }).catch(() => undefined);
  if (!signature || withLf(signature.armor()) !== armoredSignature) {
    return malformed('the signature is damaged, or other text stands around it');
  }
  const message = await openpgp.createMessage({ binary: signed.bytes });
  return judge(signed, signature.packets.length, (date) =>
    openpgp.verify({
      message,
      signature,
      verificationKeys: [...signed.keyring],
      date,
      format: 'binary',
      config,
    }),
  );
}

/**
 * Checks a detached signature on a record of our own under the rules of `verifyDetached`, but for one: what was signed before its key was
 * revoked still counts. The history of a repository cannot be signed anew, and a channel has to find its number. A thief can date a
 * signature back; so this is for places where only the system writes, and never for what a site is given.
 */
export async function verifyRecord(signed: {
  bytes: Uint8Array;
  signature: string | Uint8Array;
  keyring: Keyring;
  now: Date;
}): Promise<Verdict> {
  const isRevoked = (key: openpgp.Key): boolean =>
    [key, ...key.subkeys].some(({ revocationSignatures }) => revocationSignatures.length > 0);
  if (!signed.keyring.some(isRevoked)) return verifyDetached(signed);
  const before = await Promise.all(
    signed.keyring.map((key) => openpgp.readKey({ binaryKey: key.write(), config })),
  );
  for (const part of before.flatMap((key) => [key, ...key.subkeys])) part.revocationSignatures = [];
  const verdict = await verifyDetached({ ...signed, keyring: before });
  if (!verdict.ok) return verdict;
  const { packets } = await openpgp.readSignature({ armoredSignature: armorOf(signed.signature), config });
  const issuer = packets[0]?.issuerKeyID;
  const revocations = signed.keyring.flatMap((key) => {
    if (key.getFingerprint().toUpperCase() !== verdict.fingerprint) return [];
    const subkeys = key.subkeys.filter((subkey) => issuer && subkey.getKeyID().equals(issuer));
    return [key, ...subkeys].flatMap(({ revocationSignatures }) => revocationSignatures);
  });
  const isLater = revocations.some(({ created }) => !created || created <= verdict.date);
  return isLater ? no('the signature is of a time when its key was revoked already') : verdict;
}

/** Armor is ASCII; whatever else a file holds must not look like it. */
function armorOf(signature: string | Uint8Array): string {
  return typeof signature === 'string' ? signature : new TextDecoder('latin1').decode(signature);
}

/**
 * Checks a text signed in the clear under the same rules as `verifyDetached`, and gives the text with its last newline.
 * Text before, after or between is refused: openpgp itself would pass it over (trust.md F6).
 */
export async function verifyCleartext(signed: {
  message: string;
  keyring: Keyring;
  now: Date;
}): Promise<(Verdict & { ok: true; text: string }) | (Verdict & { ok: false })> {
  if (signed.message.length > maximumCleartext) return no('the signed text is too long');
  const message = await openpgp
    .readCleartextMessage({ cleartextMessage: signed.message, config })
    .catch(() => undefined);
  if (!message || withLf(message.armor()) !== signed.message) {
    return no('the signed text is damaged, or other text stands around it');
  }
  const armoredSignature = signed.message.slice(signed.message.lastIndexOf('-----BEGIN PGP SIGNATURE-----'));
  const signature = await openpgp.readSignature({ armoredSignature, config });
  const verdict = await judge(signed, signature.packets.length, (date) =>
    openpgp.verify({ message, verificationKeys: [...signed.keyring], date, config }),
  );
  return verdict.ok ? { ...verdict, text: `${message.getText()}\n` } : verdict;
}

async function judge(
  { keyring, now }: { keyring: Keyring; now: Date },
  signatureCount: number,
  verify: (date: Date) => Promise<openpgp.VerifyMessageResult<Uint8Array | string>>,
): Promise<Verdict> {
  if (signatureCount !== 1) return malformed('there must be exactly one signature');
  const { signatures } = await verify(new Date(now.getTime() + clockSkew));
  const [only] = signatures;
  // `verify` itself is content with bad signatures and with none: what counts is the promise of each (trust.md F6).
  if (!only || signatures.length !== 1) return malformed('there must be exactly one signature');
  const signer = keyring.find((key) => key.getKeys(only.keyID).length > 0);
  if (!signer) return no('the signature is by a key that is not in the keyring');
  try {
    await only.verified;
    const [packet] = (await only.signature).packets;
    if (!packet?.created) return malformed('the signature has no date');
    // A signature stays good when its key is revoked or expires later; the key does not (trust.md F5).
    await signer.getSigningKey(only.keyID, new Date(Math.max(now.getTime(), packet.created.getTime())));
    return { ok: true, fingerprint: signer.getFingerprint().toUpperCase(), date: packet.created };
  } catch {
    return no('the signature is not good, or its key is revoked or expired');
  }
}

function malformed(reason: string): Verdict & { readonly ok: false } {
  return { ok: false, about: 'signature', reason };
}

function no(reason: string): Verdict & { readonly ok: false } {
  return { ok: false, about: 'content', reason };
}

function withLf(text: string): string {
  return text.replaceAll('\r\n', '\n');
}
