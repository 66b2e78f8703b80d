import { gunzipSync } from 'node:zlib';
import { Refusal } from '../repository/refusal.ts';
import { parseRelease } from '../repository/release-file.ts';
import { channelSource, SourceUnreachable, type FetchFile } from './channel-source.ts';
import type { ChannelStatement } from './channel-statement.ts';
import { Inspection } from './inspection.ts';
import type { Target } from './layout.ts';
import { readKeyring, verifyCleartext, type Keyring } from './openpgp.ts';
import { listedPackages } from './root-check.ts';
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

const maximumIndex = 512 * 1024 * 1024;

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
    if (error instanceof SourceUnreachable || error instanceof Refusal)
      return { ok: false, reason: error.message };
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
    for (const { sha256, filename } of listed) {
      if (absent.includes(sha256)) inspection.note(`${root.path}/${filename}`, 'is still listed');
    }
    for (const { file, sha256 } of wanted) {
      const found = listed.find((one) => one.sha256 === sha256);
      if (found) await inspection.compare(`${root.path}/${found.filename}`, found);
      else
        inspection.note(
          `${root.path}/dists/${statement.channel}`,
          `does not list ${file} with sha256 ${sha256}`,
        );
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

/** The packages of one target, by the way apt goes: InRelease, then the index it lists. */
async function listedIn(
  inspection: Inspection,
  statement: ChannelStatement,
  { path, arch }: ChannelStatement['roots'][number],
  keyring: Keyring,
  now: Date,
): Promise<ReturnType<typeof listedPackages> | undefined> {
  const suite = `${path}/dists/${statement.channel}`;
  const message = await inspection.read(`${suite}/InRelease`, 1024 * 1024);
  if (!message) return undefined;
  const verdict = await verifyCleartext({ message: new TextDecoder().decode(message), keyring, now });
  if (!verdict.ok) {
    inspection.note(`${suite}/InRelease`, verdict.reason);
    return undefined;
  }
  const release = parseRelease(verdict.text);
  if (release.suite !== statement.channel || release.validUntil.getTime() <= now.getTime()) {
    inspection.note(`${suite}/InRelease`, 'is of another channel or has expired');
    return undefined;
  }
  const [plain, packed] = [`main/binary-${arch}/Packages`, `main/binary-${arch}/Packages.gz`].map((name) =>
    release.entries.find((entry) => entry.path === name),
  );
  if (!plain || !packed || plain.size > maximumIndex) {
    inspection.note(`${suite}/InRelease`, `lists no index for ${arch}`);
    return undefined;
  }
  const bytes = await inspection.readAs(`${suite}/${packed.path}`, packed);
  return bytes && listedPackages(gunzipSync(bytes, { maxOutputLength: plain.size + 1 }));
}
