import type { Decision, Step } from '../model/decision.ts';
import type { Facts } from '../model/facts.ts';
import { shortDigest } from './markdown.ts';

type Told = Pick<
  Decision,
  'state' | 'held' | 'release' | 'digest' | 'steps' | 'awaiting' | 'sites' | 'commands'
>;

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
      `| ${site.site} | ${site.participation}${site.committed ? '' : ' (volunteer)'} | ${site.outcome ?? ''}${site.tainted ? ' (edited: please report again)' : ''} | ${site.people.join(', ')} |`,
  );
  const details = told.steps
    .filter(({ because }) => because.length > 0)
    .flatMap((step) => [`**${step.step}** — ${step.rule}`, ...step.because.map(listed), '']);
  return [
    '| step | | stands | due |',
    '| --- | --- | --- | --- |',
    ...steps,
    '',
    ...(awaiting.length > 0 ? ['**Awaited**', ...awaiting, ''] : []),
    ...(sites.length > 0
      ? ['| site | part | report | people |', '| --- | --- | --- | --- |', ...sites, '']
      : []),
    ...details,
    ...(told.commands.length > 0
      ? ['**What works now**', ...told.commands.map(({ for: who, text }) => `- ${who}: \`${text}\``), '']
      : []),
  ]
    .join('\n')
    .trimEnd();
}

/** The status comment: heading, address of the packages, explanation. Edited in place, never written twice. */
export function statusComment(facts: Facts, told: Told): string {
  const release = told.release === undefined ? 'This ticket' : `\`${told.release}\``;
  const digest = told.digest === undefined ? '' : ` · digest \`${shortDigest(told.digest)}\``;
  const urls = channelAddresses(facts);
  return [
    `### ${release} is **${told.state}**${told.held ? ' — held' : ''}${digest}`,
    '',
    ...(urls.length > 0 ? ['**Packages** (R-2.4-11.3)', ...urls, ''] : []),
    explanation(told),
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
