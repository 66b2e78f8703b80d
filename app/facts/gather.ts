import type { Change, Facts, PromotionFacts, PullFacts, ShelfFacts, TicketFacts } from '../model/facts.ts';
import type { Manifest } from '../model/manifest.ts';
import type { Problem } from '../model/problem.ts';
import { journalPath, parseTicketPath } from '../model/release-id.ts';
import { TicketSchema } from '../model/ticket.ts';
import { terminalStates } from '../model/state.ts';
import { examine, yamlLimits } from '../model/yaml.ts';
import { readJournal } from '../record/journal-file.ts';
import type { GitRecord } from '../record/repository.ts';
import { isHeard } from '../rollout/invite.ts';
import { concerned } from '../rollout/move.ts';
import { progressOf } from '../rollout/progress.ts';
import { readTicket } from '../rollout/ticket/ticket.ts';
import { readChecks, readComments, readPull, readRefs, readReviews } from './conversation.ts';
import { releaseDigest } from './digest.ts';
import { nodesInGocdb } from './gocdb.ts';
import { manifestOf, manifestPathsOf } from './manifests.ts';
import { closureFor } from './closure.ts';
import { configurationPaths } from './configuration.ts';
import { componentFolder, historyOf } from './history.ts';
import { readCall, readReview } from './own-issues.ts';
import { readPromotion } from './promotion.ts';
import type { Sources } from './sources.ts';

/** What the facts were read from, for the effects: the commit that a compare-and-swap rests on. */
export interface Gathered {
  readonly facts: Facts;
  readonly main: string;
  readonly journalText: string | undefined;
}

/** A pull request without a release ticket: somebody's change of the repository, or a promotion of ours. */
export interface NoTicket {
  readonly pull: PullFacts;
  /** Head branch, when it is one of this repository and the pull request is our own. */
  readonly ownBranch: string | undefined;
  readonly changes: readonly Change[];
  readonly checks: Facts['checks'];
}

