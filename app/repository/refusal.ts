/** Why a package is not taken: one plain sentence for a person, or the value that was asked for. */
export type Reading<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly reason: string };

/**
 * Thrown inside the readers of this folder when the bytes are not acceptable, and turned into a value at their border
 * by `reading`: a decompressor that pushes its output can be stopped in no other way.
 */
export class Refusal extends Error {
  override readonly name = 'Refusal';
}

/**
 * Runs a reader and gives its value, or the reason of its refusal. Any other error (a disk that cannot be read, a bug) passes.
 */
export async function reading<T>(read: () => Promise<T>): Promise<Reading<T>> {
  try {
    return { ok: true, value: await read() };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, reason: error.message };
    throw error;
  }
}

const printable = /[^\x20-\x7e]/g;

/** Hostile text made fit for a sentence: at most 60 characters, everything but printable ASCII escaped (trust.md T59). */
export function shown(text: string): string {
  const cut = text.length > 60 ? `${text.slice(0, 57)}...` : text;
  return `"${cut.replaceAll(printable, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)}"`;
}
