import type { Repository, GitHub, Identity } from '../facts/conversation.ts';
import { parseJournalPath } from '../model/release-id.ts';
import { readJournal } from '../record/journal-file.ts';
import type { GitRecord } from '../record/repository.ts';
import type { TreeFile } from '../record/tree-file.ts';

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

/** A ticket that has a journal, and the path it was certified at. */
export interface RecordedTicket {
  readonly number: number;
  readonly path: string;
}

/** The tickets that have a journal, newest first: what a service knows when it starts. Reads every journal. */
export async function recordedTickets(record: GitRecord, main: string): Promise<readonly RecordedTicket[]> {
  const tickets: RecordedTicket[] = [];
  for (const file of await record.list(main, ['releases'])) tickets.push(...(await ticketIn(record, file)));
  return tickets.toSorted((a, b) => b.number - a.number);
}

/** The ticket that a release came by, if it is in the record. Reads that one journal. */
export async function ticketOfRelease(
  record: GitRecord,
  main: string,
  id: string,
): Promise<RecordedTicket | undefined> {
  const files = await record.list(main, ['releases']);
  const file = files.find(({ path }) => parseJournalPath(path)?.id === id);
  return file && (await ticketIn(record, file))[0];
}

/** The ticket that a file is the journal of; none when it is no journal, or one that was never certified. */
async function ticketIn(
  record: GitRecord,
  { path, blob }: Pick<TreeFile, 'path' | 'blob'>,
): Promise<readonly RecordedTicket[]> {
  const name = parseJournalPath(path);
  if (!name) return [];
  const owner = readJournal(await record.blob(blob), name.id).findLast(({ event }) => event === 'certified');
  return owner?.event === 'certified' ? [{ number: owner.pull, path: owner.path }] : [];
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
