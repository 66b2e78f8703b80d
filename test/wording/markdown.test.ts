import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { fitted, inline, item, markerLine, markerOf, quoted } from '../../app/wording/markdown.ts';

/** Is this one piece of code and nothing else, as CommonMark reads it (4.5, 6.1)? */
function isCodeAlone(markdown: string): boolean {
  const lines = markdown.split('\n');
  if (lines.length === 1) {
    const [, ticks = '', inside = ''] = /^(`+)([^]*?)\1$/.exec(markdown) ?? [];
    const runs = inside.match(/`+/g) ?? [];
    return (
      ticks !== '' &&
      inside !== '' &&
      !/^`|`$/.test(inside) &&
      runs.every((run) => run.length !== ticks.length)
    );
  }
  const [, fence = ''] = /^(`{3,})text$/.exec(lines[0] ?? '') ?? [];
  const closes = (line: string): boolean => {
    const [, ticks = ''] = /^ {0,3}(`+)[ \t]*$/.exec(line) ?? [];
    return ticks.length >= fence.length;
  };
  return fence !== '' && lines.at(-1) === fence && lines.slice(1).findIndex(closes) === lines.length - 2;
}

const part = fc.oneof(
  fc.constantFrom(
    '@grid/managers',
    '#12',
    '`',
    '``',
    '```',
    '````',
    '~~~',
    '\n',
    '\n\n',
    '\r\n',
    '<img src=x>',
  ),
  fc.constantFrom(
    '<!--',
    '-->',
    '<!-- rollout status -->',
    '[a](http://b)',
    'http://b',
    '    ',
    '> ',
    '- ',
    '|',
  ),
  fc.constantFrom('&commat;x', '\u202e', '\u0000', '\u2028', '\u200b', '```text', '\t', '\\', '\ud800'),
  fc.string({ maxLength: 12 }),
);
const foreign = fc.array(part, { maxLength: 30 }).map((parts) => parts.join(''));

describe('Text of others', () => {
  test('is one piece of code and nothing else, whatever it is', () => {
    fc.assert(
      fc.property(foreign, (text) => {
        const lines = quoted(text);
        const line = inline(text);
        expect(lines === '(nothing written)' || isCodeAlone(lines)).toBe(true);
        expect(line === '(nothing written)' || isCodeAlone(line)).toBe(true);
        expect(line).not.toContain('\n');
        expect(`${lines}${line}`).not.toMatch(/(?![\t\n])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u);
      }),
      { numRuns: 3000 },
    );
  });

  test('that is code alone is known when it is not', () => {
    const others = [
      'x',
      '`a` b',
      '``',
      '`a',
      '`a``',
      '```text\na',
      '```text\na\n``` b',
      '```text\n```\nb\n```',
    ];
    expect(others.filter(isCodeAlone)).toEqual([]);
    expect(['`a`', '`` a`b ``', '```text\na\n```', '````text\n```\n````'].filter(isCodeAlone)).toHaveLength(
      4,
    );
  });

  const shown: readonly (readonly [string, string, string])[] = [
    ['short', 'All well.', '`All well.`'],
    ['with a mention', 'Ask @grid/managers', '`Ask @grid/managers`'],
    ['with ticks', 'Run `x`', '`` Run `x` ``'],
    ['of ticks', '```', '```` ``` ````'],
    ['of nothing', ' \n ', '(nothing written)'],
    ['of several lines', 'One\ntwo', '```text\nOne\ntwo\n```'],
    ['with a fence in it', 'One\n```\ntwo', '````text\nOne\n```\ntwo\n````'],
    ['with controls', 'a\u0007b\u202ec', '`abc`'],
    ['in lines ended by CRLF', 'One\r\ntwo', '```text\nOne\ntwo\n```'],
  ];
  test.each(shown)('%s is shown as it was written', (_, text, expected) => {
    expect(quoted(text)).toBe(expected);
  });

  test('that is long stands in a fence, and is cut when it is very long', () => {
    expect(quoted('a'.repeat(300))).toBe(`\`${'a'.repeat(300)}\``);
    expect(quoted('a'.repeat(301))).toBe(`\`\`\`text\n${'a'.repeat(301)}\n\`\`\``);
    expect(quoted('a'.repeat(10_000))).toBe(`\`\`\`text\n${'a'.repeat(4000)}\n[cut]\n\`\`\``);
    expect(inline('a'.repeat(10_000))).toBe(`\`${'a'.repeat(300)}…\``);
  });

  test('stays on one line in the middle of a sentence', () => {
    expect(inline('one\n\ntwo\n```')).toBe('```` one two ``` ````');
  });

  test('in a list has lines of its own when it needs them', () => {
    expect(item('major', 'It fails.')).toBe('- major: `It fails.`');
    expect(item('major', 'It\n\nfails.')).toBe('- major:\n\n```text\nIt\n\nfails.\n```\n');
  });
});

describe('A comment of ours', () => {
  test('says in its first line which one it is', () => {
    const markers = [
      'status',
      'answer:comment:12:0',
      'form:UKI-MAN:9',
      'state:rolling-out:7',
      'report:NDGF-T1:3',
    ];
    for (const marker of markers) {
      expect(markerOf(`${markerLine(marker)}\nText`)).toBe(marker);
      expect(markerOf(`${markerLine(marker)}\r\nText`)).toBe(marker);
      expect(markerOf(markerLine(marker))).toBe(marker);
    }
  });

  test.each([
    ['without a marker', 'Text'],
    ['with one in its second line', 'Text\n<!-- rollout status -->'],
    ['with one behind a space', ' <!-- rollout status -->'],
    ['with something behind it', '<!-- rollout status --> Text'],
    ['with another program’s', '<!-- renovate status -->'],
    ['with an empty one', '<!-- rollout  -->'.replace('  ', ' ')],
    ['with one that ends early', '<!-- rollout status'],
    ['with strange letters', '<!-- rollout st\u0430tus\u0000 -->'],
    ['with two lines', '<!-- rollout sta\ntus -->'],
  ])('is not known %s', (_, body) => {
    expect(markerOf(body)).toBeUndefined();
  });

  test('fits into what GitHub takes; what is longer is cut between lines, and says so', () => {
    expect(fitted('a\n'.repeat(30_000))).toBe('a\n'.repeat(30_000));
    const cut = fitted(`${'a'.repeat(59_990)}\n\`@grid/managers and more\`\nlast`);
    expect(cut).toBe(`${'a'.repeat(59_990)}\n\n[cut: the rest is on the ticket's page]`);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 2000 }), (length, count) => {
        const line = `\`${'x'.repeat(length)}\``;
        const text = fitted(Array.from({ length: count }, () => line).join('\n'));
        expect(text.length).toBeLessThanOrEqual(60_100);
        expect(
          text.split('\n').filter((one) => one !== line && one !== '' && !one.startsWith('[cut')),
        ).toEqual([]);
      }),
      { numRuns: 50 },
    );
  });
});
