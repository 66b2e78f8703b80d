import type { Step, StepName } from '../model/decision.ts';
import type { ExceptionRule } from '../model/exception.ts';
import type { Facts } from '../model/facts.ts';
import { type State, terminalStates } from '../model/state.ts';
import { problemText } from '../wording/problem-text.ts';
import { inline, quoted } from '../wording/markdown.ts';
import { ticketProblems } from './certify.ts';
import { unmetClosure } from './closure.ts';
import { lifted } from './exceptions.ts';
import { graceOf } from './grace.ts';
import { intakeOf } from './intake.ts';
import type { AskedException } from './participation.ts';
import { type Progress, waitsForProvider } from './progress.ts';
import { type Situation, clocksIn } from './situation.ts';
import { missingReports, takingPart, uncoveredTargets, worstReport } from './reports.ts';
import { dueAfterFreeze, frozenBy } from './standstill.ts';
import { versionJudgement } from './version/judgement.ts';

/** The five steps and where each stands: the one value that check runs, the status comment, pages and JSON print. */
export function stepsOf(facts: Facts, progress: Progress, state: State): readonly Step[] {
  return [
    ticketStep(facts, progress),
    intakeStep(facts, progress, state),
    verificationStep(facts, progress, state),
    rolloutStep(facts, progress, state),
    closeStep(facts, progress, state),
  ];
}

type Telling = Pick<Step, 'stands' | 'title'> & {
  readonly because?: readonly string[];
  readonly due?: string | undefined;
};

const step = (name: StepName, rule: string, { stands, title, because = [], due }: Telling): Step => ({
  step: name,
  met: stands === 'met',
  stands,
  title,
  because,
  rule,
  due,
});

function ticketStep(facts: Facts, progress: Progress): Step {
  const problems = ticketProblems(facts);
  const told = (telling: Telling): Step => step('ticket', 'R-2.4-10.1, R-2.4-10.2', telling);
  // Of a release that has ended nothing is compared any more: others go on, and it would never come to rest.
  const isOver = terminalStates.has(progress.state) || (!facts.pull.open && !progress.certified);
  const version = isOver ? undefined : versionJudgement(facts);
  const remarks = facts.ticket.problems.filter(({ severity }) => severity === 'warning');
  const warnings = [...remarks, ...(version?.warnings ?? [])].map(problemText);
  if (problems.length > 0) {
    const many = problems.length === 1 ? 'One thing is' : `${String(problems.length)} things are`;
    return told({
      stands: 'failed',
      title: `${many} missing or wrong`,
      because: [...problems.map(problemText), ...warnings],
    });
  }
  if (!progress.certified) {
    return told({
      stands: 'waiting',
      title: 'Complete; waits to be marked ready for review',
      because: [
        'The ticket is complete and valid. Marking the pull request ready for review certifies it.',
        ...warnings,
      ],
    });
  }
  return told({
    stands: 'met',
    title: 'Certified: the ticket is complete',
    because: [
      `Release digest \`${progress.certified.digest}\`.`,
      ...(version?.lasting ?? []).map((problem) => `It cannot be closed now: ${problemText(problem)}`),
      ...warnings,
    ],
  });
}

function intakeStep(facts: Facts, progress: Progress, state: State): Step {
  const due =
    progress.phase === 'certified'
      ? clocksIn({ facts, progress, at: facts.now }).due(progress.since, 'step1')
      : undefined;
  const told = (telling: Telling): Step => step('intake', 'R-2.4-10.4', { due, ...telling });
  const last = progress.failedPulls.at(-1);
  const intake = intakeOf(facts, progress);
  const count = (facts.ticket.value?.spec.targets ?? []).reduce(
    (sum, { packages }) => sum + packages.length,
    0,
  );
  const packages = `${String(count)} package${count === 1 ? '' : 's'}`;
  if (terminalStates.has(state) && !progress.pulled) return told({ stands: 'waiting', title: 'Not reached' });
  switch (intake.is) {
    case 'pulled':
      return progress.phase === 'certified'
        ? told({
            stands: 'working',
            title: `${packages} pulled; on the way into unverified`,
            because: [publishing(facts)],
          })
        : told({
            stands: 'met',
            title: `${packages} pulled, checksums verified`,
            because: [
              'Every package was pulled from its address, its size and SHA-256 are what the ticket says, and it is stored by its digest.',
            ],
          });
    case 'now':
      return told({ stands: 'working', title: `Pulling ${packages}` });
    case 'later':
      return told({
        stands: 'working',
        title: `A pull failed; next try at ${intake.at}`,
        because: [quoted(last?.message ?? '')],
      });
    case 'given-up':
      return told({
        stands: 'failed',
        title: `Pull failed ${String(progress.failedPulls.length)} times`,
        because: [
          quoted(last?.message ?? ''),
          'Mend the ticket or the server; a new commit or `/retry` starts the pull again.',
        ],
      });
    case 'not-yet':
      return told({ stands: 'waiting', title: 'Waits for the ticket' });
  }
}

