import { join } from 'node:path';
import { isPlainPath } from '../publish/layout.ts';
import { contentOfFile, sha256Of, type Digest } from '../storage/digest.ts';
import type { Store } from '../storage/store.ts';

/** Somewhere that may still have the bytes of a digest: a mirror of the store, or of the published channels. */
export interface Copy {
  readonly name: string;
  /** Content of a file below its top; undefined when it is not there or cannot be had. */
  content(path: string): Promise<AsyncIterable<Uint8Array> | undefined>;
}

/** No answer within this time ends a request, in milliseconds; long enough for a package of some gigabytes. */
const requestTime = 30 * 60_000;

/** A copy in a folder, or behind a web address (`http://`, `https://`). Nothing of it is believed: what it gives is compared with digests. */
export function copyAt(place: string): Copy {
  const isWeb = /^https?:\/\//.test(place);
  return {
    name: place,
    content: async (path) => {
      if (!isPlainPath(path)) return undefined;
      if (!isWeb) return contentOfFile(join(place, path)).catch(() => undefined);
      const url = new URL(
        path.split('/').map(encodeURIComponent).join('/'),
        place.endsWith('/') ? place : `${place}/`,
      );
      const response = await fetch(url, {
        headers: { 'accept-encoding': 'identity' },
        signal: AbortSignal.timeout(requestTime),
      }).catch(() => undefined);
      if (response?.status === 200 && response.body) return response.body;
      await response?.body?.cancel();
      return undefined;
    },
  };
}

/** Where a store has a file. */
export const storePathOf = (sha256: string): string => `${sha256.slice(0, 2)}/${sha256}`;

/**
 * Brings a file back into the store from the first place that has its bytes. Gives the name of that place, or undefined when none has.
 * @throws StorageOutage
 */
export async function bringBack(
  store: Store,
  { sha256, size }: Digest,
  places: readonly { readonly copy: Copy; readonly path: string }[],
): Promise<string | undefined> {
  for (const { copy, path } of places) {
    const content = await copy.content(path);
    if (content && (await received(store, { sha256, size }, content))) return copy.name;
  }
  return undefined;
}

async function received(
  store: Store,
  { sha256, size }: Digest,
  content: AsyncIterable<Uint8Array>,
): Promise<boolean> {
  const receiver = await store.receive();
  let left = size;
  try {
    for await (const piece of readable(content)) {
      left -= piece.length;
      if (left < 0) return false;
      await receiver.write(piece);
    }
    return (await receiver.commit(sha256, size)).ok;
  } finally {
    await receiver.abort();
  }
}

/** A copy that stops answering gives a file that is too short, and that is no copy; it is not an outage of ours. */
async function* readable(content: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const pieces = content[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await pieces.next().catch(() => undefined);
      if (!next || next.done === true) return;
      yield next.value;
    }
  } finally {
    await pieces.return?.().catch(() => undefined);
  }
}

/** Bytes of a small file from a copy, if they are those of the digest. */
export async function bytesFrom(
  copy: Copy,
  path: string,
  { size, sha256 }: Digest,
): Promise<Uint8Array | undefined> {
  const content = await copy.content(path);
  if (!content) return undefined;
  const pieces: Uint8Array[] = [];
  let left = size;
  for await (const piece of readable(content)) {
    left -= piece.length;
    if (left < 0) return undefined;
    pieces.push(piece);
  }
  const bytes = Buffer.concat(pieces);
  return sha256Of(bytes) === sha256 ? bytes : undefined;
}
