import { entryOf } from '../../model/record.ts';
import type { ReleaseClass } from '../../model/release-class.ts';
import { majorOf, sameUpstream } from '../../repository/semantic-version.ts';
import { mistake, remark, type Finding } from '../ticket/rule.ts';
import {
  baselineOf,
  distributionOf,
  inDistribution,
  isExcepted,
  versionBefore,
  type VersionContext,
  type VersionRule,
} from './ground.ts';

/** How much a class may change; an emergency as much as a revision. */
const reach: Readonly<Record<ReleaseClass, number>> = { emergency: 0, revision: 0, minor: 1, major: 2 };

/** The class says what the version shows (R-2.2-1 to R-2.2-4; L23 of the defects seen); an emergency is a revision. */
export function classFitsVersion(context: VersionContext): readonly Finding[] {
  const { class: releaseClass, version, new_service: isNew } = context.ticket.spec;
  const before = versionBefore(context);
  const change = before?.change;
  if (before === undefined || change === undefined || change === 'none' || change === 'downgrade') return [];
  const at = ['spec', 'class'];
  if (reach[releaseClass] < reach[change]) {
    return [
      mistake(
        'class-vs-version',
        at,
        `From ${before.version} to ${version} is a ${change} change, and the class is ${releaseClass}.`,
        releaseClass === 'emergency'
          ? `Release the correction alone, as a revision of ${before.version}: an emergency brings nothing else.`
          : `Write class: ${change}, or correct the version.`,
      ),
    ];
  }
  if (reach[releaseClass] === reach[change] || isNew === true) return [];
  return [
    remark(
      'class-vs-version',
      at,
      `From ${before.version} to ${version} is a ${change} change only, and the class is ${releaseClass}.`,
      `Write class: ${change} if nothing more is new.`,
    ),
  ];
}

/** What is in production is followed by something newer, never by itself or something older. */
export function versionIsNewer(context: VersionContext): readonly Finding[] {
  const { version, previous } = context.ticket.spec;
  const before = versionBefore(context);
  if (before === undefined || version === previous) return [];
  const { change, from } = before;
  const isSame = change === 'none' && (from === 'production' || from === 'ticket');
  // Below the major that was agreed is told as that.
  const isOlder =
    change === 'downgrade' && (from !== 'baseline' || majorOf(before.version) === majorOf(version));
  if (!isSame && !isOlder) return [];
  const where = { production: 'in production', ticket: 'the previous version', baseline: 'the baseline' };
  return [
    mistake(
      'version-not-newer',
      ['spec', 'version'],
      `${version} is ${isSame ? 'the same as' : 'older than'} ${before.version}, which is ${where[from === 'other-targets' ? 'production' : from]} in ${context.ticket.spec.distribution}.`,
      `Release a version that is newer than ${before.version}.`,
    ),
  ];
}

/** The ticket names as previous what sites really have. */
export function previousAgrees(context: VersionContext): readonly Finding[] {
  const { previous, distribution } = context.ticket.spec;
  const before = versionBefore(context);
  if (previous === undefined || before?.from !== 'production' || sameUpstream(previous, before.version))
    return [];
  return [
    remark(
      'previous-version',
      ['spec', 'previous'],
      `The previous version is said to be ${previous}, but ${before.version} is in production in ${distribution}.`,
      `Write ${before.version}, and look whether the release notes begin there.`,
    ),
  ];
}

/**
 * Within a distribution major a component keeps its major (R-2.2-7, A-19), whatever class the ticket says (L19 of the defects seen): a
 * major enters only the next distribution major (R-2.2-8), or one that agreed on it (R-2.2-5), or one that never had the component. That
 * a major links its roadmap (R-2.2-6) is asked of every ticket (see ticket-statements.ts). An approved exception lifts it.
 */
export function majorStaysOut(context: VersionContext): readonly Finding[] {
  const { version, distribution: name } = context.ticket.spec;
  const distribution = distributionOf(context);
  const agreed = [baselineOf(context), inDistribution(context).production[0]?.version].filter(
    (known) => known !== undefined,
  );
  if (distribution?.status === 'next' || agreed.length === 0 || isExcepted(context, 'version')) return [];
  const majors = [...new Set(agreed.map(majorOf))];
  if (majors.includes(majorOf(version))) return [];
  const { component } = context.ticket.metadata;
  const [instead] =
    Object.entries(context.distributions.distributions).find(([other, { status, baseline = {} }]) => {
      const there = entryOf(baseline, component);
      const isNext = status === 'next' || (there !== undefined && majorOf(there) === majorOf(version));
      return isNext && other !== name && other.split('/')[0] === name.split('/')[0];
    }) ?? [];
  return [
    mistake(
      'major-inside-distribution',
      ['spec', 'version'],
      `${name} has ${component} ${majors.join(' and ')}, and ${version} is another major version: within a distribution major a component changes at most by a minor.`,
      `Release it for ${instead ?? 'the next major version of the distribution'}, as the roadmap says${distribution?.version_exceptions === true ? ', or ask for an exception' : ''}.`,
    ),
  ];
}

/**
 * A component that sites never had is a new service, and a new service a major release (R-2.2-4); one that they had is none. What was
 * rejected or withdrawn before production was never there, and neither was this very version for another target.
 */
export function newServiceIsMajor(context: VersionContext): readonly Finding[] {
  const { metadata, spec } = context.ticket;
  const wasThere =
    spec.previous !== undefined ||
    context.history.some(
      ({ productionAt, version }) => productionAt !== undefined && !sameUpstream(version, spec.version),
    ) ||
    Object.values(context.distributions.distributions).some(({ baseline = {} }) =>
      Object.hasOwn(baseline, metadata.component),
    );
  if (wasThere && spec.new_service === true) {
    return [
      mistake(
        'not-a-new-service',
        ['spec', 'new_service'],
        `${metadata.component} has been released before, so it is no new service.`,
        'Delete new_service, and link the roadmap if it is a major release.',
      ),
    ];
  }
  if (wasThere || (spec.class === 'major' && spec.new_service === true)) return [];
  return [
    mistake(
      'new-service-is-major',
      ['spec', 'class'],
      `${metadata.component} was never released here: it is a new service, and a new service is a major release.`,
      'Write class: major and new_service: true, or name in previous the version that sites have.',
    ),
  ];
}

export const versionClassRules: readonly VersionRule[] = [
  classFitsVersion,
  versionIsNewer,
  previousAgrees,
  majorStaysOut,
  newServiceIsMajor,
];
