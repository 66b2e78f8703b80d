import type { DocumentSigner } from './signer.ts';

interface CommitParts {
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: { readonly name: string; readonly email: string };
  readonly date: Date;
  readonly message: string;
}

/** The bytes of a commit object with its OpenPGP signature in the `gpgsig` header, as `git verify-commit` wants it (gitformat-signature). */
export async function commitText(parts: CommitParts, signer: DocumentSigner): Promise<string> {
  const { tree, parents, author, date, message } = parts;
  const who = `${author.name} <${author.email}> ${String(Math.floor(date.getTime() / 1000))} +0000`;
  const header = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${who}`,
    `committer ${who}`,
  ].join('\n');
  const body = `\n\n${message.trimEnd()}\n`;
  const signature = (await signer.sign(header + body, date))
    .replaceAll('\r', '')
    .trimEnd()
    .replaceAll('\n', '\n ');
  return `${header}\ngpgsig ${signature}${body}`;
}

/** Is the commit signed by the system key? Takes the raw commit object. */
export async function isSigned(raw: string, signer: DocumentSigner): Promise<boolean> {
  const end = raw.indexOf('\n\n');
  const header = raw.slice(0, end).split('\n');
  const at = header.findIndex((line) => line.startsWith('gpgsig '));
  if (end < 0 || at < 0) return false;
  let last = at + 1;
  while (header[last]?.startsWith(' ') === true) last += 1;
  const signature = header
    .slice(at, last)
    .map((line, n) => (n === 0 ? line.slice('gpgsig '.length) : line.slice(1)))
    .join('\n');
  const payload = [...header.slice(0, at), ...header.slice(last)].join('\n') + raw.slice(end);
  return signer.verify(payload, `${signature}\n`);
}

/** The parents of a commit, the first one first. Takes the raw commit object. */
export function parentsIn(raw: string): readonly string[] {
  const [header = ''] = raw.split('\n\n', 1);
  return [...header.matchAll(/^parent (\S+)$/gm)].map(([, parent = '']) => parent);
}
