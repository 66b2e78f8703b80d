import { Refusal } from '../refusal.ts';

/** A package as yum's `primary` lists it. */
export interface PrimaryPackage {
  /** As written: relative to the folder that holds `repodata`. */
  readonly href: string;
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
}

/**
 * Reads where the packages of a `primary` document are, how long, and their digests, in the form that createrepo_c and this program write.
 * @throws Refusal when a package lacks one of them, or there are not as many as the document says (trust.md T46, T47)
 */
export function packagesOfPrimary(document: string): readonly PrimaryPackage[] {
  const [, count = ''] = /^<\?xml[^\n]*\n<metadata [^>\n]*packages="(\d{1,9})">\n/.exec(document) ?? [];
  const packages: PrimaryPackage[] = [];
  let at = document.indexOf('<package type="rpm">');
  while (at !== -1) {
    const end = document.indexOf('</package>', at);
    if (end === -1) throw new Refusal('it is cut short');
    packages.push(packageOf(document.slice(at, end)));
    at = document.indexOf('<package type="rpm">', end);
  }
  if (count === '' || Number(count) !== packages.length)
    throw new Refusal('it has not as many packages as it says');
  return packages;
}

function packageOf(element: string): PrimaryPackage {
  const [, sha256] =
    /^ {2}<checksum type="sha256" pkgid="YES">([0-9a-f]{64})<\/checksum>$/m.exec(element) ?? [];
  const [, size] = /^ {2}<size package="(\d{1,15})"/m.exec(element) ?? [];
  const [, href] = /^ {2}<location href="([^"]{1,1024})"\/>$/m.exec(element) ?? [];
  if (sha256 === undefined || size === undefined || href === undefined)
    throw new Refusal('it lists a package without location, size or sha256');
  return { href, size: Number(size), sha256 };
}
