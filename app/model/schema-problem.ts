import * as z from 'zod';
import { quoted } from './hidden-character.ts';
import { mendName, nearest } from './near-miss.ts';
import { isPlaceholder, saysNothing } from './placeholder.ts';
import type { Problem } from './problem.ts';
import { entryOf, isRecord } from './record.ts';
import type { Path, Position, YamlDocument } from './yaml-document.ts';

/*
 * What zod says, in words for people. A schema's own message has the form "must be …; mend", or only its first half:
 * the part before the semicolon follows the name of the field, the part after it becomes the mending sentence.
 */

const mostProblems = 100;
type Issue = z.core.$ZodIssue;

/** Names of rules that are more telling than `missing-field` and `bad-value`, by the last name of the path. */
const missingRules: Readonly<Record<string, string>> = {
  sha256: 'digest-missing',
  changelog: 'changelog-missing',
  targets: 'no-target',
  packages: 'no-target',
  advisory: 'security-without-advisory',
};
const badRules: Readonly<Record<string, string>> = {
  sha256: 'invalid-digest',
  version: 'invalid-version',
  previous: 'invalid-version',
};

/** `spec.targets[0].arch` */
function pathText(path: Path): string {
  const shown = path.map((step) =>
    typeof step === 'number'
      ? `[${String(step)}]`
      : `.${/^[\w.+~/-]{1,80}$/.test(step) ? step : quoted(step)}`,
  );
  return shown.join('').replace(/^\./, '');
}

/** The words for what a schema wants, where it has none of its own. Given to zod as its error map. */
export function schemaWords(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      if (issue.expected === 'array')
        return 'must be a list; begin each entry with "- " on a line of its own';
      if (issue.expected === 'object' || issue.expected === 'record')
        return 'must be a group of fields; write each as "name: value" on a line of its own';
      return 'must be a text; write it behind the colon';
    case 'too_big':
      if (issue.origin === 'string')
        return `must not be longer than ${String(issue.maximum)} characters; shorten it`;
      return `must not be more than ${String(issue.maximum)}; take the rest away`;
    case 'too_small':
      return issue.origin === 'string'
        ? 'must not be so short; fill it in'
        : 'needs more entries; add what is missing';
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}`;
    case 'invalid_format':
      if (issue.format === 'date') return 'must be a date; write it like 2026-11-22';
      if (issue.format === 'email') return 'must be a mail address; write it like grid-admin@site.example';
      return 'is not written as it must be; compare it with the README';
    case 'custom':
    case 'invalid_element':
    case 'invalid_key':
    case 'invalid_union':
    case 'not_multiple_of':
    case 'unrecognized_keys':
      break;
  }
  return 'is not what belongs here; compare it with the README';
}

function valueAt(value: unknown, path: Path): unknown {
  let here = value;
  for (const step of path) {
    if (typeof step === 'number') here = Array.isArray(here) ? here[step] : undefined;
    else here = isRecord(here) ? entryOf(here, step) : undefined;
  }
  return here;
}

/** The schema of the value at a path, or undefined where the path leaves the schema. */
function schemaAt(schema: unknown, path: Path): unknown {
  if (schema instanceof z.ZodOptional) return schemaAt(schema.unwrap(), path);
  const [step, ...rest] = path;
  if (step === undefined) return schema;
  if (schema instanceof z.ZodObject)
    return Object.hasOwn(schema.shape, step) ? schemaAt(schema.shape[step], rest) : undefined;
  if (schema instanceof z.ZodArray) return schemaAt(schema.element, rest);
  if (schema instanceof z.ZodRecord) return schemaAt(schema.valueType, rest);
  return undefined;
}

function knownFields(schema: unknown, value: unknown): readonly string[] {
  if (!(schema instanceof z.ZodObject)) return [];
  return Object.keys(schema.shape).filter((name) => !isRecord(value) || !Object.hasOwn(value, name));
}

const sentence = (text: string): string => {
  const capital = `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
};

/** Splits the words of a schema into what must be and how to mend it. */
function halves(words: string, field: string): { must: string; mend: string } {
  const [must = words, mend] = words.split('; ', 2);
  return { must, mend: mend === undefined ? `Correct ${field}.` : sentence(mend) };
}

interface Found {
  readonly rule: string;
  readonly position: Position;
  readonly message: string;
  readonly mend: string;
}

