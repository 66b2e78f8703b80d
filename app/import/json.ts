import type { Problem } from '../model/problem.ts';
import { parseYaml, type YamlDocument, type YamlLimits } from '../model/yaml-document.ts';

/** A record of a product takes a few kilobytes; one of the whole distribution still fits. */
export const jsonLimits: YamlLimits = { bytes: 1024 * 1024, depth: 12 };

/** What a JSON text says, each scalar as it was written, with its place; or why it is not read. */
export type JsonReading =
  | { readonly ok: true; readonly document: YamlDocument }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/**
 * Reads hostile text as JSON (RFC 8259), at most 1 MiB and 12 levels deep, a byte order mark allowed. JSON is read by the YAML
 * reader, which keeps every scalar as it was written (a number 1.10 stays 1.10) with its place, and refuses what is hidden, doubled or
 * dangerous (trust.md 8.3); that it is JSON and nothing more is checked beside it. Never throws on any text.
 */
export function readJson(text: string, file: string): JsonReading {
  const { document, problems } = parseYaml(text, file, jsonLimits);
  const refusals = problems.filter(({ rule }) => rule !== 'syntax');
  if (refusals.length > 0) return { ok: false, problems: refusals.map(asJson) };
  const source = text.startsWith('\uFEFF') ? text.slice(1) : text;
  try {
    JSON.parse(source);
  } catch (error) {
    const offset = error instanceof SyntaxError ? /position (\d+)/.exec(error.message)?.[1] : undefined;
    const place = offset === undefined ? problems[0] : placeOf(source, Number(offset));
    return { ok: false, problems: [notJson(file, place)] };
  }
  if (document === undefined || problems.length > 0)
    return { ok: false, problems: [notJson(file, problems[0])] };
  return { ok: true, document };
}

type Place = Pick<Problem, 'line' | 'column'>;

function notJson(file: string, { line, column }: Place = { line: 0, column: 0 }): Problem {
  return {
    rule: 'syntax',
    severity: 'error',
    file,
    line,
    column,
    message: 'This is not JSON.',
    mend: 'Correct the place, a comma or a quote most likely, or leave the file out.',
  };
}

function placeOf(text: string, offset: number): Place {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/** The sentences of the YAML reader that speak of what people write, for a file that programs write. */
function asJson(problem: Problem): Problem {
  if (problem.rule === 'too-large') return { ...problem, mend: 'Split it: one product in each file.' };
  return problem;
}
