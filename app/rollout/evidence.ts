import type { Closing } from '../model/exception.ts';
import { outcomes } from '../model/report.ts';
import { problemText } from '../wording/problem-text.ts';
import { ticketProblems } from './certify.ts';
import { unmetClosure } from './closure.ts';
import { embargoOf } from './embargo.ts';
import { lifted } from './exceptions.ts';
import { frozenBy } from './standstill.ts';
import { graceOf } from './grace.ts';
import { missingReports, takingPart, uncoveredTargets, workarounds, worstReport } from './reports.ts';
import { type Situation, classOf } from './situation.ts';
import { tooSoon } from './cadence.ts';
import type { Progress } from './progress.ts';
import { versionJudgement } from './version/judgement.ts';

/** How a close is judged: over a Reject, when a second manager stands behind it. */
interface Judged {
  readonly overridesReject: boolean;
}

/**
 * What a release needs to enter production (I1), as far as it is not met. Read before the merge, and again as of the merge. Each sentence
 * says what is missing and, where a person can mend it, how.
 */
export function unmetEvidence(
  situation: Situation,
  closing: Closing,
  { overridesReject }: Judged,
): readonly string[] {
  const { facts, progress } = situation;
  const digest = progress.certified?.digest;
  if (digest === undefined) return ['the release is not certified'];
  const isEmergency = classOf(facts) === 'emergency';
  const unmet: string[] = [...ticketProblems(facts), ...versionJudgement(facts).lasting].map(problemText);
  // A content that changed after the close is not merged either (I7); of a merge, its own digest is judged.
  if (!facts.pull.merge && facts.ticket.digest !== digest) {
    unmet.push('the ticket is not the one that was certified: its content changed');
  }
  if (progress.pulled?.digest !== digest || progress.phase === 'certified')
    unmet.push('its packages are not pulled and checked');
  const { verification } = progress;
  const isVerified = verification?.digest === digest && verification.report.outcome.startsWith('accept');
  // T11: only an emergency, only with a waiver of two persons of two roles, skips a stage (R-2.2-10, I16).
  if (!isVerified && !(isEmergency && lifted(situation, 'verification')))
    unmet.push('the Technology Unit has not verified these packages');
  const skipsRollout = isEmergency && lifted(situation, 'staged-rollout') !== undefined;
  if (!skipsRollout) unmet.push(...unmetRollout(situation, closing));
  if (progress.rejects.has(digest) && !overridesReject) {
    unmet.push(
      'an early adopter rejected it, so it can only be closed with `reject`, or with `better_because: <reason>` and the approval of a second manager',
    );
  }
  const closure = unmetClosure(situation);
  if (closure !== undefined) unmet.push(closure);
  const embargo = embargoOf(situation);
  if (embargo !== undefined)
    unmet.push(
      `it is under embargo until ${embargo}, unless the Software Vulnerability Group publishes the advisory (\`/advisory <link>\`)`,
    );
  const soon = tooSoon(situation);
  if (soon !== undefined && !lifted(situation, 'cadence')) unmet.push(soon);
  const frozen = frozenBy(situation);
  if (frozen !== undefined) unmet.push(frozen);
  return unmet;
}

/** does the exception that closed it override the Rejects that were there? A later one it does not, nor one of the same second. */
export function overrides({ exceptions, rejects, certified }: Progress, id: string | undefined): boolean {
  const asked = exceptions.get(id ?? '');
  if (asked?.rules.includes('override-reject') !== true) return false;
  return (rejects.get(certified?.digest ?? '') ?? '') < asked.at;
}

/** What the staged rollout itself owes (R-2.4-12.7a, R-2.4-12.8a, A-11, A-12, A-14, R-5-2). */
function unmetRollout(situation: Situation, { outcome, notes }: Closing): readonly string[] {
  const { facts, progress } = situation;
  const unmet: string[] = [];
  if (progress.phase !== 'rolling-out' || takingPart(progress).length === 0)
    unmet.push('no early adopter has accepted it');
  unmet.push(...missingReports(facts, progress));
  const grace = graceOf(situation);
  const endsEarly = grace.mayEndEarly && notes?.early_because !== undefined;
  if (!grace.over && !endsEarly) {
    unmet.push(
      grace.ends === undefined
        ? 'the grace period has not begun'
        : `the grace period runs until ${grace.ends} at the latest`,
    );
  }
  const acknowledged = (notes?.acknowledge_uncovered ?? '').toLowerCase();
  const uncovered = uncoveredTargets(facts, progress).filter(
    (target) => !acknowledged.includes(target.toLowerCase()),
  );
  if (uncovered.length > 0 && takingPart(progress).some(({ report }) => report)) {
    const targets = uncovered.join(', ');
    unmet.push(
      `no site reported on ${targets} (A-11): add a line \`acknowledge_uncovered: ${targets}\`, or have the provider take the target out into a ticket of its own, \`<version>+<label>.yml\``,
    );
  }
  const worst = worstReport(progress);
  const isBetter = worst !== undefined && outcomes.indexOf(outcome) < outcomes.indexOf(worst);
  if (isBetter && notes?.better_because === undefined) {
    unmet.push(
      `the worst report is \`${worst}\` (A-12): close it so, or add a line \`better_because: <reason>\``,
    );
  }
  if (workarounds(progress).length > 0 && notes?.workaround_because === undefined) {
    unmet.push(
      'sites needed a workaround, which is to be avoided in production (R-2.2-15, R-5-2): add a line `workaround_because: <reason>`',
    );
  }
  const known = [...(notes?.known_issues ?? []), ...(facts.ticket.value?.spec.known_issues ?? [])];
  if (outcome === 'warning' && known.every((text) => text.trim() === '')) {
    unmet.push(
      'a Warning tells users what to know (A-14): add a line `known_issue: <text>`, or have the provider fill `known_issues` in the ticket, which voids nothing',
    );
  }
  return unmet;
}
