import { channelSource, SourceUnreachable, type FetchFile } from './channel-source.ts';
import type { ChannelStatement } from '../channel-statement.ts';
import { Inspection } from './inspection.ts';
import type { Target } from '../layout.ts';
import { readKeyring, type Keyring } from '../signing/openpgp.ts';
import { checkRoot } from './root-check.ts';
import { isLookedInto, type VouchedPackage } from './vouched.ts';
import { isOfRoot } from '../roots/root-plan.ts';
import { checkPlaceInLine, signedStatement } from './statement-check.ts';

/** A package that a move should have brought into a channel. */
export interface ExpectedPackage {
  readonly file: string;
  readonly sha256: string;
  readonly target: Pick<Target, 'distribution' | 'platform' | 'arch'>;
}

export interface ReadBackOptions {
  /** Public address of the channel. */
  readonly url: string;
  readonly keyring: Uint8Array | string;
  readonly now: Date;
  readonly expect: {
    readonly present: readonly ExpectedPackage[];
    /** Digests of packages that must be in no index any more. */
    readonly absent: readonly string[];
  };
  readonly fetch?: FetchFile;
}

/** The publication that was read, or why the channel is not what it should be. */
export type ReadBack =
  | { readonly ok: true; readonly number: number; readonly commit: string; readonly issued: string }
  | { readonly ok: false; readonly reason: string };

/**
 * Reads a channel back through its public address after a move (process.md 1.5): signatures, the indexes concerned, and the whole of the
 * packages that came. Much cheaper than `verifyChannel`, since packages that did not move are left alone. An outage is a reason too.
 * @throws KeyError when the keyring is none.
 */
export async function readBack(options: ReadBackOptions): Promise<ReadBack> {
  const { url, now, expect } = options;
  const keyring = await readKeyring(options.keyring);
  const inspection = new Inspection(channelSource(url, options.fetch ?? fetch));
  try {
    const signed = await signedStatement(inspection, keyring, now);
    if (signed) {
      checkPlaceInLine(inspection, signed, now, undefined);
      await checkMoves(inspection, signed.statement, keyring, now, expect);
    }
    const [problem] = inspection.problems;
    if (problem) return { ok: false, reason: `${problem.where} ${problem.what}` };
    if (!signed) return { ok: false, reason: 'the channel has no statement' };
    const { number, commit, issued } = signed.statement;
    return { ok: true, number, commit, issued };
  } catch (error) {
    if (error instanceof SourceUnreachable) return { ok: false, reason: error.message };
    throw error;
  }
}

async function checkMoves(
  inspection: Inspection,
  statement: ChannelStatement,
  keyring: Keyring,
  now: Date,
  { present, absent }: ReadBackOptions['expect'],
): Promise<void> {
  for (const root of statement.roots) {
    const wanted = present.filter(
      ({ target }) =>
        target.distribution === root.distribution &&
        target.platform === root.platform &&
        target.arch === root.arch,
    );
    if (wanted.length === 0 && absent.length === 0) continue;
    const listed = await listedIn(inspection, statement, root, keyring, now);
    if (!listed) return;
    for (const { sha256, path } of listed)
      if (absent.includes(sha256)) inspection.note(path, 'is still listed');
    for (const { file, sha256 } of wanted) {
      const found = listed.find((one) => one.sha256 === sha256);
      if (found) await inspection.compare(found.path, found);
      else inspection.note(root.path, `does not list ${file} with sha256 ${sha256}`);
    }
  }
  for (const { file, target } of present) {
    const isPublished = statement.roots.some(
      (root) =>
        target.distribution === root.distribution &&
        target.platform === root.platform &&
        target.arch === root.arch,
    );
    if (!isPublished) inspection.note('channel.json', `has no index for ${file}`);
  }
}

/** The packages of one root, by the way its clients go: from what is signed to the indexes it lists. */
async function listedIn(
  inspection: Inspection,
  statement: ChannelStatement,
  root: ChannelStatement['roots'][number],
  keyring: Keyring,
  now: Date,
): Promise<readonly VouchedPackage[] | undefined> {
  const contents = new Map<string, Uint8Array>();
  for (const file of statement.files) {
    if (!isOfRoot(file.path, root.path) || !isLookedInto(file.path)) continue;
    const bytes = await inspection.readAs(file.path, file);
    if (bytes) contents.set(file.path, bytes);
  }
  return checkRoot({ inspection, statement, keyring, now, root, contents });
}
