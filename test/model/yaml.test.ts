import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { CORE_SCHEMA, YAML11_SCHEMA, load } from 'js-yaml';
import { readYaml, writeYaml, yamlLimits } from '../../app/model/yaml.ts';

const file = 'a.yml';

function problemsOf(text: string): readonly string[] {
  const checked = readYaml(text, file);
  if (checked.ok) return [];
  return checked.problems.map(({ rule, line, column }) => `${rule} ${String(line)}:${String(column)}`);
}

function valueOf(text: string): unknown {
  const checked = readYaml(text, file);
  if (!checked.ok) throw new Error(JSON.stringify(checked.problems));
  return checked.value.value;
}

const laughs = [
  'a: &a [x, x, x, x, x, x, x, x, x]',
  ...['b', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].map((name, index) => {
    const before = String.fromCodePoint(97 + index);
    return `${name}: &${name} [*${before}, *${before}, *${before}]`;
  }),
].join('\n');

const filled = (bytes: number): string => `a: ${'x'.repeat(bytes - 3)}`;

describe('hostile YAML is refused, with its place (trust.md 1.1, 8.3, T51)', () => {
  test.each<[string, string, readonly string[]]>([
    ['an alias', 'a: &x 1\nb: *x\n', ['yaml-anchor 1:4', 'yaml-alias 2:4']],
    ['a self reference', '&a [*a]', ['yaml-anchor 1:1', 'yaml-alias 1:5']],
    ['an anchor nobody uses', 'a:\n  - &x 1\n', ['yaml-anchor 2:5']],
    ['a type tag', 'a: !!int 3\n', ['yaml-tag 1:4']],
    ['a JavaScript tag', 'a: !!js/function "x"\n', ['yaml-tag 1:4']],
    ['a binary tag', 'a: !!binary aGk=\n', ['yaml-tag 1:4']],
    ['a verbatim tag on a map', 'a: !<tag:example.org,2000:x> {b: c}\n', ['yaml-tag 1:4']],
    ['a key twice', 'a: 1\nb: 2\na: 3\n', ['duplicate-key 3:1']],
    ['a key twice, once quoted', '1: a\n"1": b\n', ['duplicate-key 2:1']],
    ['a key twice in brackets', '{a: 1, a: 2}', ['duplicate-key 1:8']],
    ['__proto__', 'a: 1\n__proto__: {isAdmin: true}\n', ['refused-key 2:1']],
    ['constructor', 'constructor: {prototype: {x: 1}}', ['refused-key 1:1', 'refused-key 1:15']],
    ['a merge key', 'a: {b: 1}\nc:\n  <<: {d: 1}\n', ['refused-key 3:3']],
    ['a list as a key', '? [a, b]\n: 1\n', ['refused-key 1:3']],
    ['two documents', 'a: 1\n---\nb: 2\n', ['syntax 0:0']],
    ['nothing', '', ['syntax 0:0']],
    ['only a comment', '# nothing\n', ['syntax 0:0']],
    ['a raw NUL', 'a: b\0c\n', ['hidden-character 1:5']],
    ['an escaped NUL', 'a: "\\0"\n', ['hidden-character 1:4']],
    ['an escaped bidi override', 'a: 1\nb: "x\\u202Ey"\n', ['hidden-character 2:4']],
    ['a raw bidi override in a comment', 'a: 1 # \u{202e}\n', ['hidden-character 1:8']],
    ['a zero-width space in a key', 'a\u{200b}b: 1\n', ['hidden-character 1:2']],
    ['an escaped zero-width joiner in a key', 'x: 1\n"a\\u200Db": 1\n', ['hidden-character 2:1']],
    ['a tag character', 'a: "\\U000E0041"\n', ['hidden-character 1:4']],
    ['a lone surrogate', 'a: "\\uD800"\n', ['hidden-character 1:4']],
    ['a byte order mark inside', 'a: b\u{feff}\n', ['hidden-character 1:5']],
    ['an escape character', 'a: "\\e[31m"\n', ['hidden-character 1:4']],
    ['a tab as indentation', 'a:\n\tb: 1\n', ['syntax 2:1']],
    ['an open bracket', 'a: [b, c\n', ['syntax 2:1']],
    ['an open quote', 'a: "b\n', ['syntax 2:1']],
    ['bad indentation', 'a:\n  b: 1\n   c: 2\n', ['syntax 3:5']],
  ])('%s', (_, text, expected) => {
    expect(problemsOf(text)).toEqual(expected);
  });

  test('a billion laughs costs nothing and gives problems, not a value', () => {
    const checked = readYaml(laughs, file);
    expect(checked.ok).toBe(false);
    expect(problemsOf(laughs).length).toBeLessThanOrEqual(100);
  });

  test.each([
    ['[', ']'],
    ['{a: ', '}'],
    ['- ', ''],
  ])('nesting with %j is read at the limit and refused beyond it', (open, close) => {
    const nested = (depth: number): string => `${open.repeat(depth)}x${close.repeat(depth)}`;
    expect(problemsOf(nested(yamlLimits.depth - 2))).toEqual([]);
    expect(problemsOf(nested(yamlLimits.depth - 1))[0]).toMatch(/^too-deep 1:/);
  });

  test('a million brackets are refused at once', () => {
    expect(problemsOf('['.repeat(1_000_000))).toEqual(['too-large 0:0']);
    expect(problemsOf('['.repeat(200_000))[0]).toMatch(/^too-deep/);
  });

  test('256 KiB are read, one byte more is not; bytes are counted, not letters', () => {
    expect(problemsOf(filled(262_144))).toEqual([]);
    expect(problemsOf(filled(262_145))).toEqual(['too-large 0:0']);
    expect(problemsOf(`a: ${'é'.repeat(131_071)}`)).toEqual(['too-large 0:0']);
  });

  test('a hundred thousand mistakes give at most a hundred problems', () => {
    expect(problemsOf('- !x\n'.repeat(50_000)).length).toBe(100);
  });
});

