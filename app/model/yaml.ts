import { dump } from 'js-yaml';
import type * as z from 'zod';
import type { Checked, Problem } from './problem.ts';
import { emptyRecord, entryOf, isRecord } from './record.ts';
import { schemaProblems, schemaWords } from './schema-problem.ts';
import { parseYaml, yamlLimits, type YamlDocument, type YamlLimits } from './yaml-document.ts';

export { yamlLimits, type Path, type YamlDocument, type YamlLimits } from './yaml-document.ts';

/**
 * Reads one YAML document of foreign origin (trust.md 8.3, T51). Every scalar is a string; positions come with it.
 * All that is wrong is told at once. Never throws on any text.
 */
export function readYaml(text: string, file: string, limits: YamlLimits = yamlLimits): Checked<YamlDocument> {
  const { document, problems } = parseYaml(text, file, limits);
  if (document === undefined || problems.length > 0) return { ok: false, problems };
  return { ok: true, value: document, warnings: [] };
}

/** What could be read of a file: the typed value when it is whole and sound, otherwise as much of the document as there is. */
export type Reading<T> =
  | { readonly sound: true; readonly document: YamlDocument; readonly value: T }
  | { readonly sound: false; readonly document?: YamlDocument; readonly problems: readonly Problem[] };

/** Reads a file against its schema and keeps document and problems side by side. Never throws on any text. */
export function examine<S extends z.ZodType>(
  schema: S,
  text: string,
  file: string,
  limits: YamlLimits = yamlLimits,
): Reading<z.infer<S>> {
  const { document, problems } = parseYaml(text, file, limits);
  if (document === undefined) return { sound: false, problems };
  const result = schema.safeParse(document.value, { error: schemaWords });
  if (result.success && problems.length === 0) return { sound: true, document, value: result.data };
  const issues = result.success ? [] : schemaProblems(result.error.issues, schema, document, file);
  return { sound: false, document, problems: inOrder([...problems, ...issues]) };
}

/** Reads a file against its schema: the typed value, or every problem with line, column and how to mend it. */
export function readAs<S extends z.ZodType>(
  schema: S,
  text: string,
  file: string,
  limits: YamlLimits = yamlLimits,
): Checked<z.infer<S>> {
  const reading = examine(schema, text, file, limits);
  if (!reading.sound) return { ok: false, problems: reading.problems };
  return { ok: true, value: reading.value, warnings: [] };
}

/** Problems in the order in which they stand in their files. */
export function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted(
    (one, other) =>
      (one.file < other.file ? -1 : one.file > other.file ? 1 : 0) ||
      one.line - other.line ||
      one.column - other.column,
  );
}

/**
 * Writes plain data (strings, finite numbers, booleans, lists, objects) as YAML. The same value gives the same bytes; strings that
 * another YAML reader would take for a number, a date or a boolean are quoted; fields that are undefined are left out.
 * The text is read back with `limits` and compared before it is given out; anything that would not survive, such as a hidden
 * character, a null or too deep a nesting, throws a TypeError: clean what people typed with `visibleText` first.
 */
export function writeYaml(value: unknown, limits: YamlLimits = yamlLimits): string {
  const plain = plainData(value, limits.depth + 1);
  const text = dump(plain, { noRefs: true, lineWidth: -1 });
  const again = parseYaml(text, 'written', limits);
  if (again.problems.length > 0 || !sameScalars(plain, again.document?.value))
    throw new TypeError(
      `this value cannot be written as YAML: ${again.problems[0]?.message ?? 'it would read differently'}`,
    );
  return text;
}

/** A copy without prototypes, accessors or undefined fields; throws a TypeError on what is no data. */
function plainData(value: unknown, depth: number): unknown {
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value !== 'object' || value === null || depth === 0)
    throw new TypeError(
      'only text, finite numbers, booleans, lists and objects of bounded depth can be written as YAML',
    );
  if (Array.isArray(value)) return value.map((item) => plainData(item, depth - 1));
  const fields = emptyRecord();
  for (const [name, field] of Object.entries(value))
    if (field !== undefined) fields[name] = plainData(field, depth - 1);
  return fields;
}

/** True when what was read is what was written, every scalar seen as text. */
function sameScalars(written: unknown, read: unknown): boolean {
  if (Array.isArray(written)) {
    if (!Array.isArray(read) || read.length !== written.length) return false;
    return written.every((item, index) => sameScalars(item, read[index]));
  }
  if (!isRecord(written)) return String(written) === read;
  if (!isRecord(read) || Object.keys(read).length !== Object.keys(written).length) return false;
  return Object.entries(written).every(([name, field]) => sameScalars(field, entryOf(read, name)));
}
