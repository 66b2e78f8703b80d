import { newerAptRoot } from './newer-apt-root.ts';
import { newerTarRoot } from './newer-tar-root.ts';
import { newerYumRoot } from './newer-yum-root.ts';
import type { NewerRoot, RootCheck } from './vouched.ts';

/**
 * What clients read first of a root, relative to the folder of channel.json. The publisher replaces it before all other pointers of the root, and all
 * roots before channel.json.
 */
export function switchPath({ format, path, suite }: RootCheck['root']): string {
  return { deb: `${path}/dists/${suite}/InRelease`, rpm: `${path}/mirrorlist`, tar: `${path}/SHA256SUMS` }[
    format
  ];
}

/**
 * Checks a root whose switch is not the one that channel.json vouches for. It may be of the next publication, whose channel.json is not in place yet:
 * then it is signed by the key of the channel, later than the statement, not expired, and whole, and each other pointer of the root is either the
 * stated one or what the switch explains. Gives undefined when the switch is nothing of the kind: an older one, or anybody's. Otherwise notes
 * what is wrong.
 */
export function newerRoot(check: RootCheck, newSwitch: Uint8Array): Promise<NewerRoot | undefined> {
  return { deb: newerAptRoot, rpm: newerYumRoot, tar: newerTarRoot }[check.root.format](check, newSwitch);
}