/** What is being waited for while packages move: told, so that nobody has to guess. */
function publishing(facts: Facts): string {
  const failed = Object.entries(facts.readBack).find(([, seen]) => !seen.ok);
  if (failed)
    return `The channel ${failed[0]} was read back and is not right yet: ${failed[1].ok ? '' : inline(failed[1].reason)}`;
  return facts.promotion
    ? `Promotion pull request #${String(facts.promotion.number ?? 0)} is under way.`
    : 'The channels are being published.';
}

/** What its packages would break in the next channel, if they would. */
function stoppedBy(situation: Situation): readonly string[] {
  const closure = unmetClosure(situation);
  return closure === undefined ? [] : [`It goes no further now: ${closure}.`];
}

/** The exception by which a step is skipped: one that counted when the release was closed, or ended otherwise, goes on counting. */
const skippedBy = (facts: Facts, progress: Progress, rule: ExceptionRule): AskedException | undefined =>
  lifted(
    {
      facts,
      progress,
      at: progress.closed?.at ?? progress.withdrawn?.at ?? progress.rejected?.when ?? facts.now,
    },
    rule,
  );

function verificationStep(facts: Facts, progress: Progress, state: State): Step {
  const told = (telling: Telling): Step => step('verification', 'R-2.4-11', telling);
  if (progress.rejected?.at === 'verification') {
    return told({
      stands: 'failed',
      title: 'Rejected by the Technology Unit',
      because: [quoted(progress.rejected.reason)],
    });
  }
  const skipped = skippedBy(facts, progress, 'verification');
  if (skipped && !progress.verification)
    return told({
      stands: 'met',
      title: `Skipped by exception ${skipped.id}`,
      because: [quoted(skipped.reason)],
    });
  const report = progress.verification?.report;
  if (report?.outcome.startsWith('accept') === true) {
    const by = progress.verification?.by;
    const who = by === undefined || by === 'rollout' ? '' : ` by @${by.login}`;
    return progress.phase === 'unverified'
      ? told({
          stands: 'working',
          title: 'Verified; on the way into staged-rollout',
          because: [publishing(facts), ...stoppedBy({ facts, progress, at: facts.now })],
        })
      : told({
          stands: 'met',
          title: `Verified${who.replace('@', '')}`,
          because: report.notes ? [quoted(report.notes)] : [],
        });
  }
  if (state !== 'unverified') return told({ stands: 'waiting', title: 'Waits for the packages' });
  if (report?.outcome === 'wait-for-provider' && waitsForProvider(progress)) {
    return told({
      stands: 'working',
      title: 'Waits for the provider',
      because: [
        'A countermeasure was agreed:',
        quoted(report.countermeasure ?? ''),
        'The clock stands still until the provider says `/ready <what was done>`, or pushes a new content.',
      ],
    });
  }
  return told({
    stands: 'working',
    title: 'Waits for the Technology Unit',
    because: [
      'The Technology Unit verifies by a review with the verification form.',
      ...stoppedBy({ facts, progress, at: facts.now }),
    ],
    due: clocksIn({ facts, progress, at: facts.now }).dueWithPauses(progress.since, 'step2', progress.pauses),
  });
}

