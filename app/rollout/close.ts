import type { Closing, ClosingNotes } from '../model/exception.ts';
import { type Outcome, outcomes } from '../model/report.ts';
import { terminalStates } from '../model/state.ts';
import { isIn, isProvider } from './authority.ts';
import { fieldsOf } from './command.ts';
import { overrides, unmetEvidence } from './evidence.ts';
import { ask, openExceptions } from './exceptions.ts';
import { mustHandOver } from './experts.ts';
import { missingReports } from './reports.ts';
import { type Act, type Situation, type Verdict, counts, refused } from './situation.ts';

const noteNames = [
  'acknowledge_uncovered',
  'better_because',
  'workaround_because',
  'early_because',
  'known_issue',
] as const;

/** T8, T10, T10e and T11: `/close success|warning|reject` and a written summary (R-2.4-12.7, R-2.4-12.7.2b). */
export function close(situation: Situation, act: Act): Verdict {
  const { facts } = situation;
  const { input } = act;
  if (!isIn(facts, 'staged-rollout', input.by)) {
    const team = facts.configuration.policy.roles['staged-rollout'];
    return refused(`Closing is the staged-rollout group's: only members of the team ${team} can do this.`);
  }
  if (isProvider(facts, input.by)) {
    return refused(
      'Who provided a release cannot close it: roles are exclusive per ticket. Another staged-rollout manager has to.',
    );
  }
  const closing = closingOf(act);
  if (typeof closing === 'string') return refused(closing);
  const handOver = mustHandOver(situation, input.by);
  if (handOver !== undefined) return refused(handOver);
  return closing.outcome === 'reject'
    ? closeWithReject(situation, act, closing)
    : closeWell(situation, act, closing);
}

/** What a manager wrote behind and below `/close`, or what is missing in it. */
function closingOf({ command }: Act): Closing | string {
  const word = (command?.argument ?? '').split(/\s+/)[0]?.toLowerCase() ?? '';
  const outcome = outcomes.find((known) => known === word);
  if (outcome === undefined) {
    return 'Say how it closes: `/close success`, `/close warning` or `/close reject`, with a summary behind it or on the lines below.';
  }
  const { rest, fields } = fieldsOf((command?.text ?? '').slice(word.length).trim(), noteNames);
  if (rest === '')
    return `A summary of the results is needed: write it behind \`/close ${outcome}\` or on the lines below.`;
  const notes: ClosingNotes = {
    ...oneText('acknowledge_uncovered', fields.acknowledge_uncovered),
    ...oneText('better_because', fields.better_because),
    ...oneText('workaround_because', fields.workaround_because),
    ...oneText('early_because', fields.early_because),
    ...(fields.known_issue === undefined ? {} : { known_issues: fields.known_issue }),
  };
  return { outcome, summary: rest, ...(Object.keys(notes).length === 0 ? {} : { notes }) };
}

/** A field that says nothing is as good as not there. */
function oneText<Name extends string>(
  name: Name,
  texts: readonly string[] | undefined,
): Partial<Record<Name, string>> {
  const text = (texts ?? []).join('\n').trim();
  const field: Partial<Record<Name, string>> = {};
  if (text !== '') field[name] = text;
  return field;
}

function closeWell(situation: Situation, act: Act, closing: Closing): Verdict {
  const { facts, progress } = situation;
  const no = isTooEarlyOrLate(situation, closing.outcome);
  if (no !== undefined) return refused(cannot(closing.outcome, [no]));
  const told = withKnownIssues(situation, closing);
  const digest = progress.certified?.digest;
  const isRejected = digest !== undefined && progress.rejects.has(digest);
  const unmet = unmetEvidence(situation, told, { overridesReject: isRejected });
  if (unmet.length > 0) return refused(cannot(closing.outcome, unmet));
  // over an early adopter's Reject only with the word of a second manager.
  if (isRejected) {
    const reason = told.notes?.better_because ?? told.summary;
    return counts(ask(situation, act.input.by, ['override-reject'], reason, told));
  }
  return counts({ event: 'closed', ...told, head: facts.pull.head });
}

function closeWithReject(situation: Situation, act: Act, closing: Closing): Verdict {
  const { facts, progress } = situation;
  const { state } = progress;
  if (state === 'closing' && progress.held)
    return counts({ event: 'closed', ...closing, head: facts.pull.head });
  const no = isTooEarlyOrLate(situation, 'reject');
  if (no !== undefined) return refused(cannot('reject', [no]));
  if (state === 'rolling-out' && missingReports(facts, progress).length === 0)
    return counts({ event: 'closed', ...closing, head: facts.pull.head });
  // before every site has reported a second person has to see the show stopper too.
  const open = earlyReject(situation);
  if (open !== undefined) return refused(`That was asked for already: \`/approve ${open}\` supports it.`);
  return counts(ask(situation, act.input.by, ['early-reject'], closing.summary, closing));
}

/** The exception by which an early Reject was asked for and still waits for its second person. */
export const earlyReject = ({ facts, progress }: Situation): string | undefined =>
  openExceptions(facts, progress).find(({ asked }) => asked.rules.includes('early-reject'))?.asked.id;

function isTooEarlyOrLate(situation: Situation, outcome: Outcome): string | undefined {
  const { progress } = situation;
  const { state, phase } = progress;
  if (state === 'closing') return progress.held ? undefined : 'it is closing already';
  if (terminalStates.has(state))
    return `the ticket is \`${state}\` and closed already; a new attempt is a new ticket`;
  if (phase === 'verified' || phase === 'rolling-out') return undefined;
  // T11: an emergency with a waiver may go on from where its packages are pulled.
  if (phase === 'unverified' && outcome !== 'reject') return undefined;
  return `the ticket is \`${state}\`, and closing comes after the staged rollout`;
}

const cannot = (outcome: Outcome, unmet: readonly string[]): string =>
  `It cannot be closed with \`${outcome}\` now: ${unmet.join('; ')}.`;

/** what users have to know is in the record before promotion: what sites asked for, with what the manager adds. */
export function withKnownIssues({ progress }: Situation, closing: Closing): Closing {
  if (closing.outcome !== 'warning') return closing;
  const asked = [...progress.sites.values()].flatMap(({ report }) =>
    (report?.value.changes_requested ?? []).map(({ text }) => text),
  );
  const issues = [...new Set([...(closing.notes?.known_issues ?? []), ...asked])];
  return issues.length === 0 ? closing : { ...closing, notes: { ...closing.notes, known_issues: issues } };
}

/** What an approved exception closes: judged once more where the release stands now. */
export function closeByException(situation: Situation, closing: Closing, id: string): Verdict {
  const { facts } = situation;
  const no = isTooEarlyOrLate(situation, closing.outcome);
  if (no !== undefined) return refused(cannot(closing.outcome, [no]));
  const unmet =
    closing.outcome === 'reject'
      ? []
      : unmetEvidence(situation, closing, { overridesReject: overrides(situation.progress, id) });
  if (unmet.length > 0) return refused(cannot(closing.outcome, unmet));
  return counts({ event: 'closed', ...closing, head: facts.pull.head, exception: id });
}
