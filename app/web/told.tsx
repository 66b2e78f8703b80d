import { Time } from './time.tsx';

/*
 * Sentences of the decision, as wording/ writes them for GitHub, shown on a page. Of Markdown they hold two forms only: code spans and
 * code fences made by `quoted`, which is where foreign text stands. Everything else is plain text (trust.md T55, T56), of which instants are
 * written as people read them.
 */

interface Piece {
  readonly is: 'text' | 'instant' | 'code' | 'block';
  readonly text: string;
}

/** The first line of a fence as `quoted` makes it; it ends at a line of the same backticks alone. */
const opening = /^(`{3,})text$/;
const span = /(?<!`)(`+)(?!`)([^\n]+?)(?<!`)\1(?!`)|(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)/;

/** Takes a sentence apart into text, code spans and code blocks. What looks like markup and is neither stays text. */
export function piecesOf(sentence: string): readonly Piece[] {
  const lines = sentence.split('\n');
  const pieces: Piece[] = [];
  // Fences that nothing below closes: each is looked for once, so that many of them take no longer than one.
  const open = new Set<string>();
  let from = 0;
  for (let at = 0; at < lines.length; at++) {
    const fence = opening.exec(lines[at] ?? '')?.[1];
    if (fence === undefined || open.has(fence)) continue;
    const end = lines.indexOf(fence, at + 1);
    if (end < 0) {
      open.add(fence);
      continue;
    }
    pieces.push(...inlinePieces(lines.slice(from, at).join('\n')));
    pieces.push({ is: 'block', text: lines.slice(at + 1, end).join('\n') });
    at = end;
    from = end + 1;
  }
  return [...pieces, ...inlinePieces(lines.slice(from).join('\n'))];
}

function inlinePieces(sentence: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let rest = sentence;
  for (let found = span.exec(rest); found; found = span.exec(rest)) {
    const [whole, , code, instant = ''] = found;
    pieces.push(
      { is: 'text', text: plain(rest.slice(0, found.index)) },
      code === undefined ? { is: 'instant', text: instant } : { is: 'code', text: withoutEdge(code) },
    );
    rest = rest.slice(found.index + whole.length);
  }
  return [...pieces, { is: 'text' as const, text: plain(rest) }].filter(({ text }) => text !== '');
}

/** A space at both ends only keeps ticks apart (CommonMark 6.1). */
const withoutEdge = (code: string): string => (/^ .*[^ ].* $/.test(code) ? code.slice(1, -1) : code);

/** What keeps Markdown from reading mentions and markup into plain text (see wording/problem-text.ts) is not needed in HTML. */
const plain = (text: string): string =>
  text.replaceAll(/\\([&<>[\]*_|~`\\])/g, '$1').replaceAll(/([@#])\u2060/g, '$1');

/** One sentence of a decision: `because`, `title`, what somebody is awaited for. */
export const Told = ({ text }: { readonly text: string }) => (
  <>
    {piecesOf(text).map((piece) => (
      <Shown piece={piece} />
    ))}
  </>
);

const Shown = ({ piece: { is, text } }: { readonly piece: Piece }) => {
  if (is === 'block') return <pre class="quote">{text}</pre>;
  if (is === 'code') return <code>{text}</code>;
  return is === 'instant' ? <Time at={text} /> : <>{text}</>;
};
