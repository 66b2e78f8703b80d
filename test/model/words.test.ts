import { describe, expect, test } from '@jest/globals';
import { hiddenCharacters, quoted, visibleText } from '../../app/model/hidden-character.ts';
import { mendName, nearest } from '../../app/model/near-miss.ts';
import { isPlaceholder, saysNothing } from '../../app/model/placeholder.ts';

describe('hidden characters (trust.md T27)', () => {
  test('are found with their places, tab and line feed aside', () => {
    expect(hiddenCharacters('a\tb\n\u{202e}c\u{e0041}')).toEqual([
      { offset: 4, shown: '\\u{202e}' },
      { offset: 6, shown: '\\u{e0041}' },
    ]);
  });

  test('are written out, and line ends made one', () => {
    expect(visibleText('a\r\nb\rc\u{200b}')).toBe('a\nb\nc\\u{200b}');
  });

  test('a quoted value stands in one line, is cut, and cannot end its quotes', () => {
    expect(quoted('a"b\nc')).toBe(String.raw`"a\"b\nc"`);
    expect(quoted('x'.repeat(100))).toBe(`"${'x'.repeat(60)}…"`);
  });
});

describe('near misses', () => {
  const names = [
    'certification_reports',
    'changelog',
    'class',
    'glite',
    'globus',
    'arc',
    'centos7',
    'debian12',
  ];
  test.each([
    ['changlog', 'changelog'],
    ['change-log', 'changelog'],
    ['calss', 'class'],
    ['certification-reports', 'certification_reports'],
    ['GLITE', 'glite'],
    ['centos88', 'centos7'],
    ['debian21', 'debian12'],
    ['acr', 'arc'],
  ])('%s most likely means %s', (word, meant) => {
    expect(nearest(word, names)).toBe(meant);
  });

  test.each(['', 'x', 'windows', 'y'.repeat(1000)])('%j is near to nothing', (word) => {
    expect(nearest(word, names)).toBeUndefined();
  });

  test('the mending sentence names the nearest, or the choice, or whom to ask', () => {
    expect(mendName('glit', ['glite'])).toBe('Write glite.');
    expect(mendName('zzzzzz', ['a', 'b'])).toBe('Write one of: a, b.');
    expect(mendName('zzzzzz', [])).toBe('Ask the repository managers to add it.');
  });
});

describe('placeholders', () => {
  test.each([
    'link2',
    'https://link2',
    'Put the Change logs here (multiline field)',
    'N/A',
    'TBD',
    'todo',
    '...',
    '<link to the notes>',
    'https://example.org/TODO',
    'https://...',
    'lorem ipsum dolor',
  ])('%j is one', (text) => {
    expect(isPlaceholder(text)).toBe(true);
  });

  test.each([
    'https://provider.example/wms/3.3.5/notes',
    'https://todoist.example/a',
    'https://link.springer.com/article',
    'https://example.org/links/2',
    'No issues were open.',
    'new infoprovider options',
    'https://www.nordugrid.org/arc/arc6/users/',
  ])('%j is none', (text) => {
    expect(isPlaceholder(text)).toBe(false);
  });

  test('a word that says there is nothing says nothing', () => {
    expect(['', ' ', 'N/A', 'NA', 'none', '-'].every((text) => saysNothing(text))).toBe(true);
    expect(saysNothing('none that we know of')).toBe(false);
  });
});
