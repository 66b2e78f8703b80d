import { buildDeb } from '../../../app/demo/build-deb.ts';
import { buildRpm } from '../../../app/demo/build-rpm.ts';
import type { Format, SetPackage } from './package-set.ts';
import { words } from './package-set.ts';
import { randomOf, type Random } from './random.ts';

/** The name of a package's file, and its bytes. */
export interface BuiltPackage {
  readonly file: string;
  readonly bytes: Uint8Array;
}

/**
 * Builds a package with metadata as long as those of real ones (channels.md: about 880 bytes of `Packages`; of `primary` 1.65, of
 * `filelists` 4 and of `other` 1 kB) and next to nothing in it. The same seed and package give the same bytes.
 */
export function buildPackage(format: Format, seed: number, one: SetPackage): BuiltPackage {
  const random = randomOf(seed, one.nth, 2);
  return format === 'deb' ? debOf(random, one) : rpmOf(random, one);
}

function debOf(random: Random, { name, version }: SetPackage): BuiltPackage {
  return {
    file: `${name}_${version}_amd64.deb`,
    bytes: buildDeb({
      name,
      version,
      architecture: 'amd64',
      maintainer: personOf(random),
      depends: dependenciesOf(random, 6)
        .map(({ name: other, least }) => `${other} (>= ${least})`)
        .join(', '),
      description: `${sentence(random, 5)}\n${several(5, () => ` ${sentence(random, 8)}.`).join('\n')}`,
      files: { [`usr/share/doc/${name}/README`]: `${sentence(random, 8)}\n` },
    }),
  };
}

function rpmOf(random: Random, { name, version: whole }: SetPackage): BuiltPackage {
  const [version = '', release = ''] = whole.split('-');
  const folders = several(4, () => `usr/share/${name}/${random.pick(words)}/${random.pick(words)}`);
  const paths = [
    `usr/bin/${name}`,
    ...several(
      46,
      (nth) => `${random.pick(folders)}/${random.pick(words)}-${random.pick(words)}${String(nth)}`,
    ),
  ];
  return {
    file: `${name}-${whole}.x86_64.rpm`,
    bytes: buildRpm({
      name,
      version,
      release,
      architecture: 'x86_64',
      packager: personOf(random),
      summary: sentence(random, 5),
      description: several(3, () => `${sentence(random, 8)}.`).join('\n'),
      requires: dependenciesOf(random, 5).map(({ name: other, least }) => `${other} >= ${least}`),
      provides: [`${name}(x86-64) = ${whole}`],
      changelog: several(4, (nth) => ({
        time: newest - nth * 86_400 * 30,
        author: `${personOf(random)} - ${String(9 - nth)}.0-1`,
        text: `- ${sentence(random, 7)}\n- ${sentence(random, 7)}`,
      })),
      files: Object.fromEntries(paths.map((path) => [path, ''])),
    }),
  };
}

/** Of the newest entry of a change log: 2024-01-01T12:00:00Z, in seconds. */
const newest = 1_704_110_400;

function several<T>(count: number, make: (nth: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, nth) => make(nth));
}

function sentence(random: Random, length: number): string {
  return several(length, () => random.pick(words)).join(' ');
}

function personOf(random: Random): string {
  return `${sentence(random, 2)} team <${random.pick(words)}@provider.example>`;
}

/** They are never installed: it is their length that counts. No name comes twice. */
function dependenciesOf(random: Random, count: number): readonly { name: string; least: string }[] {
  return several(count, (nth) => ({
    name: `lib${random.pick(words)}-${random.pick(words)}${String(nth)}`,
    least: `${String(random.below(9))}.${String(random.below(30))}`,
  }));
}
