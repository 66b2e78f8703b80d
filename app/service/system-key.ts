import type { DocumentSigner } from '../record/signer.ts';
import type { Signer } from '../publish/signing/keys.ts';
import { readKeyring, verifyRecord } from '../publish/signing/openpgp.ts';

/** The system key as the record uses it: for manifests, their signatures and commits. */
export async function documentSigner(system: Signer): Promise<DocumentSigner> {
  const keyring = await readKeyring(system.publicKey);
  const bytes = new TextEncoder();
  return {
    fingerprint: system.fingerprint,
    publicKey: system.publicKey,
    sign: (text, date) => system.signDetached(bytes.encode(text), date),
    verify: async (text, signature) => {
      const verdict = await verifyRecord({
        bytes: bytes.encode(text),
        signature,
        keyring,
        now: new Date(),
      });
      return verdict.ok;
    },
  };
}
