import type { Channel } from '../../model/channel.ts';
import { channelSource, type ChannelSource, type FetchFile } from './channel-source.ts';
import type { ChannelStatement } from '../channel-statement.ts';
import { Inspection, type ChannelProblem } from './inspection.ts';
import { readKeyring, type Keyring } from '../signing/openpgp.ts';
import { judgeRoot } from './root-judgement.ts';
import { isOfRoot } from '../roots/root-plan.ts';
import type { VouchedPackage } from './vouched.ts';
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
  /** What is worth knowing and is no problem: a root that is ahead of channel.json, because a publication is under way or was cut off. */
  readonly remarks: readonly ChannelProblem[];
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
  for (let attempt = 1; attempt < attempts && (!result.ok || result.remarks.length > 0); attempt += 1) {
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
  let remarks: readonly ChannelProblem[] = [];
  if (signed) {
    checkPlaceInLine(inspection, signed, now, lastSeen);
    remarks = await checkContents(inspection, source, signed, keyring, now);
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
    remarks,
  };
}

async function checkContents(
  inspection: Inspection,
  source: ChannelSource,
  { statement, sha256: own }: SignedStatement,
  keyring: Keyring,
  now: Date,
): Promise<readonly ChannelProblem[]> {
  const roots = [
    ...new Map(statement.roots.toReversed().map((root) => [root.path, root])).values(),
  ].toReversed();
  const ofNone = statement.files.filter(({ path }) => !roots.some((root) => isOfRoot(path, root.path)));
  for (const file of [...ofNone, ...statement.superseded]) await inspection.compare(file.path, file);
  inspection.checked.files += ofNone.length + statement.superseded.length;
  for (const { path, sha256 } of [...statement.files, ...statement.superseded]) {
    if (path.includes('/by-hash/') && !path.endsWith(`/${sha256}`))
      inspection.note(path, 'is not named by its sha256');
  }
  const packages = new Map<string, VouchedPackage>();
  const remarks: ChannelProblem[] = [];
  const newer: string[] = [];
  let isComplete = true;
  for (const root of roots) {
    const judged = await judgeRoot({ inspection, statement, keyring, now, root });
    if (judged.newer) remarks.push({ where: root.path, what: 'is being published: newer than channel.json' });
    newer.push(...(judged.newer ?? []));
    isComplete &&= judged.packages !== undefined;
    for (const one of judged.packages ?? []) {
      const other = packages.get(one.path);
      if (other && other.sha256 !== one.sha256) inspection.note(one.path, 'is listed with two digests');
      packages.set(one.path, one);
    }
  }
  await checkPackages(inspection, [...packages.values()]);
  if (isComplete) {
    const vouched = vouchedFiles(statement, own, [...packages.keys(), ...newer]);
    await checkNothingElse(inspection, source, statement, vouched, remarks.length > 0);
  }
  return remarks;
}

async function checkPackages(inspection: Inspection, packages: readonly VouchedPackage[]): Promise<void> {
  for (let at = 0; at < packages.length; at += parallelPackages) {
    await Promise.all(
      packages.slice(at, at + parallelPackages).map((one) => inspection.compare(one.path, one)),
    );
  }
  inspection.checked.packages += packages.length;
}

function vouchedFiles(
  { files, superseded }: ChannelStatement,
  own: string,
  others: readonly string[],
): ReadonlySet<string> {
  const vouched = new Set(['channel.json', 'channel.json.asc', lastingSignaturePath(own), ...others]);
  for (const { path } of [...files, ...superseded]) vouched.add(path);
  return vouched;
}

/**
 * Where files can be listed, a file that nothing vouches for is one that somebody left or planted. While a publication is put in place, what
 * its other roots will point to stands already.
 */
async function checkNothingElse(
  inspection: Inspection,
  { list }: ChannelSource,
  { roots }: ChannelStatement,
  vouched: ReadonlySet<string>,
  isBeingPublished: boolean,
): Promise<void> {
  if (!list) return;
  const outside = new Set(roots.map(({ path }) => path).filter((path) => path.startsWith('../')));
  for (const folder of ['', ...outside]) {
    for (const path of await list(folder)) {
      if (vouched.has(path) || (isBeingPublished && isContentPlace(path, roots))) continue;
      inspection.note(path, 'is vouched for by nothing');
    }
  }
}

/** Whether a path is one at which a publication puts what is not pointed to yet. */
function isContentPlace(path: string, roots: ChannelStatement['roots']): boolean {
  if (/^statements\/[0-9a-f]{64}\.json\.asc$/.test(path)) return true;
  return roots.some((root) => {
    const below = path.slice(root.path.length + 1);
    if (!isOfRoot(path, root.path)) return false;
    if (root.format === 'tar')
      return /^(signatures\/[0-9a-f]{64}\.(asc|sums)|[^/]+\/[^/]+\/[^/]+)$/.test(below);
    const index =
      root.format === 'deb'
        ? /^dists\/.*\/by-hash\/SHA256\/[0-9a-f]{64}$/
        : /^[0-9a-f]{16}\/repodata\/[^/]+$/;
    return /^pool\/[^/]+\/[^/]+\/[^/]+$/.test(below) || index.test(below);
  });
}
