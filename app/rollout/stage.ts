import type { Facts } from '../model/facts.ts';
import type { EarlyAdopterReport } from '../model/report.ts';
import type { Site } from '../model/early-adopters.ts';
import { inline } from '../wording/markdown.ts';
import { committedSites, isCommitted, isProvidersOwn, sitesOf } from './authority.ts';
import { type Participation, type Progress, sourceKey } from './progress.ts';
import { type Act, type Situation, type Verdict, counts, nothing, refused } from './situation.ts';
import { notThisRelease } from './verify.ts';

/** Sites can act: in the staged rollout, and while a close of it is held, or what is asked of them there could never be done. */
const open = ({ state, phase, held }: Progress): boolean =>
  (phase === 'verified' || phase === 'rolling-out') &&
  (state === phase || (state === 'closing' && held !== undefined));
const isClosing = (progress: Progress): boolean =>
  progress.state === 'closing' && progress.merged === undefined;

/** T5, T6, T7b: `/accept <site>` (R-2.4-12.2 to R-2.4-12.2.3). */
export function accept(situation: Situation, act: Act): Verdict {
  const site = siteMeant(situation, act);
  if (typeof site === 'string') return refused(site);
  const { progress, facts } = situation;
  if (progress.sites.has(site.site)) return nothing;
  if (!open(progress)) return refused(notOpen(progress, 'accepted'));
  return counts({ event: 'accepted', site: site.site, committed: isCommitted(facts, site.site) });
}

/** `/deployed <site>`: starts the site's exposure, and with the first one the grace period (A-15). */
export function deployed(situation: Situation, act: Act): Verdict {
  const site = siteMeant(situation, act);
  if (typeof site === 'string') return refused(site);
  const { progress } = situation;
  const part = progress.sites.get(site.site);
  if (part?.deployedAt !== undefined) return nothing;
  if (!open(progress)) return refused(notOpen(progress, 'deployed'));
  if (!part)
    return refused(`${site.site} has not accepted this release yet: \`/accept ${site.site}\` comes first.`);
  return counts({ event: 'deployed', site: site.site });
}

/** An early adopter's report by review (R-2.4-12.6, R-2.4-12.7.1). A Reject counts however it was sent (I10). */
export function report(situation: Situation, act: Act, value: EarlyAdopterReport): Verdict {
  const { facts, progress } = situation;
  const mine = sitesOf(facts, act.input.by);
  const site = mine.find((candidate) => candidate.site === value.site);
  if (!site) return refused(notYours(mine, value.site));
  const wanted = { success: 'approved', warning: 'commented', reject: 'changes-requested' }[value.outcome];
  if (act.input.review !== wanted && value.outcome !== 'reject') {
    const how = value.outcome === 'success' ? 'an approving review' : 'a review that only comments';
    return refused(
      `A report with the outcome \`${value.outcome}\` goes with ${how}, so that both say the same.`,
    );
  }
  const wrong = notThisRelease(situation, value);
  if (wrong !== undefined) return refused(wrong);
  // A Reject that comes between close and merge is evidence as of the merge: it counts, and holds the release.
  const inTime = open(progress) || (value.outcome === 'reject' && isClosing(progress));
  if (!inTime) return refused(notOpen(progress, 'reported on'));
  if (!progress.sites.has(site.site)) {
    return refused(
      `${site.site} has not accepted this release yet: \`/accept ${site.site}\` comes first, then the report.`,
    );
  }
  const targets = facts.ticket.value?.spec.targets ?? [];
  const strange = value.targets.find(
    (told) => !targets.some(({ platform, arch }) => platform === told.platform && arch === told.arch),
  );
  if (strange) return refused(`This release has no target ${inline(`${strange.platform} ${strange.arch}`)}.`);
  if (value.outcome === 'warning' && (value.changes_requested ?? []).length === 0) {
    return refused(
      'A Warning asks for changes: list them under `changes_requested`, each with `kind` (release-notes, installation or configuration) and `text`.',
    );
  }
  if (value.outcome === 'reject' && (value.issues ?? []).length === 0) {
    return refused('A Reject says why: list the problem under `issues`, each with `severity` and `summary`.');
  }
  return counts({
    event: 'reported',
    site: site.site,
    digest: progress.certified?.digest ?? '',
    report: value,
  });
}

