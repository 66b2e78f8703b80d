import { visibleText } from '../model/hidden-character.ts';
import type { Problem } from '../model/problem.ts';
import type { Imported, ImportOutcome, Written } from './import.ts';

/** True for a file whose ticket needs nothing more before it can be opened: remarks do not count. */
export function isComplete({ problems }: Imported): boolean {
  return problems.every(({ severity }) => severity !== 'error');
}

/** The report as JSON: every file with its ticket, what became of it, and all problems, and how many files break which rule. */
export function importJson(outcome: ImportOutcome): string {
  const { imported, hadCatalogue } = outcome;
  const files = imported.map((one) => ({ ...one, complete: isComplete(one) }));
  return JSON.stringify(
    { ok: imported.every(isComplete), ...counts(outcome), hadCatalogue, files },
    undefined,
    2,
  );
}

function counts({ imported }: ImportOutcome): {
  readonly count: Readonly<Record<'files' | 'complete' | 'lacking' | Written, number>>;
  readonly rules: Readonly<Record<string, number>>;
} {
  const complete = imported.filter(isComplete).length;
  const of = (written: Written): number => imported.filter((one) => one.written === written).length;
  const rules = new Map<string, number>();
  for (const { problems } of imported)
    for (const rule of new Set(problems.map((problem) => problem.rule)))
      rules.set(rule, (rules.get(rule) ?? 0) + 1);
  const byCount = [...rules].toSorted(([one, few], [other, many]) => many - few || (one < other ? -1 : 1));
  return {
    count: {
      files: imported.length,
      complete,
      lacking: imported.length - complete,
      written: of('written'),
      there: of('there'),
      differs: of('differs'),
      refused: of('refused'),
      'not-written': of('not-written'),
    },
    rules: Object.fromEntries(byCount),
  };
}

const oneLine = (words: string): string => visibleText(words).replaceAll('\n', String.raw`\n`);

const fates: Readonly<Record<Written, string>> = {
  written: 'written',
  there: 'was there already, the same',
  differs: 'NOT written: another file is there',
  refused: 'no ticket can be made of it',
  'not-written': 'would be written',
};

/** The report for people: by file what each lacks, equal rules once with their number, and how many files break which rule. */
export function importText(outcome: ImportOutcome): string {
  const { count, rules } = counts(outcome);
  const lines = outcome.imported.flatMap((one) => [...fileLines(one), '']);
  if (!outcome.hadCatalogue)
    lines.push('There is no catalogue around here: names were not looked up, stacks are not known.', '');
  if (Object.keys(rules).length > 0) lines.push('Files by rule:');
  for (const [rule, files] of Object.entries(rules)) lines.push(`  ${String(files).padStart(6)}  ${rule}`);
  if (Object.keys(rules).length > 0) lines.push('');
  const fate = (['written', 'there', 'differs', 'refused', 'not-written'] as const)
    .filter((written) => count[written] > 0)
    .map((written) => `${String(count[written])} ${fates[written]}`);
  lines.push(
    `${String(count.files)} ${count.files === 1 ? 'file' : 'files'}: ${String(count.complete)} complete, ${String(count.lacking)} lacking something; ${fate.join(', ')}.`,
  );
  return lines.join('\n');
}

function fileLines({ source, ticket, written, problems }: Imported): readonly string[] {
  const head = ticket === undefined ? fates[written] : `${ticket} (${fates[written]})`;
  const groups = new Map<string, Problem[]>();
  for (const problem of problems) {
    // Missing fields differ in what is missing; of everything else the first one shows the kind.
    const kind = problem.rule === 'missing-field' ? problem.message : problem.rule;
    const group = groups.get(`${problem.severity} ${kind}`);
    if (group === undefined) groups.set(`${problem.severity} ${kind}`, [problem]);
    else group.push(problem);
  }
  const told = [...groups.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const { severity, rule, message, mend, line, column } = first;
    const at = line === 0 ? 'file' : `${String(line)}:${String(column)}`;
    const times = group.length === 1 ? '' : `, ${String(group.length)} times`;
    return [
      `  ${at.padEnd(7)} ${severity.padEnd(7)} ${oneLine(message)}  (${rule}${times})`,
      `                  ${oneLine(mend)}`,
    ];
  });
  return [`${oneLine(source)} -> ${head}`, ...told];
}
