import type { Commitment, Site } from '../model/early-adopters.ts';
import type { Person } from '../model/journal.ts';
import { entryOf } from '../model/record.ts';
import type {
  FormProblem,
  Membership,
  RegistryChange,
  RegistryDecision,
  RegistryFacts,
} from '../model/registry-request.ts';
import { sameLogin } from '../rollout/authority.ts';
import { inline, quoted } from '../wording/markdown.ts';
import { plainText } from '../wording/problem-text.ts';
import { commitmentLine, isRunning } from './commitments.ts';
import type { WantedEntry } from './entry.ts';

/** What a status is told of. */
interface Told {
  readonly facts: RegistryFacts;
  readonly stands: RegistryDecision['stands'];
  readonly entry?: WantedEntry;
  readonly problems?: readonly FormProblem[];
  readonly change?: RegistryChange | undefined;
}

const wishText = { join: 'joins', change: 'changes its entry', end: 'ends commitments' } as const;

/** The comment that is edited in place: what was read, what is wrong with it, for whom it waits. */
export function statusText(told: Told): string {
  const { facts, stands, problems = [], change } = told;
  const { issue, recorded } = facts;
  if (recorded)
    return `**${inline(recorded.site)} ${wishText[recorded.wish]}**: recorded in commit ${recorded.commit}${recorded.approvedBy === undefined ? '' : `, approved by \`${recorded.approvedBy}\``}.`;
  if (problems.length > 0)
    return [
      `@${issue.author.login} This request cannot go on yet. Edit the issue; it is read again at once.`,
      '',
      ...problems.map(
        ({ field, message, mend }) =>
          `- ${field === '' ? '' : `**${field}**: `}${plainText(message)} ${plainText(mend)}`,
      ),
    ].join('\n');
  if (!change) return 'This request is being read.';
  const digest = issue.bodySha256.slice(0, 12);
  const team = facts.configuration.policy.roles['staged-rollout'];
  const next =
    stands === 'declined'
      ? 'It was declined. To ask again, edit the request and open it again, or open a new one.'
      : `It waits for a member of the team ${team} who has no part in it: \`/approve\` or \`/decline <reason>\`, on a line of its own. \`/approve ${digest}\` approves exactly what stands here. An edit of the issue needs a new approval; who closes the issue takes the request back.`;
  return [
    `**${inline(change.site.site)} ${wishText[change.wish]}.** ${next}`,
    '',
    ...differences(change),
    ...notes(facts, change).flatMap((note) => ['', `Note: ${note}`]),
    '',
    'Logins and a role mailbox are all that is kept of people: no names, no personal addresses (A-39).',
  ].join('\n');
}

/** The entry as it would be, beside what it is: what goes is struck out. */
function differences({ site, was }: RegistryChange): readonly string[] {
  const rows = (one: Site): readonly (readonly [string, string])[] => [
    ['NGI', one.ngi ?? ''],
    ['country', one.country ?? ''],
    ['organisation', one.organisation ?? ''],
    ['administrators', one.github.join(', ')],
    ['role mailbox', one.mail ?? ''],
    ['time zone', one.tz ?? ''],
    ['calendar', one.calendar ?? ''],
    ['VOs', (one.vos ?? []).join(', ')],
  ];
  const before = new Map(was ? rows(was) : []);
  const fields = rows(site).flatMap(([name, value]) => {
    const old = before.get(name) ?? '';
    if (value === '' && old === '') return [];
    return [`- ${name}: ${inline(value)}${was && old !== value ? ` (was ${inline(old)})` : ''}`];
  });
  const held = (was?.commitments ?? []).map(commitmentLine);
  const wanted = site.commitments.map(commitmentLine);
  return [
    ...fields,
    ...wanted.map((line) => `- commits to ${inline(line)}${was && !held.includes(line) ? ' (new)' : ''}`),
    ...held.filter((line) => !wanted.includes(line)).map((line) => `- no longer commits to ${inline(line)}`),
  ];
}

