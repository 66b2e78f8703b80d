import type { RpmFacts } from './rpm.ts';

type Identity = Pick<RpmFacts, 'name' | 'epoch' | 'version' | 'release' | 'architecture'>;

/** The canonical `name-epoch:version-release.architecture` of a package, with the epoch even if it is 0; one text for each identity. */
export function nevra({ name, epoch, version, release, architecture }: Identity): string {
  return `${name}-${String(epoch)}:${version}-${release}.${architecture}`;
}

/** The `[epoch:]version-release` of a package, as `compareRpmVersions` takes it. */
export function evr({ epoch, version, release }: Pick<Identity, 'epoch' | 'version' | 'release'>): string {
  return `${epoch === 0 ? '' : `${String(epoch)}:`}${version}-${release}`;
}

/** The name that rpmbuild gives the file of a package: without the epoch. It holds no slash and does not begin with a hyphen or a dot. */
export function rpmFileName({ name, version, release, architecture }: Omit<Identity, 'epoch'>): string {
  return `${name}-${version}-${release}.${architecture}.rpm`;
}

/** Whether a platform of an architecture takes packages of another beside its own: x86_64 those of its 32-bit forebears (multilib). */
export function isMultilib(architecture: string, platformArch: string): boolean {
  return platformArch === 'x86_64' && /^i[3-6]86$/.test(architecture);
}
