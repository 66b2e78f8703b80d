import type { Facts } from '../model/facts.ts';
import type { Event } from '../model/journal.ts';
import { readAs } from '../model/yaml.ts';
import { EarlyAdopterReportSchema, VerificationReportSchema } from '../model/report.ts';
import { plainText } from '../wording/problem-text.ts';
import { isIn, sitesOf } from './authority.ts';
import { close, closeByException } from './close.ts';
import { commandNames, yamlBlockOf } from './command.ts';
import { advise } from './embargo.ts';
import { approve, waive } from './exceptions.ts';
import { mayComeEarly } from './foreseen.ts';
import { call, excuse } from './invite.ts';
import { pilot } from './pilot.ts';
import type { AskedException } from './participation.ts';
import { rollback } from './rollback.ts';
import { type Act, type Situation, type Verdict, counts, nothing, refused } from './situation.ts';
import { accept, decline, deployed, leave, report } from './stage.ts';
import { freeze } from './standstill.ts';
import { take } from './take.ts';
import { ready, rejectByCommand, verifyByReview } from './verify.ts';

/** Judges one act where it finds the release. */
export function judge(situation: Situation, act: Act): Verdict {
  const verdict = act.command ? judgeCommand(situation, act, act.command.word) : judgeReview(situation, act);
  if (verdict.is === 'counts' && situation.progress.phase === 'none') {
    // They are waited with: see `foreseen`.
    if (act.command?.name === 'waive' || act.command?.name === 'approve')
      return mayComeEarly(verdict.events) ? nothing : refused(tooEarlyToSkip);
    // What was merged by hand before it was certified has no other way out.
    if (situation.progress.held && verdict.events.every(({ event }) => event === 'closed')) return verdict;
    return refused(
      'The ticket is not certified yet: it has to be complete and marked ready for review first.',
    );
  }
  if (verdict.is !== 'counts' || !act.input.edited) return verdict;
  // A positive act that was edited before it was read does not count; a negative one does, whatever became of it (process.md 1.2).
  if (verdict.events.every(isNegative)) return verdict;
  return refused(
    'This was edited before it was read, so it is not certain what its author meant. Please write it again.',
  );
}

const tooEarlyToSkip =
  'The ticket is not certified yet, and its content may still change: only exceptions from `version` and `cadence` are asked for before that. Ask again once it is certified.';

/** Acts that can only move a release away from production: nothing but their being wrong turns them away. */
export const isNegative = (event: Event): boolean =>
  event.event === 'rejected' ||
  ((event.event === 'reported' || event.event === 'verified') && event.report.outcome === 'reject') ||
  (event.event === 'closed' && event.outcome === 'reject') ||
  (event.event === 'asked' && event.rules.every((rule) => rule === 'early-reject' || rule === 'rollback')) ||
  event.event === 'frozen';

/** Could an act, as it is written, become such an event? Of the others an answer is the last word, and they need not be judged again. */
export const canBeNegative = ({ command }: Act): boolean =>
  command === undefined || ['reject', 'close', 'freeze', 'rollback'].includes(command.word);

