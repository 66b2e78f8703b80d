import { Refusal, shown } from '../refusal.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const latin1 = new TextDecoder('latin1');
// What XML 1.0 (2.2) cannot hold even escaped: with one of them the metadata of the whole channel would be unreadable.
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const notInXml = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;
// In a name, a path or a version also the other control characters and line ends have no place (trust.md T46, T47).
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const notInOneLine = /[\0-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/u;

/**
 * The text of bytes of a header: UTF-8, or else latin-1 as createrepo_c reads it, which leaves out 0x80 to 0xbf
 * because they are most likely of another code page.
 */
export function headerText(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return latin1.decode(bytes.filter((byte) => byte < 0x80 || byte > 0xbf));
  }
}

/**
 * The text of bytes that have to be UTF-8.
 * @throws Refusal when they are not.
 */
export function utf8Text(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new Refusal('it has a path or a dependency that is not UTF-8');
  }
}

/** Most characters in one text: it goes into the metadata that every client fetches. */
const maximumProse = 1024 * 1024;

/**
 * A longer text for people, such as a description, as it is.
 * @param what what it is, for the reason of a refusal
 * @throws Refusal when it is longer than 1 Mi characters or holds a character that XML cannot hold.
 */
export function prose(text: string, what: string): string {
  if (text.length > maximumProse) throw new Refusal(`its ${what} is too long`);
  const bad = notInXml.exec(text);
  if (bad) throw new Refusal(`its ${what} holds the control character ${shown(bad[0])}`);
  return text;
}

/** Whether a text, such as a path, is not empty and stands on one line, without any control character or line end. */
export function isOneLine(text: string): boolean {
  return text !== '' && !notInOneLine.test(text);
}
