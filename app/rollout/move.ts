import type { Facts } from '../model/facts.ts';
import type { Shelf } from '../model/channel.ts';
import type { Event } from '../model/journal.ts';
import type { Move } from '../model/decision.ts';
import type { Channel } from '../model/channel.ts';
import { ticketProblems } from './certify.ts';
import { unmetClosure } from './closure.ts';
import { lifted } from './exceptions.ts';
import type { Progress } from './progress.ts';
import { classOf } from './situation.ts';

/**
 * Where the manifest has to stand, by what the journal says, compared with where it stands on the main branch. Undefined when nothing has
 * to move. A content that changed leaves the channels before its successor enters them (T13).
 */
export function wantedMove(facts: Facts, progress: Progress): Move | undefined {
  const actual = facts.shelf;
  const digest = progress.certified?.digest;
  const gone = progress.rejected ?? progress.withdrawn;
  const inChannel = actual !== undefined && actual.shelf !== 'withdrawn';
  if (gone) {
    const reason = progress.withdrawn?.reason ?? progress.rejected?.reason;
    if (actual && (inChannel || facts.onMain)) {
      return { to: 'withdrawn', digest: actual.manifest.digest, revertTicket: facts.onMain, reason };
    }
    return undefined;
  }
  // what is rolled back leaves production with its reason; the ticket stays on the main branch, since it was released.
  if (progress.rolledBack) {
    return inChannel
      ? {
          to: 'withdrawn',
          digest: actual.manifest.digest,
          revertTicket: false,
          reason: progress.rolledBack.reason,
        }
      : undefined;
  }
  // Content that changed and changed back was voided too: it leaves, to be pulled anew.
  if (actual && inChannel && (actual.manifest.digest !== digest || progress.pulled === undefined)) {
    return {
      to: 'withdrawn',
      digest: actual.manifest.digest,
      revertTicket: false,
      reason: 'the content of the release changed after it was pulled',
    };
  }
  const to = wantedShelf(facts, progress);
  if (to === undefined || digest === undefined) return undefined;
  if (actual?.shelf === to && actual.manifest.digest === digest) return undefined;
  // What was merged was judged as of the merge: on its way through the channels it is not stopped halfway (T11).
  if (!progress.merged && to !== 'production' && ticketProblems(facts).length > 0) return undefined;
  if (to === 'staged-rollout' && !progress.merged && actual?.shelf !== to) {
    if (unmetClosure({ facts, progress, at: facts.now }) !== undefined) return undefined;
  }
  return { to, digest, revertTicket: false, reason: undefined };
}

function wantedShelf(facts: Facts, progress: Progress): Channel | undefined {
  if (progress.merged && progress.closed) {
    // T11: what an emergency skips it still passes through, so that no channel is jumped over.
    const { shelf } = progress;
    const isBehind = shelf?.shelf === 'unverified' || (shelf?.shelf === 'staged-rollout' && !shelf.published);
    return isBehind ? 'staged-rollout' : 'production';
  }
  // Nothing moves while a release is held, and nothing moves back by itself.
  if (progress.held ?? progress.merged) return undefined;
  const digest = progress.certified?.digest;
  const { verification } = progress;
  if (verification?.digest === digest && verification?.report.outcome.startsWith('accept') === true)
    return 'staged-rollout';
  // It passes through `unverified` all the same: no channel is jumped over.
  if (
    progress.phase !== 'certified' &&
    progress.pulled?.digest === digest &&
    skipsVerification(facts, progress)
  )
    return 'staged-rollout';
  return progress.pulled?.digest === digest && digest !== undefined ? 'unverified' : undefined;
}

/** T11: an emergency whose verification was waived goes on without it; what went on does not come back when the waiver expires. */
const skipsVerification = (facts: Facts, progress: Progress): boolean =>
  classOf(facts) === 'emergency' &&
  (lifted({ facts, progress, at: facts.now }, 'verification') !== undefined ||
    (progress.shelf?.shelf === 'staged-rollout' && !progress.held));

/** The channels in which a site would see that the release came or left. */
export function concerned(shelf: Shelf): readonly Channel[] {
  switch (shelf) {
    case 'unverified':
      return ['unverified'];
    case 'staged-rollout':
      return ['staged-rollout', 'unverified'];
    case 'production':
      return ['production', 'staged-rollout'];
    case 'withdrawn':
      return ['unverified', 'staged-rollout', 'production'];
  }
}

/** What the record gained: a promotion that was merged, and channels that were read back after it. */
export function movedEvents(facts: Facts, progress: Progress): readonly Event[] {
  const actual = facts.shelf;
  if (!actual) return [];
  const { shelf, manifest, commit, pull } = actual;
  const known = progress.shelf?.shelf === shelf && progress.shelf.digest === manifest.digest;
  const moved: Event = { event: 'moved', shelf, digest: manifest.digest, pull, commit };
  if (known && progress.shelf.published) return [];
  const readBack = concerned(shelf).map((channel) => facts.readBack[channel]);
  const published: Event[] = [];
  if (readBack.every((seen) => seen?.ok === true)) {
    const [first] = readBack;
    if (first?.ok === true) {
      published.push({
        event: 'published',
        shelf,
        digest: manifest.digest,
        number: first.number,
        url: first.url,
      });
    }
  }
  return known ? published : [moved, ...published];
}