function judgeCommand(situation: Situation, act: Act, word: string): Verdict {
  switch (act.command?.name) {
    case 'accept':
      return accept(situation, act);
    case 'decline':
      return decline(situation, act);
    case 'deployed':
      return deployed(situation, act);
    case 'leave':
      return leave(situation, act);
    case 'call':
      return call(situation, act);
    case 'excuse':
      return excuse(situation, act);
    case 'close':
      return close(situation, act);
    case 'take':
      return take(situation, act);
    case 'reject':
      return rejectByCommand(situation, act);
    case 'ready':
      return ready(situation, act);
    case 'withdraw':
      return withdraw(situation, act);
    case 'retry':
      return retry(situation, act);
    case 'waive':
      return waive(situation, act);
    case 'approve':
      return approve(situation, act, (asked) => happensWith(situation, asked));
    case 'freeze':
    case 'unfreeze':
      return freeze(situation, act);
    case 'rollback':
      return rollback(situation, act);
    case 'pilot':
      return pilot(situation, act);
    case 'advisory':
      return advise(situation, act);
    case 'explain':
      return { is: 'answered', with: 'explain' };
    case 'help':
      return { is: 'answered', with: 'help' };
    case undefined:
      return refused(
        `There is no command \`/${word}\`. There are: ${commandNames.map((name) => `\`/${name}\``).join(', ')}.`,
      );
  }
}

/** What an exception brings about with its last approval (A-05, A-12, A-34). Gives why not when it no longer can. */
function happensWith(situation: Situation, asked: AskedException): readonly Event[] | string {
  if (asked.rules.includes('rollback')) return [{ event: 'rolled-back', reason: asked.reason }];
  if (!asked.close) return [];
  const verdict = closeByException(situation, asked.close, asked.id);
  return verdict.is === 'counts' ? verdict.events : verdict.is === 'refused' ? verdict.because : [];
}

/** `/retry`: the pull starts again (A-02). */
function retry({ facts, progress }: Situation, { input }: Act): Verdict {
  const manager = isIn(facts, 'repository-managers', input.by);
  const provider = isIn(facts, 'provider', input.by) || facts.pull.author.id === input.by.id;
  if (!manager && !provider)
    return refused('Only repository managers and the provider can start the pull again.');
  if (progress.state !== 'certified' || progress.failedPulls.length === 0) {
    return refused('There is no failed pull to try again.');
  }
  return counts({ event: 'retried' });
}

/** T12: `/withdraw <reason>` by the provider, before closing (A-37). */
function withdraw({ facts, progress }: Situation, { input, command }: Act): Verdict {
  if (!isIn(facts, 'provider', input.by) && facts.pull.author.id !== input.by.id) {
    return refused('Only the provider can take its release back.');
  }
  if (progress.state === 'draft')
    return refused('The ticket is not certified yet: closing the pull request is enough.');
  if (!['certified', 'unverified', 'verified', 'rolling-out'].includes(progress.state)) {
    return refused(`The release is \`${progress.state}\`: it can no longer be withdrawn here.`);
  }
  const reason = command?.text ?? '';
  if (reason === '') return refused('Please say why: `/withdraw <reason>`.');
  return counts({ event: 'withdrawn', reason });
}

function judgeReview(situation: Situation, act: Act): Verdict {
  const { facts } = situation;
  const { input } = act;
  const verifier = isIn(facts, 'technology-unit', input.by);
  const adopter = sitesOf(facts, input.by).length > 0;
  const block = yamlBlockOf(input.body);
  const kind = /^kind:\s*["']?(\w+)/m.exec(block ?? '')?.[1];
  if (kind === 'VerificationReport') {
    const read = readAs(VerificationReportSchema, block ?? '', 'the report');
    return read.ok ? verifyByReview(situation, act, read.value) : refused(unreadable(read.problems));
  }
  if (kind === 'EarlyAdopterReport') {
    const read = readAs(EarlyAdopterReportSchema, block ?? '', 'the report');
    return read.ok ? report(situation, act, read.value) : refused(unreadable(read.problems));
  }
  // A review that only comments, or that was dismissed before it was read, is conversation.
  if (input.review !== 'approved' && input.review !== 'changes-requested') return nothing;
  if (!verifier && !adopter) return refused(outsider(facts));
  return refused(
    verifier && situation.progress.state === 'unverified'
      ? 'A verification needs its report: copy the form from the comment above into the review and fill it in.'
      : 'A report needs its form: copy the one that was posted after `/accept` into the review and fill it in.',
  );
}

function outsider(facts: Facts): string {
  const unit = facts.configuration.policy.roles['technology-unit'];
  return `Thank you for looking. Reviews count here from members of the team ${unit} (verification) and from early adopter sites (reports); your account is in neither, so this one changes nothing. A comment is always welcome.`;
}

const unreadable = (
  problems: readonly { readonly line: number; readonly message: string; readonly mend: string }[],
): string =>
  `The report cannot be read:\n${problems.map(({ line, message, mend }) => `- line ${String(line)}: ${plainText(message)} ${plainText(mend)}`).join('\n')}`;
