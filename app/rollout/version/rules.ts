import type { Problem } from '../../model/problem.ts';
import { cadenceHolds } from './cadence.ts';
import { versionClassRules, versionIsNewer } from './class.ts';
import type { Finding } from '../ticket/rule.ts';
import { distributionOf, versionBefore, type VersionContext, type VersionRule } from './ground.ts';
import { oneOpenTicket, supersedesWhatMayBe, versionTurnRules } from './turn.ts';

const rules: readonly VersionRule[] = [...versionClassRules, ...versionTurnRules, cadenceHolds];

/*
 * Which rules are asked again after certification. A certified release was judged by what there was then; what others do later takes
 * nothing from it. So a baseline that is changed, a production version that makes the class look wrong, or a superseded release that
 * gains an issue does not come back to it. Three things do, because production itself would go wrong: a newer version got there first, an
 * earlier ticket for the same targets is still under way (two were certified at once), or the release that it supersedes got into
 * production after all. They hold back the close and nothing before it: each may go away by itself.
 */
const lasting: readonly VersionRule[] = [isOvertaken, oneOpenTicket, supersedesWhatMayBe];

function isOvertaken(context: VersionContext): readonly Finding[] {
  return versionBefore(context)?.from === 'production' ? versionIsNewer(context) : [];
}

/**
 * Everything about a release's version that does not go with the other releases of its component and with its distribution (R-2.2-1 to
 * R-2.2-8, A-19 to ): errors keep it from being certified, warnings are told. Nothing is said about a distribution
 * that is not known; that is told elsewhere.
 */
export function versionProblems(context: VersionContext): readonly Problem[] {
  return told(rules, context);
}

/** What of it keeps a release that is certified from being closed with success or warning; errors alone. */
export function lastingVersionProblems(context: VersionContext): readonly Problem[] {
  return told(lasting, context).filter(({ severity }) => severity === 'error');
}

function told(asked: readonly VersionRule[], context: VersionContext): readonly Problem[] {
  if (distributionOf(context) === undefined) return [];
  const { document, path } = context;
  return asked
    .flatMap((rule) => rule(context))
    .map(({ at, ...finding }) => ({
      ...finding,
      file: path,
      ...(document?.at(at) ?? { line: 0, column: 0 }),
    }));
}
