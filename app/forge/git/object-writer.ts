import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { deflate } from 'node:zlib';
import { Buffer } from 'node:buffer';

const deflated = promisify<Buffer, Buffer>(deflate);

/**
 * Writes one loose object (gitformat-loose: zlib over `type size NUL content`, named by SHA-1) and gives its name.
 * The content must already be a well-formed object of that type.
 */
export async function writeObject(
  gitDir: string,
  type: 'blob' | 'tree' | 'commit' | 'tag',
  content: Buffer,
): Promise<string> {
  const whole = Buffer.concat([Buffer.from(`${type} ${String(content.length)}\0`), content]);
  const sha = createHash('sha1').update(whole).digest('hex');
  const folder = join(gitDir, 'objects', sha.slice(0, 2));
  const path = join(folder, sha.slice(2));
  if (await exists(path)) return sha;
  await mkdir(folder, { recursive: true });
  const unfinished = join(folder, `tmp_obj_${randomUUID()}`);
  await writeFile(unfinished, await deflated(whole), { mode: 0o444 });
  await rename(unfinished, path);
  return sha;
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
