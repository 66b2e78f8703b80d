import { createHash } from 'node:crypto';
import type { Entry, NewEntry } from '../model/journal.ts';

/** The journal does not say what it should: somebody changed it, or a bug wrote it. Never read on. */
export class BrokenJournal extends Error {
  override readonly name = 'BrokenJournal';
}

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

const head = (release: string): string =>
  [
    `# Journal of ${release}: append-only, written and signed by the rollout service.`,
    '# One entry a line. `prev` is the SHA-256 of the line before (of all lines up to `entries:` for the first), without its line feed.',
    'apiVersion: rollout/v1',
    'kind: Journal',
    `release: ${release}`,
    'entries:',
  ].join('\n');

/**
 * The journal's text with new entries at its end; `text` is undefined for a new one. Each entry is one line, a JSON object (which is YAML
 * too), chained to the bytes of the line before it, so that `sha256sum` alone can check the chain.
 */
export function extendedJournal(
  text: string | undefined,
  release: string,
  entries: readonly NewEntry[],
): string {
  const lines = text === undefined ? [] : text.trimEnd().split('\n');
  const begun = text === undefined ? head(release) : text.trimEnd();
  const known = lines.filter((line) => line.startsWith('- ')).length;
  let last = known === 0 ? begun : (lines.at(-1) ?? '');
  const added = entries.map((entry, at) => {
    const { at: when, by, source, ...event } = entry;
    const line = `- ${JSON.stringify({ n: known + at + 1, at: when, by, ...event, ...(source ? { source } : {}), prev: sha256(last) })}`;
    last = line;
    return line;
  });
  return `${[begun, ...added].join('\n')}\n`;
}

/** Reads a journal and checks its chain. Throws BrokenJournal, naming the line. */
export function readJournal(text: string, release: string): readonly Entry[] {
  const lines = text.trimEnd().split('\n');
  const first = lines.findIndex((line) => line.startsWith('- '));
  const begun = lines.slice(0, first < 0 ? lines.length : first).join('\n');
  if (begun !== head(release)) throw new BrokenJournal(`the journal of ${release} does not begin as one`);
  let last = begun;
  return (first < 0 ? [] : lines.slice(first)).map((line, at) => {
    const entry = parsed(line, release, first + at + 1);
    if (entry.n !== at + 1 || entry.prev !== sha256(last)) {
      throw new BrokenJournal(
        `line ${String(first + at + 1)} of the journal of ${release} does not follow from the line before`,
      );
    }
    last = line;
    return entry;
  });
}

/** Entries are our own, signed and chained: their shape is checked as far as the chain goes, the rest by who signed them. */
const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' &&
  value !== null &&
  'event' in value &&
  'at' in value &&
  'n' in value &&
  'prev' in value;

function parsed(line: string, release: string, number: number): Entry {
  try {
    const value: unknown = JSON.parse(line.slice(2));
    if (isEntry(value)) return value;
  } catch {
    // Told below, with the line.
  }
  throw new BrokenJournal(`line ${String(number)} of the journal of ${release} is no entry`);
}

/** SHA-256 of the last line: what a manifest names as the evidence it rests on. */
export const headOf = (text: string): string => sha256(text.trimEnd().split('\n').at(-1) ?? '');
