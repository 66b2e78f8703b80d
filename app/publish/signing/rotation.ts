import { join } from 'node:path';
import { readdir, rename, rm } from 'node:fs/promises';
import type { Algorithm } from './algorithm.ts';
import {
  createKey,
  exportedSecret,
  factsOf,
  holdsSecret,
  readPrivateKey,
  withNewSubkey,
  withRevocation,
} from './certificate.ts';
import { KeyError } from './openpgp.ts';
import {
  keyPaths,
  naming,
  readHeldKeys,
  readSecretFile,
  secretFolder,
  writeSecretFile,
} from './key-folder.ts';
import { readKeyState, replaceFile, writeKeyState } from './key-state.ts';

/** How a key is made. */
export interface KeyMaking {
  /** RSA-4096 is what every client takes; ed25519 is made in no time, and enough for apt (channels.md). */
  readonly algorithm: Algorithm;
  /** Days that a channel's signing subkey is valid. The system's has no end: its signatures are looked at for years. */
  readonly days: number;
  /** Folder for the offline primaries. */
  readonly primaryOut: string;
}

/** Days that a signing subkey of a channel is valid (trust.md 7). */
export const subkeyDays = 90;

/** Makes one key: the primary in its own folder, and the online key at a path that must be free. Gives the path of the primary. */
export async function makeKey(
  name: string,
  online: string,
  date: Date,
  { algorithm, days, primaryOut }: KeyMaking,
): Promise<string> {
  const owner = name === 'system' ? 'Staged Rollout system' : `Staged Rollout channel ${name}`;
  const made = await createKey({
    name: owner,
    email: `${name}@rollout.invalid`,
    date,
    algorithm,
    days: daysOf(name, days),
  });
  await secretFolder(primaryOut);
  const { fingerprint } = await factsOf(await readPrivateKey(made.primary));
  // A primary that is there belongs to a key that was published: never overwritten.
  const taken = (await readdir(primaryOut)).includes(`${name}.primary.key`);
  const primary = join(
    primaryOut,
    taken ? `${name}-${fingerprint.slice(-16)}.primary.key` : `${name}.primary.key`,
  );
  // First what can make the rest again.
  await writeSecretFile(primary, made.primary, 0o400);
  await writeSecretFile(online, made.online, 0o600);
  return primary;
}

/** What became of a rotation. */
export interface Rotated {
  /** Fingerprint of what will sign. */
  readonly fingerprint: string;
  /** It signs at once; else so many days after its first publication. */
  readonly overlapDays: number;
  /** Where the new primary is, when there is one. */
  readonly primary?: string;
}

/**
 * Adds a signing subkey to a key of the folder: to the one whose primary is given. The old subkey stays in the published certificate and
 * signs until the new one has been published for the overlap.
 * @throws KeyError when a file is missing or the primary is another key's.
 */
export async function rotateSubkey(
  dir: string,
  name: string,
  date: Date,
  more: { readonly primary: string; readonly days: number; readonly overlapDays: number },
): Promise<Rotated> {
  const { path, mode, online, primary } = await keyOfPrimary(dir, name, more.primary);
  if (mode !== 0o600)
    throw new KeyError(
      `${path}: the secret of this key is not in a file, and only what holds it could make a subkey; make a key with --new-primary`,
    );
  const made = await naming(more.primary, () =>
    withNewSubkey(online, primary, { date, days: daysOf(name, more.days) }),
  );
  await note(dir, name, made.fingerprint, date, more.overlapDays);
  await replaceFile(path, made.online, 0o600);
  return { fingerprint: made.fingerprint, overlapDays: more.overlapDays };
}

/**
 * Makes a key with a new primary beside the one that signs. Both are published; the new one signs when it has been published for the
 * overlap. `finishRotation` ends it.
 * @throws KeyError while the rotation before is still under way.
 */
export async function rotatePrimary(
  dir: string,
  name: string,
  date: Date,
  making: KeyMaking & { readonly overlapDays: number },
): Promise<Rotated> {
  const { next } = keyPaths(dir, name);
  await readHeldKeys(dir, name);
  if ((await readdir(dir)).includes(`${name}.next.key`))
    throw new KeyError(`${next}: a rotation is under way; end it first with "rollout keys rotate --finish"`);
  const primary = await makeKey(name, next, date, making);
  const made = await factsOf(await readPrivateKey(await readSecretFile(next, 'it was just made')));
  const fingerprint = made.signing[0]?.fingerprint ?? made.fingerprint;
  await note(dir, name, fingerprint, date, making.overlapDays);
  return { fingerprint, overlapDays: making.overlapDays, primary };
}

