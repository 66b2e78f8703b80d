import type { ComponentRelease } from '../../model/component-release.ts';
import type { ReleaseClass } from '../../model/release-class.ts';
import { mistake, remark, type Finding } from '../ticket/rule.ts';
import { inDistribution, overlap, type VersionContext, type VersionRule } from './ground.ts';

/** Who came first: certified earlier, or in the same second with the lower number. Whoever is not certified yet comes last. */
function isEarlier(other: ComponentRelease, { certifiedAt, pull }: VersionContext): boolean {
  if (certifiedAt === undefined || other.certifiedAt < certifiedAt) return true;
  return other.certifiedAt === certifiedAt && other.pull < pull;
}

/** One open ticket for each component, distribution and target; a later one has to supersede the earlier. */
export function oneOpenTicket(context: VersionContext): readonly Finding[] {
  const { spec } = context.ticket;
  return inDistribution(context)
    .open.filter(
      (other) =>
        other.id !== spec.supersedes && isEarlier(other, context) && overlap(other.targets, spec.targets),
    )
    .map((other) =>
      mistake(
        'second-open-ticket',
        ['metadata', 'id'],
        `${other.id} (pull request #${String(other.pull)}) is still under way for ${spec.distribution} and the same targets.`,
        `Wait until it is closed, or write supersedes: ${other.id} to take its place.`,
      ),
    );
}

const supersededIn = ({ ticket, history }: VersionContext): ComponentRelease | undefined =>
  history.find(({ id }) => id === ticket.spec.supersedes);

/** What is superseded is a certified release of the same component and provider that has not entered production. */
export function supersedesWhatMayBe(context: VersionContext): readonly Finding[] {
  const { metadata, spec } = context.ticket;
  if (spec.supersedes === undefined) return [];
  const at = ['spec', 'supersedes'];
  const superseded = supersededIn(context);
  if (superseded === undefined) {
    return [
      mistake(
        'supersedes-unknown',
        at,
        `No release ${spec.supersedes} of ${metadata.component} has been certified.`,
        'Name the release by its id, or delete supersedes: a ticket that was never certified can simply be closed.',
      ),
    ];
  }
  if (superseded.provider !== metadata.provider) {
    return [
      mistake(
        'supersedes-provider',
        at,
        `${superseded.id} is a release of ${superseded.provider}, and ${metadata.provider} cannot take its place.`,
        `Delete supersedes, and ask ${superseded.provider} to withdraw it.`,
      ),
    ];
  }
  if (superseded.productionAt !== undefined) {
    return [
      mistake(
        'supersedes-production',
        at,
        `${superseded.id} has entered production: it is followed, not superseded.`,
        'Delete supersedes.',
      ),
    ];
  }
  return [];
}

const rank: Readonly<Record<ReleaseClass, number>> = { emergency: 0, revision: 0, minor: 1, major: 2 };
const mostNamed = 5;

/** What takes the place of another release inherits what that one promised: its class, its issues, its embargo (A-42, R-2.4-E2). */
export function inheritsAll(context: VersionContext): readonly Finding[] {
  const { spec } = context.ticket;
  const old = supersededIn(context);
  if (old === undefined) return [];
  const found: Finding[] = [];
  if (rank[spec.class] < rank[old.class]) {
    found.push(
      mistake(
        'superseded-class',
        ['spec', 'class'],
        `${old.id}, which this release supersedes, is of class ${old.class}, and this one of the lower class ${spec.class}.`,
        `Write class: ${old.class}.`,
      ),
    );
  }
  const kept = new Set(spec.issues);
  const lost = old.issues.filter((issue) => !kept.has(issue));
  if (lost.length > 0) {
    const more = lost.length > mostNamed ? ` and ${String(lost.length - mostNamed)} more` : '';
    found.push(
      mistake(
        'superseded-issues',
        ['spec', 'issues'],
        `Issues of ${old.id}, which this release supersedes, are missing.`,
        `Add ${lost.slice(0, mostNamed).join(', ')}${more}.`,
      ),
    );
  }
  const until = old.embargoUntil;
  if (until !== undefined && Date.parse(until) > Date.parse(context.now)) {
    const own = spec.security?.embargo_until;
    if (own === undefined || Date.parse(own) < Date.parse(until)) {
      found.push(
        mistake(
          'superseded-embargo',
          own === undefined ? ['spec'] : ['spec', 'security', 'embargo_until'],
          `${old.id}, which this release supersedes, is under embargo until ${until}.`,
          `Write embargo_until: ${until} or later, in the field security.`,
        ),
      );
    }
  }
  return found;
}

/** A new attempt after a rejection says so, unless something entered production, or was attempted, in between. */
export function attemptIsNamed(context: VersionContext): readonly Finding[] {
  const { spec } = context.ticket;
  if (spec.supersedes !== undefined) return [];
  const { rejected, published } = inDistribution(context);
  const lastProductionAt = published[0]?.productionAt ?? '';
  const old = rejected.findLast(
    ({ id, certifiedAt, targets }) =>
      certifiedAt > lastProductionAt &&
      overlap(targets, spec.targets) &&
      !context.history.some(({ supersedes }) => supersedes === id),
  );
  if (old === undefined) return [];
  return [
    remark(
      'rejected-attempt',
      ['metadata', 'id'],
      `${old.id} was rejected before, and this ticket does not say whether it is the next attempt.`,
      `Write supersedes: ${old.id} if it is, so that what was found then is not lost.`,
    ),
  ];
}

/**
 * The release that takes the place of an older one: certified after it, of the same provider, naming it, and not taken back itself.
 * The older one is withdrawn for it. `history` holds the other releases of the component, in the order of their certification.
 */
export function supersededBy(
  history: readonly ComponentRelease[],
  { id, provider }: { readonly id: string; readonly provider: string },
): ComponentRelease | undefined {
  return history.findLast(
    (other) =>
      other.supersedes === id &&
      other.provider === provider &&
      (other.state === 'open' || other.state === 'production'),
  );
}

export const versionTurnRules: readonly VersionRule[] = [
  oneOpenTicket,
  supersedesWhatMayBe,
  inheritsAll,
  attemptIsNamed,
];
