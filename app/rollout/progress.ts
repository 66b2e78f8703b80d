import type { Shelf } from '../model/channel.ts';
import type { ClockMark, ClockName } from '../model/clock.ts';
import type { Entry, NewEntry, Person } from '../model/journal.ts';
import type { Pilot } from '../model/pilot.ts';
import type { State } from '../model/state.ts';
import type { AskedException, Of, Participation } from './participation.ts';

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
  /** Contents that some site rejected, and when last: sticky, whatever is said or deleted later (I10). */
  readonly rejects: ReadonlyMap<string, string>;
  readonly call: number | undefined;
  /** Sites that were invited, by the call or by hand, and when. */
  readonly invited: ReadonlyMap<string, string>;
  /** Sites that said no, or were excused, without having accepted. */
  readonly absent: ReadonlyMap<string, Of<'declined'> | Of<'excused'>>;
  /** Who took the ticket; with a reason it was also handed over. */
  readonly taken: readonly (Person & { readonly reason: string | undefined })[];
  readonly exceptions: ReadonlyMap<string, AskedException>;
  /** Exceptions asked for so far, those of a voided content too: their numbers are never used again. */
  readonly exceptionCount: number;
  readonly frozen: Of<'frozen'> | undefined;
  /** Freezes by hand that have ended. */
  readonly thawed: readonly { readonly from: string; readonly to: string }[];
  readonly pilots: ReadonlyMap<string, Pilot>;
  readonly advisories: readonly Of<'advised'>[];
  /** While the provider was waited for in step 2. */
  readonly pauses: readonly { readonly from: string; readonly to: string | undefined }[];
  /** What clocks have told already, by `clockKey`. */
  readonly reminded: ReadonlyMap<string, readonly { readonly mark: ClockMark; readonly day: number }[]>;
  readonly review: Of<'review-opened'> | undefined;
  readonly reviewed: boolean;
  /** When the production channel was read back with the release in it. */
  readonly inProduction: string | undefined;
  readonly rolledBack: Of<'rolled-back'> | undefined;
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

type Kept = 'sites' | 'rejects' | 'seen' | 'invited' | 'absent' | 'exceptions' | 'pilots' | 'reminded';
type Draft = { -readonly [K in keyof Omit<Progress, 'state' | Kept>]: Progress[K] } & {
  sites: Map<string, Participation>;
  rejects: Map<string, string>;
  seen: Map<string, NewEntry>;
  invited: Map<string, string>;
  absent: Map<string, Of<'declined'> | Of<'excused'>>;
  exceptions: Map<string, AskedException>;
  pilots: Map<string, Pilot>;
  reminded: Map<string, readonly { readonly mark: ClockMark; readonly day: number }[]>;
};

/** Is a countermeasure awaited (T3w)? */
export const waitsForProvider = ({ pauses }: Pick<Progress, 'pauses'>): boolean =>
  pauses.length > 0 && pauses.at(-1)?.to === undefined;

export const sourceKey = (kind: string, id: number, part = 0): string =>
  `${kind}:${String(id)}:${String(part)}`;

/** Which clock: its name, whom it is for, and when it began. */
export const clockKey = (clock: ClockName, who: string, since: string): string => `${clock} ${who} ${since}`;

const folded = new WeakMap<readonly (Entry | NewEntry)[], Progress>();

/** Where a release stands by its journal: total, every journal that could be written can be read. The array must not change any more. */
export function progressOf(entries: readonly (Entry | NewEntry)[]): Progress {
  const progress = folded.get(entries) ?? fold(entries);
  folded.set(entries, progress);
  return progress;
}

function fold(entries: readonly (Entry | NewEntry)[]): Progress {
  const draft: Draft & { state: State } = {
    // A field first: a literal that begins with a copy and goes on for long is a slow object in V8, ten times as slow.
    state: 'draft',
    ...nothingYet(),
    since: '',
    phase: 'none',
    certified: undefined,
    shelf: undefined,
    call: undefined,
    rejects: new Map(),
    invited: new Map(),
    taken: [],
    exceptionCount: 0,
    frozen: undefined,
    thawed: [],
    pilots: new Map(),
    reminded: new Map(),
    review: undefined,
    reviewed: false,
    inProduction: undefined,
    rolledBack: undefined,
    merged: undefined,
    rejected: undefined,
    withdrawn: undefined,
    seen: new Map(),
  };
  for (const entry of entries) {
    if (entry.source) draft.seen.set(sourceKey(entry.source.kind, entry.source.id, entry.source.part), entry);
    apply(draft, entry);
  }
  return Object.assign(draft, { state: stateOf(draft) });
}

