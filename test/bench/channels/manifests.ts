import type { Channel } from '../../../app/model/channel.ts';
import type { Manifest } from '../../../app/model/manifest.ts';
import type { PackageFormat } from '../../../app/model/distributions.ts';
import { packagesOf, type MadePackage } from './made-packages.ts';
import { setRelease, type Format } from './package-set.ts';

/** The two channels of the benchmark. */
export const staging: Channel = 'staged-rollout';
export const next: Channel = 'production';

const targets: Readonly<Record<Format, { platform: string; arch: string; format: PackageFormat }>> = {
  deb: { platform: 'debian12', arch: 'amd64', format: 'deb' },
  rpm: { platform: 'al9', arch: 'x86_64', format: 'rpm' },
};

/** A set of packages that was made. */
export interface MadeSet {
  readonly format: Format;
  readonly seed: number;
  readonly made: readonly MadePackage[];
}

/** The manifest that says that a release of the set is in a channel. What it rests on is not looked at by a publisher. */
export function manifestIn(channel: Channel, { format, seed, made }: MadeSet, release: number): Manifest {
  const { component, version } = setRelease(seed, release);
  const digest = release.toString(16).padStart(64, '0');
  return {
    apiVersion: 'rollout/v1',
    kind: 'Manifest',
    release: `bench-${component}-${version}`,
    channel,
    digest,
    component,
    stack: 'bench',
    provider: 'bench',
    version,
    class: 'minor',
    distribution: 'umd/5',
    evidence: {
      ticket: release + 1,
      journal: `releases/bench/${component}/${version}.journal.yml`,
      entry: 1,
      hash: digest,
    },
    targets: [{ ...targets[format], packages: [...packagesOf(made, release)] }],
  };
}
