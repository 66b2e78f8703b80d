/** How bad a problem is: an error stops the ticket, a warning is shown and does not. */
export type Severity = 'error' | 'warning';

/**
 * One thing a person has to mend in a file. A value, never a thrown error: all problems of a file are found and told together.
 * `line` and `column` count from 1; 0 means the whole file.
 */
export interface Problem {
  /** Stable kebab-case name of the rule that was broken, for example `digest-missing`. */
  readonly rule: string;
  readonly severity: Severity;
  /** Path from the top of the repository. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** What is wrong, one sentence. */
  readonly message: string;
  /** How to mend it, one sentence that begins with a verb. */
  readonly mend: string;
}

/** A value, or all the problems that keep it from being one. */
export type Checked<T> =
  | { readonly ok: true; readonly value: T; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** A problem as one line, in the form compilers use: `file:line:column: error rule: message Mend: …`. */
export function problemLine(problem: Problem): string {
  const at = `${problem.file}:${String(problem.line)}:${String(problem.column)}`;
  return `${at}: ${problem.severity} ${problem.rule}: ${problem.message} ${problem.mend}`;
}
