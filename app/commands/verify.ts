import { readFile, rename, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import { channels } from '../model/channel.ts';
import { SourceUnreachable, type FetchFile } from '../publish/verification/channel-source.ts';
import { isAbsence } from '../storage/digest.ts';
import { KeyError } from '../publish/signing/openpgp.ts';
import { provePackage } from '../publish/verification/package-proof.ts';
import type { LastSeen } from '../publish/verification/statement-check.ts';
import { verifyChannel, type Verification } from '../publish/verification/verify.ts';
import { WrongUse } from './wrong-use.ts';

/** What a command prints, and its exit status: 0 done, 1 the answer is no, 2 wrong use, 3 an outside system failed. */
export interface CommandOutcome {
  readonly lines: readonly string[];
  readonly status: 0 | 1 | 2 | 3;
}

export interface VerifyCommandOptions {
  /** Address or folder of a channel. */
  readonly source: string;
  /** File with the channel's public key. */
  readonly keyring: string;
  /** File that remembers the publication seen last. */
  readonly lastSeen?: string;
  /** A package file to look for, instead of reading every package. */
  readonly package?: string;
  readonly json?: boolean;
  readonly now: Date;
  readonly fetch?: FetchFile;
}

const LastSeenSchema = z.strictObject({
  channel: z.enum(channels),
  number: z.number().int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/**
 * `rollout verify URL-OR-DIR --keyring FILE [--last-seen FILE] [--json]` (interfaces.md): checks a published channel as a site would.
 * With `lastSeen` it refuses a rollback, and remembers the publication when it was found good.
 */
export async function verifyCommand(options: VerifyCommandOptions): Promise<CommandOutcome> {
  try {
    const keyring = await readFile(options.keyring).catch((error: unknown) => {
      throw new WrongUse(`${options.keyring}: the keyring cannot be read`, { cause: error });
    });
    const lastSeen = options.lastSeen === undefined ? undefined : await readLastSeen(options.lastSeen);
    if (options.package !== undefined) return await proof(options, options.package, keyring, lastSeen);
    const result = await verifyChannel({
      source: options.source,
      keyring,
      now: options.now,
      ...(lastSeen && { lastSeen }),
      ...(options.fetch && { fetch: options.fetch }),
    });
    if (options.lastSeen !== undefined) await remember(options.lastSeen, result);
    return {
      lines: options.json === true ? [JSON.stringify(result)] : report(result),
      status: result.ok ? 0 : 1,
    };
  } catch (error) {
    if (error instanceof WrongUse) return { lines: [error.message], status: 2 };
    if (error instanceof KeyError) return { lines: [`${options.keyring}: ${error.message}`], status: 2 };
    if (error instanceof SourceUnreachable) return { lines: [error.message], status: 3 };
    throw error;
  }
}

async function proof(
  { source, now, fetch, json }: VerifyCommandOptions,
  file: string,
  keyring: Uint8Array,
  lastSeen: LastSeen | undefined,
): Promise<CommandOutcome> {
  const found = await provePackage({ source, keyring, now, lastSeen, fetch, file }).catch(
    (error: unknown) => {
      if (!isAbsence(error)) throw error;
      throw new WrongUse(`${file}: there is no such package file`, { cause: error });
    },
  );
  const { ok, channel, number, sha256, listed, problems, unproven } = found;
  const lines = [
    `${file}: sha256 ${sha256}`,
    ...listed.map(
      ({ root, path }) =>
        `channel.json of ${channel ?? ''}, publication ${String(number)} -> index of ${root} -> ${path}`,
    ),
    ...problems.map(({ where, what }) => `${where}: ${what}`),
    ...unproven.map((what) => `not proven here: ${what}`),
    ok ? 'verified' : 'NOT VERIFIED',
  ];
  return { lines: json === true ? [JSON.stringify(found)] : lines, status: ok ? 0 : 1 };
}

function report({
  ok,
  channel,
  number,
  issued,
  expires,
  releases,
  checked,
  problems,
  remarks,
}: Verification): readonly string[] {
  const counts = `${String(checked.files)} files, ${String(checked.packages)} packages, ${String(checked.bytes)} bytes checked`;
  const head =
    channel === null
      ? []
      : [
          `channel ${channel}, publication ${String(number)}, issued ${issued ?? ''}, valid until ${expires ?? ''}`,
          `${String(releases.length)} releases; ${counts}`,
        ];
  return [
    ...head,
    ...remarks.map(({ where, what }) => `${where} ${what}`),
    ...problems.map(({ where, what }) => `${where}: ${what}`),
    ok ? 'verified' : 'NOT VERIFIED',
  ];
}

async function readLastSeen(path: string): Promise<LastSeen | undefined> {
  try {
    const { success, data } = LastSeenSchema.safeParse(JSON.parse(await readFile(path, 'utf8')));
    if (success) return data;
  } catch (error) {
    if (isAbsence(error)) return undefined;
    if (!(error instanceof SyntaxError))
      throw new WrongUse(`${path}: the file of what was seen last cannot be read`, { cause: error });
  }
  // Taking a damaged memory for none would let a rollback through.
  throw new WrongUse(
    `${path}: the file of what was seen last is damaged; remove it if you are sure of the channel`,
  );
}

async function remember(path: string, { ok, channel, number, sha256 }: Verification): Promise<void> {
  if (!ok || channel === null || number === null || sha256 === null) return;
  const aside = `${path}.new`;
  await writeFile(aside, `${JSON.stringify({ channel, number, sha256 })}\n`);
  await rename(aside, path);
}
