import * as openpgp from 'openpgp';
import type { Algorithm } from './algorithm.ts';
import { KeyError } from './openpgp.ts';
import { secretPem } from './secret-pem.ts';
import { bindAnew, isSecretPrimary, revokingAnew } from './self-signature.ts';

/** A certificate with or without its secrets; opaque outside this module. */
export type Certificate = openpgp.Key;
/** A private key as a file holds it; opaque outside this module. */
export type PrivateKey = openpgp.PrivateKey;

/** A key that may sign: a signing subkey, or the primary of a key that has none. */
export interface SigningPart {
  /** 40 hexadecimal digits, upper case. */
  readonly fingerprint: string;
  readonly algorithm: 'rsa' | 'ed25519';
  /** Bits of the modulus, for RSA. */
  readonly bits: number | undefined;
  readonly created: Date;
  /** When it ends by itself; never, if undefined. */
  readonly expires: Date | undefined;
  /** It, or its primary, is revoked; whatever the date of the revocation. */
  readonly revoked: boolean;
  readonly isSubkey: boolean;
}

/** What a certificate says of itself; every part of it is checked against the primary's signatures. */
export interface CertificateFacts {
  /** Fingerprint of the primary: 40 hexadecimal digits, upper case. */
  readonly fingerprint: string;
  readonly created: Date;
  readonly revoked: boolean;
  /** The parts that may sign, oldest first. A key with signing subkeys does not sign with its primary. */
  readonly signing: readonly SigningPart[];
  /** Armored public key, lines ended by LF. */
  readonly publicKey: string;
}

// Without the random salt notation, the same text, key and date give the same bytes (trust.md 1.4).
const config: openpgp.PartialConfig = {
  nonDeterministicSignaturesViaNotation: false,
  v6Keys: false,
  preferredHashAlgorithm: openpgp.enums.hash.sha512,
  showVersion: false,
  showComment: false,
};
const whole: openpgp.Config = { ...openpgp.config, ...config };
const day = 86_400_000;
/** A time after which no revocation is dated: version 4 signatures count seconds in 32 bits. */
const endOfTime = new Date(0xff_ff_ff_ff * 1000);

/**
 * Makes a key that apt, gpgv, rpm and dnf of today accept (channels.md): version 4, a primary that certifies and a subkey that signs.
 * Gives both halves in armor, without a passphrase: `primary` is to be kept offline, `online` holds the subkey and no secret of the primary.
 */
export async function createKey(owner: {
  readonly name: string;
  readonly email: string;
  readonly date: Date;
  readonly algorithm: Algorithm;
  /** Days that the subkey is valid; without end, if undefined. */
  readonly days: number | undefined;
}): Promise<{ readonly primary: string; readonly online: string }> {
  const date = toTheSecond(owner.date);
  const kind = keyOptions(owner.algorithm);
  const { privateKey } = await openpgp.generateKey({
    ...kind,
    userIDs: [{ name: owner.name, email: owner.email }],
    subkeys: [{ ...kind, sign: true, ...lasting(owner.days) }],
    date,
    format: 'object',
    config,
  });
  await bindAnew(privateKey);
  const bare = await readPrivateKey(withLf(privateKey.armor()));
  bare.subkeys = [];
  return { primary: withLf(bare.armor()), online: withoutPrimary(privateKey) };
}

/**
 * Reads an armored private key. Keys that a client could not check are refused here, not found out by the sites.
 * @throws KeyError when it is no private key, is locked, or is neither RSA of 2048 bits and more nor ed25519Legacy (channels.md).
 */
export async function readPrivateKey(armored: string): Promise<PrivateKey> {
  const key = await openpgp.readPrivateKey({ armoredKey: armored, config }).catch(() => {
    throw new KeyError('it is not an armored OpenPGP private key');
  });
  if (!key.isDecrypted()) throw new KeyError('the private key is locked with a passphrase');
  refuseOddAlgorithms(key);
  return key;
}

/**
 * Reads an armored public key: exactly one certificate.
 * @throws KeyError when it is something else, or of an algorithm that clients do not check.
 */
export async function readCertificate(armored: string): Promise<Certificate> {
  const keys = await openpgp.readKeys({ armoredKeys: armored, config }).catch(() => []);
  const [key] = keys;
  if (!key || keys.length !== 1 || key.isPrivate())
    throw new KeyError('it is not one armored OpenPGP public key');
  refuseOddAlgorithms(key);
  return key;
}

function refuseOddAlgorithms(key: openpgp.Key): void {
  for (const { keyPacket } of [key, ...key.subkeys.filter(canSign)]) {
    const { algorithm, bits = 0 } = keyPacket.getAlgorithmInfo();
    const isRsa = algorithm.startsWith('rsa') && bits >= 2048;
    if (keyPacket.version !== 4 || !(isRsa || algorithm === 'eddsaLegacy'))
      throw new KeyError(
        'the key is neither RSA nor ed25519Legacy of version 4, so apt could not check its signatures',
      );
  }
}

