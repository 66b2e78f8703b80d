import type { Facts } from '../model/facts.ts';
import { terminalStates } from '../model/state.ts';
import { problemText } from '../wording/problem-text.ts';
import { isIn, isProvider } from './authority.ts';
import { ticketProblems } from './certify.ts';
import type { Progress } from './progress.ts';
import { type Act, type Situation, type Verdict, clocksIn, counts, refused } from './situation.ts';
import { missingReports } from './stage.ts';

/** T8 and T10: `/close success|warning|reject` and a written summary (R-2.4-12.7, R-2.4-12.7.2b). */
export function close(situation: Situation, act: Act): Verdict {
  const { facts } = situation;
  const { input, command } = act;
  if (!isIn(facts, 'staged-rollout', input.by)) {
    const team = facts.configuration.policy.roles['staged-rollout'];
    return refused(`Closing is the staged-rollout group's: only members of the team ${team} can do this.`);
  }
  if (isProvider(facts, input.by)) {
    return refused(
      'Who provided a release cannot close it: roles are exclusive per ticket. Another staged-rollout manager has to.',
    );
  }
  const word = (command?.argument ?? '').split(/\s+/)[0]?.toLowerCase() ?? '';
  const outcome = (['success', 'warning', 'reject'] as const).find((known) => known === word);
  if (outcome === undefined) {
    return refused(
      'Say how it closes: `/close success`, `/close warning` or `/close reject`, with a summary behind it or on the lines below.',
    );
  }
  const summary = (command?.text ?? '').slice(word.length).trim();
  if (summary === '') {
    return refused(
      `A summary of the results is needed: write it behind \`/close ${outcome}\` or on the lines below.`,
    );
  }
  const no = mayNotClose(situation, outcome);
  if (no.length > 0) return refused(`It cannot be closed with \`${outcome}\` now: ${no.join('; ')}.`);
  return counts({ event: 'closed', outcome, summary, head: facts.pull.head });
}

function mayNotClose(situation: Situation, outcome: 'success' | 'warning' | 'reject'): readonly string[] {
  const { facts, progress } = situation;
  if (progress.state === 'closing') {
    if (!progress.held) return ['it is closing already'];
    return outcome === 'reject' ? [] : unmetEvidence(facts, progress, situation);
  }
  if (terminalStates.has(progress.state)) {
    return [`the ticket is \`${progress.state}\` and closed already; a new attempt is a new ticket`];
  }
  if (progress.state !== 'rolling-out' && progress.state !== 'done') {
    return [`the ticket is \`${progress.state}\`, and closing comes after the staged rollout`];
  }
  if (outcome === 'reject') return missingReports(facts, progress);
  return unmetEvidence(facts, progress, situation);
}

/** What a release needs to enter production (I1), as far as it is not met. Read before the merge, and again as of the merge. */
export function unmetEvidence(facts: Facts, progress: Progress, situation: Situation): readonly string[] {
  const digest = progress.certified?.digest;
  const unmet: string[] = [];
  if (digest === undefined) return ['the release is not certified'];
  unmet.push(...ticketProblems(facts).map(problemText));
  // A content that changed after the close is not merged either (I7); of a merge, its own digest is judged.
  if (!facts.pull.merge && facts.ticket.digest !== digest) {
    unmet.push('the ticket is not the one that was certified: its content changed');
  }
  if (
    progress.verification?.digest !== digest ||
    !progress.verification.report.outcome.startsWith('accept')
  ) {
    unmet.push('the Technology Unit has not verified these packages');
  }
  if (progress.phase !== 'rolling-out') unmet.push('no early adopter has accepted it');
  unmet.push(...missingReports(facts, progress));
  if (progress.rejectedDigests.has(digest)) {
    unmet.push('an early adopter rejected it, so it can only be closed with `reject`');
  }
  const grace = graceOf(situation);
  if (!grace.over) {
    unmet.push(
      grace.ends === undefined
        ? 'the grace period has not begun'
        : `the grace period runs until ${grace.ends} at the latest`,
    );
  }
  return unmet;
}

/**
 * The grace period (R-2.4-12.8, A-15): begins at the first deployment (or the first accept when nobody said so), and is over after the
 * class's maximum, or earlier when the minimum has passed and every site has reported exposure of all its VOs.
 */
export function graceOf(situation: Situation): { readonly over: boolean; readonly ends: string | undefined } {
  const { facts, progress, at } = situation;
  const parts = [...progress.sites.values()];
  const starts = parts.map(({ deployedAt }) => deployedAt).filter((time) => time !== undefined);
  const accepts = parts.map(({ acceptedAt }) => acceptedAt);
  const start = (starts.length > 0 ? starts : accepts).toSorted()[0];
  if (start === undefined) return { over: false, ends: undefined };
  const clocks = clocksIn(situation);
  const ends = clocks.due(start, 'grace');
  if (ends <= at) return { over: true, ends };
  const all = parts.every((part) => {
    const vos = facts.configuration.earlyAdopters.sites.find(({ site }) => site === part.site)?.vos ?? [];
    const exposed = new Set(part.report?.value.exposure?.vos ?? []);
    return part.report !== undefined && vos.length > 0 && vos.every((vo) => exposed.has(vo));
  });
  return { over: all && clocks.due(start, 'grace_minimum') <= at, ends };
}
