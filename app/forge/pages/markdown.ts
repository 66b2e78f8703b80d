import { html, Html } from './html.ts';

// Deeper nesting than this is shown as text: nobody writes it, and recursion has to end.
const deepest = 6;

/**
 * Markdown as people use it in comments: paragraphs, headings, lists, tables, quotes, code, `<details>`, bold, emphasis, links.
 * HTML comments are left out; any other markup in the text is shown as text. Takes time proportional to the text.
 */
export function markdown(text: string): Html {
  return blocks(withoutComments(text.replaceAll('\r\n', '\n')).split('\n'), 0);
}

function withoutComments(text: string): string {
  let kept = '';
  let at = 0;
  for (let start = text.indexOf('<!--'); start >= 0; start = text.indexOf('<!--', at)) {
    kept += text.slice(at, start);
    const end = text.indexOf('-->', start + 4);
    if (end < 0) return kept;
    at = end + 3;
  }
  return kept + text.slice(at);
}

/** One kind of block: takes lines from the front and gives what they show and how many they were, or nothing when it is not its kind. */
type BlockReader = (
  lines: readonly string[],
  at: number,
  depth: number,
) => { readonly shown: Html; readonly end: number } | undefined;

const readers: readonly BlockReader[] = [fence, heading, rule, table, quote, details, list];

function blocks(lines: readonly string[], depth: number): Html {
  const shown: Html[] = [];
  let at = 0;
  while (at < lines.length) {
    if ((lines[at] ?? '').trim() === '') {
      at += 1;
      continue;
    }
    const block = depth > deepest ? undefined : firstBlock(lines, at, depth);
    const read = block ?? paragraph(lines, at, depth);
    shown.push(read.shown);
    at = read.end;
  }
  return html`${shown}`;
}

function firstBlock(lines: readonly string[], at: number, depth: number): ReturnType<BlockReader> {
  for (const reader of readers) {
    const read = reader(lines, at, depth);
    if (read !== undefined) return read;
  }
  return undefined;
}

function paragraph(lines: readonly string[], at: number, depth: number): { shown: Html; end: number } {
  let end = at + 1;
  const plain = depth > deepest;
  for (let line = lines[end]; line !== undefined && line.trim() !== ''; line = lines[end]) {
    if (!plain && interrupts(line)) break;
    end += 1;
  }
  const text = lines.slice(at, end).map((line) => inline(line.trim()));
  return {
    shown: html`<p>${text.map((line, index) => (index === 0 ? line : html`<br />${line}`))}</p>`,
    end,
  };
}

function interrupts(line: string): boolean {
  return /^ {0,3}(?:```|~~~|#{1,6} |> ?|[-*+] |\d{1,9}[.)] |<details)/u.test(line);
}

function fence(lines: readonly string[], at: number): ReturnType<BlockReader> {
  const [, mark] = /^ {0,3}(```+|~~~+)/u.exec(lines[at] ?? '') ?? [];
  if (mark === undefined) return undefined;
  let end = at + 1;
  while (end < lines.length && !(lines[end] ?? '').trim().startsWith(mark)) end += 1;
  return { shown: html`<pre><code>${lines.slice(at + 1, end).join('\n')}</code></pre>`, end: end + 1 };
}

