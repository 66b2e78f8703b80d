import type { Outcome } from './report.ts';

/**
 * Rules of the process that an exception may lift, each by a written reason and the word of more than one person (A-05, A-12, A-22, A-34,
 * Checksums and signatures are not among them: they are never skipped.
 */
export const exceptionRules = [
  /** An emergency skips the Technology Unit's verification (R-2.4-E1, A-22). */
  'verification',
  /** An emergency skips staged rollout (R-2.2-10, A-22). */
  'staged-rollout',
  /** A release sooner than its class allows. */
  'cadence',
  /** A component major inside a distribution major. */
  'version',
  /** Production during a freeze. */
  'freeze',
  /** Packages that cannot be installed from the next channel, or that break something there. */
  'closure',
  /** A Reject before every site has reported. */
  'early-reject',
  /** A close with Success or Warning over an early adopter's Reject. */
  'override-reject',
  /** What is in production leaves it again. */
  'rollback',
] as const;
export type ExceptionRule = (typeof exceptionRules)[number];

/** Roles whose word counts for an exception. */
export const exceptionRoles = ['staged-rollout', 'technology-unit', 'svg'] as const;
export type ExceptionRole = (typeof exceptionRoles)[number];

/** Those that are asked for with `/waive`; the others come with the command they belong to. */
export const waivableRules = [
  'verification',
  'staged-rollout',
  'cadence',
  'version',
  'freeze',
  'closure',
] as const;

/** What a close says besides its outcome and summary: lines `name: text` below `/close` (A-11, A-12, A-14, A-15, R-5-2). */
export interface ClosingNotes {
  /** Targets that nobody reported on, acknowledged. */
  readonly acknowledge_uncovered?: string;
  /** Why it closes better than the worst report. */
  readonly better_because?: string;
  /** Why a workaround is good enough for production. */
  readonly workaround_because?: string;
  /** Why the grace period ends early. */
  readonly early_because?: string;
  /** What users have to know: recorded before promotion when it closes with Warning. */
  readonly known_issues?: readonly string[];
}

/** A close, as a manager wrote it. */
export interface Closing {
  readonly outcome: Outcome;
  readonly summary: string;
  readonly notes?: ClosingNotes;
}
