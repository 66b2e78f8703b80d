import { compareRpmSegments } from '../rpm-version.ts';
import type { RpmDependency } from './dependency.ts';
import type { RpmFacts } from './rpm.ts';

/** What metadata lists of the requirements of a package. */
interface ListedRequirements {
  readonly requires: readonly RpmDependency[];
  /** Requirements that may be missing are recommendations. */
  readonly recommends: readonly RpmDependency[];
}

/**
 * The requirements that createrepo_c 0.17.3 lists (parsehdr.c): none that rpm itself or the package fulfils, none twice in the same form,
 * and of those on the C library only the one of the highest version, as the last.
 */
export function listedRequirements(
  facts: Pick<RpmFacts, 'files' | 'provides' | 'requires'>,
): ListedRequirements {
  const own = new Set(facts.files.map(({ path }) => path).filter(isPrimaryPath));
  const provided = new Set(facts.provides.map(withVersion));
  /** The form in which each name was listed last. */
  const listed = new Map<string, string>();
  const requires: RpmDependency[] = [];
  const recommends: RpmDependency[] = [];
  let library: RpmDependency | undefined;
  for (const one of facts.requires) {
    const form = `${withVersion(one)} ${String(one.pre)}`;
    if (one.name.startsWith('rpmlib(') || own.has(one.name) || provided.has(withVersion(one))) continue;
    if (listed.get(one.name) === form) continue;
    if (one.missingOk) recommends.push(one);
    else if (one.name.startsWith('libc.so.6')) {
      if (library === undefined || isHigher(one.name, library.name)) library = one;
    } else {
      requires.push(one);
      listed.set(one.name, form);
    }
  }
  return { requires: library === undefined ? requires : [...requires, library], recommends };
}

/** Whether clients get to know a path without loading the whole list of files (createrepo_c, misc.h: cr_is_primary). */
export function isPrimaryPath(path: string): boolean {
  return path.startsWith('/etc/') || path === '/usr/lib/sendmail' || path.includes('bin/');
}

function withVersion({ name, flags, epoch, version, release }: RpmDependency): string {
  return JSON.stringify([name, flags, epoch, version, release]);
}

/** Whether the first of two needs of the C library is the higher, such as `libc.so.6(GLIBC_2.34)(64bit)` of one on 2.4. */
function isHigher(name: string, than: string): boolean {
  const [high, low] = [libraryVersion(name), libraryVersion(than)];
  if (high === undefined) return false;
  return (
    low === undefined ||
    (high.rank === low.rank ? compareRpmSegments(high.text, low.text) > 0 : high.rank > low.rank)
  );
}

/** What stands in the first parentheses, from the first digit; rank 0 without any, 1 without a version, 2 with one. */
function libraryVersion(name: string): { readonly rank: number; readonly text: string } | undefined {
  const open = name.indexOf('(');
  if (open === -1) return undefined;
  const close = name.indexOf(')', open);
  if (close === -1) return { rank: 0, text: '' };
  const inside = name.slice(open + 1, close);
  if (inside === '') return { rank: 1, text: '' };
  const digit = inside.search(/\d/);
  return digit === -1 ? { rank: 2, text: '' } : { rank: 3, text: inside.slice(digit) };
}
