import type { ExceptionStanding, FoundProblem, SideStandings } from '../model/decision.ts';
import type { State } from '../model/state.ts';
import { inline } from '../wording/markdown.ts';
import { expiryOf, isApproved, openExceptions } from './exceptions.ts';
import { expertProblem } from './experts.ts';
import { forecastOf } from './forecast.ts';
import type { Progress } from './progress.ts';
import { worstReport } from './reports.ts';
import type { Situation } from './situation.ts';
import { frozenBy } from './standstill.ts';

/** What stands beside the steps of a release: exceptions, pilots, problems that sites found, oddities, and what is to come. */
export function sideStandings(situation: Situation, state: State): SideStandings {
  const { facts, progress } = situation;
  const isRunning = progress.phase !== 'none' && ['verified', 'rolling-out', 'done'].includes(state);
  return {
    suggestion: worstReport(progress),
    exceptions: exceptionStandings(situation),
    pilots: [...progress.pilots.values()],
    advisories: progress.advisories.map(({ link }) => link),
    problems: problemsFound(progress),
    frozen: isRunning ? frozenBy(situation) : undefined,
    rolledBack: progress.rolledBack?.reason,
    remarks: [
      ...(isRunning ? [expertProblem(facts) ?? ''] : []),
      ...(state === 'closing' || isRunning || state === 'unverified' ? vanished(situation) : []),
    ].filter((remark) => remark !== ''),
    forecast: forecastOf(situation, state),
  };
}

function exceptionStandings({ facts, progress }: Situation): readonly ExceptionStanding[] {
  const open = new Map(openExceptions(facts, progress).map(({ asked, waitsFor }) => [asked.id, waitsFor]));
  return [...progress.exceptions.values()].map((asked) => ({
    id: asked.id,
    rules: asked.rules,
    reason: asked.reason,
    by: asked.backers.map(({ by }) => by.login),
    stands: open.has(asked.id) ? 'waiting' : isApproved(facts, asked) ? 'approved' : 'expired',
    waitsFor: open.get(asked.id) ?? '',
    expires: expiryOf(facts, asked),
  }));
}

/** Problems that sites reported, with the bugs opened for them (R-5-3, R-2.2-14). */
const problemsFound = (progress: Progress): readonly FoundProblem[] =>
  [...progress.sites.values()].flatMap(({ site, report }) =>
    (report?.value.issues ?? []).map(({ severity, summary, bug, workaround }) => ({
      site,
      severity,
      summary,
      bug,
      workaround,
    })),
  );

/** Recorded acts whose comment is gone: from the journal they stand all the same, and that is said (process.md 1.2). */
function vanished({ facts, progress }: Situation): readonly string[] {
  const there = new Set(facts.inputs.flatMap(({ kind, id }) => (kind === 'comment' ? [id] : [])));
  const gone = new Map<number, string>();
  for (const { source, by, event } of progress.seen.values()) {
    if (!source || source.where === 'call' || by === 'rollout') continue;
    if (source.kind === 'comment' && !there.has(source.id))
      gone.set(
        source.id,
        `A comment of ${inline(by.login)} was deleted after it was read (${event}): it stands in the journal and counts.`,
      );
  }
  return [...gone.values()];
}
