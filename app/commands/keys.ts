import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Algorithm } from '../publish/signing/algorithm.ts';
import { createKeys, keyNames, openKeys, type KeyName } from '../publish/signing/keys.ts';
import { defaultOverlapDays } from '../publish/signing/choice.ts';
import { listedKey, type ListedKey } from '../publish/signing/inventory.ts';
import {
  exportSubkey,
  finishRotation,
  revokeKey,
  rotatePrimary,
  rotateSubkey,
  subkeyDays,
} from '../publish/signing/rotation.ts';
import { WrongUse } from './wrong-use.ts';

type Write = (text: string) => void;

/** `rollout keys create DIR`: makes what is missing, changes nothing that is there, and tells the fingerprints. */
export async function keysCreate(
  dir: string,
  options: { readonly algorithm?: Algorithm; readonly primaryOut?: string; readonly days?: number },
  out: Write,
): Promise<number> {
  const there = await stat(dir).catch(() => undefined);
  if (there?.isDirectory() === false) throw new WrongUse(`${dir} is a file; name a folder, or a new one`);
  const primaryOut = options.primaryOut ?? join(dir, 'offline');
  const { algorithm = 'rsa4096', days = subkeyDays } = options;
  const made = await createKeys(dir, new Date(), { algorithm, days, primaryOut });
  const keys = await openKeys(dir);
  const line = (name: KeyName): void => {
    const { fingerprint } = name === 'system' ? keys.system : keys.channel(name);
    out(`${name.padEnd(16)} ${fingerprint}  ${made.includes(`${name}.key`) ? 'made' : 'was there'}\n`);
  };
  keyNames.forEach(line);
  if (made.length > 0) {
    out(
      `\nMove ${primaryOut} away from this machine now, to two places that are not connected to a network: its primary keys make and revoke what signs here.\n`,
    );
  }
  return 0;
}

/** `rollout keys list DIR`: what signs, until when, and what to do. Status 1 when there is something to do. */
export async function keysList(dir: string, options: { readonly json?: true }, out: Write): Promise<number> {
  const now = new Date();
  const listed: ListedKey[] = [];
  for (const name of keyNames) listed.push(await listedKey(dir, name, now));
  if (options.json === true) out(`${JSON.stringify(listed)}\n`);
  else for (const key of listed) out(listedText(key));
  return listed.some(({ warnings }) => warnings.length > 0) ? 1 : 0;
}

function listedText({ name, certificates, warnings }: ListedKey): string {
  const lines = certificates.flatMap(({ fingerprint, backend, revoked, parts }) => [
    `${name.padEnd(16)} ${fingerprint}  ${backend}${revoked ? '  revoked' : ''}`,
    ...parts.map((part) => {
      const end =
        part.expires === null
          ? 'without end'
          : `until ${part.expires.slice(0, 10)}, ${String(part.days_left)} days left`;
      return `${''.padEnd(16)} ${part.fingerprint}  ${part.algorithm}, ${part.does}, ${end}`;
    }),
  ]);
  return `${[...lines, ...warnings.map((warning) => `${''.padEnd(16)} ! ${warning}`)].join('\n')}\n`;
}

export interface RotateOptions {
  /** File of the offline primary; needed for a new subkey. */
  readonly primary?: string;
  readonly newPrimary?: true;
  readonly finish?: true;
  /** The new key signs at once. */
  readonly now?: true;
  readonly overlap?: number;
  readonly days?: number;
  readonly algorithm?: Algorithm;
  readonly primaryOut?: string;
}

/** `rollout keys rotate DIR NAME`: a new subkey, a new primary, or the end of a rotation that was begun. */
export async function keysRotate(
  dir: string,
  name: string,
  options: RotateOptions,
  out: Write,
): Promise<number> {
  const key = keyNamed(name);
  const date = new Date();
  if (options.finish === true) {
    out(`${key}: ${await finishRotation(dir, key)} alone signs from now on\n`);
    out(restart);
    return 0;
  }
  const days = options.days ?? subkeyDays;
  const overlapDays = options.now === true ? 0 : (options.overlap ?? defaultOverlapDays);
  if (options.newPrimary === true) {
    const { algorithm = 'rsa4096', primaryOut = join(dir, 'offline') } = options;
    const made = await rotatePrimary(dir, key, date, { algorithm, days, primaryOut, overlapDays });
    out(`${key}: ${made.fingerprint} ${beginning(overlapDays)}\n`);
    out(`Move ${made.primary ?? primaryOut} away from this machine now.\n${restart}`);
    return 0;
  }
  if (options.primary === undefined)
    throw new WrongUse('say --primary FILE, the offline primary of the key, or --new-primary, or --finish');
  const made = await rotateSubkey(dir, key, date, { primary: options.primary, days, overlapDays });
  out(`${key}: ${made.fingerprint} ${beginning(overlapDays)}\n${restart}`);
  return 0;
}

/** `rollout keys revoke DIR NAME`: a subkey, or the whole key; the revoked certificate is published next. */
export async function keysRevoke(
  dir: string,
  name: string,
  options: { readonly primary: string; readonly subkey?: string; readonly reason: string },
  out: Write,
): Promise<number> {
  const key = keyNamed(name);
  const { primary, subkey, reason } = options;
  await revokeKey(dir, key, new Date(), { primary, subkey, reason });
  out(`${key}: ${subkey?.toUpperCase() ?? 'the whole key'} is revoked\n${restart}`);
  const { warnings } = await listedKey(dir, key, new Date());
  for (const warning of warnings) out(`! ${warning}\n`);
  return 0;
}

/** `rollout keys export DIR NAME --to FILE`: the secret of a subkey, for something else to hold. */
export async function keysExport(
  dir: string,
  name: string,
  { to }: { readonly to: string },
  out: Write,
): Promise<number> {
  const key = keyNamed(name);
  const { certificate, fingerprint } = await exportSubkey(dir, key, to);
  out(`${key}: the secret of ${fingerprint} is in ${to}, its public key in ${certificate}\n`);
  out(
    `Bring it into the token and remove ${to}. Then write ${join(dir, `${key}.signer.json`)}, and remove ${join(dir, `${key}.key`)}.\n`,
  );
  return 0;
}

const restart = 'Restart the service, so that it is published; sites have to fetch the keyring again.\n';

function beginning(overlapDays: number): string {
  return overlapDays === 0
    ? 'signs from now on'
    : `is published from the next publication on, and signs ${String(overlapDays)} days after it`;
}

function keyNamed(name: string): KeyName {
  const found = keyNames.find((one) => one === name);
  if (!found) throw new WrongUse(`there is no key ${name}; there are ${keyNames.join(', ')}`);
  return found;
}
