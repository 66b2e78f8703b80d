import { Buffer } from 'node:buffer';

export interface Person {
  readonly name: string;
  readonly email: string;
  /** ISO 8601, UTC, whole seconds. */
  readonly date: string;
}

export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Person;
  readonly committer: Person;
  readonly message: string;
  /** Armoured signature from the `gpgsig` header. */
  readonly signature: string | null;
  /** What the signature is over. */
  readonly payload: string | null;
}

/** Reads a commit object. Dates keep their moment and lose their time zone, as in GitHub's answers. */
export function parseCommit(sha: string, content: Buffer): Commit {
  const text = content.toString('utf8');
  const end = text.indexOf('\n\n');
  const headers = unfolded((end < 0 ? text : text.slice(0, end)).split('\n'));
  const value = (name: string): string => headers.find((header) => header.name === name)?.value ?? '';
  const signature = headers.find((header) => header.name === 'gpgsig');
  const message = end < 0 ? '' : text.slice(end + 2);
  return {
    sha,
    tree: value('tree'),
    parents: headers.filter((header) => header.name === 'parent').map((header) => header.value),
    author: person(value('author')),
    committer: person(value('committer')),
    message: message.replace(/\n$/u, ''),
    signature: signature === undefined ? null : signature.value,
    payload:
      signature === undefined
        ? null
        : `${headers
            .filter((header) => header.name !== 'gpgsig')
            .map((header) => `${header.name} ${header.value.replaceAll('\n', '\n ')}\n`)
            .join('')}\n${message}`,
  };
}

function unfolded(lines: readonly string[]): { name: string; value: string }[] {
  const headers: { name: string; value: string }[] = [];
  for (const line of lines) {
    const last = headers.at(-1);
    if (line.startsWith(' ') && last !== undefined) {
      last.value += `\n${line.slice(1)}`;
    } else {
      const space = line.indexOf(' ');
      headers.push({ name: line.slice(0, space), value: line.slice(space + 1) });
    }
  }
  return headers;
}

function person(line: string): Person {
  const [, name = '', email = '', seconds = '0'] = /^(.*?) ?<(.*)> (\d{1,12}) [+-]\d{4}$/u.exec(line) ?? [];
  return { name, email, date: wholeSeconds(new Date(Number(seconds) * 1000)) };
}

/** A moment as GitHub writes it: ISO 8601, UTC, no fractions. */
export function wholeSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** The content of a commit object. Characters git gives a meaning are taken out of names and addresses. */
export function formatCommit(commit: Omit<Commit, 'sha' | 'payload'>): Buffer {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${personLine(commit.author)}`,
    `committer ${personLine(commit.committer)}`,
  ];
  if (commit.signature !== null)
    lines.push(`gpgsig ${commit.signature.replace(/\n$/u, '').replaceAll('\n', '\n ')}`);
  return Buffer.from(`${lines.join('\n')}\n\n${commit.message.replaceAll('\0', '')}`);
}

function personLine(someone: Person): string {
  return `${cleaned(someone.name)} <${cleaned(someone.email)}> ${String(Math.floor(Date.parse(someone.date) / 1000))} +0000`;
}

function cleaned(text: string): string {
  return text.replaceAll(/[<>\p{Cc}]/gu, '').trim();
}

/** The content of an annotated tag object. */
export function formatTag(tag: {
  readonly object: string;
  readonly type: string;
  readonly name: string;
  readonly tagger: Person;
  readonly message: string;
}): Buffer {
  const { object, type, name, tagger, message } = tag;
  return Buffer.from(
    `object ${object}\ntype ${type}\ntag ${name}\ntagger ${personLine(tagger)}\n\n${message.replaceAll('\0', '')}`,
  );
}
