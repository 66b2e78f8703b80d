import type { Problem } from './problem.ts';

type Explanation = Pick<Problem, 'rule' | 'message' | 'mend'>;

const indentation = {
  message: 'The indentation does not fit the lines above.',
  mend: 'Align the line with its neighbours, and put a value that holds a colon and a space into quotes.',
};
const noField = {
  message: 'A line is neither "name: value" nor "- entry".',
  mend: 'Write it as "name: value", with a space after the colon.',
};

/** What the parser says -> what a person is told. Matched by the beginning of the parser's words, first match first. */
const explanations: readonly (readonly [string, Pick<Problem, 'message' | 'mend'>])[] = [
  ['tab characters', { message: 'A tab is used for indentation.', mend: 'Use spaces.' }],
  ['bad indentation', indentation],
  ['deficient indentation', indentation],
  [
    'unexpected end of the stream within a flow',
    { message: 'A bracket is not closed.', mend: 'Add the closing bracket.' },
  ],
  ['unexpected end of the', { message: 'A quote is not closed.', mend: 'Add the closing quote.' }],
  [
    'missed comma',
    { message: 'A comma is missing between two entries in brackets.', mend: 'Add the comma.' },
  ],
  ['expected the node content', { message: 'There is a comma too many.', mend: 'Delete it.' }],
  ["expected ':'", noField],
  ['can not read a block mapping', noField],
  ['a whitespace character is expected after', noField],
  [
    'unknown escape',
    { message: 'A backslash in double quotes begins no known escape.', mend: 'Use single quotes.' },
  ],
  [
    'expected hexadecimal',
    { message: 'An escape in double quotes is cut short.', mend: 'Use single quotes.' },
  ],
];

/** Turns a parser's complaint into a sentence for people; a complaint that is not known is passed on, shortened. */
export function syntaxProblem(reason: string, depth: number): Explanation {
  if (reason.startsWith('nesting exceeded')) {
    return {
      rule: 'too-deep',
      message: `The file is nested more than ${String(depth)} levels deep.`,
      mend: 'Write it flatter.',
    };
  }
  const known = explanations.find(([beginning]) => reason.startsWith(beginning));
  if (known !== undefined) return { rule: 'syntax', ...known[1] };
  return {
    rule: 'syntax',
    message: `This is not YAML: ${reason.slice(0, 160)}.`,
    mend: 'Compare the line with the example in the README beside it.',
  };
}
