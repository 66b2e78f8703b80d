import type { Channel } from '../model/channel.ts';
import { channelSource, type ChannelSource, type FetchFile } from './channel-source.ts';
import type { ChannelStatement } from './channel-statement.ts';
import { Inspection, type ChannelProblem } from './inspection.ts';
import { readKeyring, type Keyring } from './openpgp.ts';
import { checkRoot } from './root-check.ts';
import { isLookedInto, type VouchedPackage } from './vouched.ts';
import {
  checkPlaceInLine,
  lastingSignaturePath,
  signedStatement,
  type LastSeen,
  type SignedStatement,
} from './statement-check.ts';

export interface VerifyOptions {
  /** Address of a channel (`https://…/production/`), its folder, or something else to read it from. */
  readonly source: string | ChannelSource;
  /** The public key of the channel, armored or binary: the one thing that is trusted beforehand. */
  readonly keyring: Uint8Array | string;
  readonly now: Date;
  /** What was seen last, if anything is remembered. */
  readonly lastSeen?: LastSeen;
  /** How files are fetched from a web server. */
  readonly fetch?: FetchFile;
}

/** What a check of a channel found. Without a good signature nothing is known of the channel, so its facts are null. */
export interface Verification {
  readonly ok: boolean;
  readonly channel: Channel | null;
  readonly number: number | null;
  readonly commit: string | null;
  readonly issued: string | null;
  readonly expires: string | null;
  readonly releases: readonly { readonly id: string; readonly digest: string }[];
  /** sha256 of channel.json, to be remembered. */
  readonly sha256: string | null;
  readonly checked: { readonly files: number; readonly packages: number; readonly bytes: number };
  readonly problems: readonly ChannelProblem[];
}

/** A channel that is published anew while it is read looks broken; it is read again this many times at most. */
const attempts = 3;
const parallelPackages = 8;

/**
 * Checks a published channel as a careful site would: the signature of channel.json by exactly the pinned key, expiry, rollback, predecessor,
 * every file it vouches for, the signatures and texts of apt's indexes, and every package. In a folder no other file may stand.
 * @throws KeyError when the keyring is none; SourceUnreachable when the channel cannot be read at all.
 */
export async function verifyChannel(options: VerifyOptions): Promise<Verification> {
  const source = channelSource(options.source, options.fetch ?? fetch);
  const keyring = await readKeyring(options.keyring);
  let result = await verifyOnce(source, keyring, options);
  for (let attempt = 1; attempt < attempts && !result.ok; attempt += 1) {
    const again = await signedStatement(new Inspection(source), keyring, options.now);
    if (!again || again.sha256 === result.sha256) break;
    result = await verifyOnce(source, keyring, options);
  }
  return result;
}

async function verifyOnce(
  source: ChannelSource,
  keyring: Keyring,
  { now, lastSeen }: VerifyOptions,
): Promise<Verification> {
  const inspection = new Inspection(source);
  const signed = await signedStatement(inspection, keyring, now);
  if (signed) {
    checkPlaceInLine(inspection, signed, now, lastSeen);
    await checkContents(inspection, source, signed, keyring, now);
  }
  const { statement, sha256 } = signed ?? { statement: null, sha256: null };
  return {
    ok: inspection.problems.length === 0,
    channel: statement?.channel ?? null,
    number: statement?.number ?? null,
    commit: statement?.commit ?? null,
    issued: statement?.issued ?? null,
    expires: statement?.expires ?? null,
    releases: statement?.releases ?? [],
    sha256,
    checked: inspection.checked,
    problems: inspection.problems,
  };
}

async function checkContents(
  inspection: Inspection,
  source: ChannelSource,
  { statement, sha256: own }: SignedStatement,
  keyring: Keyring,
  now: Date,
): Promise<void> {
  const contents = new Map<string, Uint8Array>();
  for (const file of statement.files) {
    if (isLookedInto(file.path)) {
      const bytes = await inspection.readAs(file.path, file);
      if (bytes) contents.set(file.path, bytes);
    } else {
      await inspection.compare(file.path, file);
      inspection.checked.files += 1;
    }
  }
  for (const file of statement.superseded) await inspection.compare(file.path, file);
  inspection.checked.files += statement.superseded.length;
  for (const { path, sha256 } of [...statement.files, ...statement.superseded]) {
    if (path.includes('/by-hash/') && !path.endsWith(`/${sha256}`))
      inspection.note(path, 'is not named by its sha256');
  }
  const roots = new Map(statement.roots.toReversed().map((root) => [root.path, root]));
  const packages = new Map<string, VouchedPackage>();
  let isComplete = true;
  for (const root of roots.values()) {
    const listed = await checkRoot({ inspection, statement, keyring, now, root, contents });
    isComplete &&= listed !== undefined;
    for (const one of listed ?? []) {
      const other = packages.get(one.path);
      if (other && other.sha256 !== one.sha256) inspection.note(one.path, 'is listed with two digests');
      packages.set(one.path, one);
    }
  }
  await checkPackages(inspection, [...packages.values()]);
  if (isComplete) await checkNothingElse(inspection, source, statement, packages, own);
}

async function checkPackages(inspection: Inspection, packages: readonly VouchedPackage[]): Promise<void> {
  for (let at = 0; at < packages.length; at += parallelPackages) {
    await Promise.all(
      packages.slice(at, at + parallelPackages).map((one) => inspection.compare(one.path, one)),
    );
  }
  inspection.checked.packages += packages.length;
}

/** Where files can be listed, a file that nothing vouches for is one that somebody left or planted. */
async function checkNothingElse(
  inspection: Inspection,
  { list }: ChannelSource,
  { files, superseded, roots }: ChannelStatement,
  packages: ReadonlyMap<string, VouchedPackage>,
  own: string,
): Promise<void> {
  if (!list) return;
  const vouched = new Set([
    'channel.json',
    'channel.json.asc',
    lastingSignaturePath(own),
    ...packages.keys(),
  ]);
  for (const { path } of [...files, ...superseded]) vouched.add(path);
  const outside = new Set(roots.map(({ path }) => path).filter((path) => path.startsWith('../')));
  for (const folder of ['', ...outside]) {
    for (const path of await list(folder))
      if (!vouched.has(path)) inspection.note(path, 'is vouched for by nothing');
  }
}
