import { channels, type Channel } from '../model/channel.ts';
import { mendName } from '../model/near-miss.ts';
import { inline } from '../wording/markdown.ts';
import { plainText } from '../wording/problem-text.ts';
import type { OwnComment } from '../model/facts.ts';
import type { IssueEffect, IssueFacts } from '../model/registry-request.ts';
import { type FormShape, readForm } from './form.ts';
import { labelEffects, stickyComment } from './plan.ts';

/** The fields of `.github/ISSUE_TEMPLATE/problem-in-production.yml`, by their labels. */
export const problemLabels = {
  release: 'Release',
  channel: 'Channel',
  target: 'Platform and architecture',
  symptom: 'What you see',
  workaround: 'What helps meanwhile',
} as const;

export const problemForm: FormShape = {
  labels: Object.values(problemLabels),
  sure: [problemLabels.release, problemLabels.channel, problemLabels.symptom],
};

/** What the form says; undefined what it does not, or what is no value of the field. */
export interface ProductionProblem {
  readonly release: string | undefined;
  readonly channel: Channel | undefined;
  readonly symptom: string | undefined;
}

/** Takes an issue made with the form apart (R-5-4). Never throws on any text. */
export function problemOf({ body }: Pick<IssueFacts, 'body'>): ProductionProblem {
  const { fields } = readForm(body, problemForm);
  const release = fields.get(problemLabels.release);
  return {
    release: release?.replace(/^`(.*)`$/, '$1'),
    channel: channels.find((channel) => channel === fields.get(problemLabels.channel)),
    symptom: fields.get(problemLabels.symptom),
  };
}

/** A release of the record, and the ticket that it came by. */
export interface KnownRelease {
  readonly id: string;
  readonly ticket: number;
}

/** Everything that is said of a problem rests on this. */
export interface ProblemFacts {
  readonly issue: IssueFacts;
  readonly ownComments: readonly OwnComment[];
  /** The release that the form names, if it is in the record. */
  readonly known: KnownRelease | undefined;
  /** Otherwise those that it could name, by id, newest first. */
  readonly otherwise: readonly string[];
  /** Author of the ticket of the release that the form names. */
  readonly provider: string | undefined;
  /** Channels that hold that release now. */
  readonly standsIn: readonly Channel[];
}

/** Label and comment of a problem, as far as they are not there: one comment, edited in place when the form is mended. */
export function planProblem(facts: ProblemFacts): readonly IssueEffect[] {
  if (!facts.issue.open) return [];
  return [
    ...labelEffects(facts.issue, ['production-problem'], []),
    ...stickyComment(facts.ownComments, 'problem:status', problemText(facts)),
  ];
}

const helpdesk =
  'Support for users and sites is the business of the helpdesk of your infrastructure (in EGI: GGUS), where a problem in production is routed to who can help (R-5-4). Write there as well when somebody cannot work; this issue is about the release.';

/** Where the release came from, who is told, what can be done about it. */
function problemText({ issue, known, otherwise, provider, standsIn }: ProblemFacts): string {
  const problem = problemOf(issue);
  if (known === undefined) {
    const what =
      problem.release === undefined
        ? 'The form names no release.'
        : `There is no release ${inline(problem.release)} in the record.`;
    const mend = otherwise.length === 0 ? '' : ` ${plainText(mendName(problem.release ?? '', otherwise))}`;
    return [
      `@${issue.author.login} ${what}${mend} Edit the issue: it is read again at once.`,
      '',
      helpdesk,
    ].join('\n');
  }
  const { channel } = problem;
  const elsewhere =
    channel !== undefined && !standsIn.includes(channel)
      ? ` The channel ${channel} does not hold it now${standsIn.length === 0 ? '' : `; ${standsIn.join(' and ')} does`}.`
      : '';
  return [
    `\`${known.id}\` came by ticket #${String(known.ticket)}.${elsewhere}${provider === undefined ? '' : ` @${provider}, who released it, is told by this comment.`}`,
    '',
    helpdesk,
    '',
    `Staged-rollout managers can take the release back: \`/rollback <reason>\` in #${String(known.ticket)}.`,
  ].join('\n');
}