/** What a certificate holds. Subkeys that its primary did not bind, or that did not bind themselves to it, are not in it. */
export async function factsOf(key: Certificate): Promise<CertificateFacts> {
  const revoked = await key.isRevoked(undefined, undefined, endOfTime, whole);
  const part = (
    { keyPacket }: { readonly keyPacket: openpgp.Key['keyPacket'] | openpgp.Subkey['keyPacket'] },
    more: Pick<SigningPart, 'expires' | 'revoked' | 'isSubkey'>,
  ): SigningPart => {
    const { algorithm, bits } = keyPacket.getAlgorithmInfo();
    return {
      fingerprint: keyPacket.getFingerprint().toUpperCase(),
      algorithm: algorithm.startsWith('rsa') ? 'rsa' : 'ed25519',
      bits,
      created: keyPacket.getCreationTime(),
      ...more,
    };
  };
  const signing: SigningPart[] = [];
  for (const subkey of key.subkeys.filter(canSign)) {
    const created = subkey.getCreationTime();
    const bound = await subkey.verify(created, whole).then(
      () => true,
      () => false,
    );
    const withdrawn = subkey.revocationSignatures.length > 0;
    if (!bound && !withdrawn) continue;
    const expires = await subkey.getExpirationTime(created, whole);
    signing.push(
      part(subkey, { expires: dateOrNever(expires), revoked: revoked || withdrawn, isSubkey: true }),
    );
  }
  if (key.subkeys.every((subkey) => !canSign(subkey))) {
    const expires = await key.getExpirationTime(undefined, whole);
    signing.push(part(key, { expires: dateOrNever(expires), revoked, isSubkey: false }));
  }
  return {
    fingerprint: key.getFingerprint().toUpperCase(),
    created: key.getCreationTime(),
    revoked,
    signing: signing.toSorted((a, b) => a.created.getTime() - b.created.getTime()),
    publicKey: publicKeyOf(key),
  };
}

/** The public half in armor. A subkey's binding stands before its revocation: rpm 4.18 imports no key in which it does not. */
function publicKeyOf(key: Certificate): string {
  const packets = new openpgp.PacketList<openpgp.AnyPacket>();
  const revocations: openpgp.AnyPacket[] = [];
  for (const packet of key.toPublic().toPacketList()) {
    const type = packet instanceof openpgp.SignaturePacket ? packet.signatureType : undefined;
    if (type === openpgp.enums.signature.subkeyRevocation) revocations.push(packet);
    else packets.push(packet);
    if (type === openpgp.enums.signature.subkeyBinding) packets.push(...revocations.splice(0));
  }
  packets.push(...revocations);
  const kind = openpgp.enums.armor.publicKey;
  return withLf(openpgp.armor(kind, packets.write(), undefined, undefined, undefined, true, whole));
}

/** Is the secret of a part in this key, so that it can sign with it? */
export function holdsSecret(key: PrivateKey, fingerprint: string): boolean {
  return [key, ...key.subkeys].some(
    ({ keyPacket }) =>
      keyPacket.getFingerprint().toUpperCase() === fingerprint &&
      'privateParams' in keyPacket &&
      keyPacket.privateParams !== null &&
      !keyPacket.isDummy(),
  );
}

/**
 * A signature packet by one part of a key, SHA-512, dated to the second; the same content, part and date give the same bytes.
 * Content of type text has its lines ended by CRLF already.
 */
export async function signaturePacket(
  content: { readonly type: 'binary' | 'text'; readonly bytes: Uint8Array },
  key: PrivateKey,
  fingerprint: string,
  date: Date,
): Promise<Uint8Array> {
  const part = [key, ...key.subkeys].find((one) => one.getFingerprint().toUpperCase() === fingerprint);
  if (!part) throw new KeyError(`the key has no part ${fingerprint}`);
  const message: openpgp.Message<Uint8Array | string> =
    content.type === 'binary'
      ? await openpgp.createMessage({ binary: content.bytes })
      : await openpgp.createMessage({
          text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(content.bytes),
        });
  return openpgp.sign({
    message,
    signingKeys: key,
    signingKeyIDs: part.getKeyID(),
    detached: true,
    date: toTheSecond(date),
    format: 'binary',
    config,
  });
}

/**
 * The online key with one more signing subkey, of the algorithm of the primary. Gives it in armor, and the subkey's fingerprint.
 * @throws KeyError when the primary is another key's.
 */
export async function withNewSubkey(
  online: string,
  primary: string,
  more: { readonly date: Date; readonly days: number | undefined },
): Promise<{ readonly online: string; readonly fingerprint: string }> {
  const key = await joined(online, primary);
  const { algorithm, bits } = key.keyPacket.getAlgorithmInfo();
  const made = await key.addSubkey({
    ...(algorithm.startsWith('rsa')
      ? { type: 'rsa' as const, rsaBits: bits ?? 4096 }
      : keyOptions('ed25519')),
    sign: true,
    date: toTheSecond(more.date),
    ...lasting(more.days),
    config: whole,
  });
  const newest = await bindAnew(made);
  return { online: withoutPrimary(made), fingerprint: newest.getFingerprint().toUpperCase() };
}

