import { gzipSync } from 'node:zlib';
import type { ChannelsFile } from '../../app/model/channels-file.ts';
import type { Manifest } from '../../app/model/manifest.ts';
import { sha256Of } from '../../app/storage/digest.ts';
import type { Store } from '../../app/storage/store.ts';
import type { Order } from './order.ts';
import { debOf, rpmOf, type PackageFile } from '../world/sample-packages.ts';
import { stored } from '../world/stored.ts';

const root = (platform: string, arch: string): string => `production/umd/5/${platform}/${arch}`;

/** The roots of the channel, one of each format. */
export const roots = {
  deb: root('debian12', 'amd64'),
  rpm: root('al9', 'x86_64'),
  tar: root('any', 'noarch'),
} as const;

/** Public address of the channels. Nobody asks there. */
export const url = 'https://repository.example.org/channels';

/** A release with a package of each format. The same number gives the same bytes. */
async function release(number: number, store: Store): Promise<Manifest> {
  const version = `${String(number)}.0`;
  const name = `voms-${String(number % 2)}`;
  const listed = async ({ file, bytes }: PackageFile) => ({ file, ...(await stored(store, bytes)) });
  const tarball = { file: `${name}-${version}.tar.gz`, bytes: gzipSync(`${name} ${version}`) };
  const id = `arc-${name}-${version}`;
  return {
    apiVersion: 'rollout/v1',
    kind: 'Manifest',
    release: id,
    channel: 'production',
    digest: sha256Of(id),
    component: name,
    stack: 'arc',
    provider: 'emi',
    version,
    class: 'minor',
    distribution: 'umd/5',
    evidence: { ticket: number, journal: 'releases/x.journal.yml', entry: 1, hash: sha256Of('entry') },
    targets: [
      {
        platform: 'debian12',
        arch: 'amd64',
        format: 'deb',
        packages: [await listed(debOf(name, version))],
      },
      {
        platform: 'al9',
        arch: 'x86_64',
        format: 'rpm',
        packages: [await listed(rpmOf(name, version))],
      },
      {
        platform: 'any',
        arch: 'noarch',
        format: 'tar',
        packages: [await listed(tarball)],
      },
    ],
  };
}

/** What a publisher is killed at: some publications that went well, and one more. */
export interface Change {
  readonly before: readonly Order[];
  readonly order: Order;
  /** The publisher has made the publication before in the same process. */
  readonly isWarm: boolean;
}

const hour = 3_600_000;
/** Far enough back that gpgv finds no signature in the future, and after the keys were made. */
const began = Date.now() - 20 * 24 * hour;
/** When the keys are made that sign all of it. */
export const keyDate = new Date(began - 24 * hour);

const file: ChannelsFile = {
  apiVersion: 'rollout/v1',
  kind: 'Channels',
  url,
  origin: 'Staged Rollout',
  layout: '{channel}/{distribution}/{major}/{platform}/{arch}',
  valid_days: 30,
  // So few that every publication removes files of another one.
  retention: { publications: 1, hours: 0 },
};

export const changeNames = ['first', 'next', 'warm', 'renewal', 'withdrawal', 'emptied'] as const;
export type ChangeName = (typeof changeNames)[number];

/** Publications without an end, each with a release that came and without one that went; `nth` counts from 0. The packages are put in the store. */
export async function roundsIn(store: Store): Promise<(nth: number) => Order> {
  const releases: Manifest[] = [];
  for (const number of [1, 2, 3, 4]) releases.push(await release(number, store));
  return (nth) => ({
    manifests: releases.filter((_, at) => at === nth % 4 || at === (nth + 1) % 4),
    // Whoever looks while they follow each other is to find what it began with.
    channelsFile: { ...file, retention: { publications: 30, hours: 0 } },
    now: new Date(began + nth * 60_000).toISOString(),
    withdrawn: [],
  });
}

/** The changes by their names; their packages are put in the store. */
export async function changesIn(store: Store): Promise<Readonly<Record<ChangeName, Change>>> {
  const releases: Manifest[] = [];
  for (const number of [1, 2, 3, 4]) releases.push(await release(number, store));
  const order = (hours: number, numbers: readonly number[], withdrawn: readonly number[] = []): Order => ({
    manifests: releases.filter((_, at) => numbers.includes(at + 1)),
    channelsFile: file,
    now: new Date(began + hours * hour).toISOString(),
    withdrawn: releases
      .filter((_, at) => withdrawn.includes(at + 1))
      .flatMap(({ targets }) => targets.flatMap(({ packages }) => packages.map(({ sha256 }) => sha256))),
  });
  const next = { before: [order(0, [1]), order(1, [1, 2]), order(2, [2, 3])], order: order(3, [3, 4]) };
  return {
    first: { before: [], order: order(0, [1, 2]), isWarm: false },
    next: { ...next, isWarm: false },
    warm: { ...next, isWarm: true },
    renewal: { before: [order(0, [1]), order(1, [1, 2])], order: order(30, [1, 2]), isWarm: false },
    withdrawal: { before: [order(0, [1]), order(1, [1, 2])], order: order(2, [1], [2]), isWarm: false },
    emptied: { before: [order(0, [1]), order(1, [1, 2])], order: order(2, []), isWarm: true },
  };
}