/** Reads everything a decision about one ticket rests on. Decides nothing, writes nothing. */
export async function gather(sources: Sources, number: number): Promise<Gathered | NoTicket> {
  const { github, at, self, record } = sources;
  const now = `${sources.now().toISOString().slice(0, 19)}Z`;
  const { rest, facts: pullFacts } = await readPull(github, at, number, sources.committers);
  // Fetched after the pull request was read: what it says was merged is there then.
  const refs = { ...(await readRefs(github, at, number)), head: pullFacts.head };
  const fetched = record.recall(refs) ?? (await record.fetch(number));
  const { main } = fetched;
  const head = fetched.head ?? pullFacts.head;
  const merge =
    rest.merged && rest.merge_commit_sha !== null
      ? { commit: rest.merge_commit_sha, at: rest.merged_at ?? now }
      : undefined;
  const base = merge ? ((await record.parents(merge.commit))[0] ?? main) : await record.mergeBase(main, head);
  const diff = await record.diff(base, merge?.commit ?? head);
  const changes = diff.map(({ path, status, mode }): Change => ({ path, mode, status: statusOf(status) }));
  const candidate = await ticketCandidate(record, diff, sources.paths.get(number));
  const name = candidate && parseTicketPath(candidate.path);
  // One look at the main branch for everything that is read from it below.
  await record.list(main, [
    ...configurationPaths,
    'repos-manifest',
    ...(name ? [candidate.path, journalPath(name), componentFolder(name), ...manifestPathsOf(name.id)] : []),
  ]);
  const configuration = await sources.configuration.read(record, main);
  const checks = readChecks(github, at, head, self, sources.now());
  // Awaited below, unless something before that throws: then nobody else hears of its failure.
  checks.catch(() => undefined);
  if (candidate === undefined) {
    const own = rest.user.login === self.login ? rest.head.ref : undefined;
    return { pull: { ...pullFacts, head, merge: undefined }, ownBranch: own, changes, checks: await checks };
  }

  const ticket = readTicketFacts(candidate.path, candidate.text, configuration);
  const written = name ? await record.read(main, journalPath(name)) : undefined;
  const whole = written === undefined || ticket.id === undefined ? [] : readJournal(written, ticket.id);
  const owner = whole.findLast((entry) => entry.event === 'certified');
  const other =
    whole[0]?.event === 'imported' ? 'import' : owner?.event === 'certified' ? owner.pull : undefined;
  const mine = other === undefined || other === number;
  const journal = mine ? whole : [];
  if (name && owner?.event === 'certified' && mine) {
    sources.paths.set(number, candidate.path);
    // What the journal says is believed only as far as the system itself wrote it.
    await sources.provenance.check(main, [journalPath(name)]);
  }
  const progress = progressOf(journal);
  const known = new Set(journal.flatMap(({ source }) => (source?.kind === 'review' ? [source.id] : [])));

  const organisation = at.owner;
  const { roles } = configuration.policy;
  const providerTeam = configuration.catalogue.providers[ticket.value?.metadata.provider ?? '']?.team;
  const expertTeam = configuration.policy.experts?.[ticket.value?.metadata.stack ?? ''];
  const [
    comments,
    reviews,
    call,
    shelf,
    promotion,
    seenChecks,
    provider,
    managers,
    unit,
    rollout,
    svg,
    experts,
    review,
  ] = await Promise.all([
    readComments(github, at, number, 'ticket', self),
    readReviews(github, at, number, known),
    readCall(sources, journal, ticket.id, number),
    mine && ticket.id !== undefined ? manifestOf(record, sources.signer, main, ticket.id) : undefined,
    ticket.id === undefined ? undefined : readPromotion(sources, number, ticket.id, candidate.path, fetched),
    checks,
    providerTeam === undefined ? [] : sources.teams.members(providerTeam),
    sources.teams.members(roles['repository-managers']),
    sources.teams.members(roles['technology-unit']),
    sources.teams.members(roles['staged-rollout']),
    sources.teams.members(roles.svg),
    expertTeam === undefined ? [] : sources.teams.members(expertTeam),
    readReview(sources, progress, ticket.id, number),
  ]);
  const inCall =
    call && isHeard(call, progress.state)
      ? await readComments(github, at, call.number, 'call', self)
      : { inputs: [], own: [] };
  const shelfFacts: ShelfFacts | undefined = shelf && {
    ...shelf,
    commit: main,
    pull: pullOf(promotion, shelf.manifest),
  };
  const facts: Facts = {
    now,
    organisation,
    repository: at.repo,
    pull: {
      ...pullFacts,
      head,
      merge: merge && { ...merge, ...(await judgeMergeCommit(record, merge.commit, name && candidate.path)) },
    },
    changes,
    ticket,
    configuration,
    // Of a release that has ended nobody is told any more, and nothing is asked.
    gocdb: terminalStates.has(progress.state)
      ? new Map()
      : await nodesInGocdb(sources, journal, comments.own),
    isPublic: !rest.base.repo.private,
    teams: {
      provider,
      'repository-managers': managers,
      'technology-unit': unit,
      'staged-rollout': rollout,
      svg,
      experts,
    },
    journal,
    history: name ? await historyOf(sources, main, name) : [],
    otherTicket: mine ? undefined : other,
    inputs: [...comments.inputs, ...reviews, ...inCall.inputs],
    ownComments: [...comments.own, ...inCall.own],
    checks: seenChecks,
    shelf: shelfFacts,
    promotion,
    call,
    review,
    readBack: await readBackOf(sources, shelfFacts, progress.shelf),
    pulled: undefined,
    closure: mine ? await closureFor(sources, main, progress, ticket, configuration) : undefined,
    onMain: name !== undefined && (await record.read(main, candidate.path)) !== undefined,
  };
  return { facts, main, journalText: mine ? written : undefined };
}

const statusOf = (status: string): Change['status'] =>
  status === 'A' ? 'added' : status === 'D' ? 'deleted' : status === 'T' ? 'type-changed' : 'modified';

