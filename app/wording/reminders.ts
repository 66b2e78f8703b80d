import type { Notice } from '../model/decision.ts';
import type { Facts } from '../model/facts.ts';
import type { Entry } from '../model/journal.ts';
import type { Progress } from '../rollout/progress.ts';
import { silentSites } from '../rollout/invite.ts';
import { clockWords } from './clocks.ts';

type Reminded = Extract<Entry, { event: 'reminded' }>;

/**
 * What the clocks tell people: whose step it is at half and when it is due, the managers from then on too (process.md, 4; R-2.4-12.3a,
 * R-2.4-12.3b, R-2.4-T3-5). Early adopters who have not accepted are reminded in the call issue, where their team is (A-25).
 */
export function reminderNotices(facts: Facts, progress: Progress): readonly Notice[] {
  return facts.journal.flatMap((entry) =>
    entry.event === 'reminded' ? noticesFor(facts, progress, entry) : [],
  );
}

function noticesFor(facts: Facts, progress: Progress, entry: Reminded): readonly Notice[] {
  const marker = `clock:${entry.clock}:${String(entry.n)}`;
  const managers = `@${facts.organisation}/${facts.configuration.policy.roles['staged-rollout']}`;
  const toManagers = (body: string): Notice => ({ marker, where: 'ticket', body: `${managers} ${body}` });
  if (entry.clock === 'accept') {
    const silent = silentSites({ facts, progress, at: facts.now }).map(({ site }) => site);
    const inCall: Notice = { marker: `${marker}:call`, where: 'call', body: callBody(facts, entry, silent) };
    const names =
      silent.length > 0 ? `: ${silent.join(', ')} ${silent.length === 1 ? 'has' : 'have'} not answered` : '';
    return entry.mark === 'half'
      ? [inCall]
      : [
          inCall,
          toManagers(
            `nobody has accepted \`${facts.ticket.id ?? ''}\` yet (R-2.4-12.3a)${names}. The sites were reminded; \`/call <site or team>\` invites more.`,
          ),
        ];
  }
  const what = clockWords[entry.clock];
  const who = whom(facts, progress, entry.who);
  if (entry.mark === 'half')
    return [
      {
        marker,
        where: 'ticket',
        body: `${who} half of the time for ${what} is over; it is due **${entry.due}**.`,
      },
    ];
  const late =
    entry.day === 0
      ? 'is due now'
      : `is ${entry.day === 1 ? 'a working day' : `${String(entry.day)} working days`} late`;
  const excuse =
    entry.clock === 'step3' ? ` A manager may excuse the site: \`/excuse ${entry.who} <reason>\`.` : '';
  const isManagers = entry.who === 'staged-rollout';
  return [
    {
      marker,
      where: 'ticket',
      body: `${who}${isManagers ? '' : ` ${managers}`} ${what.charAt(0).toUpperCase()}${what.slice(1)} ${late} (due **${entry.due}**, R-2.4-T3-5).${excuse}`,
    },
  ];
}

function callBody(facts: Facts, entry: Reminded, silent: readonly string[]): string {
  const id = facts.ticket.id ?? '';
  const people = facts.configuration.earlyAdopters.sites
    .filter(({ site }) => silent.includes(site))
    .flatMap(({ github }) => github.map((login) => `@${login}`));
  const invited = people.length > 0 ? people.join(' ') : 'Early adopters:';
  if (entry.mark === 'half')
    return `${invited} half of the time to accept \`${id}\` is over; please answer by **${entry.due}**: \`/accept <site>\` or \`/decline <site> <reason>\`.`;
  if (entry.mark !== 'call')
    return `${invited} \`${id}\` still waits for a first site (R-2.4-12.3b). Please say \`/accept <site>\`, or \`/decline <site> <reason>\`.`;
  const teams = [...new Set(Object.values(facts.configuration.policy.early_adopters))];
  const all = teams.map((team) => `@${facts.organisation}/${team}`).join(' ');
  return `${all} Nobody has accepted \`${id}\` so far: this is a call for new early adopters (R-2.4-12.3b, A-10). Any site may take part, whatever it is committed to; how to become one is in \`releases/README.md\`.`;
}

/** Whom a clock is for, as they are mentioned. */
function whom(facts: Facts, progress: Progress, who: string): string {
  const { roles } = facts.configuration.policy;
  if (who === 'provider') return `@${facts.pull.author.login}`;
  if (who === 'repository-managers' || who === 'technology-unit' || who === 'staged-rollout')
    return `@${facts.organisation}/${roles[who]}`;
  const people = progress.sites.get(who)?.acceptedBy.map(({ login }) => `@${login}`) ?? [];
  return [...people, `${who}:`].join(' ');
}
