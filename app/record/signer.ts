/** Signs documents and commits with the system key; where the key lives is the signer's business. */
export interface DocumentSigner {
  readonly fingerprint: string;
  /** Armored public key, for those who verify. */
  readonly publicKey: string;
  /** Detached, armored OpenPGP signature over the bytes of the text. */
  sign(text: string, date: Date): Promise<string>;
  /** Is this an untouched signature of the system key over the text? */
  verify(text: string, signature: string): Promise<boolean>;
}
