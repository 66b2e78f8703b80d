import type { Facts } from '../model/facts.ts';
import type { Event } from '../model/journal.ts';
import { ticketProblems } from './certify.ts';
import type { Progress } from './progress.ts';
import { due } from './time/timeline.ts';

export type IntakeStanding =
  | { readonly is: 'not-yet' }
  | { readonly is: 'now' }
  | { readonly is: 'later'; readonly at: string }
  | { readonly is: 'given-up' }
  | { readonly is: 'pulled' };

/** T2 and T2f: should the packages be pulled now (R-2.4-10.4a to R-2.4-10.4d, A-02)? */
export function intakeOf(facts: Facts, progress: Progress): IntakeStanding {
  if (progress.pulled) return { is: 'pulled' };
  if (progress.state !== 'certified' || !progress.certified || facts.pull.draft || !facts.pull.open)
    return { is: 'not-yet' };
  if (ticketProblems(facts).length > 0) return { is: 'not-yet' };
  // The old content leaves the channels before the new one is pulled.
  if (facts.shelf && facts.shelf.shelf !== 'withdrawn') return { is: 'not-yet' };
  if (progress.shelf && !progress.shelf.published) return { is: 'not-yet' };
  const { tries, backoff } = facts.configuration.policy.intake;
  const failed = progress.failedPulls.filter(({ head }) => head === facts.pull.head);
  const last = failed.at(-1);
  if (!last) return { is: 'now' };
  if (failed.length >= tries) return { is: 'given-up' };
  const wait = backoff[Math.min(failed.length, backoff.length) - 1] ?? '5m';
  const at = due(last.at, wait, 'wall', facts.configuration.policy.calendar);
  return at <= facts.now ? { is: 'now' } : { is: 'later', at };
}

/** A certified release whose packages cannot be pulled before its provider has mended something (T2f). */
export const waitsForMending = (facts: Facts, progress: Progress): boolean =>
  ticketProblems(facts).length > 0 || intakeOf(facts, progress).is === 'given-up';

/** What this run's pull brought back, for the journal. */
export function pulledEvents(facts: Facts, progress: Progress): readonly Event[] {
  const { pulled, ticket, pull } = facts;
  if (
    !pulled ||
    progress.pulled ||
    pulled.digest !== progress.certified?.digest ||
    pulled.digest !== ticket.digest
  )
    return [];
  if (!pulled.ok)
    return [{ event: 'pull-failed', head: pull.head, reason: pulled.reason, message: pulled.message }];
  const packages = (ticket.value?.spec.targets ?? []).flatMap((target) =>
    target.packages.map(({ file, sha256, size }) => ({ file, sha256, size })),
  );
  return [{ event: 'pulled', digest: pulled.digest, packages }];
}
