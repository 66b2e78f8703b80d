import { sha256Of } from '../../storage/digest.ts';
import type { Inspection } from './inspection.ts';
import { newerRoot, switchPath } from './newer-root.ts';
import { checkRoot } from './root-check.ts';
import { isOfRoot } from '../roots/root-plan.ts';
import { isLookedInto, vouchedIn, type NewerRoot, type RootCheck, type VouchedPackage } from './vouched.ts';

const maximumSwitch = 64 * 1024 * 1024;

/** What became of a root. */
export interface JudgedRoot {
  /** The packages that its indexes list; undefined when an index could not be read. */
  readonly packages: readonly VouchedPackage[] | undefined;
  /** Files that a later publication brought, whose channel.json is not in place yet; undefined when the root is as channel.json says. */
  readonly newer: readonly string[] | undefined;
}

/**
 * Judges the metadata of a root by its switch: as the statement says, strictly, or as the next publication, which replaces channel.json last. Notes
 * what is wrong.
 */
export async function judgeRoot(check: Omit<RootCheck, 'contents'>): Promise<JudgedRoot> {
  const path = switchPath(check.root);
  const inspection = check.inspection.branch();
  const found = await inspection.peek(path, maximumSwitch);
  const first = await judgedBy(check, found, inspection);
  if (first.inspection.problems.length > 0) {
    // The switch may have been thrown while the files behind it were read.
    const again = await inspection.peek(path, maximumSwitch);
    if (again && !(found && sha256Of(found) === sha256Of(again))) {
      const second = await judgedBy(check, again, check.inspection.branch());
      check.inspection.takes(second.inspection);
      return second;
    }
  }
  check.inspection.takes(first.inspection);
  return first;
}

async function judgedBy(
  check: Omit<RootCheck, 'contents'>,
  found: Uint8Array | undefined,
  inspection: Inspection,
): Promise<JudgedRoot & { readonly inspection: Inspection }> {
  const { root, statement } = check;
  if (found && sha256Of(found) !== vouchedIn(statement, switchPath(root))?.sha256) {
    const branch = inspection.branch();
    const newer = await newerRoot({ ...check, inspection: branch, contents: new Map() }, found);
    if (newer) {
      await checkLeft({ ...check, inspection: branch }, newer);
      return { inspection: branch, packages: newer.packages, newer: newer.files };
    }
  }
  const contents = new Map<string, Uint8Array>();
  const strict = inspection.branch();
  for (const file of statement.files) {
    if (!isOfRoot(file.path, root.path)) continue;
    if (isLookedInto(file.path)) {
      const bytes = await strict.readAs(file.path, file);
      if (bytes) contents.set(file.path, bytes);
    } else {
      await strict.compare(file.path, file);
      strict.checked.files += 1;
    }
  }
  const packages = await checkRoot({ ...check, inspection: strict, contents });
  return { inspection: strict, packages, newer: undefined };
}

/** Everything that the statement vouches for stays until its successor stands, for clients that began before. */
async function checkLeft(
  { inspection, statement, root }: Omit<RootCheck, 'contents'>,
  { pointers }: NewerRoot,
): Promise<void> {
  for (const file of statement.files) {
    if (!isOfRoot(file.path, root.path) || pointers.has(file.path)) continue;
    await inspection.compare(file.path, file);
    inspection.checked.files += 1;
  }
}
