import type { Decision, Notice } from '../model/decision.ts';
import type { Facts } from '../model/facts.ts';
import type { Entry } from '../model/journal.ts';
import type { Progress } from '../rollout/progress.ts';
import { reportForm, verificationForm } from './forms.ts';
import { betaAdvice, betaMarker } from './beta-advice.ts';
import { callNotices } from './call.ts';
import { exceptionNotices } from './exception-notices.ts';
import { item, quoted, shortDigest } from './markdown.ts';
import { reminderNotices } from './reminders.ts';
import { channelAddresses } from './status.ts';

type Standing = Pick<Decision, 'state' | 'sites' | 'awaiting'>;

/**
 * Comments that tell people of a step: the provider of every transition (R-2.4-10.1b) and of every problem at once (R-2.4-12.5), a site of
 * its form, everybody of a release that was voided, rejected or held. Each has a marker and is written once. Only people who take part are
 * mentioned here; teams are called in the call issue (A-07, A-25).
 */
export function noticesOf(facts: Facts, progress: Progress, standing: Standing): readonly Notice[] {
  const notices: Notice[] = [];
  const tell = (marker: string, ...lines: readonly string[]): void => {
    notices.push({ marker, where: 'ticket', body: lines.join('\n') });
  };
  const author = `@${facts.pull.author.login}`;
  const digest = progress.certified?.digest ?? '';
  const last = (event: Entry['event']): Entry | undefined =>
    facts.journal.findLast((entry) => entry.event === event);
  const mark = (entry: Entry | undefined): string => String(entry?.n ?? 0);

  const voided = last('voided');
  if (voided?.event === 'voided') {
    tell(
      `voided:${mark(voided)}`,
      `${[...new Set([author, ...peopleOf(facts.journal)])].join(' ')} The content of the release changed: \`${shortDigest(voided.was)}\` is now \`${shortDigest(voided.now)}\`.`,
      '',
      'Everything said of the old content is void: its verification, acceptances and reports. Its packages leave the channels and the ticket starts over (A-35).',
    );
  }
  for (const entry of facts.journal) {
    if (
      entry.event === 'accepted' &&
      progress.sites.has(entry.site) &&
      !progress.sites.get(entry.site)?.report
    ) {
      const who = entry.by === 'rollout' ? entry.site : `@${entry.by.login}`;
      tell(
        `form:${entry.site}:${mark(entry)}`,
        `${who} Thank you: ${entry.site} takes part${entry.committed ? '' : ' as a volunteer'}. When it runs in production, say \`/deployed ${entry.site}\`. To report, submit a review — **approve** for Success, **comment** for Warning, **request changes** for Reject — with this form:`,
        '',
        reportForm(facts, digest, entry.site),
        '',
        'How the site is laid out and configured stays your decision (R-3-3).',
      );
    }
    if (
      entry.event === 'reported' &&
      (entry.report.outcome !== 'success' || (entry.report.issues ?? []).length > 0)
    ) {
      tell(
        `report:${entry.site}:${mark(entry)}`,
        `${author} ${entry.site} reported **${entry.report.outcome}** (R-2.4-12.5):`,
        '',
        ...(entry.report.issues ?? []).flatMap(({ severity, summary, bug, workaround }) => [
          item(severity, summary),
          ...(bug === undefined || bug === '' ? [] : [item('bug (R-5-3)', bug)]),
          ...(workaround === undefined || workaround === '' ? [] : [item('workaround (R-5-2)', workaround)]),
        ]),
        ...(entry.report.changes_requested ?? []).map(({ kind, text }) =>
          item(`change requested in ${kind}`, text),
        ),
      );
    }
    if (entry.event === 'reported') {
      const advice = betaAdvice(entry.report.nodes ?? [], facts.gocdb);
      const who = entry.by === 'rollout' ? entry.site : `@${entry.by.login}`;
      if (advice.length > 0)
        tell(
          betaMarker(entry),
          `${who} A note on ${entry.site}; nothing depends on it (R-3-8):`,
          '',
          ...advice.map((line) => `- ${line}`),
        );
    }
    if (entry.event === 'left' || entry.event === 'excused') {
      const people = progress.sites.get(entry.site)?.acceptedBy.map(({ login }) => `@${login}`) ?? [];
      tell(
        `${entry.event}:${entry.site}:${mark(entry)}`,
        `${[author, ...people].join(' ')} ${entry.site} ${entry.event === 'left' ? 'takes no further part' : 'is excused: nobody waits for its report any more'} (A-09):`,
        '',
        quoted(entry.reason),
      );
    }
    if (entry.event === 'invited') {
      const site = facts.configuration.earlyAdopters.sites.find((known) => known.site === entry.who);
      const who =
        entry.is === 'team'
          ? `@${facts.organisation}/${entry.who}`
          : `${entry.who} ${(site?.github ?? []).map((login) => `@${login}`).join(' ')}`;
      notices.push({
        marker: `invited:${mark(entry)}`,
        where: 'call',
        body: `${who} you are invited to try \`${facts.ticket.id ?? ''}\` first: \`/accept <your site>\` here or in #${String(facts.pull.number)} (R-2.4-12.3b).`,
      });
    }
    if (entry.event === 'resumed') {
      const unit = `@${facts.organisation}/${facts.configuration.policy.roles['technology-unit']}`;
      tell(
        `resumed:${mark(entry)}`,
        `${unit} The provider did its part; the verification goes on:`,
        '',
        quoted(entry.because),
      );
    }
    if (entry.event === 'verified' && entry.report.outcome === 'wait-for-provider') {
      tell(
        `countermeasure:${mark(entry)}`,
        `${author} The Technology Unit found a problem and waits for you (R-2.4-11.2b, R-2.4-11.2c). Agreed countermeasure:`,
        '',
        quoted(entry.report.countermeasure ?? ''),
        '',
        'When your part is done, say `/ready <what was done>` on a line of its own; a changed content starts over by itself. Until then the clock stands still.',
      );
    }
  }
  notices.push(
    ...reminderNotices(facts, progress),
    ...exceptionNotices(facts, progress),
    ...callNotices(facts, standing),
  );
  tellState(facts, progress, standing, tell, author);
  return notices;
}

