import { dirname } from 'node:path';
import type { Effect } from '../model/effect.ts';
import { journalPath, parseTicketPath } from '../model/release-id.ts';
import type { Gathered } from '../facts/gather.ts';
import { shelves } from '../model/channel.ts';
import { manifestPath } from '../facts/manifests.ts';
import { extendedJournal } from '../record/journal-file.ts';
import type { GitRecord } from '../record/repository.ts';

const mostTries = 5;

/**
 * Appends entries to a release's journal: one signed commit, pushed to main as compare-and-swap (process.md 1.4). When main moved but
 * nothing that the decision read has changed, the commit is made again on top. Gives the new commit of main and the new text, or undefined
 * when everything has to be read again.
 */
export async function append(
  record: GitRecord,
  gathered: Gathered,
  { entries }: Extract<Effect, { do: 'append' }>,
  date: () => Date,
): Promise<{ readonly main: string; readonly journalText: string } | undefined> {
  const { facts } = gathered;
  const name = parseTicketPath(facts.ticket.path ?? '');
  if (!name) throw new Error('a ticket outside its folder has no journal');
  const path = journalPath(name);
  if (gathered.journalText === undefined && (await record.read(gathered.main, path)) !== undefined) {
    throw new Error(`${path} is another ticket's journal: it is never begun anew`);
  }
  const text = extendedJournal(gathered.journalText, name.id, entries);
  const message = `Journal of ${name.id}: ${entries.map(({ event }) => event).join(', ')}\n\nTicket: #${String(facts.pull.number)}`;
  const isStale = async (main: string): Promise<boolean> =>
    main !== gathered.main &&
    (await record.diff(gathered.main, main)).some((change) =>
      wasRead(change.path, path, facts.ticket.path ?? '', name.id),
    );
  return record.alone(async () => {
    let parent = record.main;
    for (let tries = 0; tries < mostTries; tries++) {
      if (await isStale(parent)) return undefined;
      const commit = await record.commit(parent, new Map([[path, text]]), message, date());
      if (await record.push(commit, 'main')) return { main: commit, journalText: text };
      parent = (await record.fetch(facts.pull.number)).main;
    }
    return undefined;
  });
}

/** Files of the main branch that the decision about a release rests on. */
function wasRead(changed: string, journal: string, ticket: string, id: string): boolean {
  return (
    // Its own journal, and those of the component's other releases.
    (changed.endsWith('.journal.yml') && dirname(changed) === dirname(journal)) ||
    changed === ticket ||
    changed === '.github/rollout.yml' ||
    changed === 'repos-manifest/channels.yml' ||
    /^releases\/[^/]+$/.test(changed) ||
    shelves.some((shelf) => changed.startsWith(manifestPath(shelf, id)))
  );
}