/** What a manager should know, and what stops nothing. */
function notes(facts: RegistryFacts, { site, was, wish }: RegistryChange): readonly string[] {
  if (wish === 'end') return [];
  const { catalogue } = facts.configuration;
  const providers = [
    ...new Set(site.commitments.map(({ component }) => entryOf(catalogue.components, component)?.provider)),
  ];
  const found = providers.flatMap((provider) => {
    if (provider === undefined) return [];
    const members = facts.providers[provider] ?? [];
    const both = site.github.filter((login) => members.some((member) => sameLogin(member.login, login)));
    if (both.length === 0) return [];
    const components = site.commitments
      .filter(({ component }) => entryOf(catalogue.components, component)?.provider === provider)
      .map(({ component }) => `\`${component}\``);
    return [
      `${both.map(inline).join(', ')} ${both.length === 1 ? 'belongs' : 'belong'} to the provider \`${provider}\` of ${[...new Set(components)].join(', ')}. That is allowed; the site’s report alone does not meet the minimum there (A-27).`,
    ];
  });
  const mailbox =
    site.mail !== was?.mail && isPersonal(site.mail ?? '')
      ? [
          'The mailbox looks like a person’s own. A role mailbox or a list is wanted: this issue and the registry are public (A-39).',
        ]
      : [];
  return [...found, ...mailbox];
}

/** `forename.surname@…`, `f.surname@…`, or an address at a big provider of private mail. */
const isPersonal = (mail: string): boolean => {
  const [name = '', host = ''] = mail.toLowerCase().split('@');
  const role = /admin|grid|ops|support|help|team|service|security|csirt|contact|info|list|root|noc|staff/;
  return (
    /^(gmail|googlemail|outlook|hotmail|yahoo|gmx|icloud|proton(mail)?)\./.test(host) ||
    (!role.test(name) && /^[a-z]+[._][a-z]{2,}$/.test(name))
  );
};

/** A kind no, with what would work. */
export const answerText = (to: Person, because: string): string => `@${to.login} ${because}`;

export const declinedText = (to: Person, by: Person, reason: string): string =>
  [`@${to.login} \`${by.login}\` declined this request:`, '', quoted(reason)].join('\n');

/** The last word: thanks, from when on the site is called (R-3.1-6), and what is left for a manager to do. */
export function doneText(facts: RegistryFacts): string {
  const { recorded, issue, configuration } = facts;
  const site = configuration.earlyAdopters.sites.find((one) => one.site === recorded?.site);
  if (!recorded || !site) return 'This request was recorded.';
  const running = site.commitments.filter((one) => isRunning(one, facts.now.slice(0, 10)));
  const name = inline(site.site);
  const thanks =
    recorded.wish === 'join'
      ? `Thank you: ${name} is an early adopter.`
      : recorded.wish === 'change'
        ? `Thank you: what the registry says of ${name} is changed.`
        : `Thank you for what ${name} did as an early adopter.`;
  return [
    `@${issue.author.login} ${thanks} The registry says so since commit ${recorded.commit}${recorded.wish === 'join' ? ', and from this moment on the site is called for releases (R-3.1-6)' : ''}.`,
    '',
    ...called(running),
    ...leftToDo(facts, site),
  ].join('\n');
}

const called = (running: readonly Commitment[]): readonly string[] =>
  running.length === 0
    ? [
        'It is called for no release any more. Its people may still report on what they accepted, and take part as volunteers.',
      ]
    : ['It is called for:', ...running.map((one) => `- ${inline(commitmentLine(one))}`)];

function leftToDo({ memberships, recorded, issue }: RegistryFacts, site: Site): readonly string[] {
  const open = memberships.filter(({ stands }) => stands === 'none' || stands === 'refused');
  const pending = memberships.filter(({ stands }) => stands === 'pending');
  const manager = recorded?.approvedBy ?? issue.author.login;
  return [
    ...(open.length === 0
      ? []
      : [
          '',
          `@${manager} The call mentions teams of GitHub. Please add, as an owner of the organisation or maintainer of the team:`,
          ...byTeam(open),
        ]),
    ...(pending.length === 0
      ? []
      : ['', 'GitHub has invited; the invitation has to be accepted:', ...byTeam(pending)]),
    ...(recorded?.wish === 'end' && site.commitments.length === 0
      ? ['', 'Who should leave a team of GitHub as well is for its maintainers to take out.']
      : []),
  ];
}

const byTeam = (members: readonly Membership[]): readonly string[] =>
  [...new Set(members.map(({ team }) => team))].map((team) => {
    const logins = members.filter((one) => one.team === team).map(({ login }) => `\`${login}\``);
    return `- to \`${team}\`: ${logins.join(', ')}`;
  });
