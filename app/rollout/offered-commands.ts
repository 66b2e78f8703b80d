import type { Decision } from '../model/decision.ts';
import type { ClosingNotes, ExceptionRule } from '../model/exception.ts';
import { outcomes } from '../model/report.ts';
import { type Role, type State, terminalStates } from '../model/state.ts';
import { earlyReject, withKnownIssues } from './close.ts';
import { unmetClosure } from './closure.ts';
import { unmetEvidence } from './evidence.ts';
import { lifted, openExceptions } from './exceptions.ts';
import { expertsOf } from './experts.ts';
import { graceOf } from './grace.ts';
import { overdueSites } from './invite.ts';
import { takingPart, uncoveredTargets, workarounds, worstReport } from './reports.ts';
import { type Situation, classOf } from './situation.ts';
import { isOpenToSites } from './stage.ts';
import { frozenBy } from './standstill.ts';

/** The commands that would work now, for whom: nothing is offered that would be refused (`/explain`, status comment, JSON). */
export function commandsFor(
  situation: Situation,
  state: State,
  waiting: Role | undefined,
  pullGivenUp: boolean,
): Decision['commands'] {
  const { facts, progress } = situation;
  const commands: { for: string; text: string }[] = [];
  const may = (who: string, ...texts: string[]): void => {
    commands.push(...texts.map((text) => ({ for: who, text })));
  };
  const managers = 'staged-rollout managers';
  if (pullGivenUp) may('repository managers, provider', '/retry');
  if (state === 'unverified') {
    if (waiting === 'provider') may('provider', '/ready <what was done>');
    if (progress.verification?.report.outcome.startsWith('accept') !== true)
      may(
        'technology unit',
        ...(unmetClosure(situation) === undefined ? ['review: approve with the verification form'] : []),
        'review: request changes with the verification form',
        '/reject <reason>',
      );
    may('technology unit', '/take');
  }
  const parts = takingPart(progress);
  if (isOpenToSites(progress)) {
    may('early adopters', '/accept <site>');
    if (progress.sites.size === 0) may('early adopters', '/decline <site> <reason>');
    if (parts.some(({ deployedAt }) => deployedAt === undefined)) may('early adopters', '/deployed <site>');
    if (parts.length > 0)
      may(
        'early adopters',
        'review: approve (Success), comment (Warning) or request changes (Reject), with the report form',
      );
    if (parts.some(({ report }) => !report)) may('early adopters', '/leave <site> <reason>');
    may(managers, '/take', '/call <site or team>');
    if (overdueSites(situation).length > 0) may(managers, '/excuse <site> <reason>');
  }
  const closers = expertsOf(facts).length > 0 ? 'expert of the stack, or who took over' : managers;
  may(closers, ...closes(situation, state));
  const isOpen = progress.phase !== 'none' && !terminalStates.has(state) && progress.merged === undefined;
  const waivers = 'staged-rollout managers, technology unit, svg';
  if (isOpen && progress.closed === undefined) {
    const isSkipped = isAsked(situation, 'verification') && isAsked(situation, 'staged-rollout');
    if (classOf(facts) === 'emergency' && state !== 'done' && !isSkipped)
      may(waivers, '/waive verification,staged-rollout <reason>');
    if (state === 'done' && frozenBy(situation) !== undefined && !isAsked(situation, 'freeze'))
      may(waivers, '/waive freeze <reason>');
    if (unmetClosure(situation) !== undefined && !isAsked(situation, 'closure'))
      may(waivers, '/waive closure <reason>');
  }
  for (const { asked, waitsFor } of openExceptions(facts, progress)) may(waitsFor, `/approve ${asked.id}`);
  if (isOpen) may(managers, progress.frozen ? '/unfreeze' : '/freeze <reason>');
  if (['certified', 'unverified', 'verified', 'rolling-out', 'done'].includes(state))
    may('provider', '/withdraw <reason>');
  if (progress.inProduction !== undefined && !progress.rolledBack && !isAsked(situation, 'rollback'))
    may(managers, '/rollback <reason>');
  if (isOpen) may('provider, technology unit, managers, early adopters', '/pilot');
  may('anyone', '/explain', '/help');
  return commands;
}

/** Was an exception from the rule asked for, and does it wait or hold? */
const isAsked = (situation: Situation, rule: ExceptionRule): boolean =>
  lifted(situation, rule) !== undefined ||
  openExceptions(situation.facts, situation.progress).some(({ asked }) => asked.rules.includes(rule));

const text = (outcome: string, lines: readonly string[]): string =>
  [`/close ${outcome} <summary>`, ...lines].join(' ⏎ ');

/** The closes that would count, each with the lines that it needs (A-11, A-12, A-14, A-15, R-5-2). */
function closes(situation: Situation, state: State): readonly string[] {
  const { facts, progress } = situation;
  const held = state === 'closing' && progress.held !== undefined;
  // Before every site has reported only an emergency may close well: by an exception (T11).
  const mayEndWell = state === 'done' || held || (classOf(facts) === 'emergency' && isRunning(state));
  const well = mayEndWell
    ? (['success', 'warning'] as const).flatMap((outcome) => closeWell(situation, outcome))
    : [];
  const mayReject =
    state === 'done' ||
    held ||
    ((state === 'verified' || state === 'rolling-out') && earlyReject(situation) === undefined);
  return mayReject ? [...well, text('reject', [])] : well;
}

const isRunning = (state: State): boolean =>
  state === 'unverified' || state === 'verified' || state === 'rolling-out';

/** One close with the lines that it needs; none when it lacks what no line can give. */
function closeWell(situation: Situation, outcome: 'success' | 'warning'): readonly string[] {
  const { facts, progress } = situation;
  const worst = worstReport(progress);
  const uncovered = uncoveredTargets(facts, progress);
  const grace = graceOf(situation);
  const reason = '<reason>';
  const notes: { -readonly [Name in keyof ClosingNotes]: ClosingNotes[Name] } = {};
  if (takingPart(progress).some(({ report }) => report)) {
    if (uncovered.length > 0) notes.acknowledge_uncovered = uncovered.join(', ');
    if (workarounds(progress).length > 0) notes.workaround_because = reason;
    if (!grace.over && grace.mayEndEarly) notes.early_because = reason;
    if (worst !== undefined && outcomes.indexOf(outcome) < outcomes.indexOf(worst))
      notes.better_because = reason;
  }
  const lines = Object.entries(notes).map(([name, said]) => `${name}: ${String(said)}`);
  const closing = withKnownIssues(situation, { outcome, summary: '<summary>', notes });
  const known = [...(closing.notes?.known_issues ?? []), ...(facts.ticket.value?.spec.known_issues ?? [])];
  const isBare = outcome === 'warning' && known.length === 0;
  const told = isBare ? { ...closing, notes: { ...notes, known_issues: ['<text>'] } } : closing;
  const unmet = unmetEvidence(situation, told, { overridesReject: true });
  return unmet.length > 0 ? [] : [text(outcome, isBare ? [...lines, 'known_issue: <text>'] : lines)];
}
