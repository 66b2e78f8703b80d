import { dirname } from 'node:path/posix';
import { allManifests } from '../facts/manifests.ts';
import type { Provenance } from '../facts/provenance.ts';
import { shelves } from '../model/channel.ts';
import { parseJournalPath } from '../model/release-id.ts';
import { terminalStates } from '../model/state.ts';
import { readJournal } from '../record/journal-file.ts';
import type { GitRecord } from '../record/repository.ts';
import type { TreeFile } from '../record/tree-file.ts';
import type { DocumentSigner } from '../record/signer.ts';
import { progressOf } from '../rollout/progress.ts';

/** Somebody in the record names a package by its digest. */
export interface Mention {
  /** Who does, or did. */
  readonly by: string;
  /** Until when; undefined: it does now. */
  readonly until: Date | undefined;
}

/** SHA-256 of a file -> the mention of it that lasts longest. */
export type Mentions = ReadonlyMap<string, Mention>;

/** What the mentions of the record are read from. */
export interface MentionSources {
  readonly record: GitRecord;
  readonly signer: DocumentSigner;
  readonly provenance: Provenance;
}

/** How releases that ended hold on to their packages. */
export interface Retention {
  /** So many of the releases of each component that ended last keep their packages, however old they are. */
  readonly keepReleases: number;
  /** Whether the tombstone of a release that left the channels holds its packages for ever. */
  readonly keepWithdrawn: boolean;
}

const shelfFolders = shelves.map((shelf) => `repos-manifest/${shelf}`);
/** So many texts are read by one process. */
const batch = 1000;
const digest = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g;

/**
 * Everything that the record names at a commit of main: the manifests of every shelf; what stood there until some commit; the packages of
 * releases that are under way, from the moment their ticket was certified; and the releases of each component that ended last. Any 64
 * hexadecimal digits in those texts count as the digest of a package: that keeps too much rather than too little.
 * @throws ForeignCommit, ForgedManifest, BrokenJournal when the record is not the system's own: nothing may be taken away by it
 */
export async function mentionsIn(
  { record, signer, provenance }: MentionSources,
  main: string,
  retention: Retention,
): Promise<Mentions> {
  await provenance.check(main, shelfFolders);
  await allManifests(record, signer, main);
  const standing = (await record.list(main, shelfFolders)).filter(({ path }) => path.endsWith('.yml'));
  const past = (await record.past(main, shelfFolders)).filter(({ path }) => path.endsWith('.yml'));
  const journals = (await record.list(main, ['releases'])).filter(({ path }) => parseJournalPath(path));
  const texts = [...standing, ...past, ...journals].map(({ blob }) => blob);
  for (let at = 0; at < texts.length; at += batch) await record.readAhead(texts.slice(at, at + batch));
  const mentions = new Map<string, Mention>();
  for (const { path, blob } of standing) {
    if (retention.keepWithdrawn || !path.startsWith('repos-manifest/withdrawn/'))
      addAll(mentions, await record.blob(blob), { by: manifestName(path), until: undefined });
  }
  await addJournals(mentions, record, main, retention.keepReleases);
  // The newest commit comes first, so each content is read once, with the last day that it stood.
  const seen = new Set<string>();
  for (const { path, blob, until } of past) {
    if (seen.has(blob)) continue;
    seen.add(blob);
    addAll(mentions, await record.blob(blob), { by: manifestName(path), until });
  }
  if (!retention.keepWithdrawn) await addTombstones(mentions, record, main);
  return mentions;
}

/** When a release left its channel, history tells; a tombstone of which it tells nothing holds its packages as if it stood in a channel. */
async function addTombstones(mentions: Map<string, Mention>, record: GitRecord, main: string): Promise<void> {
  for (const { path, blob } of await record.list(main, ['repos-manifest/withdrawn'])) {
    if (!path.endsWith('.yml')) continue;
    for (const [sha256] of (await record.blob(blob)).matchAll(digest))
      if (!mentions.has(sha256)) mentions.set(sha256, { by: manifestName(path), until: undefined });
  }
}

/** A release by its journal, for telling which of a component ended last. */
interface Ended {
  readonly id: string;
  readonly text: string;
  readonly until: Date;
}

async function addJournals(
  mentions: Map<string, Mention>,
  record: GitRecord,
  main: string,
  keepReleases: number,
): Promise<void> {
  const ended = new Map<string, Ended[]>();
  for (const file of await record.list(main, ['releases'])) {
    const name = parseJournalPath(file.path);
    if (!name) continue;
    const { text, state, last } = await readRelease(record, file, name.id);
    if (!terminalStates.has(state)) {
      addAll(mentions, text, { by: `${name.id}, which is ${state}`, until: undefined });
      continue;
    }
    const others = ended.get(dirname(file.path)) ?? [];
    ended.set(dirname(file.path), [...others, { id: name.id, text, until: new Date(last) }]);
  }
  for (const releases of ended.values()) {
    const newestFirst = releases.toSorted((a, b) => b.until.getTime() - a.until.getTime());
    for (const [place, { id, text, until }] of newestFirst.entries()) {
      const isKept = place < keepReleases;
      addAll(mentions, text, {
        by: isKept ? `${id}, one of the last of its component` : id,
        until: isKept ? undefined : until,
      });
    }
  }
}

async function readRelease(
  record: GitRecord,
  { blob }: TreeFile,
  id: string,
): Promise<{
  readonly text: string;
  readonly state: ReturnType<typeof progressOf>['state'];
  readonly last: string;
}> {
  const text = await record.blob(blob);
  const entries = readJournal(text, id);
  return { text, state: progressOf(entries).state, last: entries.at(-1)?.at ?? '' };
}

/** Keeps of two mentions of a package the one that lasts longer. */
function addAll(mentions: Map<string, Mention>, text: string, mention: Mention): void {
  for (const [sha256] of text.matchAll(digest)) {
    const known = mentions.get(sha256);
    if (!known || (known.until !== undefined && (mention.until === undefined || mention.until > known.until)))
      mentions.set(sha256, mention);
  }
}

/** `repos-manifest/production/x.yml` as people call it. */
function manifestName(path: string): string {
  const [, shelf = '', file = ''] = path.split('/');
  const id = file.replace(/\.yml(\.asc)?$/, '');
  return shelf === 'withdrawn' ? `${id}, withdrawn` : `${id} in ${shelf}`;
}
