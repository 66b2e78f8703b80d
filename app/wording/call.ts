import type { Decision, Notice } from '../model/decision.ts';
import type { Facts } from '../model/facts.ts';
import { committedSites } from '../rollout/authority.ts';
import { requestersSites } from '../rollout/reports.ts';
import { shortDigest } from './markdown.ts';
import { channelAddresses } from './status.ts';

/** The call issue: where the early adopters' team is mentioned, once per release (A-07, R-2.4-12.1). */
export function callText(facts: Facts, digest: string): { readonly title: string; readonly body: string } {
  const ticket = facts.ticket.value;
  const managers = `@${facts.organisation}/${facts.configuration.policy.roles['staged-rollout']}`;
  const requesters = requestersSites(facts);
  const committed = committedSites(facts).filter((site) => !requesters.includes(site));
  return {
    title: callTitle(facts.ticket.id ?? '', facts.pull.number),
    body: [
      `${earlyAdopters(facts)}: the release \`${facts.ticket.id ?? ''}\` is verified and waits for you in the channel \`staged-rollout\`. You are the first to be told (R-3-5).`,
      '',
      `Ticket: #${String(facts.pull.number)} · digest \`${shortDigest(digest)}\` · class **${ticket?.spec.class ?? ''}**`,
      '',
      ...channelAddresses(facts),
      '',
      'Verified means production quality: deployable without interrupting the service (R-3-4). How your site is laid out stays your decision (R-3-3).',
      '',
      ...(requesters.length > 0
        ? [
            `It was asked for by people of ${requesters.join(', ')}: you are invited first, and your report is awaited (R-3.2-5).`,
            '',
          ]
        : []),
      committed.length > 0
        ? `Committed to this component: ${committed.join(', ')}. Volunteers are welcome.`
        : 'No site is committed to this component: volunteers are welcome.',
      '',
      'To take part, write on a line of its own, here or in the ticket:',
      '',
      '```text',
      '/accept <your site>',
      '```',
      '',
      'A site that cannot this time says `/decline <your site> <reason>`: then nobody waits for it.',
      '',
      'From then on you get the notices of the ticket; who does not accept gets no more mail than this one and a reminder.',
      '',
      `For the managers: ${managers} see every new version here (R-6-3).`,
    ].join('\n'),
  };
}

/** A release that is verified again, with another content: the call stands already, and its readers are told in it (R-2.4-12.1, A-35). */
export function callNotices(facts: Facts, { state }: Pick<Decision, 'state'>): readonly Notice[] {
  const called = facts.journal.find(({ event }) => event === 'called');
  const verified = facts.journal.findLast(
    (entry) => entry.event === 'published' && entry.shelf === 'staged-rollout',
  );
  if (state !== 'verified' || !called || !verified || verified.n < called.n) return [];
  const body = `${earlyAdopters(facts)}: the content of \`${facts.ticket.id ?? ''}\` changed, and it is verified again (A-35). What was said of the old content is void: who takes part says \`/accept <your site>\` once more, here or in #${String(facts.pull.number)}.`;
  return [{ marker: `again:${String(verified.n)}`, where: 'call', body }];
}

/** How the early adopters of the release's stack are mentioned. */
function earlyAdopters(facts: Facts): string {
  const team = facts.configuration.policy.early_adopters[facts.ticket.value?.metadata.stack ?? ''];
  return team === undefined ? 'Early adopters' : `@${facts.organisation}/${team}`;
}

export const callTitle = (id: string, ticket: number): string =>
  `Call for early adopters: ${id} (#${String(ticket)})`;
