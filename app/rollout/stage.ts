import type { EarlyAdopterReport } from '../model/report.ts';
import type { Site } from '../model/early-adopters.ts';
import { inline } from '../wording/markdown.ts';
import { isCommitted, sitesOf } from './authority.ts';
import { embargoOf } from './embargo.ts';
import type { Progress } from './progress.ts';
import { type Act, type Situation, type Verdict, counts, nothing, refused } from './situation.ts';
import { notThisRelease } from './verify.ts';

/** Sites can act: in the staged rollout, and while a close of it is held, or what is asked of them there could never be done. */
export const isOpenToSites = ({ state, phase, held }: Progress): boolean =>
  (phase === 'verified' || phase === 'rolling-out') &&
  (state === phase || (state === 'closing' && held !== undefined));
const isClosing = (progress: Progress): boolean =>
  progress.state === 'closing' && progress.merged === undefined;

/** T5, T6, T7b: `/accept <site>` (R-2.4-12.2 to R-2.4-12.2.3). */
export function accept(situation: Situation, act: Act): Verdict {
  const site = siteMeant(situation, act);
  if (typeof site === 'string') return refused(site);
  const { progress, facts } = situation;
  const part = progress.sites.get(site.site);
  if (part && !part.ended) return nothing;
  if (!isOpenToSites(progress)) return refused(notOpen(progress, 'accepted'));
  const committed = isCommitted(facts, site.site);
  if (!committed && embargoOf(situation) !== undefined) {
    return refused(
      'This release is under embargo: until it is lifted, only sites that are committed to the component take part (R-2.4-E2).',
    );
  }
  return counts({ event: 'accepted', site: site.site, committed });
}

/** `/decline <site> <reason>`: a site that was called says no; it may still change its mind. */
export function decline(situation: Situation, act: Act): Verdict {
  const said = siteAndReason(situation, act, 'decline');
  if (typeof said === 'string') return refused(said);
  const { progress } = situation;
  const { site, reason } = said;
  if (!isOpenToSites(progress)) return refused(notOpen(progress, 'declined'));
  const part = progress.sites.get(site);
  if (part && !part.ended)
    return refused(`${site} has accepted this release: to stop, say \`/leave ${site} <reason>\`.`);
  if (progress.absent.get(site)?.event === 'declined') return nothing;
  return counts({ event: 'declined', site, reason });
}

/** `/leave <site> <reason>`: a site that accepted stops before it has reported. */
export function leave(situation: Situation, act: Act): Verdict {
  const said = siteAndReason(situation, act, 'leave');
  if (typeof said === 'string') return refused(said);
  const { progress } = situation;
  const { site, reason } = said;
  const part = progress.sites.get(site);
  if (part?.ended?.event === 'left') return nothing;
  if (!isOpenToSites(progress)) return refused(notOpen(progress, 'left'));
  if (!part)
    return refused(
      `${site} has not accepted this release; \`/decline ${site} <reason>\` says no to the call.`,
    );
  if (part.report)
    return refused(
      `${site} has reported already, and what it found stands. To change it, submit a new report.`,
    );
  return counts({ event: 'left', site, reason });
}

/** `/deployed <site>`: starts the site's exposure, and with the first one the grace period (A-15). */
export function deployed(situation: Situation, act: Act): Verdict {
  const site = siteMeant(situation, act);
  if (typeof site === 'string') return refused(site);
  const { progress } = situation;
  const part = progress.sites.get(site.site);
  if (part?.deployedAt !== undefined && !part.ended) return nothing;
  if (!isOpenToSites(progress)) return refused(notOpen(progress, 'deployed'));
  if (!part || part.ended)
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
  const inTime = isOpenToSites(progress) || (value.outcome === 'reject' && isClosing(progress));
  if (!inTime) return refused(notOpen(progress, 'reported on'));
  const part = progress.sites.get(site.site);
  // A site that was excused may still report, and one that left may still say no; a Success of a site that left means nothing.
  const mayReport = part && (part.ended?.event !== 'left' || value.outcome === 'reject');
  if (!mayReport) {
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

/** The site and the reason of `/decline` and `/leave`; the name may be left out by who speaks for one site only. */
function siteAndReason(
  situation: Situation,
  act: Act,
  word: string,
): { readonly site: string; readonly reason: string } | string {
  const mine = sitesOf(situation.facts, act.input.by);
  const first = (act.command?.argument ?? '').split(/\s+/)[0] ?? '';
  const named = mine.find(({ site }) => site.toLowerCase() === first.toLowerCase());
  const [only] = mine;
  const site = named ?? (mine.length === 1 ? only : undefined);
  // The name of another's site is no word of a reason: it would be said for the wrong one.
  const isOthers = situation.facts.configuration.earlyAdopters.sites.some(
    (known) => known.site.toLowerCase() === first.toLowerCase(),
  );
  if (!site || (!named && isOthers)) return notYours(mine, first);
  const text = act.command?.text ?? '';
  const reason = (named ? text.slice(first.length) : text).trim();
  return reason === ''
    ? `Please say why, so that the others know: \`/${word} ${site.site} <reason>\`.`
    : { site: site.site, reason };
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
