import { visibleText } from '../model/hidden-character.ts';
import type { Problem } from '../model/problem.ts';

export const formats = ['text', 'json', 'github', 'sarif'] as const;
export type Format = (typeof formats)[number];

/** Problems and the number of files that were looked at. */
export interface Outcome {
  readonly files: number;
  readonly problems: readonly Problem[];
}

/** True when nothing stops: warnings do not. */
export function isValid({ problems }: Outcome): boolean {
  return problems.every(({ severity }) => severity !== 'error');
}

/**
 * Writes an outcome for people (`text`), programs (`json`), a GitHub workflow's log (`github`) or a code scanner (`sarif`, 2.1.0).
 * Ends without a line feed; `github` is empty when there is nothing to say.
 */
export function format(outcome: Outcome, as: Format): string {
  switch (as) {
    case 'text':
      return text(outcome);
    case 'json':
      return JSON.stringify(
        { ok: isValid(outcome), ...counts(outcome), problems: outcome.problems },
        undefined,
        2,
      );
    case 'github':
      return outcome.problems.map(workflowCommand).join('\n');
    case 'sarif':
      break;
  }
  return JSON.stringify(sarif(outcome), undefined, 2);
}

function counts({ files, problems }: Outcome): { files: number; errors: number; warnings: number } {
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  return { files, errors, warnings: problems.length - errors };
}

const several = (number: number, one: string): string => `${String(number)} ${one}${number === 1 ? '' : 's'}`;
/** One line, with nothing hidden in it: file names and rule texts come from elsewhere. */
const oneLine = (words: string): string => visibleText(words).replaceAll('\n', String.raw`\n`);

function text(outcome: Outcome): string {
  const { files, errors, warnings } = counts(outcome);
  const lines: string[] = [];
  let file: string | undefined;
  for (const problem of outcome.problems) {
    if (problem.file !== file) lines.push(...(file === undefined ? [] : ['']), oneLine(problem.file));
    ({ file } = problem);
    const at = problem.line === 0 ? 'file' : `${String(problem.line)}:${String(problem.column)}`;
    lines.push(
      `  ${at.padEnd(7)} ${problem.severity.padEnd(7)} ${oneLine(problem.message)}  (${problem.rule})`,
      `                  ${oneLine(problem.mend)}`,
    );
  }
  const looked = `in ${several(files, 'file')}`;
  if (lines.length === 0) return `No problems ${looked}.`;
  return [...lines, '', `${several(errors, 'error')}, ${several(warnings, 'warning')} ${looked}.`].join('\n');
}

/** Escaped as the runner reads it back: https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
const data = (words: string): string =>
  words.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (words: string): string => data(words).replaceAll(':', '%3A').replaceAll(',', '%2C');

function workflowCommand({ severity, file, line, column, rule, message, mend }: Problem): string {
  const position = line === 0 ? '' : `,line=${String(line)},col=${String(column)}`;
  return `::${severity} file=${property(file)}${position},title=${property(rule)}::${data(`${message} ${mend}`)}`;
}

function sarif({ problems }: Outcome): object {
  const rules = [...new Set(problems.map(({ rule }) => rule))].toSorted();
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'rollout validate', rules: rules.map((id) => ({ id })) } },
        columnKind: 'utf16CodeUnits',
        results: problems.map((problem) => sarifResult(problem, rules)),
      },
    ],
  };
}

function sarifResult(problem: Problem, rules: readonly string[]): object {
  const { rule, severity, file, line, column, message, mend } = problem;
  const artifactLocation = {
    uri: file.split('/').map(encodeURIComponent).join('/'),
    uriBaseId: '%SRCROOT%',
  };
  const region = line === 0 ? {} : { region: { startLine: line, startColumn: column } };
  return {
    ruleId: rule,
    ruleIndex: rules.indexOf(rule),
    level: severity,
    message: { text: `${message} ${mend}` },
    locations: [{ physicalLocation: { artifactLocation, ...region } }],
  };
}