/**
 * Ends the rotation of a primary: the key that follows takes the place of the one before, whose subkey is removed. Of the system's old
 * key the public half stays published, for its signatures of old; a channel's old key no longer counts for anybody.
 * @throws KeyError when there is no such rotation, or the new key does not sign yet.
 */
export async function finishRotation(dir: string, name: string): Promise<string> {
  const paths = keyPaths(dir, name);
  const { keys, state } = await readHeldKeys(dir, name);
  const next = keys.find(({ path }) => path === paths.next);
  if (!next || keys.length < 2)
    throw new KeyError(`${paths.next}: no new primary is on its way; make it with --new-primary`);
  // What the old key signed last has to be out of the channel: it would no longer be believed.
  if (!next.facts.signing.some(({ fingerprint }) => state.subkeys[fingerprint]?.signed !== undefined))
    throw new KeyError(
      `${paths.next}: the key that follows has not signed yet; wait until it does, or remove the file to give it up`,
    );
  if (name === 'system') {
    const former = keys.filter((key) => key !== next);
    await replaceFile(paths.former, former.map(({ facts }) => facts.publicKey).join(''), 0o600);
  }
  await rename(paths.next, paths.key);
  await rm(paths.setting, { force: true });
  return next.facts.fingerprint;
}

/**
 * Revokes a subkey, or the whole key when none is named. The revoked certificate is published from the next publication on, and nothing is
 * signed with it any more.
 * @throws KeyError when a file is missing, the primary is another key's, or there is no such subkey.
 */
export async function revokeKey(
  dir: string,
  name: string,
  date: Date,
  more: { readonly primary: string; readonly subkey: string | undefined; readonly reason: string },
): Promise<void> {
  const { path, mode, online, primary } = await keyOfPrimary(dir, name, more.primary);
  const revoked = await naming(more.primary, () =>
    withRevocation(online, primary, { date, reason: more.reason, subkey: more.subkey }),
  );
  await replaceFile(path, revoked, mode);
}

/**
 * Writes the secret of a key's newest signing subkey to a file, to be brought into a token, and the public key beside the others as
 * `<name>.asc`, for a `<name>.signer.json`. The key file stays until the operator removes it.
 * @throws KeyError when the secret is not here.
 */
export async function exportSubkey(
  dir: string,
  name: string,
  to: string,
): Promise<{ readonly certificate: string; readonly fingerprint: string }> {
  const path = keyPaths(dir, name).key;
  const key = await naming(path, async () =>
    readPrivateKey(await readSecretFile(path, 'only the secret of a key file can be exported')),
  );
  const facts = await factsOf(key);
  const newest = facts.signing.findLast(({ fingerprint }) => holdsSecret(key, fingerprint));
  if (!newest) throw new KeyError(`${path}: the file holds no secret that signs`);
  await writeSecretFile(to, exportedSecret(key, newest.fingerprint), 0o600).catch((error: unknown) => {
    throw new KeyError(`${to}: the file cannot be made; name a new one, in a folder that is there`, {
      cause: error,
    });
  });
  const certificate = join(dir, `${name}.asc`);
  await replaceFile(certificate, facts.publicKey, 0o644);
  return { certificate, fingerprint: newest.fingerprint };
}

/** Which of a name's files belongs to a primary: that of the key that signs, or of the one that follows. */
async function keyOfPrimary(
  dir: string,
  name: string,
  primaryFile: string,
): Promise<{
  readonly path: string;
  readonly mode: 0o600 | 0o644;
  readonly online: string;
  readonly primary: string;
}> {
  const primary = await readSecretFile(primaryFile, 'name the file of the offline primary');
  const { fingerprint } = await naming(primaryFile, async () => factsOf(await readPrivateKey(primary)));
  const { keys } = await readHeldKeys(dir, name);
  const found = keys.find(({ facts }) => facts.fingerprint === fingerprint) ?? keys.at(-1);
  if (!found) throw new KeyError(`there is no key ${name}`);
  const isFile = found.backend.kind === 'file';
  const online = isFile ? await readSecretFile(found.path, 'it was there just now') : found.facts.publicKey;
  return { path: found.path, mode: isFile ? 0o600 : 0o644, online, primary };
}

/** Remembers that a new part is there, before its first publication; one without overlap signs at once. */
async function note(
  dir: string,
  name: string,
  fingerprint: string,
  date: Date,
  overlapDays: number,
): Promise<void> {
  const path = keyPaths(dir, name).state;
  const state = await readKeyState(path);
  const announced = overlapDays === 0 ? date.toISOString() : null;
  await writeKeyState(path, {
    ...state,
    subkeys: { ...state.subkeys, [fingerprint]: { announced, overlap_days: overlapDays } },
  });
}

function daysOf(name: string, days: number): number | undefined {
  return name === 'system' ? undefined : days;
}
