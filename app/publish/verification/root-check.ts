import { checkAptRoot } from './apt-check.ts';
import { checkTarRoot } from './tar-check.ts';
import type { RootCheck, VouchedPackage } from './vouched.ts';
import { checkYumRoot } from './yum-check.ts';

/**
 * Checks the metadata of a root as a client of its format would: signatures, dates, indexes that agree with each other and with the statement. Notes
 * what is wrong; gives the packages of its indexes, undefined when an index could not be read.
 */
export function checkRoot(check: RootCheck): Promise<readonly VouchedPackage[] | undefined> {
  return { deb: checkAptRoot, rpm: checkYumRoot, tar: checkTarRoot }[check.root.format](check);
}
