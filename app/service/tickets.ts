import type { Repository, GitHub, Identity } from '../facts/conversation.ts';
import { parseJournalPath } from '../model/release-id.ts';
import { readJournal } from '../record/journal-file.ts';
import type { GitRecord } from '../record/repository.ts';

/** Numbers of the open pull requests: what a sweep looks at. */
export async function openPulls(github: GitHub, at: Repository): Promise<readonly number[]> {
  const pulls = await github.paginate(github.rest.pulls.list, { ...at, state: 'open', per_page: 100 });
  return pulls.map(({ number }) => number);
}

/** When the newest closed pull request was changed, by GitHub's clock, and those that were since a time: one page of them. */
export interface ClosedPulls {
  readonly until: string;
  readonly numbers: readonly number[];
}

/**
 * Closed pull requests that somebody wrote in since a time: a word about a release that has ended, `/rollback` say, may have come without a
 * webhook (T08). Takes the `until` of the time before; without it nothing is new.
 */
export async function closedPullsSince(
  github: GitHub,
  at: Repository,
  since: string | undefined,
): Promise<ClosedPulls> {
  const { data } = await github.rest.pulls.list({
    ...at,
    state: 'closed',
    sort: 'updated',
    direction: 'desc',
    per_page: 100,
  });
  const until = data[0]?.updated_at ?? since ?? '';
  if (since === undefined) return { until, numbers: [] };
  return { until, numbers: data.filter((pull) => pull.updated_at > since).map(({ number }) => number) };
}

/** The tickets that have a journal, newest first, with the paths they were certified at: what a service knows when it starts. */
export async function recordedTickets(
  record: GitRecord,
  main: string,
): Promise<readonly { readonly number: number; readonly path: string }[]> {
  const tickets: { number: number; path: string }[] = [];
  for (const { path, blob } of await record.list(main, ['releases'])) {
    const name = parseJournalPath(path);
    if (!name) continue;
    const owner = readJournal(await record.blob(blob), name.id).findLast(
      ({ event }) => event === 'certified',
    );
    if (owner?.event === 'certified') tickets.push({ number: owner.pull, path: owner.path });
  }
  return tickets.toSorted((a, b) => b.number - a.number);
}

/** An issue may be a call of ours: then the ticket it calls for. */
export function ticketOfCall(
  issue: {
    readonly title: string;
    readonly user: { readonly login: string } | null;
    readonly pull_request?: unknown;
  },
  self: Identity,
): number | undefined {
  const ticket = /\(#([1-9]\d{0,8})\)$/.exec(issue.title)?.[1];
  return issue.pull_request !== undefined || issue.user?.login !== self.login || ticket === undefined
    ? undefined
    : Number(ticket);
}
