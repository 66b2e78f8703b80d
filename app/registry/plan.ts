import type { OwnComment } from '../model/facts.ts';
import type { IssueEffect, IssueFacts, RegistryDecision, RegistryFacts } from '../model/registry-request.ts';
import { fitted, markerLine } from '../wording/markdown.ts';
import { commitMessage } from './decide.ts';

/** Marker of the one comment that is edited in place. */
export const statusMarker = 'registry:status';
const waiting = 'waiting: staged-rollout';

/**
 * Wanted minus seen, for a registry request. An approved one is recorded first, alone; all else is planned from what the record says then.
 * A request that its author closed is withdrawn: nothing happens.
 */
export function planRegistry(facts: RegistryFacts, decision: RegistryDecision): readonly IssueEffect[] {
  const { issue } = facts;
  if (!issue.open && decision.stands !== 'recorded') return labelEffects(issue, [], [waiting]);
  if (decision.stands === 'approved' && decision.change)
    return [{ do: 'record', text: decision.change.text, message: commitMessage(facts, decision) }];
  if (decision.enrol.length > 0) return decision.enrol.map((one) => ({ do: 'enrol', ...one }));
  return [
    ...labelEffects(issue, ['early-adopter', ...(decision.stands === 'waiting' ? [waiting] : [])], [waiting]),
    ...stickyComment(facts.ownComments, statusMarker, decision.status),
    ...decision.notices.flatMap(({ marker, body }) => onceComment(facts.ownComments, marker, body)),
    ...(decision.close !== undefined && issue.open && !issue.reopened
      ? [{ do: 'close' as const, reason: decision.close }]
      : []),
  ];
}

/** Puts back the labels that should be there, and takes off those of `ours` that should not. */
export function labelEffects(
  { labels }: IssueFacts,
  wanted: readonly string[],
  ours: readonly string[],
): readonly IssueEffect[] {
  const add = wanted.filter((name) => !labels.includes(name));
  const remove = ours.filter((name) => labels.includes(name) && !wanted.includes(name));
  return add.length + remove.length === 0 ? [] : [{ do: 'label', add, remove }];
}

/** A comment that is there once and says what is so now. */
export function stickyComment(
  own: readonly OwnComment[],
  marker: string,
  text: string,
): readonly IssueEffect[] {
  const body = fitted(`${markerLine(marker)}\n${text}`);
  const there = own.find((comment) => comment.marker === marker);
  if (there === undefined) return [{ do: 'comment', marker, body }];
  return there.body === body ? [] : [{ do: 'edit-comment', id: there.id, marker, body }];
}

function onceComment(own: readonly OwnComment[], marker: string, text: string): readonly IssueEffect[] {
  return own.some((comment) => comment.marker === marker)
    ? []
    : [{ do: 'comment', marker, body: fitted(`${markerLine(marker)}\n${text}`) }];
}
