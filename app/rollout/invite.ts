import type { Facts } from '../model/facts.ts';
import { mendName } from '../model/near-miss.ts';
import { type State, terminalStates } from '../model/state.ts';
import { inline } from '../wording/markdown.ts';
import { committedSites, isIn, isProvider } from './authority.ts';
import type { Participation } from './participation.ts';
import { awaitedSince, mustReportAgain, owingReports, requestersSites } from './reports.ts';
import { type Act, type Situation, type Verdict, clocksIn, counts, nothing, refused } from './situation.ts';
import { isOpenToSites } from './stage.ts';

/** Sites that the call names: those of the people who asked for the release first, then those committed to the component (R-3.2-5, R-2.4-12.4a). */
export const invitedSites = (facts: Facts): readonly string[] => [
  ...new Set([...requestersSites(facts), ...committedSites(facts)]),
];

/**
 * Is what people write in the call read? As long as it is open, and when somebody closed it by hand before the release ended: a site's word
 * is not lost for that. Not when it was deleted; then sites speak in the ticket.
 */
export const isHeard = ({ url, open }: NonNullable<Facts['call']>, state: State): boolean =>
  url !== '' && (open || !terminalStates.has(state));

/** When a site should have answered the call: in its own calendar, if it has one (R-2.4-12.2, A-16). */
export function answerDue(situation: Situation, site: string): string | undefined {
  const { facts, progress } = situation;
  const since = progress.invited.get(site);
  if (since === undefined) return undefined;
  const own = facts.configuration.earlyAdopters.sites.find((known) => known.site === site)?.calendar;
  return clocksIn(situation).forSite(own).due(since, 'accept');
}

/** `/call <site or team>`: a manager asks for more early adopters (R-2.4-12.3b). */
export function call({ facts, progress }: Situation, { input, command }: Act): Verdict {
  if (!isIn(facts, 'staged-rollout', input.by) || isProvider(facts, input.by))
    return refused('Calling sites is for staged-rollout managers who did not provide the release.');
  if (!isOpenToSites(progress))
    return refused(
      `The release is \`${progress.state}\`: sites are called while it is verified or rolling out.`,
    );
  const word = (command?.argument ?? '').split(/\s+/)[0]?.replace(/^@([\w-]+\/)?/, '') ?? '';
  if (word === '') return refused('Say whom: `/call <site>` or `/call <team of early adopters>`.');
  const site = facts.configuration.earlyAdopters.sites.find(
    (known) => known.site.toLowerCase() === word.toLowerCase(),
  );
  if (site) {
    const part = progress.sites.get(site.site);
    if (part && !part.ended) return refused(`${site.site} takes part already.`);
    return counts({ event: 'invited', who: site.site, is: 'site' });
  }
  const teams = Object.values(facts.configuration.policy.early_adopters);
  const team = teams.find((known) => known === word.toLowerCase());
  if (team !== undefined) return counts({ event: 'invited', who: team, is: 'team' });
  const names = [...facts.configuration.earlyAdopters.sites.map((known) => known.site), ...teams];
  return refused(`There is no site or team of early adopters ${inline(word)}. ${mendName(word, names)}`);
}

/** `/excuse <site> <reason>`: nobody waits for the site any more; recorded, never silent (trust.md T37). */
export function excuse(situation: Situation, { input, command }: Act): Verdict {
  const { facts, progress, at } = situation;
  if (!isIn(facts, 'staged-rollout', input.by) || isProvider(facts, input.by))
    return refused('Excusing a site is for staged-rollout managers who did not provide the release.');
  const word = (command?.argument ?? '').split(/\s+/)[0] ?? '';
  const awaited = [...progress.sites.keys(), ...requestersSites(facts)];
  const site = awaited.find((known) => known.toLowerCase() === word.toLowerCase());
  if (site === undefined) {
    const why = word === '' ? 'Say which site' : `Nobody waits for ${inline(word)}`;
    return refused(
      `${why}: \`/excuse <site> <reason>\`. ${awaited.length > 0 ? mendName(word, awaited) : 'No site takes part yet.'}`,
    );
  }
  if (!isOpenToSites(progress))
    return refused(`The release is \`${progress.state}\`: no site is waited for.`);
  const part = progress.sites.get(site);
  const gone = part?.ended ?? progress.absent.get(site);
  if (gone?.event === 'excused') return nothing;
  if (part?.report && !gone && !mustReportAgain(facts, progress, part))
    return refused(`${site} has reported; its report stands.`);
  const reason = (command?.text ?? '').slice(word.length).trim();
  if (reason === '') return refused(`Please say why: \`/excuse ${site} <reason>\`.`);
  // A site that said no itself need not become late first.
  if (gone) return counts({ event: 'excused', site, reason });
  const due = excusedFrom(situation, site);
  if (due > at)
    return refused(
      `${site} is not overdue: it has time until ${due}. A site that cannot go on says \`/leave\` itself.`,
    );
  return counts({ event: 'excused', site, reason });
}

/** When a site may be excused: its report is due, or, of a requester's site that has not answered, its answer (A-09, R-3.2-5). */
function excusedFrom(situation: Situation, site: string): string {
  const { progress } = situation;
  const part = progress.sites.get(site);
  // Who goes and comes back again and again would otherwise never be overdue.
  if (part?.returned === true && !part.report) return part.acceptedAt;
  if (part) return reportDue(situation, part);
  return answerDue(situation, site) ?? clocksIn(situation).due(progress.since, 'accept');
}

/** Sites that a manager may excuse now. */
export function overdueSites(situation: Situation): readonly string[] {
  const { facts, progress, at } = situation;
  const silent = requestersSites(facts).filter(
    (site) => !progress.sites.has(site) && !progress.absent.has(site),
  );
  const parts = owingReports(facts, progress).map(({ site }) => site);
  return [...parts, ...silent].filter((site) => excusedFrom(situation, site) <= at);
}

/** When the report of a site that accepted is due (R-2.4-T3). */
export const reportDue = (situation: Situation, part: Participation): string =>
  clocksIn(situation).due(awaitedSince(situation.facts, situation.progress, part), 'step3');

/** Invited sites that have answered neither way, and whether their time is over. */
export function silentSites(
  situation: Situation,
): readonly { readonly site: string; readonly due: string; readonly late: boolean }[] {
  const { progress, at } = situation;
  return [...progress.invited.keys()]
    .filter((site) => !progress.sites.has(site) && !progress.absent.has(site))
    .map((site) => {
      const due = answerDue(situation, site) ?? '';
      return { site, due, late: due <= at };
    });
}
