import { createPrivateKey } from 'node:crypto';
import { z } from 'zod';

const bytes = z.instanceof(Uint8Array);
const Rsa = z.object({ n: bytes, e: bytes, d: bytes, p: bytes, q: bytes, u: bytes });
const Ed25519 = z.object({ seed: bytes, Q: bytes });

/**
 * A secret key as PKCS#8 in PEM. Takes the numbers of an OpenPGP key: of RSA n, e, d, p, q and u = 1/p mod q, of ed25519Legacy the seed and Q
 * with its 0x40 before it (RFC 9580 5.5.5.1 and 5.5.5.5). In JWK p and q have changed places (RFC 7518 6.3.2).
 * @throws TypeError when the numbers are those of another algorithm.
 */
export function secretPem(numbers: object): string {
  const rsa = Rsa.safeParse(numbers).data;
  const ed25519 = Ed25519.safeParse(numbers).data;
  const key = rsa
    ? {
        kty: 'RSA',
        n: inBase64(rsa.n),
        e: inBase64(rsa.e),
        d: inBase64(rsa.d),
        p: inBase64(rsa.q),
        q: inBase64(rsa.p),
        dp: inBase64(remainder(rsa.d, rsa.q)),
        dq: inBase64(remainder(rsa.d, rsa.p)),
        qi: inBase64(rsa.u),
      }
    : ed25519 && {
        kty: 'OKP',
        crv: 'Ed25519',
        d: inBase64(ed25519.seed),
        x: inBase64(ed25519.Q.subarray(-32)),
      };
  if (!key) throw new TypeError('these are not the numbers of an RSA or ed25519 key');
  return createPrivateKey({ key, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** d mod (prime - 1). */
function remainder(d: Uint8Array, prime: Uint8Array): Uint8Array {
  const hex = (numberOf(d) % (numberOf(prime) - 1n)).toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
}

function numberOf(big: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(big).toString('hex')}`);
}

function inBase64(number: Uint8Array): string {
  return Buffer.from(number).toString('base64url');
}