function tellState(
  facts: Facts,
  progress: Progress,
  { state, sites }: Standing,
  tell: (marker: string, ...lines: readonly string[]) => void,
  author: string,
): void {
  const digest = progress.certified?.digest ?? '';
  const id = facts.ticket.id ?? 'the release';
  const since = (event: Entry['event']): string =>
    String(facts.journal.findLast((entry) => entry.event === event)?.n ?? 0);
  // What leaves production is published too, and is not told as if it came.
  const arrived = facts.journal.findLast(
    (entry) => entry.event === 'published' && entry.shelf === 'production',
  );
  switch (state) {
    case 'draft':
      return;
    case 'certified': {
      const failed = progress.failedPulls.at(-1);
      if (failed && progress.failedPulls.length >= facts.configuration.policy.intake.tries) {
        tell(
          `pull-failed:${since('pull-failed')}`,
          `${author} The packages could not be pulled (R-2.4-10.4d):`,
          '',
          quoted(failed.message),
          '',
          'Mend the ticket or the server; a new commit or `/retry` starts the pull again.',
        );
      } else if (progress.certified) {
        tell(
          `state:certified:${since('certified')}`,
          `${author} \`${id}\` is **certified**: the ticket is complete. Its packages are pulled now.`,
        );
      }
      return;
    }
    case 'unverified':
      tell(
        `state:unverified:${since('published')}`,
        `${author} \`${id}\` is **unverified**: its packages were pulled, their checksums are right, and they are in the channel \`unverified\`. The Technology Unit verifies them next.`,
        '',
        ...channelAddresses(facts),
        '',
        'Verifiers submit a review with this form (approve, or request changes):',
        '',
        verificationForm(facts, digest),
      );
      return;
    case 'verified':
      tell(
        `state:verified:${since('published')}`,
        `${author} \`${id}\` is **verified** and in the channel \`staged-rollout\`. The early adopters are called.`,
        '',
        ...channelAddresses(facts),
        '',
        `Verified means production quality: deployable without interrupting the service (R-3-4). Problems are told here, and in production to ${helpdesk(facts)} (R-5-4).`,
      );
      return;
    case 'rolling-out':
      tell(
        `state:rolling-out:${since('published')}`,
        `${author} \`${id}\` is **rolling out**: a first early adopter accepted it.`,
      );
      return;
    case 'done':
      tell(
        `state:done:${since('reported')}`,
        `${author} \`${id}\` is **done**: every early adopter that accepted has reported (${sites.map(({ site, outcome }) => `${site}: ${outcome ?? ''}`).join(', ')}). The staged-rollout managers close it with a summary when the grace period is over.`,
      );
      return;
    case 'closing':
      if (progress.held) {
        const team = `@${facts.organisation}/${facts.configuration.policy.roles['staged-rollout']}`;
        tell(
          `held:${since('held')}`,
          `${team} ${author} \`${id}\` is **held**: ${progress.held.because}. Nothing moves until a staged-rollout manager closes it again with \`/close\`, or rejects it.`,
        );
      } else {
        tell(
          `state:closing:${since('closed')}`,
          `${author} \`${id}\` is **closing**: it goes into production now.`,
        );
      }
      return;
    case 'success':
    case 'warning':
      tell(
        `state:${state}:${String(arrived?.n ?? 0)}`,
        `${author} \`${id}\` is in **production** (${state}).`,
        '',
        ...channelAddresses(facts),
        '',
        quoted(progress.closed?.summary ?? ''),
        ...(progress.closed?.notes?.known_issues ?? []).map((text) => item('known issue', text)),
        '',
        `Problems in production are reported to ${helpdesk(facts)} (R-5-4).`,
      );
      if (progress.rolledBack) {
        tell(
          `rolled-back:${since('rolled-back')}`,
          `${author} ${mentions(sites)} \`${id}\` is **rolled back** (A-34): it leaves production, and the release before it is the newest there again.`,
          '',
          quoted(progress.rolledBack.reason),
        );
      }
      return;
    case 'rejected': {
      const early = progress.rejected?.at === 'verification';
      const back = sites.length > 0 ? ` ${mentions(sites)} please roll back to the version before.` : '';
      tell(
        `state:rejected:${since(early ? 'verified' : 'closed')}`,
        `${author} \`${id}\` is **rejected** ${early ? 'at verification' : 'in staged rollout'}; its packages leave the channels.${back}`,
        '',
        quoted(progress.rejected?.reason ?? ''),
        '',
        `A new attempt is a new ticket, with \`supersedes: ${id}\` in it (A-04).`,
      );
      return;
    }
    case 'withdrawn':
      tell(
        `state:withdrawn:${since('withdrawn')}`,
        `${author} \`${id}\` is **withdrawn**; its packages leave the channels. ${mentions(sites)}`.trimEnd(),
        '',
        quoted(progress.withdrawn?.reason ?? ''),
      );
      return;
  }
}

const helpdesk = (facts: Facts): string => {
  const { helpdesk: link } = facts.configuration.policy;
  return link === undefined ? 'the helpdesk' : `the helpdesk, ${link}`;
};

const mentions = (sites: Standing['sites']): string =>
  [...new Set(sites.flatMap(({ people }) => people.map((login) => `@${login}`)))].join(' ');

const peopleOf = (journal: readonly Entry[]): readonly string[] =>
  journal
    .filter(({ event }) => event === 'verified' || event === 'accepted' || event === 'reported')
    .flatMap(({ by }) => (by === 'rollout' ? [] : [`@${by.login}`]));
