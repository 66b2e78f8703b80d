import type { Person } from '../model/journal.ts';
import type { RegistryChange, RegistryDecision, RegistryFacts } from '../model/registry-request.ts';
import { sameLogin } from '../rollout/authority.ts';
import { type WantedEntry, wantedEntry } from './entry.ts';
import { type Judgement, declinedMarker, judgements } from './judge.ts';
import { withSite } from './text.ts';
import { answerText, declinedText, doneText, statusText } from './wording.ts';

/** Answers that one request gets; what comes after is read and not answered. */
const mostAnswers = 20;
const broken = {
  field: '',
  message: 'The registry on the main branch cannot be read just now.',
  mend: 'Nothing for you to mend: the staged-rollout managers have to set it right.',
};

/**
 * What the facts of a registry request mean (R-3.1-3 to R-3.1-6, R-3.2-4). A person's request is approved by a staged-rollout manager
 * who has no part in it; that a site ends its own commitments needs no approval. What stands in the registry's history is done for ever.
 */
export function decideRegistry(facts: RegistryFacts): RegistryDecision {
  if (facts.recorded) return recorded(facts);
  const entry = wantedEntry(facts);
  const change = changeOf(facts, entry);
  const problems = entry.problems.length === 0 && change === undefined ? [broken] : entry.problems;
  const judged = judgements(facts, { ...entry, problems });
  const verdict = judged.findLast(({ is }) => is !== 'refused');
  const approvedBy = verdict?.is === 'approve' ? verdict.input.by : undefined;
  const alone = change !== undefined && problems.length === 0 && isOwnEnding(facts, entry);
  const stands =
    problems.length > 0
      ? verdict?.is === 'decline'
        ? 'declined'
        : 'mistaken'
      : alone
        ? 'approved'
        : verdict === undefined
          ? 'waiting'
          : verdict.is === 'decline'
            ? 'declined'
            : 'approved';
  const told = { facts, entry, problems, change, stands } as const;
  return {
    stands,
    problems,
    change,
    approvedBy: alone ? undefined : approvedBy,
    status: statusText(told),
    notices: [...answers(facts, judged), ...declined(facts, stands === 'declined' ? verdict : undefined)],
    enrol: [],
    close: stands === 'declined' ? 'not_planned' : undefined,
  };
}

/** It stands in the registry: people are added to their teams, where the system may, then the thank-you is said and the issue closed. */
function recorded(facts: RegistryFacts): RegistryDecision {
  const mayEnrol = facts.configuration.policy.registry?.manage_teams === true;
  const enrol = mayEnrol
    ? facts.memberships.flatMap(({ team, login, stands }) => (stands === 'none' ? [{ team, login }] : []))
    : [];
  return {
    stands: 'recorded',
    problems: [],
    change: undefined,
    approvedBy: undefined,
    status: statusText({ facts, stands: 'recorded' }),
    notices: enrol.length > 0 ? [] : [{ marker: 'registry:done', body: doneText(facts) }],
    enrol,
    close: 'completed',
  };
}

function changeOf(facts: RegistryFacts, { wish, site, was }: WantedEntry): RegistryChange | undefined {
  if (site === undefined || wish === undefined || facts.registryText === undefined) return undefined;
  const text = withSite(facts.registryText, site);
  return text === undefined ? undefined : { wish, site, was, text };
}

/** A site's own people end what they committed to; nobody else may have written their words. */
function isOwnEnding({ issue }: RegistryFacts, { wish, was }: WantedEntry): boolean {
  const member = was?.github.some((login) => sameLogin(login, issue.author.login)) ?? false;
  const own = issue.edited === undefined || sameLogin(issue.edited.by, issue.author.login);
  return wish === 'end' && member && own;
}

type Notices = RegistryDecision['notices'];

function answers(facts: RegistryFacts, judged: readonly Judgement[]): Notices {
  const given = facts.ownComments.filter(({ marker }) => marker.startsWith('answer:')).length;
  return judged
    .flatMap((one) =>
      one.is === 'refused' ? [{ marker: one.marker, body: answerText(one.input.by, one.because) }] : [],
    )
    .slice(0, Math.max(0, mostAnswers - given));
}

function declined({ issue }: RegistryFacts, verdict: Judgement | undefined): Notices {
  if (verdict?.is !== 'decline') return [];
  const { input, reason } = verdict;
  const by: Person = input.by;
  return [{ marker: declinedMarker(input), body: declinedText(issue.author, by, reason) }];
}

/** The message of the commit: git's history of the registry is the record of who asked, who approved, and what exactly. */
export function commitMessage(facts: RegistryFacts, { change, approvedBy }: RegistryDecision): string {
  const { issue } = facts;
  if (!change) throw new Error('nothing to record');
  const does = { join: 'joins', change: 'changes', end: 'ends commitments' }[change.wish];
  return [
    `Registry: ${change.site.site} ${does}`,
    '',
    `Request: #${String(issue.number)}`,
    `Request-Digest: ${issue.bodySha256}`,
    `Site: ${change.site.site}`,
    `Wish: ${change.wish}`,
    `Requested-By: ${issue.author.login}`,
    ...(approvedBy === undefined ? [] : [`Approved-By: ${approvedBy.login}`]),
  ].join('\n');
}