/**
 * The file that is meant to be the ticket: the one that was certified, though it may be gone (its text is empty then); else one at a
 * ticket's path; else one that says it is a release, wherever it lies.
 */
async function ticketCandidate(
  record: GitRecord,
  diff: readonly {
    readonly path: string;
    readonly status: string;
    readonly mode: string;
    readonly blob: string;
  }[],
  certifiedAt: string | undefined,
): Promise<{ readonly path: string; readonly text: string } | undefined> {
  const there = diff.filter(({ status, mode }) => status !== 'D' && mode.startsWith('100')).slice(0, 50);
  if (certifiedAt !== undefined) {
    const file = there.find(({ path }) => path === certifiedAt);
    return { path: certifiedAt, text: file ? await ticketText(record, file.blob) : '' };
  }
  const placed = there.find(({ path }) => parseTicketPath(path) !== undefined);
  if (placed) return { path: placed.path, text: await ticketText(record, placed.blob) };
  for (const { path, blob } of there) {
    if (!/\.ya?ml$/i.test(path)) continue;
    const text = await ticketText(record, blob);
    if (/^kind:\s*["']?Release\b/m.test(text)) return { path, text };
  }
  return undefined;
}

/** The text of a file that may be a ticket. One that is too long is not read: as many blanks stand for it, and are told to be too many. */
async function ticketText(record: GitRecord, blob: string): Promise<string> {
  const size = await record.size(blob);
  return size > yamlLimits.bytes ? ' '.repeat(yamlLimits.bytes + 1) : record.blob(blob);
}

function readTicketFacts(path: string, text: string, configuration: Facts['configuration']): TicketFacts {
  const reading = examine(TicketSchema, text, path);
  const value = reading.sound ? reading.value : undefined;
  const checked = readTicket(text, path, configuration);
  return {
    path,
    id: parseTicketPath(path)?.id,
    text,
    value,
    digest: value && releaseDigest(value),
    problems: (checked.ok ? checked.warnings : checked.problems).map(inPullRequest),
  };
}

/** A file on somebody's desk may stand anywhere; in a pull request, where it stands decides what it releases (T31). */
const inPullRequest = (problem: Problem): Problem =>
  problem.rule === 'ticket-path' ? { ...problem, severity: 'error' } : problem;

/** GitHub's merge commits add nothing of their own: that is checked here (T32, process.md 1.4). */
async function judgeMergeCommit(
  record: GitRecord,
  commit: string,
  path: string | undefined,
): Promise<{ readonly onlyTheTicket: boolean; readonly digest: string | undefined }> {
  if (path === undefined) return { onlyTheTicket: false, digest: undefined };
  const [first] = await record.parents(commit);
  const diff = first === undefined ? [] : await record.diff(first, commit);
  const text = await record.read(commit, path);
  const reading = text === undefined ? undefined : examine(TicketSchema, text, path);
  return {
    onlyTheTicket: diff.length === 1 && diff[0]?.path === path && diff[0].status === 'A',
    digest: reading?.sound === true ? releaseDigest(reading.value) : undefined,
  };
}

const pullOf = (promotion: PromotionFacts | undefined, manifest: Manifest): number =>
  promotion && !promotion.open && promotion.to === manifest.channel && promotion.digest === manifest.digest
    ? (promotion.number ?? 0)
    : 0;

/** Channels are read back only while a move is not yet known to be published. */
async function readBackOf(
  sources: Sources,
  shelf: ShelfFacts | undefined,
  recorded: { readonly shelf: string; readonly digest: string; readonly published: boolean } | undefined,
): Promise<Facts['readBack']> {
  if (!shelf) return {};
  const { manifest } = shelf;
  if (recorded?.published === true && recorded.shelf === shelf.shelf && recorded.digest === manifest.digest)
    return {};
  const seen = await Promise.all(
    concerned(shelf.shelf).map(async (channel) => {
      const expect = channel === shelf.shelf ? 'present' : 'absent';
      return [channel, await sources.readBack(channel, manifest, expect)] as const;
    }),
  );
  return Object.fromEntries(seen);
}