describe('what is read', () => {
  test('every scalar is the text that was written: versions, dates, numbers and booleans too', () => {
    expect(valueOf('a: 1.10\nb: 0123\nc: 0x10\nd: 1e3\ne: no\nf: 2026-01-01\ng: null\nh:\ni: ~\n')).toEqual({
      a: '1.10',
      b: '0123',
      c: '0x10',
      d: '1e3',
      e: 'no',
      f: '2026-01-01',
      g: 'null',
      h: '',
      i: '~',
    });
  });

  test('objects have no prototype, so nothing is found in them that was not written', () => {
    const value = valueOf('a: {b: 1}');
    expect(Object.getPrototypeOf(value)).toBeNull();
    expect(Object.getPrototypeOf((value as { a: unknown }).a)).toBeNull();
  });

  test('a byte order mark at the beginning and Windows line ends are no mistake', () => {
    const checked = readYaml('\u{feff}a: 1\r\nb: 2\r\n', file);
    expect(checked.ok && checked.value.value).toEqual({ a: '1', b: '2' });
    expect(checked.ok && checked.value.at(['b'])).toEqual({ line: 2, column: 4 });
  });
});

describe('places', () => {
  const text = [
    'metadata: {id: x, "stack": \'y\'}', // 1
    'spec:', // 2
    '  targets:', // 3
    '    - platform: sl6', // 4
    '      packages:', // 5
    '        - {file: a.rpm}', // 6
    '  notes: |', // 7
    '    words', // 8
    '  empty:', // 9
  ].join('\n');
  const checked = readYaml(text, file);
  if (!checked.ok) throw new Error('unreadable');
  const document = checked.value;

  test.each<[string, (string | number)[], [number, number]]>([
    ['the whole', [], [1, 1]],
    ['a group in brackets: its bracket', ['metadata'], [1, 11]],
    ['a plain value', ['metadata', 'id'], [1, 16]],
    ['a quoted value: its quote', ['metadata', 'stack'], [1, 28]],
    ['a group in lines: the field that holds it', ['spec'], [2, 1]],
    ['a list in lines: the field that holds it', ['spec', 'targets'], [3, 3]],
    ['an entry of a list', ['spec', 'targets', 0], [4, 7]],
    ['a field of an entry', ['spec', 'targets', 0, 'platform'], [4, 17]],
    ['deep inside', ['spec', 'targets', 0, 'packages', 0, 'file'], [6, 18]],
    ['a block of text: its field', ['spec', 'notes'], [7, 3]],
    ['an empty value: its field', ['spec', 'empty'], [9, 3]],
    ['what is not there: the closest parent', ['spec', 'targets', 0, 'arch', 'x'], [4, 7]],
    ['an index that is not there', ['spec', 'targets', 7], [3, 3]],
    ['a name that objects inherit', ['spec', 'toString'], [2, 1]],
  ])('%s', (_, path, [line, column]) => {
    expect(document.at(path)).toEqual({ line, column });
  });

  test('the name of a field has a place of its own', () => {
    expect(document.keyAt(['metadata', 'stack'])).toEqual({ line: 1, column: 19 });
    expect(document.keyAt(['spec', 'targets', 0, 'platform'])).toEqual({ line: 4, column: 7 });
  });

  test('quotes are known from plain text, and what is there from what is not', () => {
    expect(document.isPlain(['metadata', 'id'])).toBe(true);
    expect(document.isPlain(['metadata', 'stack'])).toBe(false);
    expect(document.has(['spec', 'empty'])).toBe(true);
    expect(document.has(['spec', 'toString'])).toBe(false);
  });
});

