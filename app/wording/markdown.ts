/**
 * Text that somebody else wrote, made safe to stand in a comment or check summary of ours (trust.md T55): in a code fence longer than any in
 * it, so that nothing in it mentions, links, closes, hides or runs anything. Cut when very long.
 */
export function quoted(text: string): string {
  const cut = text.length > 4000 ? `${text.slice(0, 4000)}\n[cut]` : text;
  const plain = Array.from(cut.replaceAll('\r', ''))
    .filter(
      (character) => character === '\n' || character === '\t' || !isControl(character.codePointAt(0) ?? 0),
    )
    .join('')
    .trim();
  if (plain === '') return '(nothing written)';
  const longest = Math.max(0, ...Array.from(plain.matchAll(/`+/g), ([ticks]) => ticks.length));
  if (!plain.includes('\n') && longest === 0 && plain.length <= 300) return `\`${plain}\``;
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}text\n${plain}\n${fence}`;
}

const isControl = (code: number): boolean =>
  code < 32 ||
  (code >= 127 && code < 160) ||
  (code >= 0x202a && code <= 0x202e) ||
  (code >= 0x2066 && code <= 0x2069);

/** Comments and check summaries of GitHub hold 65,535 characters; what is longer is cut, and says so. */
export function fitted(text: string): string {
  const most = 60_000;
  return text.length <= most ? text : `${text.slice(0, most)}\n\n[cut: the rest is on the ticket's page]`;
}

/** First line of every comment of ours: says which comment this is, so that it is found and not written twice. */
export const markerLine = (marker: string): string => `<!-- rollout ${marker} -->`;

/** The marker of a comment that we wrote; undefined when it has none in its first line. */
export function markerOf(body: string): string | undefined {
  return /^<!-- rollout ([A-Za-z0-9:. +~_-]{1,200}) -->(?:\n|\r|$)/.exec(body)?.[1];
}

export const shortDigest = (digest: string): string => digest.slice(0, 12);
