import type { Facts } from '../model/facts.ts';
import { progressOf } from '../rollout/progress.ts';
import { reviewDue, reviewReason, reviewTitle, reviewedExceptions } from '../rollout/review.ts';
import { inline, quoted } from './markdown.ts';

/** The issue in which a release that an exception let through is looked at again. */
export function reviewText(facts: Facts): { readonly title: string; readonly body: string } {
  const progress = progressOf(facts.journal);
  const managers = `@${facts.organisation}/${facts.configuration.policy.roles['staged-rollout']}`;
  const unit = `@${facts.organisation}/${facts.configuration.policy.roles['technology-unit']}`;
  return {
    title: reviewTitle(facts.ticket.id ?? '', facts.pull.number),
    body: [
      `${managers} ${unit} \`${facts.ticket.id ?? ''}\`, ${reviewReason(facts)}, went into production past a rule of the process (A-22). Please look at it again by **${reviewDue(facts, progress)}**: was it right, and what has to be done afterwards that was left out?`,
      '',
      ...reviewedExceptions(facts, progress).flatMap(({ id, rules, reason, backers }) => [
        `- **${id}** ${rules.join(', ')}, by ${backers.map(({ by }) => inline(by.login)).join(' and ')}:`,
        '',
        quoted(reason),
        '',
      ]),
      `Ticket: #${String(facts.pull.number)}. Closing this issue records that the review is done.`,
    ].join('\n'),
  };
}
