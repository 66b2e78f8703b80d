import * as openpgp from 'openpgp';

// openpgp makes every subpacket critical that it writes into the signatures of a primary, as only new implementations understand: rpm 4.18
// (Debian 12, and of the age of RHEL 9) imports no key with a critical time of expiry, embedded signature or reason for revocation. So these
// signatures are made again here, with the date alone critical, as gpg makes them.

/** Types of signature subpackets (RFC 9580 5.2.3.7). */
const subpacket = {
  criticalCreationTime: 0x80 | 2,
  keyExpirationTime: 9,
  issuer: 16,
  keyFlags: 27,
  reasonForRevocation: 29,
  embeddedSignature: 32,
  issuerFingerprint: 33,
} as const;

/**
 * Binds the newest subkey of a key, whose binding was just made by openpgp, with what that says. Gives the subkey.
 */
export async function bindAnew(key: openpgp.PrivateKey): Promise<openpgp.Subkey> {
  const subkey = key.subkeys.at(-1);
  const made = subkey?.bindingSignatures[0];
  if (!subkey || !made?.embeddedSignature)
    throw new Error('a key without the signing subkey that was just made for it');
  const expiry = made.keyExpirationTime;
  const signed = { key: key.keyPacket, bind: subkey.keyPacket };
  subkey.bindingSignatures = [
    await signedByPrimary(key, made, signed, [
      [subpacket.keyFlags, new Uint8Array([openpgp.enums.keyFlags.signData])],
      ...(expiry === null ? [] : [[subpacket.keyExpirationTime, inFourBytes(expiry)] as const]),
      [subpacket.embeddedSignature, made.embeddedSignature.write()],
    ]),
  ];
  return subkey;
}

/** A revocation of a key or subkey that was just made by openpgp, made again with its reason. */
export function revokingAnew(
  key: openpgp.PrivateKey,
  made: openpgp.SignaturePacket | undefined,
  content: object,
  reason: { readonly flag: number; readonly string: string },
): Promise<openpgp.SignaturePacket> {
  if (!made) throw new Error('a revoked key without a revocation');
  const body = Buffer.concat([Buffer.from([reason.flag]), Buffer.from(reason.string)]);
  return signedByPrimary(key, made, content, [[subpacket.reasonForRevocation, body]]);
}

/** Makes a signature of the primary again: type, algorithms, date and content stay; what it says besides is given, none of it critical. */
async function signedByPrimary(
  key: openpgp.PrivateKey,
  made: openpgp.SignaturePacket,
  content: object,
  says: readonly (readonly [type: number, body: Uint8Array])[],
): Promise<openpgp.SignaturePacket> {
  const { created } = made;
  if (!created || !isSecretPrimary(key.keyPacket)) throw new Error('a signature that was not just made');
  const hashed = [
    ...says,
    [subpacket.issuerFingerprint, Buffer.from(`04${key.getFingerprint()}`, 'hex')] as const,
    [subpacket.issuer, Buffer.from(key.getFingerprint().slice(-16), 'hex')] as const,
  ].map(([type, body]) => Buffer.concat([subpacketLength(body.length + 1), Buffer.from([type]), body]));
  const date = Buffer.concat([
    Buffer.from([5, subpacket.criticalCreationTime]),
    inFourBytes(created.getTime() / 1000),
  ]);
  const all = Buffer.concat([date, ...hashed]);
  const packet = Object.assign(new openpgp.SignaturePacket(), {
    signatureType: made.signatureType,
    publicKeyAlgorithm: made.publicKeyAlgorithm,
    hashAlgorithm: made.hashAlgorithm,
    // What openpgp would write is critical throughout, and it has no setting for that.
    writeHashedSubPackets: () => Buffer.concat([Buffer.from([all.length >> 8, all.length & 0xff]), all]),
  });
  // The last parameter is missing in openpgp's types.
  const sign: (
    by: openpgp.SecretKeyPacket,
    data: Uint8Array,
    date: Date,
    detached: boolean,
    settings: openpgp.Config,
  ) => Promise<void> = packet.sign.bind(packet);
  await sign(key.keyPacket, Object.assign(new Uint8Array(0), content), created, false, openpgp.config);
  const read = new openpgp.SignaturePacket();
  read.read(packet.write());
  return read;
}

/** Length of a signature subpacket in one, two or five bytes (RFC 9580 5.2.3.7). */
function subpacketLength(length: number): Uint8Array {
  if (length < 192) return Buffer.from([length]);
  if (length < 8384) return Buffer.from([((length - 192) >> 8) + 192, (length - 192) & 0xff]);
  return Buffer.concat([Buffer.from([255]), inFourBytes(length)]);
}

function inFourBytes(number: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
}

/** Is this the packet of a primary that may have its secret? */
export function isSecretPrimary(packet: openpgp.Key['keyPacket']): packet is openpgp.SecretKeyPacket {
  return 'makeDummy' in packet;
}
