import type { Effect } from '../model/effect.ts';
import type { PullOutcome } from '../model/facts.ts';
import type { IssueEffect } from '../model/registry-request.ts';
import type { Ticket } from '../model/ticket.ts';
import type { Gathered } from '../facts/gather.ts';
import type { Sources } from '../facts/sources.ts';
import { hasStatus } from '../facts/status.ts';
import { readJournal } from '../record/journal-file.ts';
import { append } from './journal.ts';
import { merge, openPromotion } from './promotion.ts';

/** The outside world that effects change. */
export interface Outside extends Sources {
  /** Pulls the packages of a ticket into the store: once each, all verified. */
  readonly pullPackages: (ticket: Ticket, gathered: Gathered) => Promise<Omit<PullOutcome, 'digest'>>;
  /** Told of every effect, before it is made. */
  readonly log: (effect: Effect, ticket: number) => void;
  /** The same for an issue that is no ticket. */
  readonly logIssue: (effect: IssueEffect, issue: number) => void;
}

/**
 * What came of an effect: go on, read everything again before the next one (perhaps with what a pull brought back), or facts that are newer
 * than what was gathered.
 */
export type Applied =
  | { readonly is: 'done' }
  | { readonly is: 'again' }
  | { readonly is: 'pulled'; readonly outcome: PullOutcome }
  | { readonly is: 'newer'; readonly gathered: Gathered };

const done: Applied = { is: 'done' };
const again: Applied = { is: 'again' };

/** Makes one change of the outside world: the only writer. Throws when the outside fails; whoever runs it tries again later. */
export async function apply(outside: Outside, gathered: Gathered, effect: Effect): Promise<Applied> {
  const { github, at, record } = outside;
  const { facts } = gathered;
  const issue = { ...at, issue_number: facts.pull.number };
  outside.log(effect, facts.pull.number);
  switch (effect.do) {
    case 'append':
      return appended(gathered, await append(record, gathered, effect, () => new Date()));
    case 'pull': {
      const pulled = await outside.pullPackages(effect.ticket, gathered);
      return { is: 'pulled', outcome: { digest: effect.digest, ...pulled } };
    }
    case 'open-promotion':
      await openPromotion(outside, gathered, effect.move);
      return again;
    case 'merge-promotion':
      await merge(outside, effect.number, effect.head, `Merge promotion #${String(effect.number)}`);
      return again;
    case 'drop-promotion':
      if (effect.number !== undefined)
        await github.rest.pulls.update({ ...at, pull_number: effect.number, state: 'closed' });
      await record.deleteBranch(effect.branch);
      return done;
    case 'merge-ticket':
      // Back to draft after verification changes nothing of the process, but GitHub merges no draft.
      if (facts.pull.draft) await markReady(outside, facts.pull.number);
      await merge(outside, facts.pull.number, effect.head, effect.title);
      return again;
    case 'close-ticket':
      await github.rest.issues.update({ ...issue, state: 'closed' });
      return done;
    case 'reopen-ticket':
      await github.rest.issues.update({ ...issue, state: 'open' });
      return done;
    case 'open-call':
      await github.rest.issues.create({ ...at, title: effect.title, body: effect.body, labels: ['call'] });
      return done;
    case 'open-review':
      await github.rest.issues.create({
        ...at,
        title: effect.title,
        body: effect.body,
        labels: ['after-review'],
      });
      return again;
    case 'close-call':
      await github.rest.issues.update({ ...at, issue_number: effect.number, state: 'closed' });
      return done;
    case 'label':
      if (effect.add.length > 0) await github.rest.issues.addLabels({ ...issue, labels: [...effect.add] });
      for (const name of effect.remove) {
        await github.rest.issues.removeLabel({ ...issue, name }).catch(unlessStatus(404));
      }
      return done;
    case 'assign':
      if (effect.add.length > 0)
        await github.rest.issues.addAssignees({ ...issue, assignees: [...effect.add] });
      if (effect.remove.length > 0)
        await github.rest.issues.removeAssignees({ ...issue, assignees: [...effect.remove] });
      return done;
    case 'request-review':
      await requestReview(outside, facts.pull.number, effect);
      return done;
    case 'check': {
      const { name, head, status, conclusion, title, summary } = effect.check;
      const run = {
        ...at,
        name,
        status,
        output: { title, summary },
        ...(conclusion === undefined ? {} : { conclusion }),
      };
      if (effect.id === undefined) await github.rest.checks.create({ ...run, head_sha: head });
      else await github.rest.checks.update({ ...run, check_run_id: effect.id });
      return done;
    }
    case 'comment':
      await github.rest.issues.createComment({
        ...at,
        issue_number: effect.where === 'call' && facts.call ? facts.call.number : facts.pull.number,
        body: effect.body,
      });
      return done;
    case 'edit-comment':
      await github.rest.issues.updateComment({ ...at, comment_id: effect.id, body: effect.body });
      return done;
  }
}

/** The facts with the entries that were just written. */
function appended(gathered: Gathered, written: Awaited<ReturnType<typeof append>>): Applied {
  if (!written) return again;
  const { facts } = gathered;
  const journal = readJournal(written.journalText, facts.ticket.id ?? '');
  return { is: 'newer', gathered: { ...gathered, ...written, facts: { ...facts, journal } } };
}

async function markReady({ github, at }: Outside, number: number): Promise<void> {
  const { data } = await github.rest.pulls.get({ ...at, pull_number: number });
  await github.graphql(
    'mutation ($id: ID!) { markPullRequestReadyForReview(input: {pullRequestId: $id}) { clientMutationId } }',
    { id: data.node_id },
  );
}

/** Who cannot be asked on GitHub (no access, or the author) is told by comments all the same: a 422 here stops nothing. */
async function requestReview(
  { github, at }: Outside,
  number: number,
  effect: Extract<Effect, { do: 'request-review' }>,
): Promise<void> {
  const pull = { ...at, pull_number: number };
  const asked: [string, string][] = [
    ...effect.addTeams.map((team): [string, string] => ['team', team]),
    ...effect.addUsers.map((user): [string, string] => ['user', user]),
  ];
  for (const [kind, name] of asked) {
    await github.rest.pulls
      .requestReviewers({
        ...pull,
        ...(kind === 'team' ? { team_reviewers: [name] } : { reviewers: [name] }),
      })
      .catch(unlessStatus(422));
  }
  if (effect.removeTeams.length > 0) {
    await github.rest.pulls
      .removeRequestedReviewers({ ...pull, reviewers: [], team_reviewers: [...effect.removeTeams] })
      .catch(unlessStatus(422));
  }
}

const unlessStatus =
  (status: number) =>
  (error: unknown): undefined => {
    if (hasStatus(error, status)) return undefined;
    throw error;
  };
