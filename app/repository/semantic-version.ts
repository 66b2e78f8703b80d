import { withoutRevision } from '../model/release-id.ts';
import { compareDigits, compareText } from './debian-version.ts';

/** How far one version of a component is from the one before it (MS402 2.2). */
export type VersionChange = 'none' | 'downgrade' | 'revision' | 'minor' | 'major';

/** A version taken apart: the numbers it begins with, what follows them, and its packaging revision. */
interface Parts {
  readonly numbers: readonly string[];
  readonly rest: string;
  readonly revision: string;
}

const leading = /^\d+(?:[._]\d+)*/;

function partsOf(version: string): Parts {
  const upstream = withoutRevision(version);
  const [numbers = ''] = leading.exec(upstream) ?? [];
  return {
    numbers: numbers === '' ? [] : numbers.split(/[._]/),
    // Semantic versioning writes a pre-release behind a hyphen, Debian and rpm behind a tilde.
    rest: upstream
      .slice(numbers.length)
      .replaceAll(/-(?=[A-Za-z])/g, '~')
      .replaceAll('_', '.'),
    revision: version.slice(upstream.length),
  };
}

/** First of the leading numbers that differs, and how; a number that is not there is 0: 1.2 and 1.2.0 are the same. */
function firstDifference(a: Parts, b: Parts): { readonly at: number; readonly order: number } | undefined {
  for (let at = 0; at < a.numbers.length || at < b.numbers.length; at += 1) {
    const order = compareDigits(a.numbers[at] ?? '0', b.numbers[at] ?? '0');
    if (order !== 0) return { at, order };
  }
  return undefined;
}

function compareUpstream(a: Parts, b: Parts): number {
  return firstDifference(a, b)?.order ?? compareText(a.rest, b.rest);
}

/**
 * Compares two versions of a component, however it is packaged: number by number, then what follows the numbers in the order of dpkg (a
 * tilde, or a hyphen before a letter, marks what comes before the release), then the packaging revision. Never throws on any text.
 * Gives a negative number when `a` is older, 0 when they are the same, a positive number when `a` is newer.
 */
export function compareVersions(a: string, b: string): number {
  const left = partsOf(a);
  const right = partsOf(b);
  return compareUpstream(left, right) || compareText(left.revision, right.revision);
}

/** Whether two versions differ in their packaging revision at most. */
export function sameUpstream(a: string, b: string): boolean {
  return compareUpstream(partsOf(a), partsOf(b)) === 0;
}

/** The first number of a version: what a major release changes (R-2.2-4). Leading zeros count for nothing. */
export function majorOf(version: string): string {
  const [major = '0'] = partsOf(version).numbers;
  return major.replace(/^0+(?=\d)/, '');
}

/**
 * What it takes to come from `previous` to `next` (R-2.2-1 to R-2.2-4): the first number makes a major, the second a minor, anything
 * behind it a revision, also where only the packaging changed. `downgrade` when `next` is older.
 */
export function versionChange(previous: string, next: string): VersionChange {
  const before = partsOf(previous);
  const after = partsOf(next);
  const order = compareUpstream(before, after) || compareText(before.revision, after.revision);
  if (order === 0) return 'none';
  if (order > 0) return 'downgrade';
  const at = firstDifference(before, after)?.at;
  return at === 0 ? 'major' : at === 1 ? 'minor' : 'revision';
}

/**
 * The same from a version that may be stated in part, as the majors of a distribution are (R-2.2-5): from `6` to 6.1.0 nothing is known
 * (undefined), from `6` to 7.0 it is a major.
 */
export function changeFrom(stated: string, next: string): VersionChange | undefined {
  const { numbers, rest, revision } = partsOf(stated);
  if (numbers.length > 2 || rest !== '' || revision !== '') return versionChange(stated, next);
  const change = versionChange(stated, partsOf(next).numbers.slice(0, numbers.length).join('.'));
  return change === 'none' ? undefined : change;
}

const comparator = /^(>=|<=|>|<|=)? ?(\d[A-Za-z0-9.+~_-]{0,63})$/;
const wildcard = /^(\d{1,9}(?:\.\d{1,9}){0,3})\.[x*]$/;

/**
 * Whether a version lies in a range as commitments and `depends` write it: `>=1.1.0 <2.0.0` (all of them have to hold), `=1.2`, `1.2`,
 * `1.x`. A bound without packaging revision takes any. Undefined when the range is written in a way that is not known: nobody guesses.
 */
export function versionIn(range: string, version: string): boolean | undefined {
  const terms = range
    .trim()
    .replaceAll(/([<>=]) +(?=\d)/g, '$1')
    .split(/ *, *| +/);
  const answers = terms.map((term) => termHolds(term, version));
  return answers.includes(undefined) ? undefined : answers.every((holds) => holds === true);
}

function termHolds(term: string, version: string): boolean | undefined {
  const prefix = wildcard.exec(term)?.[1]?.split('.');
  if (prefix) {
    const { numbers } = partsOf(version);
    return prefix.every((number, at) => compareDigits(number, numbers[at] ?? '0') === 0);
  }
  const [, sign = '=', bound] = comparator.exec(term) ?? [];
  if (bound === undefined) return undefined;
  const limit = partsOf(bound);
  const own = partsOf(version);
  const order =
    compareUpstream(own, limit) || (limit.revision === '' ? 0 : compareText(own.revision, limit.revision));
  switch (sign) {
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '<':
      return order < 0;
    default:
      return order === 0;
  }
}
