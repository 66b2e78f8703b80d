import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { piecesOf } from '../../app/web/told.tsx';
import { quoted } from '../../app/wording/markdown.ts';
import { problemText } from '../../app/wording/problem-text.ts';

describe('A sentence of the decision', () => {
  test('is text where it holds no markup of ours', () => {
    expect(piecesOf('**bold** <b>, [link](https://x) & # heading')).toEqual([
      { is: 'text', text: '**bold** <b>, [link](https://x) & # heading' },
    ]);
  });

  test('shows code spans, and instants as people read them', () => {
    expect(piecesOf('Say `/accept <site>` until 2026-03-11T10:00:00Z.')).toEqual([
      { is: 'text', text: 'Say ' },
      { is: 'code', text: '/accept <site>' },
      { is: 'text', text: ' until ' },
      { is: 'instant', text: '2026-03-11T10:00:00Z' },
      { is: 'text', text: '.' },
    ]);
  });

  test('shows a fence as a block, with the text around it', () => {
    expect(piecesOf('He said:\n\n```text\none\n`two`\n```\nand left')).toEqual([
      { is: 'text', text: 'He said:\n' },
      { is: 'block', text: 'one\n`two`' },
      { is: 'text', text: 'and left' },
    ]);
  });

  test('leaves a fence that nobody closed, or of another kind, as text', () => {
    expect(piecesOf('```text\nopen').map(({ is }) => is)).toEqual(['text']);
    expect(piecesOf('```html\nx\n```').map(({ is }) => is)).not.toContain('block');
  });

  test('does not show what keeps Markdown from reading a problem as markup', () => {
    const text = problemText({
      rule: 'x',
      severity: 'error',
      file: 'a_b.yml',
      line: 3,
      column: 1,
      message: 'No <file> [here] for @x.',
      mend: 'Add a_b.',
    });
    expect(piecesOf(text)).toEqual([
      { is: 'code', text: 'a_b.yml:3:1' },
      { is: 'text', text: ' — No <file> [here] for @x. Add a_b. (x)' },
    ]);
  });

  test('gives back in one code piece whatever was quoted, short or long', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 800 }), (text) => {
        const pieces = piecesOf(quoted(text));
        fc.pre(quoted(text) !== '(nothing written)');
        expect(pieces).toHaveLength(1);
        expect(['code', 'block']).toContain(pieces[0]?.is);
      }),
    );
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('`', '```', '\n', 'text\n', 'a', ' '), { minLength: 1 }),
        (parts) => {
          const text = parts.join('');
          fc.pre(text.trim() !== '');
          expect(piecesOf(quoted(text))).toEqual([
            { is: expect.stringMatching(/^(code|block)$/), text: text.trim() },
          ]);
        },
      ),
    );
  });

  test('is taken apart quickly, however many fences are opened', () => {
    const begun = performance.now();
    piecesOf('```text\n'.repeat(8000));
    piecesOf('`'.repeat(64_000));
    expect(performance.now() - begun).toBeLessThan(500);
  });
});
