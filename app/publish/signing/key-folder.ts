import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { factsOf, holdsSecret, readPrivateKey, signaturePacket } from '../certificate.ts';
import { KeyError, readKeyring } from '../openpgp.ts';
import { isAbsence } from '../../storage/digest.ts';
import { SigningRefused, type Backend } from './backend.ts';
import { readKeyState, type KeyState } from './key-state.ts';
import type { HeldKey } from './signer.ts';

const maximumKeyFile = 64 * 1024;

/** The files of one name in a folder of keys. */
export function keyPaths(
  dir: string,
  name: string,
): Readonly<Record<'key' | 'next' | 'former' | 'state', string>> {
  return {
    /** Signs now. */
    key: join(dir, `${name}.key`),
    /** The key with a new primary that follows it. */
    next: join(dir, `${name}.next.key`),
    /** Public keys that signed once, and whose signatures still count: the system's alone. */
    former: join(dir, `${name}.former.asc`),
    state: join(dir, `${name}.state.json`),
  };
}

/**
 * The certificates of one name in a folder of keys, the older one first, and what is remembered of them.
 * @throws KeyError that names the file, when it is missing, unusable, or readable by others than its owner (trust.md 8.6).
 */
export async function readHeldKeys(
  dir: string,
  name: string,
): Promise<{ readonly keys: readonly HeldKey[]; readonly state: KeyState; readonly stateFile: string }> {
  const paths = keyPaths(dir, name);
  const armored = await readSecretFile(paths.key, 'make it with "rollout keys create"');
  const next = await readIfThere(paths.next);
  const former = (await readIfThere(paths.former)) ?? '';
  const keys = [
    ...(former === '' ? [] : await naming(paths.former, () => publicKeysIn(former, paths.former))),
    await naming(paths.key, () => keyInFile(armored, paths.key)),
    ...(next === undefined ? [] : [await naming(paths.next, () => keyInFile(next, paths.next))]),
  ];
  return { keys, state: await readKeyState(paths.state), stateFile: paths.state };
}

/** Certificates without a secret: nothing signs with them, and what they signed still counts. */
async function publicKeysIn(text: string, path: string): Promise<readonly HeldKey[]> {
  const backend: Backend = {
    kind: 'file',
    holds: () => false,
    sign: () => Promise.reject(new SigningRefused(`${path} holds public keys only`)),
  };
  const found = await Promise.all((await readKeyring(text)).map((key) => factsOf(key)));
  return found.map((facts) => ({ facts, backend, path }));
}

/** An armored private key, whose secrets are in the file itself. */
async function keyInFile(armored: string, path: string): Promise<HeldKey> {
  const key = await readPrivateKey(armored);
  const backend: Backend = {
    kind: 'file',
    holds: (fingerprint) => holdsSecret(key, fingerprint),
    sign: ({ type, bytes, fingerprint, date }) => signaturePacket({ type, bytes }, key, fingerprint, date),
  };
  return { facts: await factsOf(key), backend, path };
}

/**
 * Reads a file with a secret in it.
 * @throws KeyError that names the file, when it cannot be read, is too long, or others than its owner can read it.
 */
export async function readSecretFile(path: string, mend: string): Promise<string> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new KeyError(`${path}: the key file cannot be read; ${mend}`, { cause: error });
  });
  try {
    const { mode, size } = await file.stat();
    if ((mode & 0o077) !== 0)
      throw new KeyError(
        `${path}: others can read the private key; make it mode 0600 and think of a new key`,
      );
    if (size > maximumKeyFile) throw new KeyError(`${path}: the file is too long for a key`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** Writes a new file with a secret in it, for its owner alone; never over one that is there. */
export async function writeSecretFile(path: string, content: string, mode: 0o400 | 0o600): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A folder for secrets: one that is made is closed to others; one that was there keeps its mode, it may be anybody's. */
export async function secretFolder(dir: string): Promise<void> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
}

/** Runs something, and puts the name of the file it is about before what a KeyError says. */
export async function naming<T>(path: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof KeyError && !error.message.startsWith(path))
      throw new KeyError(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readSecretFile(path, 'put it back, or remove it');
  } catch (error) {
    if (error instanceof KeyError && isAbsence(error.cause)) return undefined;
    throw error;
  }
}
