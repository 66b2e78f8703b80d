import { isRpmVersion } from '../rpm-version.ts';
import { shown } from '../refusal.ts';
import type { Comparison, Relation, Requirement } from './package.ts';

const operators = new Set(['and', 'or', 'if', 'unless', 'with', 'without', 'else']);
const comparisons: ReadonlySet<string> = new Set(['<', '<=', '=', '>=', '>']);
const deepest = 20;
const longest = 20_000;

class Unreadable extends Error {
  override readonly name = 'Unreadable';
}

/**
 * Reads a boolean dependency of rpm, `(a or b)`, `(a >= 1 with a < 2)`, `(a if b else c)` (rpm-boolean(7), parseRichDep of rpm 4.18): one
 * operator on a level, `and` and `or` as often as one likes. What is no such thing is given as unreadable.
 */
export function readRich(text: string): Requirement {
  if (text.length > longest) return { is: 'unreadable', text: 'a boolean dependency that is too long' };
  const words = wordsOf(text);
  try {
    const { read, at } = group(words, 0, 1);
    if (at === words.length) return read;
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
  }
  return { is: 'unreadable', text: `the boolean dependency ${shown(text)}, which cannot be read` };
}

/** Parentheses inside a name, as in `perl(X)` and `libfoo.so()(64bit)`, belong to it. */
function wordsOf(text: string): readonly string[] {
  const words: string[] = [];
  let word = '';
  let open = 0;
  const end = (): void => {
    if (word !== '') words.push(word);
    word = '';
    open = 0;
  };
  for (const character of text) {
    if (character === ' ') end();
    else if (word === '' && (character === '(' || character === ')')) words.push(character);
    else if (character === ')' && open === 0) {
      end();
      words.push(')');
    } else {
      if (character === '(') open += 1;
      if (character === ')') open -= 1;
      word += character;
    }
  }
  end();
  return words;
}

interface Read<T> {
  readonly read: T;
  readonly at: number;
}

function group(words: readonly string[], from: number, depth: number): Read<Requirement> {
  if (words[from] !== '(' || depth > deepest) throw new Unreadable();
  const first = operand(words, from + 1, depth);
  const parts = [first.read];
  const operator = words[first.at];
  let { at } = first;
  if (operator !== undefined && operators.has(operator)) {
    while (words[at] === operator) {
      const next = operand(words, at + 1, depth);
      parts.push(next.read);
      ({ at } = next);
    }
  }
  let otherwise: Requirement | undefined;
  if (words[at] === 'else' && (operator === 'if' || operator === 'unless')) {
    const next = operand(words, at + 1, depth);
    otherwise = next.read;
    ({ at } = next);
  }
  if (words[at] !== ')') throw new Unreadable();
  return { read: combined(operator, parts, otherwise), at: at + 1 };
}

function combined(
  operator: string | undefined,
  parts: readonly Requirement[],
  otherwise: Requirement | undefined,
): Requirement {
  const [one, other, ...more] = parts;
  if (!one) throw new Unreadable();
  if (!other) return one;
  switch (operator) {
    case 'and':
    case 'or':
      return { is: operator, of: parts };
    case 'with':
      // `with` may be chained: a package that meets all of them.
      return [other, ...more].reduce<Requirement>(
        (all, next) => ({ is: 'with', one: all, other: next }),
        one,
      );
    case 'without':
      if (more.length > 0) throw new Unreadable();
      return { is: 'without', one, other };
    case 'if':
    case 'unless':
      if (more.length > 0) throw new Unreadable();
      return { is: operator, wanted: one, when: other, ...(otherwise ? { otherwise } : {}) };
    case undefined:
    default:
      throw new Unreadable();
  }
}

function operand(words: readonly string[], at: number, depth: number): Read<Requirement> {
  const [name, sign, version] = words.slice(at, at + 3);
  if (name === '(') return group(words, at, depth + 1);
  if (name === undefined || name === ')' || operators.has(name)) throw new Unreadable();
  if (sign === undefined || !isComparison(sign)) return { read: asked({ name }), at: at + 1 };
  if (version === undefined || !isRpmVersion(version)) throw new Unreadable();
  return { read: asked({ name, comparison: sign, version }), at: at + 3 };
}

const asked = (relation: Relation): Requirement => ({ is: 'relation', relation });
const isComparison = (sign: string): sign is Comparison => comparisons.has(sign);
