/** A fenced code block: the word behind its opening fence, and its lines. */
export interface Fence {
  readonly info: string;
  readonly lines: readonly string[];
}

/** What a reader of the rendered comment sees of it. */
export interface VisibleText {
  /**
   * Lines outside code, quotations and HTML. `own` is false where a line may be part of something that began on a line above (a code
   * span, a tag, the title of a link) and so is perhaps not seen, or not as the author's words.
   */
  readonly lines: readonly { readonly text: string; readonly own: boolean }[];
  readonly fences: readonly Fence[];
}

const marker = String.raw`(?:[-*+]|\d{1,9}[.)])[ \t]+`;
const openingFence = new RegExp(`^( {0,3}(?:${marker})*)(\`{3,}(?=[^\`]*$)|~{3,})(.*)$`);
const closingFence = /^( *)(`{3,}|~{3,})[ \t]*$/;
const quotation = new RegExp(`^ {0,3}(?:${marker})*>`);
const indentedCode = /^(?: {4}| {0,3}\t)/;

/** Beginnings of HTML blocks and where each ends (CommonMark 4.6); comments are cut out before. */
const htmlBlocks: readonly (readonly [begin: RegExp, end: RegExp])[] = [
  [/^ {0,3}<(?:pre|script|style|textarea)(?=[\s>]|$)/i, /<\/(?:pre|script|style|textarea)>/i],
  [/^ {0,3}<\?/, /\?>/],
  [/^ {0,3}<!\[CDATA\[/, /\]\]>/],
  [/^ {0,3}<![A-Za-z]/, />/],
  [/^ {0,3}<\/?[A-Za-z][A-Za-z0-9-]*(?=[\s/>]|$)/, /^[ \t]*$/],
];

/** Reads a comment as GitHub's Markdown shows it (trust.md T26). When in doubt, a line is not the author's own. */
export function visibleText(body: string): VisibleText {
  const lines: { text: string; own: boolean }[] = [];
  const fences: { info: string; lines: string[] }[] = [];
  let fence: { readonly mark: string; readonly indent: number; readonly lines: string[] } | undefined;
  let html: RegExp | undefined;
  let comment = false;
  /** A quotation goes on, and something unfinished may go on, until the paragraph ends. */
  let paragraph: 'own' | 'quoted' | 'unfinished' = 'own';
  for (const raw of body.replaceAll(/\r\n?/g, '\n').split('\n')) {
    if (fence) {
      if (closes(raw, fence)) fence = undefined;
      else fence.lines.push(raw);
      continue;
    }
    if (html) {
      if (html.test(raw)) html = undefined;
      continue;
    }
    const outside = withoutHtmlComments(raw, comment);
    comment = outside.hidden;
    const line = outside.text;
    const opening = openingFence.exec(line);
    if (opening) {
      const [, before = '', mark = '', info = ''] = opening;
      fence = { mark, indent: before.length, lines: [] };
      fences.push({ info: info.trim(), lines: fence.lines });
      continue;
    }
    if (quotation.test(line)) {
      paragraph = 'quoted';
      continue;
    }
    if (line.trim() === '' && !outside.touched) paragraph = 'own';
    if (paragraph === 'quoted' || indentedCode.test(line)) continue;
    const block = htmlBlocks.find(([begin]) => begin.test(line));
    if (block) {
      if (!block[1].test(line)) html = block[1];
      continue;
    }
    // A line that a comment was cut out of is no command: HTML before it may hide more than it shows.
    if (!outside.touched) lines.push({ text: line, own: paragraph === 'own' });
    if (isUnfinished(line)) paragraph = 'unfinished';
  }
  return { lines, fences };
}

function closes(line: string, fence: { readonly mark: string; readonly indent: number }): boolean {
  const [, before = '', mark = ''] = closingFence.exec(line) ?? [];
  return mark.startsWith(fence.mark) && before.length < fence.indent + 4;
}

/** Cuts `<!-- … -->` out of one line; `hidden` tells whether the line begins, or ends, inside a comment. */
function withoutHtmlComments(
  line: string,
  hidden: boolean,
): { text: string; hidden: boolean; touched: boolean } {
  let text = '';
  let rest = line;
  let inside = hidden;
  let touched = hidden;
  for (;;) {
    const at = rest.indexOf(inside ? '-->' : '<!--');
    if (at < 0) return { text: inside ? text : text + rest, hidden: inside, touched };
    touched = true;
    if (!inside) text += rest.slice(0, at);
    rest = rest.slice(at + (inside ? 3 : 4));
    inside = !inside;
  }
}

/** Does the line begin a code span, a tag or a link that the next line may end? */
function isUnfinished(line: string): boolean {
  const rest = line
    .replaceAll(/(?<!`)(`{1,9})(?!`)[^`]*\1(?!`)/g, '')
    .replaceAll(/<\/?[A-Za-z](?:[^<>"']|"[^"]{0,200}"|'[^']{0,200}'){0,300}>/g, '')
    .replaceAll(/\]\([^()"']*\)/g, ']');
  return /`|<[A-Za-z/?!]|\]\(|^ {0,3}\[[^\]]*\]:/.test(rest);
}
