import { sha256Of, type Digest } from '../../app/storage/digest.ts';
import type { Store } from '../../app/storage/store.ts';

/** Puts content in a store; gives what a manifest says of it. */
export async function stored(store: Store, content: string | Uint8Array): Promise<Digest> {
  const bytes = Buffer.from(content);
  const receiver = await store.receive();
  await receiver.write(bytes);
  const receipt = await receiver.commit(sha256Of(bytes), bytes.length);
  if (!receipt.ok) throw new Error(receipt.reason);
  return { size: receipt.size, sha256: receipt.sha256 };
}
