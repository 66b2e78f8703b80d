import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';

/** Size in bytes and SHA-256 of a content. */
export interface Digest {
  readonly size: number;
  readonly sha256: string;
}

/** SHA-256 of bytes in memory, in lower-case hexadecimal. */
export function sha256Of(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Digest of bytes that come in pieces. */
export async function digestOf(content: AsyncIterable<Uint8Array>): Promise<Digest> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const piece of content) {
    hash.update(piece);
    size += piece.length;
  }
  return { size, sha256: hash.digest('hex') };
}

/** Digest of a file; undefined when it is not there or no plain file. Other errors of the disk throw. */
export async function digestOfFile(path: string): Promise<Digest | undefined> {
  try {
    return await digestOf(createReadStream(path, { highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>);
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** Content of a file in pieces; undefined when it is not there or no plain file. Other errors of the disk throw. */
export async function contentOfFile(path: string): Promise<AsyncIterable<Uint8Array> | undefined> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    if (isAbsence(error)) return undefined;
    throw error;
  });
  if (!handle) return undefined;
  if ((await handle.stat()).isFile())
    return handle.createReadStream({ highWaterMark: 256 * 1024 }) as AsyncIterable<Buffer>;
  await handle.close();
  return undefined;
}

/** Whether an error of the file system says that there is no such file. */
export function isAbsence(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'EISDIR';
}
