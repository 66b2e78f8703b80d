import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { channelSource, type FetchFile } from './channel-source.ts';
import { Inspection, type ChannelProblem } from './inspection.ts';
import { readKeyring } from '../signing/openpgp.ts';
import { judgeRoot } from './root-judgement.ts';
import { checkPlaceInLine, signedStatement, type LastSeen } from './statement-check.ts';

/** The chain from a channel's signature to one package file, as far as the channel itself can tell it. */
export interface PackageProof {
  readonly ok: boolean;
  readonly channel: string | null;
  readonly number: number | null;
  /** sha256 of the file. */
  readonly sha256: string;
  /** Each place at which an index lists the file: the root whose index it is, and the path; relative to the folder of channel.json. */
  readonly listed: readonly { readonly root: string; readonly path: string }[];
  readonly problems: readonly ChannelProblem[];
  /** What a channel alone cannot prove, as sentences. */
  readonly unproven: readonly string[];
}

/**
 * Looks for a package file in a published channel: the statement's signature, freshness and place in line, and the signed indexes. Other packages are
 * not read. The file is read in pieces.
 * @throws KeyError; SourceUnreachable; what the file system throws when the package cannot be read
 */
export async function provePackage(question: {
  readonly source: string;
  readonly keyring: Uint8Array | string;
  readonly now: Date;
  readonly lastSeen?: LastSeen | undefined;
  readonly fetch?: FetchFile | undefined;
  /** Path of the package file. */
  readonly file: string;
}): Promise<PackageProof> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(question.file), hash);
  const sha256 = hash.digest('hex');
  const keyring = await readKeyring(question.keyring);
  const inspection = new Inspection(channelSource(question.source, question.fetch ?? fetch));
  const { now } = question;
  const signed = await signedStatement(inspection, keyring, now);
  const listed: { root: string; path: string }[] = [];
  if (signed) {
    const { statement } = signed;
    checkPlaceInLine(inspection, signed, now, question.lastSeen);
    const roots = new Map(statement.roots.toReversed().map((root) => [root.path, root]));
    for (const root of roots.values()) {
      const { packages = [] } = await judgeRoot({ inspection, statement, keyring, now, root });
      const paths = new Set(packages.filter((one) => one.sha256 === sha256).map(({ path }) => path));
      for (const path of paths) listed.push({ root: root.path, path });
    }
    if (listed.length === 0) inspection.note(question.file, 'is in no index of the channel');
  }
  const channel = signed?.statement.channel ?? null;
  return {
    ok: inspection.problems.length === 0,
    channel,
    number: signed?.statement.number ?? null,
    sha256,
    listed,
    problems: inspection.problems,
    unproven:
      channel === null
        ? []
        : [
            `which release brought it, and who verified that: the signed manifest that names ${sha256} tells, in repos-manifest/${channel}/ of the record`,
          ],
  };
}
