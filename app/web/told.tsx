/*
 * Sentences of the decision, as wording/ writes them for GitHub, shown on a page. Of Markdown they hold two forms only: code spans and
 * code fences made by `quoted`, which is where foreign text stands. Everything else is plain text (trust.md T55, T56).
 */

type Piece = { readonly is: 'text' | 'code' | 'block'; readonly text: string };

/** A fence as `quoted` makes it: three or more backticks, `text`, lines, the same backticks alone on a line. */
const fence = /^(`{3,})text\n([\s\S]*?)\n\1$/m;
const span = /`([^`\n]+)`/;

/** Takes a sentence apart into text, code spans and code blocks. What looks like markup and is neither stays text. */
export function piecesOf(sentence: string): readonly Piece[] {
  const block = fence.exec(sentence);
  if (!block) return inlinePieces(sentence);
  return [
    ...inlinePieces(sentence.slice(0, block.index)),
    { is: 'block', text: block[2] ?? '' },
    ...piecesOf(sentence.slice(block.index + block[0].length)),
  ];
}

function inlinePieces(sentence: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let rest = sentence;
  for (let code = span.exec(rest); code; code = span.exec(rest)) {
    pieces.push({ is: 'text', text: plain(rest.slice(0, code.index)) }, { is: 'code', text: code[1] ?? '' });
    rest = rest.slice(code.index + code[0].length);
  }
  return [...pieces, { is: 'text' as const, text: plain(rest) }].filter(({ text }) => text !== '');
}

/** What keeps Markdown from reading mentions and markup into plain text (see wording/problem-text.ts) is not needed in HTML. */
const plain = (text: string): string =>
  text.replaceAll(/\\([<>[\]*_|\\])/g, '$1').replaceAll(/([@#])\u2060/g, '$1');

/** One sentence of a decision: `because`, `title`, what somebody is awaited for. */
export const Told = ({ text }: { readonly text: string }) => (
  <>
    {piecesOf(text).map((piece) =>
      piece.is === 'block' ? (
        <pre class="quote">{piece.text}</pre>
      ) : piece.is === 'code' ? (
        <code>{piece.text}</code>
      ) : (
        piece.text
      ),
    )}
  </>
);
