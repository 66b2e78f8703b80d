// Debian policy 5.6.12: [epoch:]upstream_version[-debian_revision].
const shape = /^(?:(\d{1,10}):)?(\d[A-Za-z0-9.+~:-]*?)(?:-([A-Za-z0-9+.~]+))?$/;
/** dpkg keeps the epoch in a signed int. */
const maximumEpoch = 2_147_483_647;
const maximumLength = 256;

interface Parts {
  readonly epoch: number;
  readonly upstream: string;
  readonly revision: string;
}

function partsOf(version: string): Parts | undefined {
  if (version.length > maximumLength) return undefined;
  const [, epoch, upstream, revision] = shape.exec(version) ?? [];
  if (upstream === undefined) return undefined;
  // A further colon is allowed after an epoch, but nobody uses it and file names cannot show it.
  if (upstream.includes(':')) return undefined;
  // What stands after the last hyphen is the revision, and it is not empty.
  if (revision === undefined && upstream.includes('-')) return undefined;
  const number = Number(epoch ?? '0');
  return number > maximumEpoch ? undefined : { epoch: number, upstream, revision: revision ?? '' };
}

/** Whether a text is a version in the character set and form of Debian policy 5.6.12, at most 256 characters. */
export function isDebianVersion(text: string): boolean {
  return partsOf(text) !== undefined;
}

/**
 * Compares two Debian versions in the order of `dpkg --compare-versions` (policy 5.6.12).
 * Gives a negative number when `a` is older, 0 when they are equal, a positive number when `a` is newer.
 * @throws RangeError when one of them is not a Debian version: check with `isDebianVersion` first.
 */
export function compareDebianVersions(a: string, b: string): number {
  const left = partsOf(a);
  const right = partsOf(b);
  if (!left || !right) throw new RangeError('not a Debian version');
  return (
    left.epoch - right.epoch ||
    compareText(left.upstream, right.upstream) ||
    compareText(left.revision, right.revision)
  );
}

/** Compares an upstream version or a revision in dpkg's order: runs of text and runs of digits in turn (policy 5.6.12). */
export function compareText(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while (isText(a, i) || isText(b, j)) {
      const order = weight(a, i) - weight(b, j);
      if (order !== 0) return order;
      i += 1;
      j += 1;
    }
    const [left, right] = [digitsAt(a, i), digitsAt(b, j)];
    i += left.length;
    j += right.length;
    const order = compareDigits(left, right);
    if (order !== 0) return order;
  }
  return 0;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isText(text: string, at: number): boolean {
  return at < text.length && !isDigit(text.charCodeAt(at));
}

/** Sorting weight of a character: a tilde before the end, the end (or a digit) before letters, letters before the rest. */
function weight(text: string, at: number): number {
  if (!isText(text, at)) return 0;
  const character = text.charAt(at);
  if (character === '~') return -1;
  return /[A-Za-z]/.test(character) ? character.charCodeAt(0) : character.charCodeAt(0) + 256;
}

function digitsAt(text: string, at: number): string {
  let end = at;
  while (end < text.length && isDigit(text.charCodeAt(end))) end += 1;
  return text.slice(at, end);
}

/** Compares numbers of any length without losing digits. */
export function compareDigits(a: string, b: string): number {
  const left = a.replace(/^0+/, '');
  const right = b.replace(/^0+/, '');
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : Number(left > right);
}