function siteMeant({ facts }: Situation, { input, command }: Act): Site | string {
  const mine = sitesOf(facts, input.by);
  const word = (command?.argument ?? '').split(/\s+/)[0] ?? '';
  if (word === '') {
    const [only] = mine;
    if (mine.length === 1 && only) return only;
  } else {
    const site = mine.find((candidate) => candidate.site.toLowerCase() === word.toLowerCase());
    if (site) return site;
  }
  return notYours(mine, word);
}

function notYours(mine: readonly Site[], named: string): string {
  if (mine.length === 0) {
    return 'Only the people of an early adopter site can do this, and your account is at none in `releases/early-adopters.yml`. Your site would be welcome: see `releases/README.md`.';
  }
  const names = mine.map(({ site }) => `\`${site}\``).join(', ');
  return named === ''
    ? `Please say for which of your sites: ${names}.`
    : `You do not speak for the site you named. Your sites: ${names}.`;
}

function notOpen(progress: Progress, what: string): string {
  const later =
    progress.state === 'draft' || progress.state === 'certified' || progress.state === 'unverified';
  return later
    ? `The release is \`${progress.state}\`: it can be ${what} once it is verified and in the channel staged-rollout.`
    : `The release is \`${progress.state}\`: it can no longer be ${what}.`;
}

/** What keeps the rollout from being done; empty when every site that accepted has reported and the minimum is met (R-2.4-12.7a, A-09, A-10). */
export function missingReports(facts: Facts, progress: Progress): readonly string[] {
  const parts = [...progress.sites.values()];
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
  const least = minimumReports(facts);
  const independent = parts.filter((part) => part.report && !isProvidersOwn(facts, part.site)).length;
  if (independent < least) {
    const own = parts.some((part) => part.report && isProvidersOwn(facts, part.site));
    missing.push(
      `${String(independent)} of at least ${String(least)} report${least === 1 ? '' : 's'} came in${own ? ', not counting the provider’s own sites' : ''}`,
    );
  }
  return missing;
}

/** A-10: the class's minimum, or as many as there are committed sites if fewer, but never less than one. */
export function minimumReports(facts: Facts): number {
  const releaseClass = facts.ticket.value?.spec.class ?? 'revision';
  const least = facts.configuration.policy.classes[releaseClass].minimum_reports;
  return Math.max(1, Math.min(least, Math.max(1, committedSites(facts).length)));
}

/** An edited report holds the release back until that site reports again (process.md 1.2). */
export function isTainted(facts: Facts, part: Participation): boolean {
  const { report: given } = part;
  const source = given?.source;
  if (!source || given.value.outcome === 'reject') return false;
  const input = facts.inputs.find(({ kind, id }) => kind === source.kind && id === source.id);
  return input !== undefined && input.bodySha256 !== source.body;
}

/** A no that could not be read as a report is not lost: it holds the release until its site says what it means (I11, I15). */
function hasUnreadNo(facts: Facts, progress: Progress, part: Participation): boolean {
  return facts.inputs.some(
    ({ kind, id, by, at, review }) =>
      kind === 'review' &&
      review === 'changes-requested' &&
      at > (part.report?.at ?? '') &&
      !progress.seen.has(sourceKey(kind, id)) &&
      sitesOf(facts, by).some(({ site }) => site === part.site),
  );
}

/** Targets that no site reported on. Told, so that whoever closes knows. */
export function uncoveredTargets(facts: Facts, progress: Progress): readonly string[] {
  const covered = new Set(
    [...progress.sites.values()].flatMap((part) =>
      (part.report?.value.targets ?? []).map(({ platform, arch }) => `${platform} ${arch}`),
    ),
  );
  return (facts.ticket.value?.spec.targets ?? [])
    .map(({ platform, arch }) => `${platform} ${arch}`)
    .filter((target) => !covered.has(target));
}
