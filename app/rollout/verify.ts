import type { VerificationReport } from '../model/report.ts';
import { inline } from '../wording/markdown.ts';
import { isIn, isProvider } from './authority.ts';
import { reportMistakes } from './checklist.ts';
import { unmetClosure } from './closure.ts';
import { waitsForProvider } from './progress.ts';
import { type Act, type Situation, type Verdict, counts, refused } from './situation.ts';

/** T3, T3w and T4 by a review of the Technology Unit (R-2.4-11.1 to R-2.4-11.2d). */
export function verifyByReview(situation: Situation, act: Act, report: VerificationReport): Verdict {
  const { facts, progress } = situation;
  const { review } = act.input;
  const no = mayNotVerify(situation, act);
  if (no !== undefined) return refused(no);
  const event =
    report.outcome === 'accept' || report.outcome === 'accept-with-notes' ? 'approved' : 'changes-requested';
  // A reject that somebody dismissed before it was read is a reject: dismissing moves nothing towards production (I11).
  if (review !== event && !(report.outcome === 'reject' && review === 'dismissed')) {
    return refused(
      `The report says \`${report.outcome}\`, which goes with ${event === 'approved' ? 'an approving review' : 'a review that requests changes'}.`,
    );
  }
  const wrong = notThisRelease(situation, report);
  if (wrong !== undefined) return refused(wrong);
  const mistakes = reportMistakes(facts, report, act.input.at);
  if (mistakes.length > 0) return refused(mistakes.join('\n\n'));
  if (report.outcome === 'wait-for-provider' && (report.countermeasure ?? '').trim() === '') {
    return refused(
      'Waiting for the provider needs a `countermeasure`: what was agreed, in a sentence or two.',
    );
  }
  if (report.outcome === 'reject' && (report.notes ?? '').trim() === '') {
    return refused(
      'A reject needs `notes`: the reason, and which countermeasure was discussed, or why none was.',
    );
  }
  // What sites could not install, or what would break for them, does not get to them.
  const closure = event === 'approved' ? unmetClosure(situation) : undefined;
  if (closure !== undefined)
    return refused(
      `This release cannot be verified now: ${closure}. Once it is mended, please submit the review again.`,
    );
  const digest = progress.certified?.digest ?? '';
  return counts({ event: 'verified', digest, head: act.input.commit ?? facts.pull.head, report });
}

/** T4 by `/reject <reason>`. */
export function rejectByCommand(situation: Situation, act: Act): Verdict {
  const no = mayNotVerify(situation, act);
  if (no !== undefined) return refused(no);
  const reason = act.command?.text ?? '';
  if (reason === '') {
    return refused(
      'A reject needs a reason: `/reject <reason>`, with the countermeasure that was discussed, or why none was.',
    );
  }
  return counts({ event: 'rejected', reason });
}

function mayNotVerify({ facts, progress }: Situation, { input }: Act): string | undefined {
  if (isProvider(facts, input.by)) {
    return 'Who provided a release cannot verify it: roles are exclusive per ticket. Another member of the Technology Unit has to.';
  }
  if (!isIn(facts, 'technology-unit', input.by)) {
    const team = facts.configuration.policy.roles['technology-unit'];
    return `Verification is the Technology Unit's: only members of the team ${team} can do this. Thank you for looking all the same.`;
  }
  if (
    progress.state !== 'unverified' ||
    progress.verification?.report.outcome.startsWith('accept') === true
  ) {
    return `There is nothing to verify at this point: the ticket is \`${progress.state}\`${progress.state === 'unverified' ? ' and verified already; its packages are being moved' : ', and verification belongs to `unverified`'}.`;
  }
  return undefined;
}

/** `/ready <what was done>`: the provider has done its part of a countermeasure, and the Technology Unit looks again (R-2.4-11.2c). */
export function ready({ facts, progress }: Situation, { input, command }: Act): Verdict {
  if (!isProvider(facts, input.by))
    return refused('Only the provider says that its part of a countermeasure is done.');
  if (!waitsForProvider(progress) || progress.state !== 'unverified')
    return refused(`Nobody waits for the provider: the release is \`${progress.state}\`.`);
  const because = command?.text ?? '';
  if (because === '') return refused('Please say what was done: `/ready <what was done>`.');
  return counts({ event: 'resumed', because });
}

/** Reports quote what their author saw: the release and its digest (T19). */
export function notThisRelease(
  { facts, progress }: Situation,
  report: { readonly release: string; readonly digest: string },
): string | undefined {
  const id = facts.ticket.id ?? '';
  const digest = progress.certified?.digest ?? '';
  if (report.release !== id)
    return `The report is about ${inline(report.release)}; this ticket is \`${id}\`.`;
  if (!digest.startsWith(report.digest)) {
    return `The report quotes the release digest \`${report.digest.slice(0, 12)}\`; this release is \`${digest.slice(0, 12)}\`. What it describes is not what is here now. Please look again and use the newest form.`;
  }
  return undefined;
}
