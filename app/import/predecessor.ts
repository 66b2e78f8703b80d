import { withoutRevision } from '../model/release-id.ts';
import { compareDebianVersions, isDebianVersion } from '../repository/debian-version.ts';
import type { Predecessor } from './ticket.ts';

/** The class that follows from the first number that changed (R-2.2-1 to R-2.2-4); undefined where the versions are no numbers. */
function classBetween(before: string, version: string): Predecessor['releaseClass'] | undefined {
  const [one, other] = [before, version].map((text) => withoutRevision(text).split(/[.~+]/));
  for (const [index, releaseClass] of (['major', 'minor'] as const).entries()) {
    const [from = '0', to = '0'] = [one?.[index], other?.[index]];
    if (!/^\d+$/.test(from) || !/^\d+$/.test(to)) return undefined;
    if (Number(from) !== Number(to)) return releaseClass;
  }
  return 'revision';
}

/** The versions that can be put into an order, in that order (Debian policy 5.6.12). */
export function inVersionOrder(versions: readonly string[]): readonly string[] {
  return [...new Set(versions)].filter(isDebianVersion).toSorted(compareDebianVersions);
}

/**
 * The newest of the known versions (as `inVersionOrder` gives them) that is older than this one, and what class follows. Undefined
 * when there is none to compare.
 */
export function predecessorOf(version: string, known: readonly string[]): Predecessor | undefined {
  if (!isDebianVersion(version)) return undefined;
  let [low, high] = [0, known.length];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (compareDebianVersions(known[middle] ?? '', version) < 0) low = middle + 1;
    else high = middle;
  }
  const before = known[low - 1];
  const releaseClass = before === undefined ? undefined : classBetween(before, version);
  return before === undefined || releaseClass === undefined ? undefined : { version: before, releaseClass };
}
