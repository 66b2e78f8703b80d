/** The commands that people write in comments (process.md section 3). A new one breaks the build until `/help` mentions it. */
export const commandNames = [
  'accept',
  'deployed',
  'close',
  'take',
  'reject',
  'withdraw',
  'retry',
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
  const found: { word: string; argument: string; lines: string[] }[] = [];
  for (const line of visibleLines(body)) {
    const match = /^ {0,3}\/([A-Za-z][A-Za-z-]{0,30})(?:[ \t]+(.*))?$/.exec(line);
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

/** Lines that a reader of the rendered comment sees as plain text of its author. */
function visibleLines(body: string): readonly string[] {
  const seen: string[] = [];
  let fence: { readonly mark: string; readonly length: number } | undefined;
  let hidden = false;
  for (const raw of body.replaceAll('\r\n', '\n').replaceAll('\r', '\n').split('\n')) {
    if (fence) {
      const end = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(raw)?.[1];
      if (end?.startsWith(fence.mark) && end.length >= fence.length) fence = undefined;
      continue;
    }
    const outside = withoutHtmlComments(raw, hidden);
    hidden = outside.hidden;
    const line = outside.text;
    const opening = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (opening !== undefined) {
      fence = { mark: opening.charAt(0), length: opening.length };
      continue;
    }
    if (/^ {0,3}>/.test(line) || /^(?: {4}|\t)/.test(line)) continue;
    // A line that a comment was cut out of is no command: HTML before it may hide more than it shows.
    if (!outside.touched) seen.push(line);
  }
  return seen;
}

/** Cuts `<!-- … -->` out of one line; `hidden` tells whether the line begins, or ends, inside a comment. */
function withoutHtmlComments(
  line: string,
  hidden: boolean,
): { text: string; hidden: boolean; touched: boolean } {
  let text = '';
  let rest = line;
  let inside = hidden;
  let touched = hidden;
  for (;;) {
    const at = rest.indexOf(inside ? '-->' : '<!--');
    if (at < 0) return { text: inside ? text : text + rest, hidden: inside, touched };
    touched = true;
    if (!inside) text += rest.slice(0, at);
    rest = rest.slice(at + (inside ? 3 : 4));
    inside = !inside;
  }
}

/** The first fenced YAML block of a review's body: the report form. Undefined when there is none. */
export function yamlBlockOf(body: string): string | undefined {
  const lines = body.replaceAll('\r\n', '\n').split('\n');
  const begin = lines.findIndex((line) => /^ {0,3}```+[ \t]*ya?ml[ \t]*$/i.test(line));
  if (begin < 0) return undefined;
  const end = lines.findIndex((line, at) => at > begin && /^ {0,3}```+[ \t]*$/.test(line));
  return lines.slice(begin + 1, end < 0 ? undefined : end).join('\n');
}
