/** What is to be signed, by which part of a key, and which date the signature bears. */
export interface SigningRequest {
  /** A text has its lines ended by CRLF already, and no blanks at their ends. */
  readonly type: 'binary' | 'text';
  readonly bytes: Uint8Array;
  /** Fingerprint of the subkey, or of a primary that signs itself: 40 hexadecimal digits, upper case. */
  readonly fingerprint: string;
  /** Whole seconds. */
  readonly date: Date;
}

/** Where the secret of a key may live. */
export const backendKinds = ['file', 'gpg-agent', 'pkcs11', 'command'] as const;

/** What holds the secret of a key: a file, an agent, a token, or a command of the operator. */
export interface Backend {
  readonly kind: (typeof backendKinds)[number];
  /** Can it sign with this part of the key? */
  holds(fingerprint: string): boolean;
  /**
   * One OpenPGP signature packet, version 4 and SHA-512.
   * @throws SignerAway when what holds the secret does not answer, or not with a signature.
   */
  sign(request: SigningRequest): Promise<Uint8Array>;
}

/** The system will not sign with this key now: it is revoked or near its end, or the clock is wrong. A person mends it; the text says how. */
export class SigningRefused extends Error {
  override readonly name = 'SigningRefused';
}

/** What holds the secret of a key does not answer: an outage, tried again later (R14). */
export class SignerAway extends Error {
  override readonly name = 'SignerAway';
}
