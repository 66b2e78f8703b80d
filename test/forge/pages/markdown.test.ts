import { describe, expect, test } from '@jest/globals';
import { array, assert, constantFrom, property } from 'fast-check';
import { markdown } from '../../../app/forge/pages/markdown.ts';

function shown(text: string): string {
  return markdown(text).text.replaceAll(/>\s+/gu, '>').replaceAll(/\s+</gu, '<');
}

describe('markdown', () => {
  test.each([
    ['a paragraph\nof two lines', '<p>a paragraph<br />of two lines</p>'],
    ['# Title', '<h3>Title</h3>'],
    ['- one\n- two', '<ul><li>one</li><li>two</li></ul>'],
    ['1. one\n2. two', '<ol><li>one</li><li>two</li></ol>'],
    ['- [x] done\n- [ ] open', '<ul><li>☑ done</li><li>☐ open</li></ul>'],
    ['- outer\n  - inner', '<ul><li>outer<ul><li>inner</li></ul></li></ul>'],
    ['> said', '<blockquote><p>said</p></blockquote>'],
    ['```yaml\na: <b>\n```', '<pre><code>a: &lt;b&gt;</code></pre>'],
    ['---', '<hr />'],
    ['**bold** and `code *x*`', '<p><strong>bold</strong>and<code>code *x*</code></p>'],
    [
      '[text](https://example.org/?a=1&b=2)',
      '<p><a href="https://example.org/?a=1&amp;b=2" rel="nofollow noopener">text</a></p>',
    ],
    ['[text](javascript:alert(1))', '<p>[text](javascript:alert(1))</p>'],
    ['[text](//example.org)', '<p>[text](//example.org)</p>'],
    ['seen <!-- unseen --> seen', '<p>seen seen</p>'],
    ['seen <!-- never closed', '<p>seen</p>'],
    [
      '<details><summary>More</summary>\n\nhidden\n</details>',
      '<details><summary>More</summary><p>hidden</p></details>',
    ],
    ['<img src=x onerror=y>', '<p>&lt;img src=x onerror=y&gt;</p>'],
  ])('%j', (text, html) => {
    expect(shown(text).replaceAll(/ +/gu, ' ')).toBe(html);
  });

  test('a table', () => {
    expect(shown('| a | b |\n|---|:-:|\n| 1 | x \\| y |')).toBe(
      '<div class="wide"><table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>x | y</td></tr></tbody></table></div>',
    );
  });

  test('makes only the tags it knows, each closed, from any text', () => {
    const alphabet = constantFrom(
      '<',
      '>',
      '!--',
      '-->',
      '`',
      '```',
      '*',
      '**',
      '[',
      '](',
      ')',
      '|',
      '-',
      '#',
      '> ',
      '\n',
      '  ',
      '- ',
      'a',
      '"',
      "'",
      '&',
      '<details>',
      '</details>',
      '<summary>',
      'https://a.b/',
    );
    assert(
      property(array(alphabet, { maxLength: 60 }), (pieces) => {
        const html = markdown(pieces.join('')).text;
        const open: string[] = [];
        for (const [tag, slash = '', name = ''] of html.matchAll(/<(\/?)([^\s<>]*)[^<>]*>/gu)) {
          expect(tag).toMatch(
            /^<\/?(?:p|h[3-6]|ul|ol|li|pre|code|table|thead|tbody|tr|th|td|div|blockquote|details|summary|strong|em|a|br|hr)\b/u,
          );
          if (slash === '' && name !== 'br' && name !== 'hr') open.push(name);
          if (slash === '/' && open.pop() !== name) open.push(`not closed before ${tag}`);
        }
        expect(open).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  test.each(['[', '*', '**a', '`', '> ', '- ', '|-', '-', '<details>\n', '<!--', '[a](', '  - a\n', '<'])(
    '%j repeated to the limit is rendered at once',
    (piece) => {
      const start = performance.now();
      markdown(piece.repeat(Math.floor(65_536 / piece.length)));
      expect(performance.now() - start).toBeLessThan(1000);
    },
  );
});
