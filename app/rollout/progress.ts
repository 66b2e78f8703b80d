import type { Shelf } from '../model/channel.ts';
import type { Entry, NewEntry, Person, Source } from '../model/journal.ts';
import type { EarlyAdopterReport } from '../model/report.ts';
import type { State } from '../model/state.ts';

type Of<K extends NewEntry['event']> = Extract<NewEntry, { event: K }>;

/** One site's part, as the journal tells it. */
export interface Participation {
  readonly site: string;
  readonly committed: boolean;
  readonly acceptedAt: string;
  readonly acceptedBy: readonly Person[];
  readonly deployedAt: string | undefined;
  readonly report:
    | {
        readonly at: string;
        readonly by: Person | 'rollout';
        readonly source: Source | undefined;
        readonly value: EarlyAdopterReport;
      }
    | undefined;
}

/** Where a release stands according to its journal alone. */
export interface Progress {
  readonly state: State;
  /** How far the process itself came, whatever closing did since. */
  readonly phase: 'none' | 'certified' | 'unverified' | 'verified' | 'rolling-out';
  /** When the phase was entered. */
  readonly since: string;
  readonly certified: Of<'certified'> | undefined;
  readonly failedPulls: readonly Of<'pull-failed'>[];
  readonly pulled: Of<'pulled'> | undefined;
  readonly verification: Of<'verified'> | undefined;
  /** The last move that is in the journal, and whether the channels were read back after it. */
  readonly shelf: { readonly shelf: Shelf; readonly digest: string; readonly published: boolean } | undefined;
  readonly sites: ReadonlyMap<string, Participation>;
  /** Digests that some site rejected: sticky, whatever is said or deleted later (I10). */
  readonly rejectedDigests: ReadonlySet<string>;
  readonly call: number | undefined;
  readonly taken: readonly Person[];
  readonly closed: Of<'closed'> | undefined;
  readonly merged: Of<'merged'> | undefined;
  readonly held: Of<'held'> | undefined;
  readonly rejected:
    | { readonly at: 'verification' | 'staged-rollout'; readonly reason: string; readonly when: string }
    | undefined;
  readonly withdrawn: Of<'withdrawn'> | undefined;
  /** Inputs that are in the journal, as `<kind>:<id>:<part>`. */
  readonly seen: ReadonlyMap<string, NewEntry>;
}

type Draft = {
  -readonly [K in keyof Omit<Progress, 'state' | 'sites' | 'rejectedDigests' | 'seen'>]: Progress[K];
} & {
  sites: Map<string, Participation>;
  rejectedDigests: Set<string>;
  seen: Map<string, NewEntry>;
};

export const sourceKey = (kind: string, id: number, part = 0): string =>
  `${kind}:${String(id)}:${String(part)}`;

/** Folds a journal into where the release stands. Pure, total: every journal that could be written can be read. */
export function progressOf(entries: readonly (Entry | NewEntry)[]): Progress {
  const draft: Draft = {
    ...nothingYet(),
    since: '',
    phase: 'none',
    certified: undefined,
    shelf: undefined,
    call: undefined,
    rejectedDigests: new Set(),
    taken: [],
    merged: undefined,
    rejected: undefined,
    withdrawn: undefined,
    seen: new Map(),
  };
  for (const entry of entries) {
    if (entry.source) draft.seen.set(sourceKey(entry.source.kind, entry.source.id, entry.source.part), entry);
    apply(draft, entry);
  }
  return { ...draft, state: stateOf(draft) };
}

/** What is void when the content changes (T13, A-35). */
const nothingYet = () => ({
  failedPulls: [],
  pulled: undefined,
  verification: undefined,
  sites: new Map<string, Participation>(),
  closed: undefined,
  held: undefined,
});

function enter(draft: Draft, phase: Progress['phase'], at: string): void {
  draft.phase = phase;
  draft.since = at;
}

