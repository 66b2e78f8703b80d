import type { Facts } from '../model/facts.ts';
import type { Entry } from '../model/journal.ts';
import type { Progress } from '../rollout/progress.ts';
import { reviewTitle } from '../rollout/review.ts';
import { callTitle } from '../wording/call.ts';
import type { Sources } from './sources.ts';
import { hasStatus } from './status.ts';

/** The call issue of this release: by its number in the journal, or by its title when a run was cut off before it was recorded. */
export async function readCall(
  { github, at, self }: Sources,
  journal: readonly Entry[],
  id: string | undefined,
  number: number,
): Promise<Facts['call']> {
  const called = journal.findLast((entry) => entry.event === 'called');
  if (called?.event === 'called') {
    return github.rest.issues.get({ ...at, issue_number: called.issue }).then(
      ({ data }) => ({ number: data.number, open: data.state === 'open', url: data.html_url }),
      (error: unknown) => {
        // A call that somebody deleted is a call that is over: sites accept in the ticket.
        if (hasStatus(error, 404, 410)) return { number: called.issue, open: false, url: '' };
        throw error;
      },
    );
  }
  if (
    id === undefined ||
    !journal.some((entry) => entry.event === 'published' && entry.shelf === 'staged-rollout')
  )
    return undefined;
  return ownIssue({ github, at, self }, 'call', callTitle(id, number));
}

/** An issue of our own by its label and title: for what a run that was cut off did not record. */
async function ownIssue(
  { github, at, self }: Pick<Sources, 'github' | 'at' | 'self'>,
  label: string,
  title: string,
): Promise<Facts['call']> {
  const issues = await github.paginate(github.rest.issues.listForRepo, {
    ...at,
    creator: self.login,
    labels: label,
    state: 'all',
    per_page: 100,
  });
  const issue = issues.find((one) => one.title === title);
  return issue && { number: issue.number, open: issue.state === 'open', url: issue.html_url };
}

/**
 * The issue of the review after an exception; asked for only where there was an exception and the release is in production. One that
 * somebody deleted is no review: there is none then, until another one is opened.
 */
export async function readReview(
  sources: Sources,
  progress: Progress,
  id: string | undefined,
  number: number,
): Promise<Facts['review']> {
  if (id === undefined || progress.inProduction === undefined || progress.exceptions.size === 0)
    return undefined;
  if (progress.reviewed) return undefined;
  const { github, at } = sources;
  const another = (): Promise<Facts['call']> => ownIssue(sources, 'after-review', reviewTitle(id, number));
  if (!progress.review) return another();
  const { issue } = progress.review;
  return github.rest.issues.get({ ...at, issue_number: issue }).then(
    ({ data }) => ({ number: issue, open: data.state === 'open' }),
    (error: unknown) => {
      if (hasStatus(error, 404, 410)) return another();
      throw error;
    },
  );
}