function rolloutStep(facts: Facts, progress: Progress, state: State): Step {
  const told = (telling: Telling): Step => step('staged rollout', 'R-2.4-12', telling);
  const parts = takingPart(progress);
  const skipped = skippedBy(facts, progress, 'staged-rollout');
  if (skipped && parts.length === 0)
    return told({
      stands: 'met',
      title: `Skipped by exception ${skipped.id}`,
      because: [quoted(skipped.reason)],
    });
  const reports = parts.map((part) =>
    part.report
      ? `${part.site}: ${part.report.value.outcome}`
      : `${part.site}: ${part.deployedAt === undefined ? 'accepted' : 'deployed'}`,
  );
  if (progress.phase !== 'verified' && progress.phase !== 'rolling-out') {
    return told({ stands: 'waiting', title: 'Waits for verification' });
  }
  if (terminalStates.has(state) && parts.length === 0)
    return told({ stands: 'waiting', title: 'Not reached' });
  if (parts.length === 0) {
    return told({
      stands: 'working',
      title: 'Waits for an early adopter to accept',
      because: ['The early adopters were called. The first `/accept <site>` begins the rollout.'],
      due: clocksIn({ facts, progress, at: facts.now }).due(progress.since, 'accept'),
    });
  }
  const missing = missingReports(facts, progress);
  const uncovered = uncoveredTargets(facts, progress);
  const gaps =
    uncovered.length > 0 && missing.length === 0
      ? [`Targets that no site reported on: ${uncovered.join(', ')}.`]
      : [];
  if (missing.length > 0) {
    const done = parts.filter(({ report }) => report).length;
    return told({
      stands: 'working',
      title: `${String(done)} of ${String(parts.length)} sites reported`,
      because: [...reports, ...missing.map((text) => `Missing: ${text}.`)],
    });
  }
  return told({
    stands: 'met',
    title: `All sites reported: ${reports.join(', ')}`.slice(0, 200),
    because: [...reports, ...gaps],
  });
}

function closeStep(facts: Facts, progress: Progress, state: State): Step {
  const told = (telling: Telling): Step => step('close', 'R-2.4-12.7, R-2.4-12.8, R-2.4-12.9', telling);
  const summary = progress.closed ? [quoted(progress.closed.summary)] : [];
  switch (state) {
    case 'success':
    case 'warning':
      return told({
        stands: 'met',
        title: progress.rolledBack ? `Rolled back (${state})` : `In production: ${state}`,
        because: progress.rolledBack ? [...summary, quoted(progress.rolledBack.reason)] : summary,
      });
    case 'rejected': {
      const early = progress.rejected?.at === 'verification';
      return told({
        stands: 'failed',
        title: early ? 'Rejected at verification' : 'Rejected in staged rollout',
        because: [quoted(progress.rejected?.reason ?? '')],
      });
    }
    case 'withdrawn':
      return told({
        stands: 'failed',
        title: 'Withdrawn',
        because: [quoted(progress.withdrawn?.reason ?? '')],
      });
    case 'closing':
      return progress.held
        ? told({
            stands: 'failed',
            title: 'Held: nothing moves',
            because: [
              `${progress.held.because}.`,
              'A staged-rollout manager closes again with `/close`, or rejects it.',
            ],
          })
        : told({
            stands: 'working',
            title: 'Closing: on the way into production',
            because: [...summary, publishing(facts)],
          });
    case 'done': {
      const situation = { facts, progress, at: facts.now };
      const { over, ends } = graceOf(situation);
      const frozen = frozenBy(situation);
      const worst = worstReport(progress);
      return told({
        stands: 'working',
        title:
          frozen !== undefined
            ? 'Frozen: nothing moves into production'
            : over
              ? 'Waits for the staged-rollout managers to close'
              : 'Grace period',
        because: [
          over
            ? 'Every site has reported and the grace period is over.'
            : `Every site has reported; the grace period runs until ${ends ?? ''}.`,
          ...(worst === undefined ? [] : [`The reports suggest \`${worst}\`: the worst of them.`]),
          ...(frozen === undefined ? [] : [`${frozen}.`]),
          ...stoppedBy(situation),
        ],
        due: frozen !== undefined || ends === undefined ? undefined : dueAfterFreeze(situation, ends),
      });
    }
    case 'draft':
    case 'certified':
    case 'unverified':
    case 'verified':
    case 'rolling-out':
      return told({ stands: 'waiting', title: 'Waits for the staged rollout' });
  }
}