function unknownFields(
  issue: Issue & { code: 'unrecognized_keys' },
  path: Path,
  schema: z.ZodType,
  document: YamlDocument,
): Found[] {
  const known = knownFields(schemaAt(schema, path), valueAt(document.value, path));
  const where = path.length === 0 ? 'here' : `in ${pathText(path)}`;
  return issue.keys.slice(0, mostProblems).map((name) => {
    const near = nearest(name, known);
    return {
      rule: 'unknown-field',
      position: document.keyAt([...path, name]),
      message: `There is no field ${quoted(name)} ${where}.`,
      mend: near === undefined ? 'Delete it.' : `Write ${near}, or delete it.`,
    };
  });
}

function missing(issue: Issue, path: Path, schema: z.ZodType, position: Position): Found {
  const name = String(path.at(-1) ?? 'file');
  const wanted = schemaAt(schema, path);
  const description = wanted instanceof z.ZodType ? wanted.description : undefined;
  const values = issue.code === 'invalid_value' ? issue.values.map(String) : [];
  const hint =
    values.length > 0 ? `: ${values.join(', ')}` : description === undefined ? '' : `: ${description}`;
  return {
    position,
    rule: missingRules[name] ?? 'missing-field',
    message: `${pathText(path)} is missing.`,
    mend: sentence(`Add the field ${name}${values.length > 1 ? ', one of' : ''}${hint}`),
  };
}

function badValue(issue: Issue, path: Path, value: unknown, position: Position): Found {
  const name = String(path.at(-1) ?? 'file');
  const { must, mend } = halves(issue.message, pathText(path));
  const isText = typeof value === 'string';
  if (isText && name === 'changelog' && saysNothing(value)) {
    return {
      position,
      rule: 'changelog-missing',
      message: `${pathText(path)} says only ${quoted(value)}.`,
      mend: 'Link the list of changes.',
    };
  }
  if (isText && isPlaceholder(value)) {
    return {
      position,
      rule: 'placeholder-text',
      message: `${pathText(path)} is a placeholder: ${quoted(value)}.`,
      mend: 'Put the real text or link there, or delete the field if it may be left out.',
    };
  }
  return {
    position,
    rule: badRule(issue, name, value),
    message: `${pathText(path)} ${must}${isText ? `${must.startsWith('must be ') ? ', not' : ':'} ${quoted(value)}` : ''}.`,
    mend: issue.code === 'invalid_value' && isText ? mendName(value, issue.values.map(String)) : mend,
  };
}

function badRule(issue: Issue, name: string, value: unknown): string {
  if (issue.code === 'too_small' && Array.isArray(value)) return missingRules[name] ?? 'bad-value';
  return badRules[name] ?? 'bad-value';
}

function badName(issue: Issue & { code: 'invalid_key' }, path: Path, document: YamlDocument): Found {
  const { must, mend } = halves(
    issue.issues[0]?.message ?? 'is not a name that belongs here',
    pathText(path),
  );
  return {
    position: document.keyAt(path),
    rule: 'bad-value',
    message: `The name ${quoted(String(path.at(-1) ?? ''))} in ${pathText(path.slice(0, -1))} ${must}.`,
    mend,
  };
}

/**
 * The issues that a schema found in a document, as problems: each at its line and column, one per place, in the order of the file,
 * at most 100.
 */
export function schemaProblems(
  issues: readonly Issue[],
  schema: z.ZodType,
  document: YamlDocument,
  file: string,
): readonly Problem[] {
  const seen = new Set<string>();
  const found: Found[] = [];
  for (const issue of issues) {
    if (found.length >= mostProblems) break;
    const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
    const place = `${issue.code === 'unrecognized_keys' ? 'fields ' : ''}${JSON.stringify(path)}`;
    // Where the kind of a value is wrong, what zod says about its length as well is noise.
    if (seen.has(place)) continue;
    seen.add(place);
    const value = valueAt(document.value, path);
    if (issue.code === 'unrecognized_keys') found.push(...unknownFields(issue, path, schema, document));
    else if (issue.code === 'invalid_key') found.push(badName(issue, path, document));
    else if (value === undefined || value === '') found.push(missing(issue, path, schema, document.at(path)));
    else found.push(badValue(issue, path, value, document.at(path)));
  }
  return found.slice(0, mostProblems).map((one) => problemOf(one, file));
}

function problemOf({ rule, position, message, mend }: Found, file: string): Problem {
  return { rule, severity: 'error', file, ...position, message, mend };
}
