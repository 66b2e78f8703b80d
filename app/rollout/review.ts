import { waivableRules, type ExceptionRule } from '../model/exception.ts';
import type { Facts } from '../model/facts.ts';
import type { Event } from '../model/journal.ts';
import { isApproved } from './exceptions.ts';
import type { AskedException } from './participation.ts';
import type { Progress } from './progress.ts';
import { classOf } from './situation.ts';
import { due } from './time/timeline.ts';

/** Exceptions that let a release past a rule of the process: those are looked at again afterwards. */
const reviewed = new Set<ExceptionRule>([...waivableRules, 'override-reject']);

/** The approved exceptions of a release that call for a review. */
export const reviewedExceptions = (facts: Facts, progress: Progress): readonly AskedException[] =>
  [...progress.exceptions.values()].filter(
    (asked) => asked.rules.some((rule) => reviewed.has(rule)) && isApproved(facts, asked),
  );

/** A release that an exception let through is in production, and nobody has been asked to look at it again. */
export const wantsReview = (facts: Facts, progress: Progress): boolean =>
  progress.inProduction !== undefined &&
  !progress.reviewed &&
  facts.review === undefined &&
  reviewedExceptions(facts, progress).length > 0;

/** The review's issue was opened; it was closed, and so the review is done. */
export function reviewEvents(facts: Facts, progress: Progress): readonly Event[] {
  const { review, now } = facts;
  if (!review || progress.inProduction === undefined) return [];
  // Another one is opened when somebody deleted the first: without it the review could never be done.
  const isAnother = progress.review !== undefined && progress.review.issue !== review.number;
  if (isAnother && (progress.reviewed || !review.open)) return [];
  if (!progress.review || isAnother)
    return [{ event: 'review-opened', issue: review.number, due: reviewDue(facts, progress) }];
  return review.open || progress.reviewed || now < progress.review.at ? [] : [{ event: 'reviewed' }];
}

/** When the review is due: so many working days after production, on the working clock also after an emergency. */
export function reviewDue(facts: Facts, progress: Progress): string {
  const { policy } = facts.configuration;
  return due(
    progress.inProduction ?? facts.now,
    policy.exceptions?.review ?? '5wd',
    'working',
    policy.calendar,
  );
}

export const reviewTitle = (id: string, ticket: number): string =>
  `Review after an exception: ${id} (#${String(ticket)})`;

/** What the issue says about the class; an emergency needs it most. */
export const reviewReason = (facts: Facts): string =>
  classOf(facts) === 'emergency' ? 'an emergency release' : `a release of class ${classOf(facts)}`;
