import type { Algorithm } from '../../app/publish/signing/algorithm.ts';
import {
  createKey,
  factsOf,
  readPrivateKey,
  signaturePacket,
  type CertificateFacts,
  type PrivateKey,
} from '../../app/publish/signing/certificate.ts';
import { inArmor, cleartextBytes, cleartextMessage } from '../../app/publish/signing/openpgp.ts';

/** A key without a folder, as `createKeys` makes it, that signs whenever it is told to: none of a signer's rules hold for it. */
export class LooseKey {
  readonly primary: string;
  readonly online: string;
  readonly #key: PrivateKey;
  readonly facts: CertificateFacts;

  constructor(parts: { primary: string; online: string; key: PrivateKey; facts: CertificateFacts }) {
    this.primary = parts.primary;
    this.online = parts.online;
    this.#key = parts.key;
    this.facts = parts.facts;
  }

  static async make(date: Date, algorithm: Algorithm = 'ed25519', days?: number): Promise<LooseKey> {
    const owner = { name: 'Channel', email: 'c@rollout.invalid', date, algorithm, days };
    return LooseKey.of(await createKey(owner));
  }

  static async of({ primary, online }: { primary: string; online: string }): Promise<LooseKey> {
    const key = await readPrivateKey(online);
    return new LooseKey({ primary, online, key, facts: await factsOf(key) });
  }

  get publicKey(): string {
    return this.facts.publicKey;
  }

  get fingerprint(): string {
    return this.facts.fingerprint;
  }

  /** Fingerprint of the newest subkey. */
  get subkey(): string {
    return this.facts.signing.at(-1)?.fingerprint ?? '';
  }

  async signDetached(bytes: Uint8Array, date: Date, by = this.subkey): Promise<string> {
    return inArmor(await signaturePacket({ type: 'binary', bytes }, this.#key, by, date));
  }

  async signCleartext(text: string, date: Date, by = this.subkey): Promise<string> {
    const bytes = cleartextBytes(text);
    return cleartextMessage(
      text,
      await inArmor(await signaturePacket({ type: 'text', bytes }, this.#key, by, date)),
    );
  }
}
