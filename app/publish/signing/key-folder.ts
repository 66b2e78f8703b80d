import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { factsOf, holdsSecret, readCertificate, readPrivateKey, signaturePacket } from './certificate.ts';
import { KeyError, readKeyring } from './openpgp.ts';
import { isAbsence } from '../../storage/digest.ts';
import { SigningRefused, type Backend } from './backend.ts';
import { readKeyState, type KeyState } from './key-state.ts';
import { certificatePath, outsideBackend, readOutsideSetting } from './outside-backend.ts';
import type { HeldKey } from './signer.ts';

const maximumKeyFile = 64 * 1024;

/** The files of one name in a folder of keys. */
export function keyPaths(
  dir: string,
  name: string,
): Readonly<Record<'key' | 'next' | 'former' | 'state' | 'setting', string>> {
  return {
    /** Signs now. */
    key: join(dir, `${name}.key`),
    /** The key with a new primary that follows it. */
    next: join(dir, `${name}.next.key`),
    /** Public keys that signed once, and whose signatures still count: the system's alone. */
    former: join(dir, `${name}.former.asc`),
    state: join(dir, `${name}.state.json`),
    /** Says where the secret is, when it is in no file here. */
    setting: join(dir, `${name}.signer.json`),
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
  const setting = await readIfThere(paths.setting, 0o022);
  const next = await readIfThere(paths.next, 0o077);
  const former = (await readIfThere(paths.former, 0o022)) ?? '';
  const keys = [
    ...(former === '' ? [] : await naming(paths.former, () => publicKeysIn(former, paths.former))),
    setting === undefined
      ? await keyInFile(paths.key)
      : await naming(paths.setting, () => keyOutside(dir, setting)),
    ...(next === undefined ? [] : [await keyInFile(paths.next)]),
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

/** A private key, whose secrets are in the file itself. */
async function keyInFile(path: string): Promise<HeldKey> {
  const armored = await readSecretFile(path, 'make it with "rollout keys create"');
  const key = await naming(path, () => readPrivateKey(armored));
  const backend: Backend = {
    kind: 'file',
    holds: (fingerprint) => holdsSecret(key, fingerprint),
    sign: ({ type, bytes, fingerprint, date }) => signaturePacket({ type, bytes }, key, fingerprint, date),
  };
  return { facts: await factsOf(key), backend, path };
}

/** A public key in a file, whose secrets something else holds. */
async function keyOutside(dir: string, text: string): Promise<HeldKey> {
  const setting = readOutsideSetting(text);
  const path = certificatePath(dir, setting);
  const armored = await readOwnFile(path, 'it is the public key of what signs', 0o022);
  const facts = await naming(path, async () => factsOf(await readCertificate(armored)));
  return { facts, backend: outsideBackend(setting, facts), path };
}

/**
 * Reads a file with a secret in it.
 * @throws KeyError that names the file, when it cannot be read, is too long, or others than its owner can read it.
 */
export function readSecretFile(path: string, mend: string): Promise<string> {
  return readOwnFile(path, mend, 0o077);
}

/** Reads a file to which others have none of some rights: those to read it, or those to write it. */
async function readOwnFile(path: string, mend: string, forbidden: 0o077 | 0o022): Promise<string> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new KeyError(`${path}: the key file cannot be read; ${mend}`, { cause: error });
  });
  try {
    const { mode, size } = await file.stat();
    if ((mode & forbidden) !== 0)
      throw new KeyError(
        forbidden === 0o077
          ? `${path}: others can read the private key; make it mode 0600 and think of a new key`
          : `${path}: others can change it, and with it what signs; make it mode 0644`,
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

async function readIfThere(path: string, forbidden: 0o077 | 0o022): Promise<string | undefined> {
  try {
    return await readOwnFile(path, 'put it back, or remove it', forbidden);
  } catch (error) {
    if (error instanceof KeyError && isAbsence(error.cause)) return undefined;
    throw error;
  }
}
