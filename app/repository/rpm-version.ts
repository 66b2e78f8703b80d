// [epoch:]version[-release]; the characters that rpm allows in each of them (rpm-version(7), rpmbuild's checks).
const shape = /^(?:(\d{1,10}):)?([A-Za-z0-9._+~^]+)(?:-([A-Za-z0-9._+~^]+))?$/;
const maximumLength = 256;

interface Parts {
  readonly epoch: string;
  readonly version: string;
  readonly release: string | undefined;
}

function partsOf(text: string): Parts | undefined {
  if (text.length > maximumLength) return undefined;
  const [, epoch = '0', version, release] = shape.exec(text) ?? [];
  return version === undefined ? undefined : { epoch, version, release };
}

/** Whether a text is `[epoch:]version[-release]` as rpm writes it, at most 256 characters. */
export function isRpmVersion(text: string): boolean {
  return partsOf(text) !== undefined;
}

/**
 * Compares two versions of rpm packages in the order of rpm 4.18 (rpm-version(7), `rpm.vercmp`): epoch, version, release. No epoch is
 * epoch 0, and any release is newer than none.
 * Gives a negative number when `a` is older, 0 when they are equal, a positive number when `a` is newer.
 * @throws RangeError when one of them is no such version: check with `isRpmVersion` first.
 */
export function compareRpmVersions(a: string, b: string): number {
  const left = partsOf(a);
  const right = partsOf(b);
  if (!left || !right) throw new RangeError('not a version of an rpm package');
  const order =
    compareRpmSegments(left.epoch, right.epoch) || compareRpmSegments(left.version, right.version);
  if (order !== 0) return order;
  if (left.release === undefined || right.release === undefined) {
    return Number(left.release !== undefined) - Number(right.release !== undefined);
  }
  return compareRpmSegments(left.release, right.release);
}

/** What counts in a version: runs of digits, runs of letters, and the two signs with a meaning. All else only separates. */
const segments = (text: string): readonly string[] => text.match(/\d+|[A-Za-z]+|[~^]/g) ?? [];

/**
 * rpmvercmp, for a version or a release alone: segment by segment; a tilde is before everything, also the end; a caret is after the end
 * and before all else. Takes any text; gives a negative number when `a` is older, 0 when they are equal.
 */
export function compareRpmSegments(a: string, b: string): number {
  const left = segments(a);
  const right = segments(b);
  for (let at = 0; at < left.length || at < right.length; at += 1) {
    const order = compareSegment(left[at], right[at]);
    if (order !== 0) return order;
  }
  return 0;
}

function compareSegment(one: string | undefined, other: string | undefined): number {
  if (one === other) return 0;
  if (one === '~') return -1;
  if (other === '~') return 1;
  if (one === undefined) return -1;
  if (other === undefined) return 1;
  if (one === '^') return -1;
  if (other === '^') return 1;
  const isNumber = /^\d/.test(one);
  // A number is newer than letters.
  if (isNumber !== /^\d/.test(other)) return isNumber ? 1 : -1;
  if (!isNumber) return one < other ? -1 : 1;
  const [left, right] = [one.replace(/^0+/, ''), other.replace(/^0+/, '')];
  if (left.length !== right.length) return left.length - right.length;
  return left < right ? -1 : Number(left > right);
}