/** What is void when the content changes (T13, A-35). */
const nothingYet = () => ({
  failedPulls: [],
  pulled: undefined,
  verification: undefined,
  sites: new Map<string, Participation>(),
  absent: new Map<string, Of<'declined'> | Of<'excused'>>(),
  exceptions: new Map<string, AskedException>(),
  // What was published of an old content says nothing of a new one: that may be under another embargo.
  advisories: [],
  pauses: [],
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
      // An exception may have been needed to get this far: it stays, unlike what was said of an older content.
      if (draft.certified?.digest !== entry.digest)
        Object.assign(draft, nothingYet(), { exceptions: draft.exceptions });
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
      if (entry.shelf === 'staged-rollout') {
        enter(draft, 'verified', entry.at);
        // Of a new content sites have their whole time to answer again.
        for (const site of draft.invited.keys()) draft.invited.set(site, entry.at);
      }
      if (entry.shelf === 'production' && draft.merged) draft.inProduction ??= entry.at;
      return;
    case 'verified':
      draft.verification = entry;
      pause(draft, entry.report.outcome === 'wait-for-provider', entry.at);
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
    case 'resumed':
      pause(draft, false, entry.at);
      return;
    case 'called':
      draft.call = entry.issue;
      for (const site of entry.invited ?? []) draft.invited.set(site, entry.at);
      return;
    case 'invited':
      if (entry.is === 'site') draft.invited.set(entry.who, entry.at);
      return;
    case 'taken':
      if (entry.by !== 'rollout') draft.taken = [...draft.taken, { ...entry.by, reason: entry.reason }];
      return;
    case 'accepted':
    case 'deployed':
    case 'reported':
      takePart(draft, entry);
      return;
    case 'declined':
      draft.absent.set(entry.site, entry);
      return;
    case 'left':
    case 'excused':
      goesWithout(draft, entry);
      return;
    case 'asked':
    case 'approved':
      except(draft, entry);
      return;
    case 'frozen':
      draft.frozen = entry;
      return;
    case 'unfrozen':
      if (draft.frozen) draft.thawed = [...draft.thawed, { from: draft.frozen.at, to: entry.at }];
      draft.frozen = undefined;
      return;
    case 'piloted':
      draft.pilots.set(entry.pilot.name, entry.pilot);
      return;
    case 'advised':
      draft.advisories = [...draft.advisories, entry];
      return;
    case 'reminded': {
      const key = clockKey(entry.clock, entry.who, entry.since);
      draft.reminded.set(key, [...(draft.reminded.get(key) ?? []), { mark: entry.mark, day: entry.day }]);
      return;
    }
    case 'review-opened':
      draft.review = entry;
      return;
    case 'reviewed':
      draft.reviewed = true;
      return;
    case 'rolled-back':
      draft.rolledBack = entry;
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
    case 'imported':
      draft.shelf = { shelf: entry.shelf, digest: entry.digest, published: false };
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
    acceptedAt: entry.event === 'accepted' ? entry.at : (known?.acceptedAt ?? entry.at),
    acceptedBy: by === 'rollout' || people.some((person) => person.id === by.id) ? people : [...people, by],
    deployedAt: known?.deployedAt ?? (entry.event === 'deployed' ? entry.at : undefined),
    returned: known?.returned === true || (entry.event === 'accepted' && known?.ended !== undefined),
    report:
      entry.event === 'reported'
        ? { at: entry.at, by: entry.by, source: entry.source, value: entry.report }
        : known?.report,
    ended: undefined,
  };
  draft.sites.set(entry.site, site);
  draft.absent.delete(entry.site);
  if (entry.event === 'reported' && entry.report.outcome === 'reject')
    draft.rejects.set(entry.digest, laterOf(draft.rejects.get(entry.digest), entry.at));
  if (draft.phase === 'verified') enter(draft, 'rolling-out', entry.at);
}

/** A Reject may be read after a later one: by that it takes nothing from it. */
const laterOf = (known: string | undefined, at: string): string =>
  known !== undefined && known > at ? known : at;

function goesWithout(draft: Draft, entry: Of<'left'> | Of<'excused'>): void {
  const known = draft.sites.get(entry.site);
  if (known) draft.sites.set(entry.site, { ...known, ended: entry });
  else if (entry.event === 'excused') draft.absent.set(entry.site, entry);
}

function pause(draft: Draft, waits: boolean, at: string): void {
  if (waits === waitsForProvider(draft)) return;
  draft.pauses = waits
    ? [...draft.pauses, { from: at, to: undefined }]
    : draft.pauses.map(({ from, to }) => ({ from, to: to ?? at }));
}

function except(draft: Draft, entry: Of<'asked'> | Of<'approved'>): void {
  const { exception: id, by } = entry;
  if (by === 'rollout') return;
  const backer = { by, as: entry.as };
  if (entry.event === 'asked') {
    const { rules, reason, at, close } = entry;
    draft.exceptionCount += 1;
    draft.exceptions.set(id, { id, rules, reason, at, close, backers: [backer] });
    return;
  }
  const known = draft.exceptions.get(id);
  if (known) draft.exceptions.set(id, { ...known, backers: [...known.backers, backer] });
}

/** `done` is not known here: it depends on the policy's minimum of reports (see `stage.ts`). */
function stateOf(draft: Draft): State {
  if (draft.withdrawn) return 'withdrawn';
  if (draft.rejected) return 'rejected';
  if (draft.merged && draft.closed && draft.inProduction !== undefined) {
    return draft.closed.outcome === 'warning' ? 'warning' : 'success';
  }
  if (draft.closed ?? draft.held) return 'closing';
  return draft.phase === 'none' ? 'draft' : draft.phase;
}