function heading(lines: readonly string[], at: number): ReturnType<BlockReader> {
  const [, marks, text = ''] = /^ {0,3}(#{1,6}) (.*)$/u.exec(lines[at] ?? '') ?? [];
  if (marks === undefined) return undefined;
  // The page's own headings come above those of a comment.
  const level = String(Math.min(6, marks.length + 2));
  return {
    shown: html`${new Html(`<h${level}>`)}${inline(text.trim())}${new Html(`</h${level}>`)}`,
    end: at + 1,
  };
}

function rule(lines: readonly string[], at: number): ReturnType<BlockReader> {
  return /^ {0,3}(?:-{3,}|\*{3,}|_{3,}) *$/u.test(lines[at] ?? '')
    ? { shown: html`<hr />`, end: at + 1 }
    : undefined;
}

function table(lines: readonly string[], at: number): ReturnType<BlockReader> {
  const head = lines[at] ?? '';
  if (!head.includes('|') || !isTableRule(lines[at + 1] ?? '')) return undefined;
  let end = at + 2;
  while (end < lines.length && (lines[end] ?? '').includes('|')) end += 1;
  const body = lines.slice(at + 2, end).map(
    (line) =>
      html`<tr>
        ${cells(line).map((cell) => html`<td>${inline(cell)}</td>`)}
      </tr>`,
  );
  const top = html`<tr>
    ${cells(head).map((cell) => html`<th>${inline(cell)}</th>`)}
  </tr>`;
  return {
    shown: html`<div class="wide">
      <table>
        <thead>
          ${top}
        </thead>
        <tbody>
          ${body}
        </tbody>
      </table>
    </div>`,
    end,
  };
}

function isTableRule(line: string): boolean {
  return line.includes('-') && /^[ |:-]+$/u.test(line);
}

function cells(line: string): string[] {
  const inner = line.trim().replace(/^\|/u, '').replace(/\|$/u, '');
  return inner.split(/(?<!\\)\|/u).map((cell) => cell.trim().replaceAll(String.raw`\|`, '|'));
}

function quote(lines: readonly string[], at: number, depth: number): ReturnType<BlockReader> {
  let end = at;
  while (end < lines.length && /^ {0,3}>/u.test(lines[end] ?? '')) end += 1;
  if (end === at) return undefined;
  const inner = lines.slice(at, end).map((line) => line.replace(/^ {0,3}> ?/u, ''));
  return { shown: html`<blockquote>${blocks(inner, depth + 1)}</blockquote>`, end };
}

function details(lines: readonly string[], at: number, depth: number): ReturnType<BlockReader> {
  const [, first] = /^ {0,3}<details>(.*)$/u.exec(lines[at] ?? '') ?? [];
  if (first === undefined) return undefined;
  const close = lines.findIndex((line, index) => index >= at && line.includes('</details>'));
  const end = close < 0 ? lines.length : close;
  const last = close < 0 ? '' : (lines[close] ?? '').slice(0, (lines[close] ?? '').indexOf('</details>'));
  const inner = (
    end === at ? [first.replace('</details>', '')] : [first, ...lines.slice(at + 1, end), last]
  ).join('\n');
  const [whole = '', summary = 'Details'] = /<summary>([^<]{0,500})<\/summary>/u.exec(inner) ?? [];
  const rest = inner.replace(whole, '').split('\n');
  return {
    shown: html`<details>
      <summary>${inline(summary)}</summary>
      ${blocks(rest, depth + 1)}
    </details>`,
    end: end + 1,
  };
}

const item = /^( {0,3})([-*+]|\d{1,9}[.)]) +(.*)$/u;

function list(lines: readonly string[], at: number, depth: number): ReturnType<BlockReader> {
  const first = item.exec(lines[at] ?? '');
  if (first === null) return undefined;
  const ordered = /\d/u.test(first[2] ?? '');
  const items: string[][] = [];
  let end = at;
  for (; end < lines.length; end += 1) {
    const line = lines[end] ?? '';
    const found = item.exec(line);
    const last = items.at(-1);
    // An item's own lines are indented at least as far as two spaces.
    if (found !== null && (last === undefined || (found[1] ?? '').length < 2)) {
      if (/\d/u.test(found[2] ?? '') !== ordered) break;
      items.push([found[3] ?? '']);
    } else if (last !== undefined && /^ {2,}\S/u.test(line)) {
      last.push(line.replace(/^ {2,4}/u, ''));
    } else {
      break;
    }
  }
  const shown = items.map((inner) => html`<li>${listItem(inner, depth)}</li>`);
  return {
    shown: ordered
      ? html`<ol>
          ${shown}
        </ol>`
      : html`<ul>
          ${shown}
        </ul>`,
    end,
  };
}

function listItem([first = '', ...rest]: readonly string[], depth: number): Html {
  const [, box, text = first] = /^\[([ xX])\] (.*)$/u.exec(first) ?? [];
  const mark = box === undefined ? html`` : html`${box === ' ' ? '☐' : '☑'} `;
  return html`${mark}${inline(text)}${rest.length === 0 ? html`` : blocks(rest, depth + 1)}`;
}

// Every alternative stops at its own opening sign, so no text makes this slow.
const spans =
  /`(?<code>[^`]+)`|\[(?<label>[^[\]]+)\]\((?<target>[^\s()]+)\)|\*\*(?<bold>[^*]+)\*\*|(?<![\w*])\*(?<soft>[^*\s][^*]*)\*|(?<bare>https?:\/\/[^\s<>"'`)\]]+)|<br ?\/?>/gu;

function inline(text: string): Html {
  const shown: Html[] = [];
  let at = 0;
  for (const match of text.matchAll(spans)) {
    shown.push(html`${text.slice(at, match.index)}`, span(match[0], match.groups ?? {}));
    at = match.index + match[0].length;
  }
  return html`${shown}${text.slice(at)}`;
}

function span(
  whole: string,
  { code, label, target, bold, soft, bare }: Readonly<Record<string, string | undefined>>,
): Html {
  if (code !== undefined) return html`<code>${code}</code>`;
  if (bold !== undefined) return html`<strong>${inline(bold)}</strong>`;
  if (soft !== undefined) return html`<em>${inline(soft)}</em>`;
  if (bare !== undefined) return link(bare, html`${bare}`);
  if (label !== undefined && target !== undefined)
    return isSafe(target) ? link(target, inline(label)) : html`${whole}`;
  return html`<br />`;
}

function isSafe(target: string): boolean {
  return /^(?:https?:\/\/|mailto:|\/(?!\/)|#)/u.test(target);
}

function link(target: string, text: Html): Html {
  return html`<a href="${target}" rel="nofollow noopener">${text}</a>`;
}
