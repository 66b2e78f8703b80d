import { open, readFile, rename } from 'node:fs/promises';
import { z } from 'zod';
import { isAbsence } from '../../storage/digest.ts';
import { KeyError } from './openpgp.ts';

const TimeSchema = z.iso.datetime();
const FingerprintSchema = z.string().regex(/^[0-9A-F]{40}$/);
const StateSchema = z.strictObject({
  last_signed: TimeSchema.nullable(),
  subkeys: z.record(
    FingerprintSchema,
    z.strictObject({
      announced: TimeSchema.nullable(),
      overlap_days: z.number().min(0).max(365),
      /** Its first signature. */
      signed: TimeSchema.optional(),
    }),
  ),
});
/** What is remembered beside a key: when it last signed, and since when the sites have each newer subkey. */
export type KeyState = z.infer<typeof StateSchema>;

export const noState: KeyState = { last_signed: null, subkeys: {} };
const maximumState = 64 * 1024;

/**
 * Reads a key's state; there is none before its first signature.
 * @throws KeyError that names the file, when it is damaged.
 */
export async function readKeyState(path: string): Promise<KeyState> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (isAbsence(error)) return noState;
    throw new KeyError(`${path}: the file cannot be read`, { cause: error });
  }
  const state = text.length > maximumState ? undefined : StateSchema.safeParse(parsed(text)).data;
  if (!state)
    throw new KeyError(
      `${path}: this is not what the system remembers of a key; put the file back from a copy, or remove it: then the overlap of a rotation begins again`,
    );
  return state;
}

/** Puts a key's state in place of the one before, in one step, on the disk when this returns. Throws what the disk says. */
export async function writeKeyState(path: string, state: KeyState): Promise<void> {
  await replaceFile(path, `${JSON.stringify(state, null, 2)}\n`, 0o600);
}

/** Puts a file in place of the one before in one step: another reader sees the old one or the new one. */
export async function replaceFile(path: string, content: string, mode: number): Promise<void> {
  const beside = `${path}.${String(process.pid)}.tmp-new`;
  const file = await open(beside, 'w', mode);
  try {
    await file.chmod(mode);
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
