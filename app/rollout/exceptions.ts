import type { Facts } from '../model/facts.ts';
import {
  type Closing,
  type ExceptionRole,
  type ExceptionRule,
  exceptionRoles,
  waivableRules,
} from '../model/exception.ts';
import type { Event, Person } from '../model/journal.ts';
import { mendName } from '../model/near-miss.ts';
import { entryOf } from '../model/record.ts';
import { terminalStates } from '../model/state.ts';
import { inline } from '../wording/markdown.ts';
import { isIn, isProvider } from './authority.ts';
import type { AskedException } from './participation.ts';
import type { Progress } from './progress.ts';
import { type Act, type Situation, type Verdict, classOf, counts, refused } from './situation.ts';
import { due } from './time/timeline.ts';

/** The roles that a person has and whose word counts for an exception. */
export const rolesOf = (facts: Facts, person: Person): readonly ExceptionRole[] =>
  exceptionRoles.filter((role) => isIn(facts, role, person));

/** What links an advisory is one, whatever reason it gives for its haste. */
export const isSecurityMatter = ({ ticket }: Facts): boolean =>
  ticket.value?.spec.reason === 'security' || ticket.value?.spec.security !== undefined;

const anyRole: readonly ExceptionRole[] = exceptionRoles;

/** Who has to stand behind an exception: one person for each place, of one of the roles named there. Two at least, always. */
function placesOf(facts: Facts, rules: readonly ExceptionRule[]): readonly (readonly ExceptionRole[])[] {
  if (rules.includes('override-reject')) return [['staged-rollout'], ['staged-rollout']];
  if (rules.includes('early-reject') || rules.includes('rollback')) return [['staged-rollout'], anyRole];
  // two persons of two roles; what is a security matter needs the Software Vulnerability Group too.
  const skips = rules.includes('staged-rollout') || rules.includes('verification');
  const security = skips && isSecurityMatter(facts);
  return [['staged-rollout'], ['technology-unit'], ...(security ? [['svg'] as const] : [])];
}

/** Which places are still free, when every person takes one at most. */
function freePlaces(facts: Facts, { rules, backers }: AskedException): readonly (readonly ExceptionRole[])[] {
  const places = placesOf(facts, rules);
  const fill = (place: number, used: ReadonlySet<number>): readonly (readonly ExceptionRole[])[] => {
    const roles = places[place];
    if (roles === undefined) return [];
    let best = [roles, ...fill(place + 1, used)];
    for (const { by, as } of backers) {
      if (used.has(by.id) || !roles.some((role) => as.includes(role))) continue;
      const rest = fill(place + 1, new Set([...used, by.id]));
      if (rest.length < best.length) best = [...rest];
    }
    return best;
  };
  return fill(0, new Set());
}

/** Until when an exception may be used. */
export function expiryOf(facts: Facts, asked: AskedException): string {
  const { policy } = facts.configuration;
  return due(
    asked.at,
    policy.exceptions?.expires ?? '5wd',
    policy.classes[classOf(facts)].clock,
    policy.calendar,
  );
}

/** Has everybody said yes who has to? */
export const isApproved = (facts: Facts, asked: AskedException): boolean =>
  freePlaces(facts, asked).length === 0;

/** Is the rule lifted at an instant: by an exception that was asked for after `since`, is approved and has not expired? Gives the exception. */
export function lifted(
  { facts, progress, at }: Situation,
  rule: ExceptionRule,
  since = '',
): AskedException | undefined {
  for (const asked of progress.exceptions.values()) {
    if (!asked.rules.includes(rule) || asked.at <= since) continue;
    if (isApproved(facts, asked) && at <= expiryOf(facts, asked)) return asked;
  }
  return undefined;
}

/** Can the exception still change anything? Of a release that has ended only its rollback can; of one that is closing nothing can. */
const matters = ({ state, closed, rolledBack }: Progress, { rules }: AskedException): boolean =>
  rules.includes('rollback') ? rolledBack === undefined : !terminalStates.has(state) && closed === undefined;

/** Exceptions that wait for somebody at an instant, and for whom. */
export const openExceptions = (
  facts: Facts,
  progress: Progress,
  at = facts.now,
): readonly { readonly asked: AskedException; readonly waitsFor: string }[] =>
  [...progress.exceptions.values()]
    .filter((asked) => matters(progress, asked) && !isApproved(facts, asked) && at <= expiryOf(facts, asked))
    .map((asked) => ({ asked, waitsFor: whoIsMissing(facts, asked) }));

const whoIsMissing = (facts: Facts, asked: AskedException): string =>
  freePlaces(facts, asked)
    .map((roles) => `somebody else of ${roles.join(' or ')}`)
    .join(' and ');

export const nextId = ({ exceptionCount }: Progress): string => `E${String(exceptionCount + 1)}`;

/** Asks for an exception; it takes effect when the others have approved. */
export const ask = (
  { facts, progress }: Situation,
  by: Person,
  rules: readonly ExceptionRule[],
  reason: string,
  close?: Closing,
): Event => ({
  event: 'asked',
  exception: nextId(progress),
  rules,
  reason,
  as: rolesOf(facts, by),
  ...(close ? { close } : {}),
});