function apply(draft: Draft, entry: NewEntry): void {
  switch (entry.event) {
    case 'certified':
      if (draft.certified?.digest !== entry.digest) Object.assign(draft, nothingYet());
      draft.certified = entry;
      draft.failedPulls = [];
      if (draft.pulled === undefined) enter(draft, 'certified', entry.at);
      return;
    case 'pull-failed':
      draft.failedPulls = [...draft.failedPulls.filter((failed) => failed.head === entry.head), entry];
      return;
    case 'retried':
      draft.failedPulls = [];
      return;
    case 'pulled':
      draft.pulled = entry;
      draft.failedPulls = [];
      return;
    case 'moved':
      draft.shelf = { shelf: entry.shelf, digest: entry.digest, published: false };
      return;
    case 'published':
      draft.shelf = { shelf: entry.shelf, digest: entry.digest, published: true };
      // Old content that appears while it is being replaced, also by itself again, brings the new one no step further (T13).
      if (entry.digest !== draft.certified?.digest || draft.pulled === undefined) return;
      if (entry.shelf === 'unverified') enter(draft, 'unverified', entry.at);
      if (entry.shelf === 'staged-rollout') enter(draft, 'verified', entry.at);
      return;
    case 'verified':
      draft.verification = entry;
      if (entry.report.outcome === 'reject') {
        draft.rejected = { at: 'verification', reason: entry.report.notes ?? '', when: entry.at };
      }
      return;
    case 'rejected':
      draft.rejected = { at: 'verification', reason: entry.reason, when: entry.at };
      return;
    case 'withdrawn':
      draft.withdrawn = entry;
      return;
    case 'called':
      draft.call = entry.issue;
      return;
    case 'taken':
      if (entry.by !== 'rollout') draft.taken = [...draft.taken, entry.by];
      return;
    case 'accepted':
    case 'deployed':
    case 'reported':
      takePart(draft, entry);
      return;
    case 'closed':
      if (entry.outcome === 'reject') {
        draft.rejected = { at: 'staged-rollout', reason: entry.summary, when: entry.at };
      } else {
        draft.closed = entry;
      }
      draft.held = undefined;
      return;
    case 'merged':
      draft.merged = entry;
      return;
    case 'held':
      draft.held = entry;
      draft.closed = undefined;
      return;
    case 'voided':
      Object.assign(draft, nothingYet());
      draft.certified = undefined;
      enter(draft, 'certified', entry.at);
      return;
  }
}

function takePart(draft: Draft, entry: Of<'accepted'> | Of<'deployed'> | Of<'reported'>): void {
  const known = draft.sites.get(entry.site);
  const people = known?.acceptedBy ?? [];
  const by = entry.by;
  const site: Participation = {
    site: entry.site,
    committed: entry.event === 'accepted' ? entry.committed : (known?.committed ?? false),
    acceptedAt: known?.acceptedAt ?? entry.at,
    acceptedBy: by === 'rollout' || people.some((person) => person.id === by.id) ? people : [...people, by],
    deployedAt: known?.deployedAt ?? (entry.event === 'deployed' ? entry.at : undefined),
    report:
      entry.event === 'reported'
        ? { at: entry.at, by: entry.by, source: entry.source, value: entry.report }
        : known?.report,
  };
  draft.sites.set(entry.site, site);
  if (entry.event === 'reported' && entry.report.outcome === 'reject')
    draft.rejectedDigests.add(entry.digest);
  if (draft.phase === 'verified') enter(draft, 'rolling-out', entry.at);
}

/** `done` is not known here: it depends on the policy's minimum of reports (see `stage.ts`). */
function stateOf(draft: Draft): State {
  if (draft.withdrawn) return 'withdrawn';
  if (draft.rejected) return 'rejected';
  if (draft.merged && draft.closed && draft.shelf?.shelf === 'production' && draft.shelf.published) {
    return draft.closed.outcome === 'warning' ? 'warning' : 'success';
  }
  if (draft.closed ?? draft.held) return 'closing';
  return draft.phase === 'none' ? 'draft' : draft.phase;
}
