import type { Entry } from '../model/journal.ts';
import type { Shelf } from '../model/channel.ts';
import { visibleText } from '../model/hidden-character.ts';
import { clockWords } from '../wording/clocks.ts';
import { shortDigest } from '../wording/markdown.ts';

/** Foreign words in a sentence are cut at this many characters; the whole of them is in the journal. */
const mostForeign = 240;

/**
 * One entry of the journal as one plain sentence. Not markup: what people wrote stands in it between quotation marks, on one line,
 * with nothing hidden (trust.md T27). A new event does not compile until it has a sentence.
 */
export function entrySentence(entry: Entry): string {
  const who = entry.by === 'rollout' ? 'The system' : entry.by.login;
  switch (entry.event) {
    case 'certified':
      return `The ticket is complete: certified with the release digest ${shortDigest(entry.digest)}.`;
    case 'pull-failed':
      return `The packages could not be pulled: ${foreign(entry.message)}.`;
    case 'retried':
      return `${who} had the packages pulled again.`;
    case 'pulled':
      return `${packages(entry.packages.length)} pulled; size and SHA-256 are what the ticket says.`;
    case 'moved':
      return `${moved[entry.shelf]}${entry.pull > 0 ? ` by the promotion #${String(entry.pull)}` : ''}.`;
    case 'published':
      return entry.shelf === 'withdrawn'
        ? 'The channels were published without it, read back and verified.'
        : `The channel ${entry.shelf} was published (number ${String(entry.number)}), read back and verified.`;
    case 'verified':
      return verified(who, entry.report);
    case 'rejected':
      return `${who} rejected the release at verification: ${foreign(entry.reason)}.`;
    case 'withdrawn':
      return `${entry.by === 'rollout' ? 'The release was taken back' : `${who} took the release back`}: ${foreign(entry.reason)}.`;
    case 'called':
      return `The early adopters were called in #${String(entry.issue)}${invited(entry.invited ?? [])}.`;
    case 'invited':
      return `${who} called ${entry.is === 'team' ? 'the team ' : ''}${entry.who}.`;
    case 'taken':
      return `${who} took the ticket${noted(entry.reason)}.`;
    case 'declined':
      return `${entry.site} declined, says ${who}: ${foreign(entry.reason)}.`;
    case 'left':
      return `${entry.site} left the rollout, says ${who}: ${foreign(entry.reason)}.`;
    case 'excused':
      return `${who} excused ${entry.site}: ${foreign(entry.reason)}.`;
    case 'asked':
      return `${who} asked for the exception ${entry.exception} (${entry.rules.join(', ')}): ${foreign(entry.reason)}.`;
    case 'approved':
      return `${who} approved the exception ${entry.exception}.`;
    case 'frozen':
      return `${who} froze the release: ${foreign(entry.reason)}.`;
    case 'unfrozen':
      return `${who} ended the freeze of the release.`;
    case 'piloted':
      return `${who} recorded the pilot ${entry.pilot.name}, for ${entry.pilot.purpose}${entry.pilot.result ? `: ${entry.pilot.result.outcome}, ${foreign(entry.pilot.result.text)}` : ''}.`;
    case 'advised':
      return `${who} linked the advisory: ${foreign(entry.link)}.`;
    case 'resumed':
      return `${who} did what was agreed with the Technology Unit: ${foreign(entry.because)}.`;
    case 'reminded':
      return reminded(entry);
    case 'review-opened':
      return `A review after an exception was asked for in #${String(entry.issue)}, due ${entry.due}.`;
    case 'reviewed':
      return 'The review after an exception is done.';
    case 'rolled-back':
      return `The release is rolled back: ${foreign(entry.reason)}.`;
    case 'imported':
      return `${packages(entry.packages)} imported into ${entry.shelf} by the operator ${foreign(entry.operator)}: ${foreign(entry.reason)}.`;
    case 'accepted':
      return `${entry.site} takes part${entry.committed ? '' : ' as a volunteer'}, says ${who}.`;
    case 'deployed':
      return `${entry.site} runs it in production, says ${who}.`;
    case 'reported':
      return reported(entry.site, who, entry.report);
    case 'closed':
      return `${who} closed the staged rollout with ${entry.outcome}: ${foreign(entry.summary)}.`;
    case 'merged':
      return `The ticket was merged as ${shortDigest(entry.commit)}, and the evidence held as of the merge.`;
    case 'held':
      return `The release is held, because ${visibleText(entry.because).replaceAll('\n', ' ')}.`;
    case 'voided':
      return `The content changed from ${shortDigest(entry.was)} to ${shortDigest(entry.now)}: everything said of the old one is void.`;
  }
}

const invited = (sites: readonly string[]): string =>
  sites.length === 0 ? '' : `, first of all ${sites.join(', ')}`;

function reminded({ clock, mark, who, due, day }: Extract<Entry, { event: 'reminded' }>): string {
  const what = clockWords[clock];
  switch (mark) {
    case 'half':
      return `Half of the time for ${what} was over (${who}, due ${due}).`;
    case 'due':
      return `The time for ${what} was over (${who}).`;
    case 'late':
      return `${who} had been late with ${what} for ${day === 1 ? 'a working day' : `${String(day)} working days`}.`;
    case 'call':
      return 'Nobody had accepted: new early adopters were called for.';
  }
}

const moved: Readonly<Record<Shelf, string>> = {
  unverified: 'The release was put into the channel unverified',
  'staged-rollout': 'The release moved into the channel staged-rollout',
  production: 'The release moved into the channel production',
  withdrawn: 'The release was taken out of the channels',
};

type Reported<E extends Entry['event']> = Extract<Entry, { event: E; report: unknown }>['report'];

function verified(who: string, { outcome, notes, countermeasure }: Reported<'verified'>): string {
  return `${who} ${verdicts[outcome]}${noted(outcome === 'wait-for-provider' ? countermeasure : notes)}.`;
}

const verdicts: Readonly<Record<Reported<'verified'>['outcome'], string>> = {
  accept: 'verified the packages',
  'accept-with-notes': 'verified the packages, with notes',
  'wait-for-provider': 'found a problem and waits for the provider',
  reject: 'rejected the release at verification',
};

function reported(site: string, who: string, report: Reported<'reported'>): string {
  const why = [
    ...(report.issues ?? []).map(({ severity, summary }) => `${severity} ${foreign(summary)}`),
    ...(report.changes_requested ?? []).map(
      ({ kind, text }) => `change of ${kind} requested ${foreign(text)}`,
    ),
  ];
  const first = why.slice(0, 3).join(', ');
  const rest = why.length > 3 ? `, and ${String(why.length - 3)} more` : '';
  return `${site} reported ${report.outcome}, says ${who}${first === '' ? '' : `: ${first}${rest}`}.`;
}

const noted = (text: string | undefined): string =>
  text === undefined || text.trim() === '' ? '' : `: ${foreign(text)}`;

const packages = (count: number): string =>
  count === 1 ? '1 package was' : `${String(count)} packages were`;

/** Somebody else's words: on one line, in quotation marks, cut when long. A full stop at their end makes room for ours. */
function foreign(text: string): string {
  const line = visibleText(text.slice(0, 4 * mostForeign))
    .replaceAll(/\s+/g, ' ')
    .trim()
    .replace(/\.$/, '');
  if (line === '') return 'nothing written';
  return `“${line.length > mostForeign ? `${line.slice(0, mostForeign)}…` : line}”`;
}