/** `/waive <rule>[,<rule>] <reason>` (R-2.2-10, R-2.4-E1, A-22, A-46). */
export function waive(situation: Situation, { input, command }: Act): Verdict {
  const { facts, progress } = situation;
  const no = mayNotBack(facts, input.by);
  if (no !== undefined) return refused(no);
  const [named = '', ...words] = (command?.argument ?? '').split(/\s+/);
  const names = named.split(',').filter((name) => name !== '');
  if (names.length === 0)
    return refused(`Say which rule and why: \`/waive <rule> <reason>\`. Rules: ${waivableRules.join(', ')}.`);
  const rules: ExceptionRule[] = [];
  for (const name of names) {
    const rule = waivableRules.find((known) => known === name.toLowerCase());
    if (rule === undefined) {
      const never = /checksum|sha256|digest|signature/i.test(name)
        ? ' Checksums and signatures are never skipped (A-22).'
        : '';
      return refused(`There is no rule ${inline(name)} to waive.${never} ${mendName(name, waivableRules)}`);
    }
    const why = mayNotWaive(facts, rule);
    if (why !== undefined) return refused(why);
    if (!rules.includes(rule)) rules.push(rule);
  }
  if (terminalStates.has(progress.state) || progress.closed !== undefined)
    return refused(`The release is \`${progress.state}\`: there is nothing left to waive.`);
  const reason = (command?.text ?? '').slice(named.length).trim();
  if (words.length === 0 || reason === '')
    return refused('An exception needs its reason in writing: what is at risk, and why it cannot wait.');
  for (const { asked } of openExceptions(facts, progress)) {
    if (rules.every((rule) => asked.rules.includes(rule)))
      return refused(`This was asked for already: \`/approve ${asked.id}\` supports it.`);
  }
  return counts(ask(situation, input.by, rules, reason));
}

function mayNotWaive(facts: Facts, rule: ExceptionRule): string | undefined {
  if (rule === 'verification' || rule === 'staged-rollout') {
    if (classOf(facts) === 'emergency') return undefined;
    return `Only an emergency release may skip ${rule === 'verification' ? 'verification' : 'staged rollout'} (R-2.2-10); this one is \`${classOf(facts)}\`.`;
  }
  if (rule === 'cadence' || rule === 'version') {
    const name = facts.ticket.value?.spec.distribution ?? '';
    const distribution = entryOf(facts.configuration.distributions.distributions, name);
    if (distribution?.version_exceptions === true) return undefined;
    return `The distribution \`${name}\` allows no exceptions of this kind (A-46): \`version_exceptions\` in \`releases/distributions.yml\` is not true.`;
  }
  return undefined;
}

function mayNotBack(facts: Facts, person: Person): string | undefined {
  if (isProvider(facts, person))
    return 'Who provided a release cannot ask for exceptions to its rules or approve them: roles are exclusive per ticket.';
  if (rolesOf(facts, person).length > 0) return undefined;
  const { roles } = facts.configuration.policy;
  return `Exceptions belong to the teams ${exceptionRoles.map((role) => roles[role]).join(', ')}; your account is in none of them.`;
}

/** `/approve <id>`: the word of another person. What was asked for with it happens with the last one. */
export function approve(
  situation: Situation,
  { input, command }: Act,
  whenApproved: (asked: AskedException) => readonly Event[] | string,
): Verdict {
  const { facts, progress, at } = situation;
  const no = mayNotBack(facts, input.by);
  if (no !== undefined) return refused(no);
  const word = (command?.argument ?? '').split(/\s+/)[0]?.toUpperCase() ?? '';
  // As of when it was written: a word that is read late is not lost.
  const open = openExceptions(facts, progress, at).map(({ asked }) => asked);
  const [only] = open;
  const asked = word === '' && open.length === 1 ? only : progress.exceptions.get(word);
  if (!asked) {
    if (open.length === 0) return refused('Nothing waits for an approval here.');
    return refused(`Say which one: ${open.map(({ id }) => `\`/approve ${id}\``).join(' or ')}.`);
  }
  if (isApproved(facts, asked)) return refused(`${asked.id} is approved already.`);
  if (!matters(progress, asked))
    return refused(`The release is \`${progress.state}\`: ${asked.id} changes nothing any more.`);
  if (at > expiryOf(facts, asked)) return refused(`${asked.id} has expired; it has to be asked for again.`);
  if (asked.backers.some(({ by }) => by.id === input.by.id))
    return refused(`You stand behind ${asked.id} already: it needs ${whoIsMissing(facts, asked)} (A-22).`);
  const as = rolesOf(facts, input.by);
  const backed = { ...asked, backers: [...asked.backers, { by: input.by, as }] };
  if (freePlaces(facts, backed).length === freePlaces(facts, asked).length)
    return refused(`${asked.id} needs ${whoIsMissing(facts, asked)}.`);
  const approval: Event = { event: 'approved', exception: asked.id, as };
  if (!isApproved(facts, backed)) return counts(approval);
  const then = whenApproved(backed);
  if (typeof then === 'string') return refused(then);
  return counts(approval, ...then);
}
