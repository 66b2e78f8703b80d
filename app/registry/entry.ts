import { canonicalJson } from '../model/canonical-json.ts';
import type { Commitment, Site } from '../model/early-adopters.ts';
import { quoted } from '../model/hidden-character.ts';
import { mendName } from '../model/near-miss.ts';
import type { Policy } from '../model/policy.ts';
import type { FormProblem, RegistryFacts, Wish } from '../model/registry-request.ts';
import { sameLogin } from '../rollout/authority.ts';
import { commitmentLine, isSameTarget, mostCommitments, readCommitment, readLine } from './commitments.ts';
import { fieldLabels, readRequest, type RegistryRequest } from './request.ts';

/** The site as the request wants it, beside what it is now, and everything that is wrong with the request. */
export interface WantedEntry {
  readonly wish: Wish | undefined;
  readonly name: string | undefined;
  readonly was: Site | undefined;
  readonly site: Site | undefined;
  readonly problems: readonly FormProblem[];
}

/** Names of the policy's calendars; undefined while the policy has only the one. */
export const calendarNames = ({ calendars }: Policy): readonly string[] | undefined =>
  calendars && Object.keys(calendars);

/** Reads the form against catalogue, distributions, policy, registry and GitHub's accounts; tells all that is wrong at once (R-3.1-3, R-3.1-4). */
export function wantedEntry(facts: RegistryFacts): WantedEntry {
  const { configuration, issue } = facts;
  const { sites } = configuration.earlyAdopters;
  const asked = readRequest(issue.body);
  const problems: FormProblem[] = [...asked.problems];
  const tell = (field: keyof typeof fieldLabels, message: string, mend: string): void => {
    problems.push({ field: fieldLabels[field], message, mend });
  };
  const { wish, site: name } = asked;
  const was = sites.find(({ site }) => site.toLowerCase() === name?.toLowerCase());
  const whole = { wish, name, was, problems };
  if (name === undefined || wish === undefined) return { ...whole, site: undefined };

  if (wish === 'join' && was !== undefined)
    tell('site', `${was.site} stands in the registry already.`, 'Choose change, or end.');
  if (wish !== 'join' && was === undefined)
    tell(
      'site',
      `The registry has no site ${quoted(name)}.`,
      mendName(
        name,
        sites.map(({ site }) => site),
      ),
    );
  if (wish === 'join')
    for (const field of ['logins', 'mailbox', 'commitments'] as const)
      if (asked[field] === undefined && !problems.some((problem) => problem.field === fieldLabels[field]))
        tell(field, 'This is missing.', 'Fill it in: a site that joins needs it.');
  for (const login of wish === 'end' ? [] : (asked.logins ?? []))
    if (!facts.accounts.has(login.toLowerCase()))
      tell('logins', `GitHub knows no person with the login ${quoted(login)}.`, 'Write it as GitHub does.');
  const calendars = calendarNames(configuration.policy);
  if (asked.calendar !== undefined && calendars?.includes(asked.calendar) === false)
    tell(
      'calendar',
      `The policy has no calendar ${quoted(asked.calendar)}.`,
      mendName(asked.calendar, calendars),
    );
  const people = wish === 'join' ? asked.logins : was?.github;
  if (people !== undefined && !isManager(facts) && !people.some((one) => sameLogin(one, issue.author.login)))
    tell(
      'logins',
      `You are not one of the administrators ${wish === 'join' ? 'that it lists' : `of ${name} in the registry`}.`,
      `Have one of them open the request, or a staged-rollout manager${wish === 'join' ? '; or add your own login' : ''}.`,
    );
  const commitments = wantedCommitments(facts, asked, was, (message, mend) => {
    tell('commitments', message, mend);
  });
  const base: Site = was ?? { site: name, github: [], commitments: [] };
  const site = wish === 'end' ? { ...base, commitments: [...commitments] } : merged(base, asked, commitments);
  if (problems.length === 0 && was !== undefined && canonicalJson(site) === canonicalJson(was))
    tell('wish', 'Nothing would change.', 'Fill in what should be different, or close the issue.');
  return { ...whole, site: problems.length === 0 ? site : undefined };
}

/** Did a staged-rollout manager open the request? */
export const isManager = ({ managers, issue }: RegistryFacts): boolean =>
  managers.some(({ id }) => id === issue.author.id);

/** The entry with the answers of the form; what was left empty stays as it is. Fields in the order of the schema. */
const merged = (base: Site, asked: RegistryRequest, commitments: readonly Commitment[]): Site => ({
  site: base.site,
  ngi: asked.ngi ?? base.ngi,
  country: asked.country ?? base.country,
  organisation: asked.organisation ?? base.organisation,
  team: base.team,
  github: [...(asked.logins ?? base.github)],
  mail: asked.mailbox ?? base.mail,
  tz: asked.zone ?? base.tz,
  vos: asked.vos === undefined ? base.vos : [...asked.vos],
  calendar: asked.calendar ?? base.calendar,
  baseline: base.baseline,
  commitments: [...commitments],
});

type Tell = (message: string, mend: string) => void;

/** The commitments that would stand then: those of the form, or those of the site without what ends (R-3.2-4). */
function wantedCommitments(
  { configuration, now }: RegistryFacts,
  { wish, commitments }: RegistryRequest,
  was: Site | undefined,
  tell: Tell,
): readonly Commitment[] {
  const today = now.slice(0, 10);
  const { catalogue, distributions } = configuration;
  const held = was?.commitments ?? [];
  if (commitments === undefined) return wish === 'end' ? [] : held;
  if (commitments.length > mostCommitments) {
    tell(`There are more than ${String(mostCommitments)} lines.`, 'Leave some out.');
    return held;
  }
  if (wish === 'end') return ended(held, commitments, today, tell);
  const read: Commitment[] = [];
  for (const line of commitments) {
    const one = readCommitment(line, { catalogue, distributions, today });
    if (!one.ok) tell(one.message, one.mend);
    else if (read.some((other) => isSameTarget(other, one.commitment)))
      tell(`${quoted(commitmentLine(one.commitment))} stands there twice.`, 'Keep one of the lines.');
    else read.push(one.commitment);
  }
  return read;
}

/** `all`, or a line for each commitment that ends: at once, or at the day behind `until=`. */
function ended(
  held: readonly Commitment[],
  lines: readonly string[],
  today: string,
  tell: Tell,
): readonly Commitment[] {
  if (lines.length === 1 && /^all\.?$/i.test(lines[0] ?? '')) return [];
  let left = held;
  for (const line of lines) {
    const one = readLine(line, today);
    if (!one.ok) {
      tell(one.message, one.mend);
      continue;
    }
    const { component, os, arch, until } = one.line;
    const ends = (other: Commitment): boolean =>
      other.component === component &&
      (os === undefined || other.os === os) &&
      (arch === undefined || other.arch === arch);
    if (!held.some(ends))
      tell(
        `The site has no commitment ${quoted([component, os, arch].filter((word) => word !== undefined).join(' '))}.`,
        held.length === 0
          ? 'There is nothing to end.'
          : `Write one of: ${held.map(commitmentLine).slice(0, 12).join('; ')}.`,
      );
    left = left.flatMap((other) => {
      if (!ends(other)) return [other];
      if (until === undefined) return [];
      // An end that is asked for never makes a commitment longer.
      return [{ ...other, until: other.until !== undefined && other.until < until ? other.until : until }];
    });
  }
  return left;
}
