import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { channels, type Channel } from '../../model/channel.ts';
import { KeyError } from './openpgp.ts';
import { readHeldKeys } from './key-folder.ts';
import { makeKey, subkeyDays, type KeyMaking } from './rotation.ts';
import { signerOf, type Signer, type WatchedSigner } from './signer.ts';

export type { Signer } from './signer.ts';

/** One signer for manifests and commits, and one for each channel (trust.md F3, process.md 1.1). */
export interface Keys {
  readonly system: Signer;
  /** @throws KeyError when there is no key for the channel. */
  channel(name: Channel): Signer;
  /** What the operator should know in time: a key that nears its end, say. None while all is well (trust.md T65). */
  warnings(now: Date): readonly string[];
}

/** Whose keys a folder holds: the record's, and each channel's. */
export const keyNames = ['system', ...channels] as const;
export type KeyName = (typeof keyNames)[number];

/**
 * Makes the keys that are missing in a folder: `system.key` and `<channel>.key`, readable by their owner only, each without the secret of
 * its primary, which goes to a folder of its own: `offline` below the folder, unless another is named. Keys that are there stay as they
 * are. Gives the names of the files made. Unless told otherwise keys are ed25519, which are made in no time.
 */
export async function createKeys(
  dir: string,
  date: Date,
  making: Partial<KeyMaking> = {},
): Promise<readonly string[]> {
  // A folder that was there keeps its mode: it may be anybody's. The key files are closed either way.
  const made = await mkdir(dir, { recursive: true, mode: 0o700 });
  if (made !== undefined) await chmod(dir, 0o700);
  const present = new Set(await readdir(dir));
  const missing = keyNames.filter(
    (name) => !present.has(`${name}.key`) && !present.has(`${name}.signer.json`),
  );
  const whole = {
    algorithm: 'ed25519',
    days: subkeyDays,
    primaryOut: join(dir, 'offline'),
    ...making,
  } as const;
  // RSA-4096 takes seconds a key, on another thread: all are made at once.
  await Promise.all(missing.map((name) => makeKey(name, join(dir, `${name}.key`), date, whole)));
  return missing.map((name) => `${name}.key`);
}

/**
 * Opens a folder of keys as `createKeys` makes it. What rotations and revocations change there counts when it is opened again.
 * @throws KeyError that names the file, when a key is missing, unusable, or readable by others than its owner (trust.md 8.6).
 */
export async function openKeys(dir: string, clock: () => Date = () => new Date()): Promise<Keys> {
  const signers = new Map<string, WatchedSigner>();
  for (const name of keyNames) {
    signers.set(name, signerOf({ name, clock, ...(await readHeldKeys(dir, name)) }));
  }
  const signer = (name: string): Signer => {
    const found = signers.get(name);
    if (!found) throw new KeyError(`there is no key for ${name}`);
    return found;
  };
  return {
    system: signer('system'),
    channel: signer,
    warnings: (now) => [...signers.values()].flatMap((one) => one.warnings(now)),
  };
}
