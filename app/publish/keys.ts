import { chmod, mkdir, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { channels, type Channel } from '../model/channel.ts';
import {
  createKey,
  fingerprintOf,
  KeyError,
  publicKeyOf,
  readSigningKey,
  signCleartext,
  signCommitPayload,
  signDetached,
  type SigningKey,
} from './openpgp.ts';

/** Something that signs; a folder of key files today, an agent or a token behind the same shape. */
export interface Signer {
  /** Fingerprint in upper-case hexadecimal. */
  readonly fingerprint: string;
  /** Armored public key. */
  readonly publicKey: string;
  /** Armored detached signature over bytes, dated to the second; deterministic. */
  signDetached(bytes: Uint8Array, date: Date): Promise<string>;
  /** Text signed in the clear, as `InRelease` is; deterministic. */
  signCleartext(text: string, date: Date): Promise<string>;
  /** Signature for the `gpgsig` header of a git commit. */
  signCommit(payload: string, date: Date): Promise<string>;
}

/** One signer for manifests and commits, and one for each channel (trust.md F3, process.md 1.1). */
export interface Keys {
  readonly system: Signer;
  /** @throws KeyError when there is no key for the channel. */
  channel(name: Channel): Signer;
}

const keyNames = ['system', ...channels] as const;
const maximumKeyFile = 64 * 1024;

/**
 * Makes the key files that are missing in a folder: `system.key` and `<channel>.key`, readable by their owner only. Keys that are
 * there stay as they are. Gives the names of the files made.
 */
export async function createKeys(dir: string, date: Date): Promise<readonly string[]> {
  // A folder that was there keeps its mode: it may be anybody's. The key files are closed either way.
  const made = await mkdir(dir, { recursive: true, mode: 0o700 });
  if (made !== undefined) await chmod(dir, 0o700);
  const present = new Set(await readdir(dir));
  const missing = keyNames.filter((name) => !present.has(`${name}.key`));
  for (const name of missing) {
    const owner = name === 'system' ? 'Staged Rollout system' : `Staged Rollout channel ${name}`;
    const armored = await createKey({ name: owner, email: `${name}@rollout.invalid`, date });
    const file = await open(join(dir, `${name}.key`), 'wx', 0o600);
    try {
      await file.writeFile(armored);
      await file.sync();
    } finally {
      await file.close();
    }
  }
  return missing.map((name) => `${name}.key`);
}

/**
 * Opens a folder of key files as `createKeys` makes it.
 * @throws KeyError that names the file, when a key is missing, unusable, or readable by others than its owner (trust.md 8.6).
 */
export async function openKeys(dir: string): Promise<Keys> {
  const signers = new Map<string, Signer>();
  for (const name of keyNames) signers.set(name, signerWith(await readKeyFile(join(dir, `${name}.key`))));
  const signer = (name: string): Signer => {
    const found = signers.get(name);
    if (!found) throw new KeyError(`there is no key for ${name}`);
    return found;
  };
  return { system: signer('system'), channel: signer };
}

async function readKeyFile(path: string): Promise<SigningKey> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new KeyError(`${path}: the key file cannot be read; make it with "rollout keys create"`, {
      cause: error,
    });
  });
  try {
    const { mode, size } = await file.stat();
    if ((mode & 0o077) !== 0)
      throw new KeyError(
        `${path}: others can read the private key; make it mode 0600 and think of a new key`,
      );
    if (size > maximumKeyFile) throw new KeyError(`${path}: the file is too long for a key`);
    return await readSigningKey(await file.readFile('utf8'));
  } catch (error) {
    if (error instanceof KeyError && !error.message.startsWith(path))
      throw new KeyError(`${path}: ${error.message}`, { cause: error });
    throw error;
  } finally {
    await file.close();
  }
}

function signerWith(key: SigningKey): Signer {
  return {
    fingerprint: fingerprintOf(key),
    publicKey: publicKeyOf(key),
    signDetached: (bytes, date) => signDetached(bytes, key, date),
    signCleartext: (text, date) => signCleartext(text, key, date),
    signCommit: (payload, date) => signCommitPayload(payload, key, date),
  };
}
