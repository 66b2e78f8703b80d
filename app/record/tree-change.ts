/** One line of `git diff-tree`. */
export interface TreeChange {
  readonly path: string;
  readonly status: string;
  readonly mode: string;
  readonly blob: string;
}

/** What a commit of the main branch took away or replaced: a file, and the content that it had until then. */
export interface PastFile {
  readonly path: string;
  /** The blob that stood there before the commit. */
  readonly blob: string;
  /** When the commit says that it was made. */
  readonly until: Date;
}

/** The output of `git diff-tree -z`. */
export function changesIn(text: string): readonly TreeChange[] {
  const parts = text.split('\0');
  const changes: TreeChange[] = [];
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [, mode = '', , blob = '', status = ''] = (parts[at] ?? '').split(' ');
    changes.push({ path: parts[at + 1] ?? '', status, mode, blob });
  }
  return changes;
}

/** Of every commit a line with the date, then its changes, as {@link pastFilesIn} reads them. */
export const pastFileArguments: readonly string[] = [
  'log',
  '--first-parent',
  '--diff-merges=first-parent',
  '--raw',
  '-z',
  '--no-abbrev',
  '--no-renames',
  '--format=%x01%ct',
];

/**
 * What is no longer as it was, by the output of `git log` with {@link pastFileArguments}.
 * @throws Error when the output is of another form: nothing may rest on half of it
 */
export function pastFilesIn(text: string): readonly PastFile[] {
  const files: PastFile[] = [];
  for (const commit of text.split('\u0001').slice(1)) {
    const [date = '', ...parts] = commit.replace(/\0+$/, '').split('\0');
    const until = new Date(Number(date) * 1000);
    if (!/^\d+$/.test(date) || parts.length % 2 !== 0) throw new Error('git log answered in another form');
    for (let at = 0; at < parts.length; at += 2) {
      const change = /^\n?:\d{6} \d{6} ([0-9a-f]+) [0-9a-f]+ [A-Z]$/.exec(parts[at] ?? '');
      if (change?.[1] === undefined) throw new Error('git log answered in another form');
      if (!/^0+$/.test(change[1])) files.push({ path: parts[at + 1] ?? '', blob: change[1], until });
    }
  }
  return files;
}
