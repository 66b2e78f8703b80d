import type { Decision } from '../../app/model/decision.ts';
import type { Facts, Input } from '../../app/model/facts.ts';
import type { NewEntry, Person } from '../../app/model/journal.ts';
import { decide } from '../../app/rollout/decide.ts';
import { digest, headOf, release } from './story.ts';

type Said = Omit<Input, 'id'> & { readonly id?: number };
/** The stand-in for a hash of a text: equal texts, and only those, give equal values. */
export const mark = (body: string): string =>
  Buffer.from(body).toString('hex').slice(0, 4000).padStart(64, '0');

export function comment(by: Person, body: string, at: string, more: Partial<Input> = {}): Said {
  const said = { kind: 'comment', where: 'ticket', by, bot: false, at, edited: false } as const;
  return { ...said, body, bodySha256: mark(body), ...more };
}

export function review(
  by: Person,
  chosen: NonNullable<Input['review']>,
  body: string,
  at: string,
  more: Partial<Input> = {},
): Said {
  return { ...comment(by, body, at), kind: 'review', review: chosen, commit: headOf(1), ...more };
}

/** The facts, with what people wrote; ids in the order given, unless they have their own. */
export const heard = (facts: Facts, ...inputs: readonly Said[]): Facts => ({
  ...facts,
  inputs: [
    ...facts.inputs,
    ...inputs.map((input, place) => ({ id: 1000 + facts.inputs.length + place, ...input })),
  ],
});

const fenced = (lines: readonly string[]): string => ['```yaml', ...lines, '```'].join('\n');

/** A filled-in verification form. */
export const verification = (outcome: string, ...more: readonly string[]): string =>
  fenced([
    'kind: VerificationReport',
    `release: ${release}`,
    `digest: ${digest}`,
    `outcome: ${outcome}`,
    ...more,
  ]);

/** A filled-in report form, with what its outcome needs. */
export function report(site: string, outcome: string, content = digest, ...more: readonly string[]): string {
  const needed =
    outcome === 'reject'
      ? ['issues: [{severity: critical, summary: It does not start.}]']
      : outcome === 'warning'
        ? ['changes_requested: [{kind: release-notes, text: Say more.}]']
        : [];
  return fenced([
    'kind: EarlyAdopterReport',
    `release: ${release}`,
    `digest: ${content}`,
    `site: ${site}`,
    `outcome: ${outcome}`,
    'targets: [{platform: debian12, arch: amd64}]',
    'effort_hours: 1',
    ...needed,
    ...more,
  ]);
}

/** An entry in a few words: the event and what matters about it. */
export function inWords(entry: NewEntry): string {
  switch (entry.event) {
    case 'accepted':
      return `accepted ${entry.site} ${entry.committed ? 'as committed' : 'as volunteer'}`;
    case 'deployed':
      return `deployed ${entry.site}`;
    case 'reported':
      return `reported ${entry.site} ${entry.report.outcome}`;
    case 'verified':
      return `verified ${entry.report.outcome}`;
    case 'closed':
      return `closed ${entry.outcome}`;
    case 'moved':
    case 'published':
      return `${entry.event} ${entry.shelf}`;
    case 'pull-failed':
      return `pull-failed ${entry.reason}`;
    case 'held':
      return `held ${entry.because}`;
    case 'withdrawn':
    case 'rejected':
      return `${entry.event} ${entry.reason}`;
    case 'declined':
    case 'left':
    case 'excused':
      return `${entry.event} ${entry.site}`;
    case 'asked':
      return `asked ${entry.exception} ${entry.rules.join(',')}`;
    case 'approved':
      return `approved ${entry.exception}`;
    case 'invited':
      return `invited ${entry.who}`;
    case 'reminded':
      return `reminded ${entry.who} ${entry.clock} ${entry.mark}${entry.day > 0 ? ` ${String(entry.day)}` : ''}`;
    case 'piloted':
      return `piloted ${entry.pilot.name}`;
    case 'advised':
      return `advised ${entry.link}`;
    case 'frozen':
    case 'unfrozen':
    case 'resumed':
    case 'review-opened':
    case 'reviewed':
    case 'rolled-back':
    case 'certified':
    case 'voided':
    case 'pulled':
    case 'retried':
    case 'called':
    case 'taken':
    case 'merged':
    case 'imported':
      return entry.event;
  }
}

/** What the journal gains by what people did, in words; what clocks tell beside it is not asked here. */
export const gains = (facts: Facts): readonly string[] =>
  decide(facts)
    .record.filter(({ event }) => event !== 'reminded')
    .map(inWords);
/** What one person says now. */
export const says = (facts: Facts, by: Person, body: string, more: Partial<Input> = {}): Facts =>
  heard(facts, comment(by, body, facts.now, more));
/** What people are answered. */
export const answersTo = (facts: Facts): readonly string[] => decide(facts).answers.map(({ body }) => body);
/** Where a step stands, by its name. */
export const stepOf = (decision: Decision, name: string): string =>
  decision.steps
    .filter(({ step }) => step === name)
    .map(({ stands, title }) => `${stands}: ${title}`)
    .join();
