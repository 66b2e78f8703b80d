import type { Decision, SideStandings, Step } from '../model/decision.ts';
import type { Facts } from '../model/facts.ts';
import { inline, shortDigest } from './markdown.ts';

type Told = Pick<
  Decision,
  'state' | 'held' | 'release' | 'digest' | 'steps' | 'awaiting' | 'sites' | 'commands'
> &
  SideStandings;

const word: Readonly<Record<Step['stands'], string>> = {
  met: 'done',
  working: 'under way',
  failed: '**failed**',
  waiting: 'not yet',
};

/**
 * Why the ticket is where it is, who is awaited until when, and what can be done: the one explanation that check run, status comment,
 * `/explain` and `rollout explain` print. Markdown; foreign text in it is quoted.
 */
export function explanation(told: Told): string {
  const steps = told.steps.map(
    (step) => `| ${step.step} | ${word[step.stands]} | ${cell(step.title)} | ${step.due ?? ''} |`,
  );
  const awaiting = told.awaiting.map(
    ({ who, for: what, due, late }) =>
      `- **${who}**: ${what}${due === undefined ? '' : `, by ${due}${late ? ' — **late**' : ''}`}`,
  );
  const sites = told.sites.map(
    (site) =>
      `| ${site.site} | ${site.participation}${site.committed ? '' : ' (volunteer)'} | ${site.outcome ?? ''}${site.tainted ? ' (please report again)' : ''}${site.reason === undefined ? '' : cell(inline(site.reason))} | ${site.due ?? ''} | ${site.people.join(', ')} |`,
  );
  const details = told.steps
    .filter(({ because }) => because.length > 0)
    .flatMap((step) => [`**${step.step}** — ${step.rule}`, ...step.because.map(listed), '']);
  return [
    '| step | is | where it stands | due |',
    '| --- | --- | --- | --- |',
    ...steps,
    '',
    ...(awaiting.length > 0 ? ['**Awaited**', ...awaiting, ''] : []),
    ...(sites.length > 0
      ? ['| site | part | report or reason | due | people |', '| --- | --- | --- | --- | --- |', ...sites, '']
      : []),
    ...sideLines(told),
    ...details,
    ...(told.commands.length > 0 ? ['**What can be done now**', ...commandLines(told), ''] : []),
  ]
    .join('\n')
    .trimEnd();
}

/** One line for all that somebody can do. */
const commandLines = ({ commands }: Pick<Decision, 'commands'>): readonly string[] =>
  [...new Set(commands.map(({ for: who }) => who))].map((who) => {
    const theirs = commands
      .filter((command) => command.for === who)
      .map(({ text }) => (text.startsWith('/') ? `\`${text}\`` : text));
    return `- ${who}: ${theirs.join(', ')}`;
  });

/** What stands beside the steps: exceptions, freezes, pilots, problems found, and what comes next. Nothing of it when there is none. */
function sideLines(told: SideStandings): readonly string[] {
  const lines: string[] = [];
  const section = (heading: string, items: readonly string[]): void => {
    if (items.length > 0) lines.push(...(heading === '' ? [] : [heading]), ...items, '');
  };
  section('', told.rolledBack === undefined ? [] : [`**Rolled back** (A-34): ${inline(told.rolledBack)}`]);
  section('', told.frozen === undefined ? [] : [`**Frozen**: ${told.frozen}.`]);
  section(
    '**Exceptions** (A-22)',
    told.exceptions.map(({ id, rules, reason, by, stands, waitsFor, expires }) => {
      const where = stands === 'waiting' ? `waits for ${waitsFor}` : stands;
      return `- **${id}** ${rules.join(', ')}: ${where}; by ${by.join(' and ')}, to be used until ${expires}: ${inline(reason)}`;
    }),
  );
  section(
    '**Advisories**',
    told.advisories.map((link) => `- ${inline(link)}`),
  );
  section(
    '**Problems found** (R-5-3)',
    told.problems.map(
      ({ site, severity, summary, bug, workaround }) =>
        `- ${site}, ${severity}: ${inline(summary)}${bug ? ` · bug ${inline(bug)}` : ''}${workaround ? ` · workaround ${inline(workaround)}` : ''}`,
    ),
  );
  section(
    '**Pilots** (beside the process, never instead of it: A-23)',
    told.pilots.map(({ name, purpose, participants, source, stages, result }) => {
      const people = participants.map(({ who, as }) => `${inline(who)} (${as})`).join(', ');
      const parts = stages.map(
        ({ part, begins }) => `${inline(part)}${begins === undefined ? '' : ` from ${begins}`}`,
      );
      const ended = result ? `; ${result.outcome}: ${inline(result.text)}` : '';
      return `- **${name}**, ${purpose}: ${parts.join(', then ')}; installs from ${inline(source)}; ${people}${ended}`;
    }),
  );
  section(
    '**To know**',
    told.remarks.map((remark) => `- ${remark}`),
  );
  const { forecast } = told;
  if (forecast) {
    const target = forecast.target === undefined ? '' : `; Table 3's target is ${forecast.target} (A-18)`;
    section('**What comes next**, at the latest', [
      ...forecast.steps.map(({ what, who, by }) => `- ${by}: ${what} (${who})`),
      forecast.production === undefined
        ? `- That is late: when the release is in production depends on it${target}.`
        : `- In production by ${forecast.production}${forecast.soonest === undefined ? '' : `; not before ${forecast.soonest}`}${told.frozen === undefined ? '' : ', if the freeze is over by then'}${target}.`,
    ]);
  }
  return lines;
}

/** The status comment: heading, address of the packages, and the explanation of the same. Edited in place, never written twice. */
export function statusComment(facts: Facts, told: Told, why: string): string {
  const release = told.release === undefined ? 'This ticket' : `\`${told.release}\``;
  const digest = told.digest === undefined ? '' : ` · digest \`${shortDigest(told.digest)}\``;
  const urls = channelAddresses(facts);
  return [
    `### ${release} is **${told.state}**${told.held ? ' — held' : ''}${digest}`,
    '',
    ...(urls.length > 0 ? ['**Packages** (R-2.4-11.3)', ...urls, ''] : []),
    why,
    '',
    'Written by the rollout service and kept up to date in place. Labels, checks and this comment are outputs: changing them by hand changes nothing.',
  ].join('\n');
}

/** Where a site finds the packages of this release right now: one apt line per target. */
export function channelAddresses(facts: Facts): readonly string[] {
  const shelf = facts.shelf;
  if (!shelf || shelf.shelf === 'withdrawn') return [];
  const { url, layout } = facts.configuration.channelsFile;
  return shelf.manifest.targets.map((target) => {
    const [distribution = '', major = ''] = shelf.manifest.distribution.split('/');
    const values: Readonly<Record<string, string>> = {
      distribution,
      major,
      platform: target.platform,
      arch: target.arch,
      channel: shelf.shelf,
    };
    const root = layout.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
    const key = `/etc/apt/keyrings/${shelf.shelf}.gpg`;
    return `- ${target.platform} ${target.arch}: \`deb [signed-by=${key}] ${url}/${root} ${shelf.shelf} main\` · key ${url}/keys/${shelf.shelf}.gpg`;
  });
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const listed = (text: string): string => (text.includes('\n') ? `\n${text}` : `- ${text}`);
