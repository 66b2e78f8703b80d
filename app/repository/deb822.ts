import { Refusal, shown } from './refusal.ts';

/** A field of a paragraph: its name as written, its value without the space around it; further lines begin with a space or tab. */
export type Field = readonly [name: string, value: string];

const fieldLine = /^([!-9;-~]+):(.*)$/;
const continuationLine = /^[ \t]+[^ \t]/;
// Control characters have no place in a control file; tab is a space of sorts. C1 controls and line separators included (trust.md T47).
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const forbidden = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff]/u;
const maximumFields = 500;

/**
 * Reads one paragraph of the control file syntax (Debian policy 5.1), strictly: it ends with the text, holds no comment,
 * no empty line, no control character and no field twice (names are compared without regard to case).
 * @throws Refusal with what is wrong (trust.md T47).
 */
export function parseParagraph(text: string): readonly Field[] {
  const bad = forbidden.exec(text);
  if (bad) throw new Refusal(`the control data holds the control character ${shown(bad[0])}`);
  const fields: [string, string][] = [];
  const seen = new Set<string>();
  // Not by a pattern: one for newlines at the end takes hours for a million of them in the middle (trust.md T45).
  let end = text.length;
  while (text[end - 1] === '\n') end -= 1;
  for (const line of text.slice(0, end).split('\n')) {
    const last = fields.at(-1);
    if (last && continuationLine.test(line)) {
      last[1] += `\n${line.trimEnd()}`;
      continue;
    }
    const [, name, value] = fieldLine.exec(line) ?? [];
    if (name === undefined || value === undefined || /^[-#]/.test(name)) {
      throw new Refusal(
        line.trim() === ''
          ? 'the control data has more than one paragraph'
          : `the control data has the odd line ${shown(line)}`,
      );
    }
    const key = name.toLowerCase();
    if (seen.has(key)) throw new Refusal(`the control data has the field ${shown(name)} twice`);
    if (seen.size === maximumFields) throw new Refusal('the control data has too many fields');
    seen.add(key);
    fields.push([name, value.trim()]);
  }
  return fields;
}

/**
 * Splits an index such as `Packages` into its paragraphs: separated by one empty line, ended by a newline.
 * Gives nothing for the empty text.
 */
export function* paragraphsOf(text: string): Generator<string> {
  let at = 0;
  while (at < text.length) {
    const end = text.indexOf('\n\n', at);
    if (end === -1) {
      yield text.slice(at);
      return;
    }
    yield text.slice(at, end + 1);
    at = end + 2;
  }
}

/** The value of a field, found without regard to case (Debian policy 5.1). */
export function fieldValue(fields: readonly Field[], name: string): string | undefined {
  const key = name.toLowerCase();
  return fields.find(([field]) => field.toLowerCase() === key)?.[1];
}

/** A field as it stands in a file, with its newline. */
export function fieldText([name, value]: Field): string {
  return value === '' || value.startsWith('\n') ? `${name}:${value}\n` : `${name}: ${value}\n`;
}
