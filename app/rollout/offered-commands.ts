import type { Decision } from '../model/decision.ts';
import { type Role, type State, terminalStates } from '../model/state.ts';
import { openExceptions } from './exceptions.ts';
import { graceOf } from './grace.ts';
import { takingPart, uncoveredTargets, workarounds, worstReport } from './reports.ts';
import { type Situation, classOf } from './situation.ts';

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
    may(
      'technology unit',
      'review: approve with the verification form',
      'review: request changes with the verification form',
      '/reject <reason>',
      '/take',
    );
  }
  const held = state === 'closing' && progress.held !== undefined;
  if (state === 'verified' || state === 'rolling-out' || state === 'done' || held) {
    may('early adopters', '/accept <site>');
    if (!held && progress.sites.size === 0) may('early adopters', '/decline <site> <reason>');
    if (takingPart(progress).length > 0)
      may(
        'early adopters',
        '/deployed <site>',
        'review: approve (Success), comment (Warning) or request changes (Reject), with the report form',
      );
    if (takingPart(progress).some(({ report }) => !report)) may('early adopters', '/leave <site> <reason>');
    may(managers, '/take', '/call <site or team>');
    if (takingPart(progress).some(({ report }) => !report)) may(managers, '/excuse <site> <reason>');
  }
  if (state === 'done' || held) may(managers, ...closes(situation));
  if (state === 'verified' || state === 'rolling-out') may(managers, '/close reject <summary>');
  const isOpen = progress.phase !== 'none' && !terminalStates.has(state) && progress.merged === undefined;
  if (isOpen && classOf(facts) === 'emergency' && state !== 'done')
    may('staged-rollout managers, technology unit, svg', '/waive verification,staged-rollout <reason>');
  for (const { asked, waitsFor } of openExceptions(facts, progress)) may(waitsFor, `/approve ${asked.id}`);
  if (isOpen) may(managers, progress.frozen ? '/unfreeze' : '/freeze <reason>');
  if (['certified', 'unverified', 'verified', 'rolling-out', 'done'].includes(state))
    may('provider', '/withdraw <reason>');
  if (progress.inProduction !== undefined && !progress.rolledBack) may(managers, '/rollback <reason>');
  if (isOpen) may('provider, technology unit, managers, early adopters', '/pilot');
  may('anyone', '/explain', '/help');
  return commands;
}

const text = (outcome: string, ...lines: readonly string[]): string =>
  [`/close ${outcome} <summary>`, ...lines].join(' ⏎ ');

/** The closes that would count, each with the lines that it needs (A-11, A-12, A-15, R-5-2). */
function closes(situation: Situation): readonly string[] {
  const { facts, progress } = situation;
  const worst = worstReport(progress);
  const uncovered = uncoveredTargets(facts, progress);
  const grace = graceOf(situation);
  if (!grace.over && !grace.mayEndEarly) return [text('reject')];
  const always = [
    ...(uncovered.length > 0 ? [`acknowledge_uncovered: ${uncovered.join(', ')}`] : []),
    ...(workarounds(progress).length > 0 ? ['workaround_because: <reason>'] : []),
    ...(grace.over ? [] : ['early_because: <reason>']),
  ];
  const better = ['better_because: <reason>'];
  return [
    text('success', ...always, ...(worst === 'success' ? [] : better)),
    text('warning', ...always, ...(worst === 'reject' ? better : [])),
    text('reject'),
  ];
}
