import { isPlaceholder, saysNothing } from '../model/placeholder.ts';

/** A form of `.github/ISSUE_TEMPLATE`, as far as a body is known by it: the labels of its fields, and those that no body of it lacks. */
export interface FormShape {
  readonly labels: readonly string[];
  readonly sure: readonly string[];
}

/** What a body says, field by field. */
export interface FormText {
  readonly fields: ReadonlyMap<string, string>;
  /** Fields whose heading stands there more than once. The first one is read; the others may be part of an answer. */
  readonly twice: readonly string[];
}

/**
 * Reads the body that GitHub makes of an issue form: `### <label>`, an empty line, the answer; `_No response_` for none. Only headings of
 * the form count, so that an answer may have headings of its own. A field without an answer is left out.
 */
export function readForm(body: string, { labels }: FormShape): FormText {
  const fields = new Map<string, string[]>();
  const twice = new Set<string>();
  let lines: string[] | undefined;
  let fence: string | undefined;
  for (const line of body.replaceAll(/\r\n?/g, '\n').split('\n')) {
    const ticks = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (ticks !== undefined) {
      if (fence === undefined) fence = ticks;
      else if (ticks.startsWith(fence)) fence = undefined;
      continue;
    }
    const label = fence === undefined ? headingOf(line) : undefined;
    const isField = label !== undefined && labels.includes(label);
    if (isField && fields.has(label)) twice.add(label);
    if (isField && !fields.has(label)) {
      lines = [];
      fields.set(label, lines);
    } else lines?.push(line);
  }
  const answered = [...fields].map(([label, text]) => [label, text.join('\n').trim()] as const);
  return { fields: new Map(answered.filter(([, text]) => isAnswer(text))), twice: [...twice] };
}

/** By hand: a pattern with two stretches of blanks takes a stranger's sixty thousand of them apart in all ways there are (trust.md T53). */
const headingOf = (line: string): string | undefined =>
  line.startsWith('### ') ? line.slice('### '.length).trim() : undefined;

/** Was the body made by this form? */
export function isMadeBy(body: string, { sure }: FormShape): boolean {
  const headings = new Set(body.split(/\r\n?|\n/).map(headingOf));
  return sure.every((label) => headings.has(label));
}

const isAnswer = (text: string): boolean =>
  text !== '_No response_' && !saysNothing(text) && !isPlaceholder(text);
