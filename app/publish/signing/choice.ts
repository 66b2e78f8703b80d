import type { SigningPart } from './certificate.ts';
import { SigningRefused } from './backend.ts';

/** A part of a key that could sign, and since when the sites have it. */
export interface Candidate {
  readonly part: SigningPart;
  /** The secret is at hand. */
  readonly held: boolean;
  /** When it was first published with the channel; not yet, if undefined. */
  readonly announced: Date | undefined;
  /** So long after its announcement it begins to sign, in days. */
  readonly overlapDays: number;
}

const day = 86_400_000;
/** Nothing is signed by a key with less than this left, in days, unless the next one is there (trust.md T65). */
export const daysToRefuse = 14;
/** Days after its first publication that a new subkey or primary begins to sign, unless the rotation said otherwise. */
export const defaultOverlapDays = 7;
/** Days before the end of a key at which people are warned (trust.md T65). */
const warningDays = [7, 14, 30, 60] as const;
/** The clock may have gone back by this much, in milliseconds: time servers do that. */
export const clockSkew = 5 * 60_000;

/** When a candidate begins to sign; the oldest has nobody to wait for. */
export function signsFrom(candidate: Candidate, candidates: readonly Candidate[]): Date | undefined {
  if (candidate === candidates[0]) return candidate.part.created;
  const { announced, overlapDays } = candidate;
  return announced && new Date(announced.getTime() + overlapDays * day);
}

/**
 * Which of a channel's candidates, oldest first, signs something dated so, when it is `now`: the newest that has been announced for long
 * enough. When a key was revoked or has ended, the next one takes over, announced long enough or not.
 * @throws SigningRefused when none may sign, or the one that would has less than 14 days left and no successor.
 */
export function chosen<T extends Candidate>(candidates: readonly T[], date: Date, now: Date): T {
  const latest = Math.max(date.getTime(), now.getTime());
  const left = ({ part }: T): number => (part.expires?.getTime() ?? Infinity) - latest;
  const usable = candidates.filter(
    (candidate) =>
      candidate.held &&
      !candidate.part.revoked &&
      left(candidate) > 0 &&
      candidate.part.created <= date &&
      candidate.part.created.getTime() <= now.getTime() + clockSkew,
  );
  const lasting = (candidate: T): boolean => left(candidate) >= daysToRefuse * day;
  const due = usable.filter((candidate) => {
    const from = signsFrom(candidate, candidates);
    return from !== undefined && from <= date;
  });
  const found = due.findLast(lasting) ?? due.at(-1) ?? usable[0];
  if (!found) throw new SigningRefused(whyNone(candidates, date, now));
  if (!lasting(found) && !usable.some((other) => other !== found && lasting(other))) {
    throw new SigningRefused(
      `signing key ${found.part.fingerprint} ends on ${dayOf(found.part.expires)}, in less than ${String(daysToRefuse)} days, and there is no next one; make it with "rollout keys rotate"`,
    );
  }
  return found;
}

function whyNone(candidates: readonly Candidate[], date: Date, now: Date): string {
  const held = candidates.filter((candidate) => candidate.held);
  if (held.length === 0) return 'the secret of no signing key is here; put back the key file from a copy';
  const sound = held.filter(({ part }) => !part.revoked);
  if (sound.length === 0)
    return 'every signing key is revoked; make a new one with "rollout keys rotate", and with --new-primary when it is the whole key that is revoked';
  const first = sound.find(({ part }) => part.created > date || part.created > now);
  if (first)
    return `the clock says ${now.toISOString()}, the signature would be dated ${date.toISOString()}, but signing key ${first.part.fingerprint} was made at ${first.part.created.toISOString()}; set the clock right`;
  const last = sound.at(-1)?.part;
  return `signing key ${last?.fingerprint ?? ''} has ended on ${dayOf(last?.expires)}; make a new one with "rollout keys rotate"`;
}

/**
 * What people should know of a channel's keys in time: a key that ends in less than 60, 30, 14, 7 days with no other to follow it, and
 * whatever keeps the channel from being signed. The sentences change only when another mark is passed.
 */
export function warningsOf(candidates: readonly Candidate[], now: Date): readonly string[] {
  let current: Candidate;
  try {
    current = chosen(candidates, now, now);
  } catch (error) {
    if (!(error instanceof SigningRefused)) throw error;
    return [`nothing is signed: ${error.message}`];
  }
  const { expires, fingerprint } = current.part;
  const mark = warningDays.find((days) => expires && expires.getTime() - now.getTime() < days * day);
  const followed = candidates.some(
    ({ part, held }) =>
      held && !part.revoked && (part.expires?.getTime() ?? Infinity) > (expires?.getTime() ?? 0) + day,
  );
  if (mark === undefined || followed) return [];
  return [
    `signing key ${fingerprint} ends on ${dayOf(expires)}, in less than ${String(mark)} days; make the next with "rollout keys rotate"`,
  ];
}

function dayOf(date: Date | undefined): string {
  return date?.toISOString().slice(0, 10) ?? 'no day';
}
