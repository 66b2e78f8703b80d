import type { Problem, Severity } from '../model/problem.ts';
import type { Path, YamlDocument } from '../model/yaml.ts';

/** A file that fits its schema, with the places of everything in it. */
export interface Sound<T> {
  readonly file: string;
  readonly document: YamlDocument;
  readonly value: T;
}

/** What a rule across files says about one place of one of them. */
export interface Told {
  readonly rule: string;
  readonly message: string;
  readonly mend: string;
  readonly severity?: Severity;
}

/** A problem at the value of a path; with `ofKey`, at the name of the field. An error unless told otherwise. */
export function problemAt(source: Sound<unknown>, path: Path, told: Told, ofKey = false): Problem {
  const { rule, message, mend, severity = 'error' } = told;
  const { line, column } = ofKey ? source.document.keyAt(path) : source.document.at(path);
  return { rule, severity, file: source.file, line, column, message, mend };
}

/** A problem of a file as a whole. */
export function problemOfFile(file: string, { rule, message, mend, severity = 'error' }: Told): Problem {
  return { rule, severity, file, line: 0, column: 0, message, mend };
}
