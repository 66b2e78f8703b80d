import { createHash } from 'node:crypto';
import type { SigningRequest } from './backend.ts';

/** OpenPGP's numbers of public-key algorithms (RFC 9580 9.1): RSA, and EdDSA as ed25519Legacy. */
const algorithmNumbers = { rsa: 1, ed25519: 22 } as const;
const sha512Number = 10;
/** What stands before a SHA-512 digest that is signed with RSA (RFC 8017 9.2, note 1). */
const sha512Info = Buffer.from('3051300d060960864801650304020305000440', 'hex');

/** The algorithm of a key whose secret signs digests elsewhere. */
export type RawAlgorithm = keyof typeof algorithmNumbers;

/**
 * A version 4 signature packet around a bare signature that something else makes: an HSM, a token, a key service. It says its date and its
 * issuer, and nothing else (RFC 9580 5.2.3). `signDigest` is given the SHA-512 digest of 64 bytes, and gives the bare signature: PKCS#1
 * v1.5 over it for RSA, 64 bytes over the digest as the message for ed25519.
 * @throws RangeError when what it gives cannot be such a signature.
 */
export async function rawSignaturePacket(
  { type, bytes, fingerprint, date }: SigningRequest,
  algorithm: RawAlgorithm,
  signDigest: (digest: Uint8Array) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const issuer = Buffer.from(fingerprint, 'hex');
  const hashed = Buffer.concat([
    subpacket(2, fourBytes(date.getTime() / 1000)),
    subpacket(33, Buffer.concat([Buffer.from([4]), issuer])),
  ]);
  const unhashed = subpacket(16, issuer.subarray(-8));
  const head = Buffer.concat([
    Buffer.from([4, type === 'binary' ? 0 : 1, algorithmNumbers[algorithm], sha512Number]),
    twoBytes(hashed.length),
    hashed,
  ]);
  const digest = createHash('sha512')
    .update(bytes)
    .update(head)
    .update(Buffer.concat([Buffer.from([4, 0xff]), fourBytes(head.length)]))
    .digest();
  const signature = await signDigest(digest);
  const body = Buffer.concat([
    head,
    twoBytes(unhashed.length),
    unhashed,
    digest.subarray(0, 2),
    ...numbersOf(signature, algorithm).map(multiPrecision),
  ]);
  // A new-format packet header of tag 2 with a length of five bytes (RFC 9580 4.2.1).
  return Buffer.concat([Buffer.from([0xc2, 0xff]), fourBytes(body.length), body]);
}

/** The digest as RSA signs it by hardware that adds no more than the padding (CKM_RSA_PKCS, RFC 8017 9.2). */
export function digestInfo(digest: Uint8Array): Uint8Array {
  return Buffer.concat([sha512Info, digest]);
}

function numbersOf(signature: Uint8Array, algorithm: RawAlgorithm): readonly Uint8Array[] {
  if (algorithm === 'rsa') {
    if (signature.length < 256 || signature.length > 1024)
      throw new RangeError(`an RSA signature has 256 to 1024 bytes, not ${String(signature.length)}`);
    return [signature];
  }
  if (signature.length !== 64)
    throw new RangeError(`an ed25519 signature has 64 bytes, not ${String(signature.length)}`);
  return [signature.subarray(0, 32), signature.subarray(32)];
}

/** A number with the count of its bits before it (RFC 9580 3.2). */
function multiPrecision(bytes: Uint8Array): Uint8Array {
  const from = bytes.findIndex((byte) => byte !== 0);
  const number = from < 0 ? new Uint8Array(0) : bytes.subarray(from);
  const bits = number.length === 0 ? 0 : number.length * 8 - Math.clz32(number[0] ?? 0) + 24;
  return Buffer.concat([twoBytes(bits), number]);
}

function subpacket(type: number, body: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from([body.length + 1, type]), body]);
}

function twoBytes(number: number): Uint8Array {
  return Buffer.from([number >> 8, number & 0xff]);
}

function fourBytes(number: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(number);
  return bytes;
}
