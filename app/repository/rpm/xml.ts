/**
 * Text between tags, as libxml2 writes it: letters beyond ASCII as they are.
 * The text must hold nothing that XML cannot (`prose` and `oneLine` of text.ts see to that).
 */
export function xmlText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

const special: Partial<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** The value of an attribute, as libxml2 writes it: letters beyond ASCII as numbers, for example `&#xE1;`. The same holds for its text. */
export function xmlAttribute(text: string): string {
  return text.replaceAll(
    /[&<>"\t\n\r]|[^\0-\x7f]/gu,
    (character) => special[character] ?? `&#x${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()};`,
  );
}

/** A tag with attributes: ` name="value"` for each that has a value. */
export function xmlAttributes(
  attributes: readonly (readonly [name: string, value: string | undefined])[],
): string {
  return attributes
    .map(([name, value]) => (value === undefined ? '' : ` ${name}="${xmlAttribute(value)}"`))
    .join('');
}
