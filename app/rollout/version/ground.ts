import type { ComponentRelease } from '../../model/component-release.ts';
import type { Distributions } from '../../model/distributions.ts';
import { entryOf } from '../../model/record.ts';
import type { Ticket, TicketTarget } from '../../model/ticket.ts';
import type { YamlDocument } from '../../model/yaml.ts';
import {
  changeFrom,
  compareVersions,
  versionChange,
  type VersionChange,
} from '../../repository/semantic-version.ts';
import type { Finding } from '../ticket/rule.ts';

/** What an approved exception can lift: the rule of majors, or the cadence. */
export type VersionException = 'version' | 'cadence';

/** A ticket, and what its version is judged against. */
export interface VersionContext {
  readonly ticket: Ticket;
  /** Path from the top of the repository. */
  readonly path: string;
  /** Number of its pull request. */
  readonly pull: number;
  /** The other releases of its component; never itself. */
  readonly history: readonly ComponentRelease[];
  readonly distributions: Distributions;
  /** ISO instant in UTC. */
  readonly now: string;
  /** When it was certified first; undefined before that. */
  readonly certifiedAt?: string | undefined;
  /** Exceptions that were approved for it. They count only where the distribution knows exceptions. */
  readonly exceptions?: ReadonlySet<VersionException> | undefined;
  /** The ticket as it was read, for the places of what is wrong. */
  readonly document?: YamlDocument | undefined;
}

/** A rule about the version of a release and the other releases of its component. */
export type VersionRule = (context: VersionContext) => readonly Finding[];

export const distributionOf = ({ ticket, distributions }: VersionContext) =>
  entryOf(distributions.distributions, ticket.spec.distribution);

/** What was agreed or was there before this system; of this very component in this distribution major (R-2.2-5). */
export function baselineOf(context: VersionContext): string | undefined {
  const baseline = distributionOf(context)?.baseline;
  return baseline && entryOf(baseline, context.ticket.metadata.component);
}

export function isExcepted(context: VersionContext, what: VersionException): boolean {
  return context.exceptions?.has(what) === true && distributionOf(context)?.version_exceptions === true;
}

export interface Published extends ComponentRelease {
  readonly productionAt: string;
}

interface InDistribution {
  /** In production, newest version first. */
  readonly production: readonly ComponentRelease[];
  readonly open: readonly ComponentRelease[];
  readonly rejected: readonly ComponentRelease[];
  /** All that ever entered production, the last one first, also what has left it since. */
  readonly published: readonly Published[];
}

/** Decisions are made over and over on the same history: what follows from it alone is worked out once. */
const known = new WeakMap<readonly ComponentRelease[], Map<string, InDistribution>>();

/** The other releases in the distribution of a ticket, sorted by what became of them. */
export function inDistribution({ ticket, history }: VersionContext): InDistribution {
  const name = ticket.spec.distribution;
  const byName = known.get(history) ?? new Map<string, InDistribution>();
  known.set(history, byName);
  const before = byName.get(name);
  if (before) return before;
  const there = history.filter(({ distribution }) => distribution === name);
  const standing: InDistribution = {
    production: there
      .filter(({ state }) => state === 'production')
      .toSorted((a, b) => compareVersions(b.version, a.version)),
    open: there.filter(({ state }) => state === 'open'),
    rejected: there.filter(({ state }) => state === 'rejected'),
    published: there
      .filter((release): release is Published => release.productionAt !== undefined)
      .toSorted((a, b) => b.productionAt.localeCompare(a.productionAt)),
  };
  byName.set(name, standing);
  return standing;
}

type Target = Pick<TicketTarget, 'platform' | 'arch'>;

/** Whether two releases are for one and the same platform and architecture. */
export function overlap(some: readonly Target[], others: readonly Target[]): boolean {
  return some.some(({ platform, arch }) =>
    others.some((other) => other.platform === platform && other.arch === arch),
  );
}

/** The version that a ticket's is compared with, and where it was found. */
export interface VersionBefore {
  readonly version: string;
  readonly from: 'production' | 'other-targets' | 'ticket' | 'baseline';
  /** From there to the version of the ticket; undefined when it is stated too roughly to tell. */
  readonly change: VersionChange | undefined;
}

/**
 * The version before: the newest in production for one of the targets; else the newest in this distribution that is not newer, for other
 * targets; else what the ticket names; else the baseline. Undefined when there is none of these.
 */
export function versionBefore(context: VersionContext): VersionBefore | undefined {
  const { version, previous, targets } = context.ticket.spec;
  const { production } = inDistribution(context);
  const same = production.find((release) => overlap(release.targets, targets))?.version;
  if (same !== undefined) return { version: same, from: 'production', change: versionChange(same, version) };
  const other = production.find((release) => compareVersions(release.version, version) <= 0)?.version;
  if (other !== undefined)
    return { version: other, from: 'other-targets', change: versionChange(other, version) };
  if (previous !== undefined)
    return { version: previous, from: 'ticket', change: versionChange(previous, version) };
  const baseline = baselineOf(context);
  return baseline === undefined
    ? undefined
    : { version: baseline, from: 'baseline', change: changeFrom(baseline, version) };
}
