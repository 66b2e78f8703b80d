/*
 * Texts that stand where a text should be. Published metadata are full of them: "link2", "Put the Change logs here (multiline field)",
 * "N/A" (R-2.4-10.2.1a to R-2.4-10.2.5).
 */
const phrases: readonly RegExp[] = [
  /^(n\/?a|none|null|nil|empty|text|tb[adc]|to ?do|fix ?me|change ?me|place ?holder|lorem ipsum\b.*|x{3,}|[-?._~]+|…)[.!]?$/i,
  /^(link|url|https?:\/\/)\s?\d{0,3}$/i,
  /^put (the|your) .* here\b/i,
  /^<[^<>]{1,80}>$/,
  /\(multiline field\)/i,
];
const nothing = /^(n\/?a|none|null|nil|empty|-+)?$/i;
const emptyHost = /^(link|url|host|todo|tb[ad]|x{3,}|change-?me|place-?holder)\d{0,3}$/i;
const emptyPath = /(?:^|[/=#])(?:todo|tbd|x{3,}|change-?me|place-?holder|\.{3}|…)(?=$|[/?#])/i;

/** True for a text that was left as the form gave it, or only says that something is to come. */
export function isPlaceholder(text: string): boolean {
  const plain = text.trim();
  return phrases.some((phrase) => phrase.test(plain)) || isPlaceholderLink(plain);
}

/** True for a text that says there is nothing. */
export function saysNothing(text: string): boolean {
  return nothing.test(text.trim());
}

function isPlaceholderLink(text: string): boolean {
  const match = /^https?:\/\/([^/?#]*)([^]*)$/i.exec(text);
  if (match === null) return false;
  const [, host = '', rest = ''] = match;
  return emptyHost.test(host) || /^[.…]+$/.test(host) || emptyPath.test(rest);
}
