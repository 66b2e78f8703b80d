import type { DebFacts } from './deb.ts';

/**
 * The names that the file of a Debian package may have: `<name>_<version>_<architecture>.deb`, an epoch left out as dpkg-deb does, or
 * escaped as APT keeps it (`1%3a2.0`). The first is the usual one.
 */
export function debFileNames({
  name,
  version,
  architecture,
}: Pick<DebFacts, 'name' | 'version' | 'architecture'>): readonly [string, string] {
  const file = (shown: string): string => `${name}_${shown}_${architecture}.deb`;
  return [file(version.replace(/^\d+:/, '')), file(version.replace(':', '%3a'))];
}
