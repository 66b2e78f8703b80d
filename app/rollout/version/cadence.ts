import type { ReleaseClass } from '../../model/release-class.ts';
import { sameUpstream } from '../../repository/semantic-version.ts';
import { remark, type Finding } from '../ticket/rule.ts';
import { inDistribution, isExcepted, type VersionContext } from './ground.ts';

/** Days that lie between two releases of a component at least; an emergency comes when it is needed (R-2.2-1 to R-2.2-4, A-21, A-40). */
const days: Readonly<Record<ReleaseClass, number | undefined>> = {
  emergency: undefined,
  revision: 14,
  minor: 30,
  major: 365,
};

/** A release that comes too soon after another one. */
export interface Cadence {
  readonly rule: 'too-soon';
  /** Instant from which it may enter production (ISO, UTC, whole seconds). */
  readonly earliest: string;
  /** Release id of the one that it follows too soon. */
  readonly last: string;
}

/**
 * What the cadence says at `context.now` (R-2.2-2 to R-2.2-4): rolling days since the last release of the same component entered
 * production in the same distribution major; the same version for other targets does not count. Undefined when nothing holds the
 * release back, also when an exception was approved.
 */
export function cadenceOf(context: VersionContext): Cadence | undefined {
  const { class: releaseClass, version } = context.ticket.spec;
  const span = days[releaseClass];
  if (span === undefined || isExcepted(context, 'cadence')) return undefined;
  const last = inDistribution(context).published.find((release) => !sameUpstream(release.version, version));
  if (last === undefined) return undefined;
  const earliest = Date.parse(last.productionAt) + span * 86_400_000;
  if (earliest <= Date.parse(context.now)) return undefined;
  return {
    rule: 'too-soon',
    earliest: `${new Date(earliest).toISOString().slice(0, 19)}Z`,
    last: last.id,
  };
}

/** Told at submission as a remark (A-20; L20 of the defects seen); closing is where it counts. */
export function cadenceHolds(context: VersionContext): readonly Finding[] {
  const cadence = cadenceOf(context);
  if (cadence === undefined) return [];
  const { class: releaseClass } = context.ticket.spec;
  return [
    remark(
      cadence.rule,
      ['spec', 'class'],
      `A ${releaseClass} release comes at most every ${String(days[releaseClass])} days, and ${cadence.last} has entered production too recently.`,
      `Expect it in production from ${cadence.earliest} on.`,
    ),
  ];
}