describe('what is written', () => {
  test('a text that another reader would take for something else is quoted', () => {
    const value = {
      number: '1.10',
      octal: '0o17',
      old: '0123',
      sexagesimal: '12:30:00',
      underscored: '1_000',
      yes: 'yes',
      no: 'NO',
      nothing: 'null',
      tilde: '~',
      date: '2026-01-01',
      merge: '<<',
      equals: '=',
      empty: '',
      infinity: '.inf',
    };
    const text = writeYaml(value);
    expect(load(text, { schema: CORE_SCHEMA })).toEqual(value);
    expect(load(text, { schema: YAML11_SCHEMA })).toEqual(value);
    expect(valueOf(text)).toEqual(value);
  });

  test('numbers and booleans are written plainly; fields that are undefined are left out', () => {
    expect(writeYaml({ size: 20_480, hours: 3.5, yes: true, gone: undefined, list: [] })).toBe(
      "size: 20480\nhours: 3.5\n'yes': true\nlist: []\n",
    );
  });

  test.each([
    ['null', { a: null }],
    ['a hidden character', { a: 'x\u{202e}y' }],
    ['a carriage return', { a: 'x\r\ny' }],
    ['a function', { a: () => 1 }],
    ['not a number', { a: Number.NaN }],
    ['a key that is refused', JSON.parse('{"__proto__": {"a": "1"}}') as unknown],
    ['too deep a nesting', JSON.parse(`${'['.repeat(13)}${']'.repeat(13)}`) as unknown],
    ['more than can be read again', { a: 'x'.repeat(262_144) }],
  ])('%s is not written', (_, value) => {
    expect(() => writeYaml(value)).toThrow(TypeError);
  });

  test('a cycle is not written', () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    expect(() => writeYaml(cycle)).toThrow(TypeError);
  });
});

/** Text that can be stored: nothing hidden. */
const visible = fc
  .string({ unit: 'grapheme-composite', maxLength: 40 })
  .filter(
    (text) =>
      !/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/u.test(text.replaceAll(/[\t\n]/g, '')),
  );
const name = visible.filter((text) => !['__proto__', 'constructor', 'prototype', '<<'].includes(text));
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    visible,
    fc.constantFrom(
      '1.10',
      'yes',
      '2026-01-01',
      '- a',
      '#',
      'a: b',
      '|',
      "'",
      '"',
      ' x',
      'x ',
      '\n',
      '\n\nx',
      '!t',
      '&a',
      '*a',
      '%',
      '@',
      '`',
    ),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(name, tie('tree'), { maxKeys: 4 }),
  ),
}));

describe('whatever comes', () => {
  test('no text makes the reader throw', () => {
    const piece = fc.constantFrom(
      'a',
      ':',
      ' ',
      '\n',
      '-',
      '?',
      '[',
      ']',
      '{',
      '}',
      ',',
      '"',
      "'",
      '|',
      '>',
      '&a',
      '*a',
      '!!x',
      '#',
      '%',
      '---',
      '...',
      '\t',
      '\\',
      '<<',
      '\r',
      '\u{feff}',
      '0',
    );
    const hostile = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 60 }).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(hostile, (text) => {
        const checked = readYaml(text, file);
        expect(checked.ok || checked.problems.length > 0).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('what is written is read as it was, by this reader and by one with types', () => {
    fc.assert(
      fc.property(tree, (value) => {
        const text = writeYaml(value);
        expect(valueOf(text)).toEqual(value);
        expect(load(text, { schema: CORE_SCHEMA })).toEqual(value);
        expect(writeYaml(value)).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });
});
