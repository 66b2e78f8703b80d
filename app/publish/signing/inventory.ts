import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { chosen, signsFrom, warningsOf, type Candidate } from './choice.ts';
import { readHeldKeys } from './key-folder.ts';
import { candidatesOf } from './signer.ts';

/** One part of a key as `rollout keys list` shows it. */
export interface ListedPart {
  readonly fingerprint: string;
  readonly algorithm: string;
  readonly created: string;
  readonly expires: string | null;
  /** Whole days until it ends; null when it has no end. */
  readonly days_left: number | null;
  /** What it does now. `waiting`: published, or about to be, and not signing yet; `standby`: may sign, and another does. */
  readonly does: 'signs' | 'waiting' | 'standby' | 'revoked' | 'ended' | 'secret not here';
  /** When it begins to sign; null when that is not known before its first publication. */
  readonly signs_from: string | null;
}

/** The keys of one name. */
export interface ListedKey {
  readonly name: string;
  readonly certificates: readonly {
    readonly fingerprint: string;
    readonly backend: string;
    readonly file: string;
    readonly revoked: boolean;
    readonly parts: readonly ListedPart[];
  }[];
  readonly warnings: readonly string[];
}

const day = 86_400_000;

/**
 * What a folder of keys holds for a name, as of now.
 * @throws KeyError when a file is missing or unusable.
 */
export async function listedKey(dir: string, name: string, now: Date): Promise<ListedKey> {
  const { keys, state } = await readHeldKeys(dir, name);
  const candidates = candidatesOf(keys, state);
  const warnings = warningsOf(candidates, now);
  const signing = warnings.some((text) => text.startsWith('nothing is signed'))
    ? undefined
    : chosen(candidates, now, now);
  const certificates = keys.map((key) => ({
    fingerprint: key.facts.fingerprint,
    backend: key.backend.kind,
    file: key.path,
    revoked: key.facts.revoked,
    parts: candidates
      .filter((candidate) => candidate.key === key)
      .map((candidate): ListedPart => {
        const { part } = candidate;
        const from = signsFrom(candidate, candidates);
        return {
          fingerprint: part.fingerprint,
          algorithm: part.algorithm === 'rsa' ? `rsa${String(part.bits ?? '')}` : part.algorithm,
          created: part.created.toISOString(),
          expires: part.expires?.toISOString() ?? null,
          days_left: part.expires ? Math.floor((part.expires.getTime() - now.getTime()) / day) : null,
          does: candidate === signing ? 'signs' : idleness(candidate, from, now),
          signs_from: from?.toISOString() ?? null,
        };
      }),
  }));
  return { name, certificates, warnings: [...warnings, ...(await primariesLeft(dir, name))] };
}

/** What a part does that does not sign now. */
function idleness({ part, held }: Candidate, from: Date | undefined, now: Date): ListedPart['does'] {
  if (part.revoked) return 'revoked';
  if (part.expires && part.expires <= now) return 'ended';
  if (!held) return 'secret not here';
  return from === undefined || from > now ? 'waiting' : 'standby';
}

/** The offline primary does not belong on the machine that signs: whoever breaks in there could make keys of his own. */
async function primariesLeft(dir: string, name: string): Promise<readonly string[]> {
  const folder = join(dir, 'offline');
  const files = await readdir(folder).catch(() => []);
  return files
    .filter(
      (file) => file.endsWith('.primary.key') && (file.startsWith(`${name}.`) || file.startsWith(`${name}-`)),
    )
    .map(
      (file) => `the primary key is still on this machine: move ${join(folder, file)} away, and keep a copy`,
    );
}
