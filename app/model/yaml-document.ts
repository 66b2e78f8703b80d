import { EVENT_ID, YAMLException, parseEvents } from 'js-yaml';
import { hiddenCharacters } from './hidden-character.ts';
import type { Problem } from './problem.ts';
import { syntaxProblem } from './yaml-syntax.ts';
import { YamlTree, type Finding, type Spot } from './yaml-tree.ts';

/** Line and column in a file, both from 1; columns in UTF-16 units, as GitHub and SARIF count them. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Way to a value: names of fields and, in lists, indexes from 0. */
export type Path = readonly (string | number)[];

/** What a YAML file says, and where it says it. Every scalar is a string, every mapping an object without prototype. */
export interface YamlDocument {
  readonly value: unknown;
  /** Where a value stands; for a block of fields or a list below a field, where that field stands. A path that is not there: its closest parent. */
  at(path: Path): Position;
  /** Where the name of a field stands; for anything else as `at`. */
  keyAt(path: Path): Position;
  /** True when there is anything at this path, right or wrong. */
  has(path: Path): boolean;
  /** True when the value is a scalar without quotes, which other YAML readers may take for a number or a date. */
  isPlain(path: Path): boolean;
}

export interface YamlLimits {
  /** Size of the file in bytes of UTF-8. */
  readonly bytes: number;
  /** Levels of nesting as the parser counts them: the document and a text in it are two, each list or group between is one more. */
  readonly depth: number;
}

/** The limits of a file written by people (trust.md 8.3, 8.5). */
export const yamlLimits: YamlLimits = { bytes: 256 * 1024, depth: 12 };

/** Offsets at which lines begin. */
function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (const match of text.matchAll(/\r\n?|\n/g)) starts.push(match.index + match[0].length);
  return starts;
}

function positionOf(starts: readonly number[], offset: number): Position {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}

function documentOf(value: unknown, root: Spot, starts: readonly number[]): YamlDocument {
  const find = (path: Path): { spot: Spot; whole: boolean } => {
    let spot = root;
    for (const step of path) {
      const below = spot.below?.get(step);
      if (below === undefined) return { spot, whole: false };
      spot = below;
    }
    return { spot, whole: true };
  };
  return {
    value,
    at: (path) => positionOf(starts, find(path).spot.start),
    keyAt: (path) => {
      const { spot, whole } = find(path);
      return positionOf(starts, whole ? (spot.key ?? spot.start) : spot.start);
    },
    has: (path) => find(path).whole,
    isPlain: (path) => {
      const { spot, whole } = find(path);
      return whole && spot.plain === true;
    },
  };
}

/** What was found in a text: the document, if it could be read at all, and what is wrong with it. */
export interface YamlReading {
  readonly document?: YamlDocument;
  readonly problems: readonly Problem[];
}

/**
 * Reads hostile text as one YAML document (trust.md 8.3, T51): at most `limits.bytes` and `limits.depth`, no anchors, aliases, tags,
 * duplicate or dangerous keys, nothing hidden, every scalar a string. Never throws on any text.
 */
export function parseYaml(text: string, file: string, limits: YamlLimits = yamlLimits): YamlReading {
  const whole = (finding: Finding): YamlReading => ({
    problems: [{ severity: 'error', file, line: 0, column: 0, ...finding }],
  });
  if (text.length > limits.bytes || new TextEncoder().encode(text).length > limits.bytes) {
    return whole({
      rule: 'too-large',
      message: `The file is larger than ${String(limits.bytes / 1024)} KiB.`,
      mend: 'Shorten it: long texts belong behind a link.',
    });
  }
  const starts = lineStarts(text);
  const problemAt = (offset: number, finding: Finding): Problem => ({
    severity: 'error',
    file,
    ...positionOf(starts, offset),
    ...finding,
  });
  // A byte order mark at the very beginning is how some editors write UTF-8; anywhere else it hides.
  const seen = text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text;
  const hiding = hiddenCharacters(seen, 20, '\t\n\r');
  if (hiding.length > 0) {
    const problems = hiding.map(({ offset, shown }) =>
      problemAt(offset, {
        rule: 'hidden-character',
        message: `The file holds the hidden character ${shown}.`,
        mend: 'Delete it.',
      }),
    );
    return { problems };
  }
  const source = seen === text ? text : text.slice(1);
  const shift = text.length - source.length;
  try {
    const events = parseEvents(source, { maxDepth: limits.depth });
    const documents = events.filter((event) => event.type === EVENT_ID.DOCUMENT).length;
    if (documents === 0) return whole({ rule: 'syntax', message: 'The file is empty.', mend: 'Fill it in.' });
    if (documents > 1) {
      return whole({
        rule: 'syntax',
        message: 'The file holds more than one document.',
        mend: 'Delete the lines "---" and "..." between them, or make two files.',
      });
    }
    const root: Spot = { start: 0 };
    const tree = new YamlTree(events, source);
    const value = tree.value(root);
    return {
      document: documentOf(value, root, shift === 0 ? starts : lineStarts(source)),
      problems: tree.findings
        .toSorted((one, other) => one.offset - other.offset)
        .map(({ offset, finding }) => problemAt(offset + shift, finding)),
    };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    return {
      problems: [problemAt((error.mark?.position ?? 0) + shift, syntaxProblem(error.reason, limits.depth))],
    };
  }
}
