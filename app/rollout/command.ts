import { visibleText } from './visible-text.ts';

/** The commands that people write in comments (process.md section 3). A new one breaks the build until `/help` mentions it. */
export const commandNames = [
  'accept',
  'decline',
  'deployed',
  'leave',
  'call',
  'excuse',
  'close',
  'take',
  'reject',
  'ready',
  'withdraw',
  'retry',
  'waive',
  'approve',
  'freeze',
  'unfreeze',
  'rollback',
  'pilot',
  'advisory',
  'explain',
  'help',
] as const;
export type CommandName = (typeof commandNames)[number];

export interface Command {
  /** Lower-case first word after the slash; perhaps not one of ours. */
  readonly word: string;
  readonly name: CommandName | undefined;
  /** The rest of its line. */
  readonly argument: string;
  /** Its argument and every line below it, up to the next command: where a summary or a reason is written. */
  readonly text: string;
}

/** Commands of one comment that are looked at; the rest is ignored, so that nobody can make the system work for hours. */
const most = 10;

/**
 * Takes a comment and gives the commands in it, in order (trust.md T26). A command stands at the beginning of a line of its own; text in
 * code fences, quotations, indented code and HTML comments is no command. Letters are ASCII: look-alikes are no command either (T27).
 */
export function commandsOf(body: string): readonly Command[] {
  // Most comments are talk: without such a line there is nothing to tell apart.
  if (!/^ {0,3}\/[A-Za-z]/m.test(body)) return [];
  const found: { word: string; argument: string; lines: string[] }[] = [];
  for (const { text: line, own } of visibleText(body).lines) {
    const match = own ? /^ {0,3}\/([A-Za-z][A-Za-z-]{0,30})(?:[ \t]+(.*))?$/.exec(line) : null;
    if (match) {
      if (found.length === most) break;
      const argument = (match[2] ?? '').trim();
      found.push({
        word: (match[1] ?? '').toLowerCase(),
        argument,
        lines: argument === '' ? [] : [argument],
      });
    } else {
      found.at(-1)?.lines.push(line);
    }
  }
  return found.map(({ word, argument, lines }) => ({
    word,
    name: commandNames.find((name) => name === word),
    argument,
    text: lines.join('\n').trim(),
  }));
}

/** The first fenced YAML block that a reader sees in a body: the report form. Undefined when there is none. */
export function yamlBlockOf(body: string): string | undefined {
  return visibleText(body)
    .fences.find(({ info }) => /^ya?ml$/i.test(info))
    ?.lines.join('\n');
}

/**
 * Takes the text of a command and gives what stands on lines `name: text` of the names given, and the rest of it. A name that comes twice
 * gives two texts; a text goes on on lines that are indented.
 */
export function fieldsOf<Name extends string>(
  text: string,
  names: readonly Name[],
): { readonly rest: string; readonly fields: Readonly<Partial<Record<Name, readonly string[]>>> } {
  const fields: Partial<Record<Name, string[]>> = {};
  const rest: string[] = [];
  let current: string[] | undefined;
  for (const line of text.split('\n')) {
    const match = /^([a-z_]{3,40}):[ \t]*(.*)$/.exec(line);
    const name = names.find((known) => known === match?.[1]);
    if (name !== undefined) {
      current = fields[name] ??= [];
      current.push((match?.[2] ?? '').trim());
    } else if (current !== undefined && /^[ \t]+\S/.test(line)) {
      current.push(`${current.pop() ?? ''} ${line.trim()}`.trim());
    } else {
      current = undefined;
      rest.push(line);
    }
  }
  return { rest: rest.join('\n').trim(), fields };
}
