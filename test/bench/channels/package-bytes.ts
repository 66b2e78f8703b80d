import { buildDeb } from '../../../app/demo/build-deb.ts';
import type { Format, SetPackage } from './package-set.ts';
import { words } from './package-set.ts';
import { randomOf, type Random } from './random.ts';

/** The name of a package's file, and its bytes. */
export interface BuiltPackage {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/**
 * Builds a package with metadata as long as those of real ones (channels.md: about 880 bytes of `Packages` each) and next to nothing in
 * it. The same seed and package give the same bytes.
 */
export function buildPackage(format: Format, seed: number, one: SetPackage): BuiltPackage {
  const random = randomOf(seed, one.nth, 2);
  if (format === 'rpm') throw new RangeError('rpm packages cannot be built yet');
  return {
    file: `${one.name}_${one.version}_amd64.deb`,
    bytes: buildDeb({
      name: one.name,
      version: one.version,
      architecture: 'amd64',
      maintainer: `${sentence(random, 2)} team <${random.pick(words)}@provider.example>`,
      depends: dependencies(random),
      description: `${sentence(random, 5)}\n${Array.from({ length: 5 }, () => ` ${sentence(random, 8)}.`).join('\n')}`,
      files: { [`usr/share/doc/${one.name}/README`]: `${sentence(random, 8)}\n` },
    }),
  };
}

function sentence(random: Random, length: number): string {
  return Array.from({ length }, () => random.pick(words)).join(' ');
}

/** They are never installed: it is their length that counts. */
function dependencies(random: Random): string {
  const others = Array.from(
    { length: 6 },
    () =>
      `lib${random.pick(words)}-${random.pick(words)}${String(random.below(9))} (>= ${String(random.below(9))}.${String(random.below(30))})`,
  );
  return ['libc6 (>= 2.34)', ...new Set(others)].join(', ');
}