/**
 * A key in a file, or a public key whose secret is elsewhere, with a subkey or all of it revoked for a reason that those who have the
 * certificate can read. Gives it in armor, as what it was.
 * @throws KeyError when the primary is another key's, or there is no such subkey.
 */
export async function withRevocation(
  armored: string,
  primary: string,
  revocation: { readonly date: Date; readonly reason: string; readonly subkey: string | undefined },
): Promise<string> {
  const isPrivate = armored.includes('PGP PRIVATE KEY');
  const key = isPrivate ? await readPrivateKey(armored) : await readCertificate(armored);
  const offline = await primaryOf(key, primary);
  const reason = { flag: openpgp.enums.reasonForRevocation.keyCompromised, string: revocation.reason };
  const date = toTheSecond(revocation.date);
  if (revocation.subkey === undefined) {
    const [made] = (await offline.revoke(reason, date, whole)).revocationSignatures;
    key.revocationSignatures = [await revokingAnew(offline, made, { key: offline.keyPacket }, reason)];
  } else {
    const subkey = key.subkeys.find(
      (one) => one.getFingerprint().toUpperCase() === revocation.subkey?.toUpperCase(),
    );
    if (!subkey || !isSecretPrimary(offline.keyPacket))
      throw new KeyError(`the key has no subkey ${revocation.subkey}; "rollout keys list" shows them`);
    const [made] = (await subkey.revoke(offline.keyPacket, reason, date, whole)).revocationSignatures;
    const content = { key: offline.keyPacket, bind: subkey.keyPacket };
    subkey.revocationSignatures = [await revokingAnew(offline, made, content, reason)];
  }
  return isPrivate ? withLf(key.armor()) : publicKeyOf(key);
}

/** The primary with its secret, if it is the one of the key. */
async function primaryOf(key: Certificate, armored: string): Promise<PrivateKey> {
  const offline = await readPrivateKey(armored);
  if (key.getFingerprint() !== offline.getFingerprint())
    throw new KeyError(
      `the primary is ${offline.getFingerprint().toUpperCase()}, but the key to change is ${key.getFingerprint().toUpperCase()}; name the file of its own primary`,
    );
  if (!holdsSecret(offline, offline.getFingerprint().toUpperCase()))
    throw new KeyError('the primary key file holds no secret of the primary');
  return offline;
}

/**
 * The secret of one part of a key as PKCS#8 in PEM, to be brought into a token.
 * @throws KeyError when the key does not hold it.
 */
export function exportedSecret(key: PrivateKey, fingerprint: string): string {
  const part = [key, ...key.subkeys].find((one) => one.getFingerprint().toUpperCase() === fingerprint);
  const packet = part?.keyPacket;
  if (!packet || !('privateParams' in packet) || packet.privateParams === null)
    throw new KeyError(`the key file does not hold the secret of ${fingerprint}`);
  return secretPem({ ...packet.publicParams, ...packet.privateParams });
}

/** The online key with the primary's secret put back in. */
async function joined(online: string, primary: string): Promise<PrivateKey> {
  const key = await readPrivateKey(online);
  const offline = await primaryOf(key, primary);
  offline.subkeys = key.subkeys;
  // Read again, so that every subkey belongs to the key that it now stands in.
  return readPrivateKey(withLf(offline.armor()));
}

/** The key in armor, with the secret of its primary taken out (the GNU extension of S2K, "gnu-dummy"). */
function withoutPrimary(key: PrivateKey): string {
  if (!isSecretPrimary(key.keyPacket)) throw new Error('a private key without a private primary');
  key.keyPacket.makeDummy(whole);
  return withLf(key.armor());
}

function canSign(subkey: openpgp.Subkey): boolean {
  return subkey.bindingSignatures.some(
    ({ keyFlags }) => ((keyFlags?.[0] ?? 0) & openpgp.enums.keyFlags.signData) !== 0,
  );
}

function keyOptions(
  algorithm: Algorithm,
): { type: 'rsa'; rsaBits: number } | { type: 'ecc'; curve: 'ed25519Legacy' } {
  return algorithm === 'ed25519'
    ? { type: 'ecc', curve: 'ed25519Legacy' }
    : { type: 'rsa', rsaBits: Number(algorithm.slice('rsa'.length)) };
}

function lasting(days: number | undefined): { keyExpirationTime?: number } {
  return days === undefined ? {} : { keyExpirationTime: (days * day) / 1000 };
}

function dateOrNever(date: Date | number | null): Date | undefined {
  return date instanceof Date ? date : undefined;
}

function withLf(text: string): string {
  return text.replaceAll('\r\n', '\n');
}

function toTheSecond(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}
