import type { Facts } from '../model/facts.ts';
import { type Outcome, outcomes } from '../model/report.ts';
import { committedSites, isProvider, isProvidersOwn, sitesOf } from './authority.ts';
import type { Participation } from './participation.ts';
import { type Progress, sourceKey } from './progress.ts';

/** Sites that accepted and neither left nor were excused: those whose report is awaited or there. */
export const takingPart = (progress: Progress): readonly Participation[] =>
  [...progress.sites.values()].filter(({ ended }) => ended === undefined);

/**
 * What keeps the rollout from being done; empty when every site that accepted has reported, left or been excused, the minimum is met, and
 * the sites of those who asked for the release have said something (R-2.4-12.7a, R-3.2-5, A-09, A-10).
 */
export function missingReports(facts: Facts, progress: Progress): readonly string[] {
  const parts = takingPart(progress);
  const missing = parts
    .filter((part) => !part.report)
    .map((part) => `${part.site} accepted and has not reported yet`);
  for (const part of parts) {
    if (part.report && isTainted(facts, part)) {
      missing.push(
        `the report of ${part.site} was edited after it was read: ${part.site} has to report again`,
      );
    }
  }
  for (const part of parts.filter(({ report: given }) => given && given.value.outcome !== 'reject')) {
    if (hasUnreadNo(facts, progress, part)) {
      missing.push(
        `${part.site} requested changes after its report, in a review without a report that can be read: ${part.site} has to report again`,
      );
    }
  }
  for (const site of requestersSites(facts)) {
    const part = progress.sites.get(site);
    // A no is not enough here: what the requesters say is what the release was made for.
    if (part && part.ended?.event !== 'left') continue;
    if (progress.absent.get(site)?.event === 'excused') continue;
    missing.push(
      `somebody of ${site} asked for this release (R-3.2-5): ${site} has to report, or a manager excuses it with \`/excuse ${site} <reason>\``,
    );
  }
  const least = minimumReports(facts);
  const reported = parts.filter((part) => part.report);
  const independent = reported.filter((part) => !isOwnWord(facts, part)).length;
  if (independent < least) {
    const own = independent < reported.length;
    missing.push(
      `${String(independent)} of at least ${String(least)} report${least === 1 ? '' : 's'} came in${own ? ', not counting the provider’s own sites' : ''}`,
    );
  }
  return missing;
}

/** Is it the provider's own site, or somebody's word who made the release himself, a committer say (A-27, I12)? */
const isOwnWord = (facts: Facts, { site, report }: Participation): boolean =>
  isProvidersOwn(facts, site) ||
  (report !== undefined && report.by !== 'rollout' && isProvider(facts, report.by));

/** the class's minimum, or as many as there are committed sites whose reports count towards it if fewer, never less than one. */
export function minimumReports(facts: Facts): number {
  const releaseClass = facts.ticket.value?.spec.class ?? 'revision';
  const least = facts.configuration.policy.classes[releaseClass].minimum_reports;
  const eligible = committedSites(facts).filter((site) => !isProvidersOwn(facts, site));
  return Math.max(1, Math.min(least, eligible.length));
}

/** Sites of the people who asked for the release (R-3.2-5). */
export function requestersSites(facts: Facts): readonly string[] {
  const logins = new Set((facts.ticket.value?.spec.requested_by ?? []).map((login) => login.toLowerCase()));
  if (logins.size === 0) return [];
  return facts.configuration.earlyAdopters.sites
    .filter(({ github }) => github.some((login) => logins.has(login.toLowerCase())))
    .map(({ site }) => site);
}

/** The worst of the reports that stand: what the system suggests as the outcome, never more. */
export function worstReport(progress: Progress): Outcome | undefined {
  // Also of a site that was excused from reporting again: what it found was found.
  const given = new Set([...progress.sites.values()].flatMap(({ report }) => report?.value.outcome ?? []));
  return outcomes.findLast((outcome) => given.has(outcome));
}

/** Problems that sites found and live with by a workaround (R-2.2-15, R-5-2). */
export const workarounds = (
  progress: Progress,
): readonly { readonly site: string; readonly summary: string }[] =>
  [...progress.sites.values()].flatMap(({ site, report }) =>
    (report?.value.issues ?? [])
      .filter(({ workaround }) => (workaround ?? '').trim() !== '')
      .map(({ summary }) => ({ site, summary })),
  );

/** An edited report holds the release back until that site reports again (process.md 1.2). */
export function isTainted(facts: Facts, part: Participation): boolean {
  const { report: given } = part;
  const source = given?.source;
  if (!source || given.value.outcome === 'reject') return false;
  const input = facts.inputs.find(({ kind, id }) => kind === source.kind && id === source.id);
  return input !== undefined && input.bodySha256 !== source.body;
}

/** A no that could not be read as a report is not lost: it holds the release until its site says what it means (I11, I15). */
const hasUnreadNo = (facts: Facts, progress: Progress, part: Participation): boolean =>
  unreadNos(facts, progress, part).length > 0;

/** When they were said. */
const unreadNos = (facts: Facts, progress: Progress, part: Participation): readonly string[] =>
  facts.inputs
    .filter(
      ({ kind, id, by, at, review }) =>
        kind === 'review' &&
        review === 'changes-requested' &&
        at > (part.report?.at ?? '') &&
        !progress.seen.has(sourceKey(kind, id)) &&
        sitesOf(facts, by).some(({ site }) => site === part.site),
    )
    .map(({ at }) => at);

/** Since when the site's report is awaited: its deployment or acceptance, or its last word when that is not enough. */
export function awaitedSince(facts: Facts, progress: Progress, part: Participation): string {
  const begun = part.deployedAt ?? part.acceptedAt;
  if (!part.report || !mustReportAgain(facts, progress, part)) return begun;
  return [begun, part.report.at, ...unreadNos(facts, progress, part)].toSorted().at(-1) ?? begun;
}

/** Is the site's report not enough any more: edited after it was read, or followed by a no that could not be read? */
export const mustReportAgain = (facts: Facts, progress: Progress, part: Participation): boolean =>
  isTainted(facts, part) ||
  (part.report !== undefined && part.report.value.outcome !== 'reject' && hasUnreadNo(facts, progress, part));

/** Sites that take part and whose report is awaited: the first, or one more. */
export const owingReports = (facts: Facts, progress: Progress): readonly Participation[] =>
  takingPart(progress).filter((part) => !part.report || mustReportAgain(facts, progress, part));

/** Targets that no site reported on. Told, so that whoever closes knows. */
export function uncoveredTargets(facts: Facts, progress: Progress): readonly string[] {
  const covered = new Set(
    takingPart(progress).flatMap((part) =>
      (part.report?.value.targets ?? []).map(({ platform, arch }) => `${platform} ${arch}`),
    ),
  );
  return (facts.ticket.value?.spec.targets ?? [])
    .map(({ platform, arch }) => `${platform} ${arch}`)
    .filter((target) => !covered.has(target));
}
