/**
 * Text that somebody else wrote, made safe to stand on lines of its own in a comment or check summary of ours (trust.md T55): as code, fenced
 * by more ticks than are in it, so that nothing in it mentions, links, closes, hides or runs anything. Cut when very long.
 */
export function quoted(text: string): string {
  const plain = visible(text.length > 4000 ? `${text.slice(0, 4000)}\n[cut]` : text);
  if (!plain.includes('\n') && plain.length <= 300) return inline(plain);
  const fence = '`'.repeat(Math.max(3, longestRun(plain) + 1));
  return `${fence}text\n${plain}\n${fence}`;
}

/** The same for the middle of a sentence: always one line, cut at 300 characters. */
export function inline(text: string): string {
  const line = visible(text.slice(0, 1000)).replaceAll(/\s*\n\s*/g, ' ');
  if (line === '') return '(nothing written)';
  const cut = line.length > 300 ? `${line.slice(0, 300)}…` : line;
  const ticks = '`'.repeat(longestRun(cut) + 1);
  const edge = cut.startsWith('`') || cut.endsWith('`') ? ' ' : '';
  return `${ticks}${edge}${cut}${edge}${ticks}`;
}

/** An entry of a list that tells what somebody else wrote; what needs lines of its own gets them. */
export function item(label: string, text: string): string {
  const told = quoted(text);
  return told.includes('\n') ? `- ${label}:\n\n${told}\n` : `- ${label}: ${told}`;
}

const longestRun = (text: string): number =>
  Math.max(0, ...Array.from(text.matchAll(/`+/g), ([ticks]) => ticks.length));

const visible = (text: string): string =>
  Array.from(text.replaceAll('\r', ''))
    .filter(
      (character) => character === '\n' || character === '\t' || !isControl(character.codePointAt(0) ?? 0),
    )
    .join('')
    .trim();

const isControl = (code: number): boolean =>
  code < 32 ||
  (code >= 127 && code < 160) ||
  (code >= 0x202a && code <= 0x202e) ||
  (code >= 0x2066 && code <= 0x2069);

/**
 * Comments and check summaries of GitHub hold 65,535 characters; what is longer is cut, and says so. Cut between lines: half a line might
 * let out what the whole line kept quoted.
 */
export function fitted(text: string): string {
  const most = 60_000;
  if (text.length <= most) return text;
  const end = text.lastIndexOf('\n', most);
  return `${text.slice(0, Math.max(0, end))}\n\n[cut: the rest is on the ticket's page]`;
}

/** First line of every comment of ours: says which comment this is, so that it is found and not written twice. */
export const markerLine = (marker: string): string => `<!-- rollout ${marker} -->`;

/** The marker of a comment that we wrote; undefined when it has none in its first line. */
export function markerOf(body: string): string | undefined {
  return /^<!-- rollout ([A-Za-z0-9:. +~_-]{1,200}) -->(?:\n|\r|$)/.exec(body)?.[1];
}

export const shortDigest = (digest: string): string => digest.slice(0, 12);
