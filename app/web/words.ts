import type { Channel } from '../model/channel.ts';
import type { Decision, SiteStanding, Step } from '../model/decision.ts';
import type { Facts } from '../model/facts.ts';
import { visibleText } from '../model/hidden-character.ts';
import type { State } from '../model/state.ts';

/** A state as people call it, and what it means to somebody who sees it for the first time (process.md section 2). */
export const stateWords: Readonly<Record<State, { readonly title: string; readonly meaning: string }>> = {
  draft: { title: 'Draft', meaning: 'The provider is still writing the ticket.' },
  certified: { title: 'Certified', meaning: 'The ticket is complete; its packages are being pulled.' },
  unverified: { title: 'Unverified', meaning: 'The packages are in; the Technology Unit verifies them.' },
  verified: { title: 'Verified', meaning: 'Production quality; early adopters are called.' },
  'rolling-out': { title: 'Rolling out', meaning: 'Early adopters run it in production and report.' },
  done: { title: 'Done', meaning: 'Every early adopter has reported; it waits to be closed.' },
  closing: {
    title: 'Closing',
    meaning: 'Closed by the staged-rollout managers; on the way into production.',
  },
  success: { title: 'Success', meaning: 'In production.' },
  warning: { title: 'Warning', meaning: 'In production, with notes to read first.' },
  rejected: { title: 'Rejected', meaning: 'Did not reach production.' },
  withdrawn: { title: 'Withdrawn', meaning: 'Taken back by its provider.' },
};

/** Of a release that is held while it closes. */
export const heldMeaning = 'The evidence did not hold: nothing moves until it is closed again or rejected.';

/** What is out of the ordinary with a release, in a word or two each. */
export const flagsOf = ({ held, frozen, exceptions, rolledBack }: Decision): readonly string[] => [
  ...(held ? ['held'] : []),
  ...(frozen === undefined ? [] : ['frozen']),
  ...(exceptions.some(({ stands }) => stands === 'waiting') ? ['needs approval'] : []),
  ...(rolledBack === undefined ? [] : ['rolled back']),
];

/** What a site's part means. */
export const participationWords: Readonly<Record<SiteStanding['participation'], string>> = {
  invited: 'invited, not answered yet',
  accepted: 'accepted, not deployed yet',
  deployed: 'runs it in production',
  done: 'has reported',
  'no-answer': 'did not answer in time; may still accept',
  declined: 'declined',
  withdrawn: 'left before it reported',
  excused: 'excused: nobody waits for it',
};

export const standsWords: Readonly<Record<Step['stands'], string>> = {
  met: 'done',
  working: 'under way',
  failed: 'needs mending',
  waiting: 'not begun',
};

export const stepWords: Readonly<Record<Step['step'], string>> = {
  ticket: 'Ticket',
  intake: 'Intake',
  verification: 'Verification',
  'staged rollout': 'Staged rollout',
  close: 'Close',
};

/** What a release needed to get into each channel. */
export const gateWords: Readonly<Record<Channel, string>> = {
  unverified: 'pulled, with the right checksums',
  'staged-rollout': 'verified by the Technology Unit',
  production: 'tried and reported by early adopters',
};

const roleWords: ReadonlyMap<string, string> = new Map([
  ['repository-managers', 'Repository managers'],
  ['technology-unit', 'Technology Unit'],
  ['staged-rollout', 'Staged-rollout managers'],
  ['early adopters', 'Early adopters'],
]);

/** The provider by its name in the catalogue; before the ticket can be read, its author. */
export function providerOf({ ticket, pull, configuration }: Facts): string {
  const slug = ticket.value?.metadata.provider;
  if (slug === undefined) return pull.author.login;
  return configuration.catalogue.providers[slug]?.title ?? slug;
}

/** Who is awaited, as a person would say it: the role, the provider by its name, or a site. */
export const whoWords = (facts: Facts, who: string): string =>
  who === 'provider' ? `Provider (${providerOf(facts)})` : (roleWords.get(who) ?? who);

/** What a page calls the ticket: its release, else the file it would be, else what its author called the pull request. Foreign text. */
export function ticketName({ ticket, pull }: Facts): string {
  const name = visibleText(ticket.id ?? ticket.path ?? pull.title).trim();
  if (name === '') return `Pull request #${String(pull.number)}`;
  return name.length > 160 ? `${name.slice(0, 160)}…` : name;
}

/** `1 site`, `2 sites`. */
export const counted = (count: number, what: string): string =>
  `${String(count)} ${what}${count === 1 ? '' : 's'}`;

/** Address of a ticket's page. */
export const pathOf = ({ pull }: Facts): string => `/tickets/${String(pull.number)}`;
