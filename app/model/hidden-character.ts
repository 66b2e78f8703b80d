/*
 * Characters that change what a reader sees without being seen: controls, bidirectional overrides, zero-width characters, tag
 * characters, lone surrogates (trust.md T27). Tab, line feed and carriage return are the only ones a text file needs.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]/u;
const allHidden = new RegExp(hidden.source, 'gu');

const escaped = (character: string): string =>
  `\\u{${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}}`;

/** A hidden character: where it stands (offset in UTF-16 units) and how it is shown, for example `\u{202e}`. */
export interface HiddenCharacter {
  readonly offset: number;
  readonly shown: string;
}

/**
 * The hidden characters of a text, tab and line feed aside, in order; at most `limit` of them.
 * `allowed` names characters that may stand there as well.
 */
export function hiddenCharacters(text: string, limit = 20, allowed = '\t\n'): readonly HiddenCharacter[] {
  if (!hidden.test(text)) return [];
  const found: HiddenCharacter[] = [];
  for (const match of text.matchAll(allHidden)) {
    if (allowed.includes(match[0])) continue;
    found.push({ offset: match.index, shown: escaped(match[0]) });
    if (found.length === limit) break;
  }
  return found;
}

/**
 * The same text with every hidden character written out, so that it can be shown and stored: `\u{202e}`. Line ends become `\n`.
 * What people typed into comments and reviews goes through here before it is written to a file (trust.md T27).
 */
export function visibleText(text: string): string {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(allHidden, (character) => ('\t\n'.includes(character) ? character : escaped(character)));
}

/** A foreign value as it may stand in a sentence: one line, quoted, nothing hidden, at most `limit` characters. */
export function quoted(text: string, limit = 60): string {
  const plain = visibleText(text);
  const cut = plain.length > limit ? `${plain.slice(0, limit)}…` : plain;
  return `"${cut.replaceAll('\n', '\\n').replaceAll('\t', '\\t').replaceAll('"', '\\"')}"`;
}
