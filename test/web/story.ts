import type { Channel } from '../../app/model/channel.ts';
import type { EarlyAdopterReport } from '../../app/model/report.ts';
import { base, joao, people, tiziana } from './configuration.ts';
import { type Story, digestOf } from './sample-ticket.ts';

/** The story of a release up to a point, at plausible times. */
export const told = {
  certified: (number: number, at = '2026-03-04T09:00:00Z'): Story => [
    [
      at,
      {
        event: 'certified',
        pull: number,
        head: digestOf(number).slice(0, 40),
        digest: digestOf(number),
        path: 'releases/arc/arc-ce/7.0.1.yml',
        ticket: '',
      },
    ],
  ],
  unverified: (number: number, at = '2026-03-04T09:00:00Z'): Story => [
    ...told.certified(number, at),
    [
      at,
      {
        event: 'pulled',
        digest: digestOf(number),
        packages: [
          { file: 'a.deb', sha256: digestOf(number), size: 1 },
          { file: 'b.deb', sha256: digestOf(number), size: 1 },
        ],
      },
    ],
    ...placed(number, 'unverified', at),
  ],
  verified: (number: number, at = '2026-03-09T13:20:00Z'): Story => [
    ...told.unverified(number),
    [
      at,
      {
        event: 'verified',
        digest: digestOf(number),
        head: digestOf(number).slice(0, 40),
        report: {
          kind: 'VerificationReport',
          release: '',
          digest: digestOf(number),
          outcome: 'accept-with-notes',
          notes: 'Upgrade restarts the job service once.',
        },
      },
      tiziana,
    ],
    ...placed(number, 'staged-rollout', at),
    [at, { event: 'called', issue: number + 100 }],
  ],
  accepted: (site: string, at: string): Story => [
    [at, { event: 'accepted', site, committed: site !== 'UKI-NORTHGRID-MAN-HEP' }, people[site] ?? joao],
  ],
  deployed: (site: string, at: string): Story => [[at, { event: 'deployed', site }, people[site] ?? joao]],
  reported: (number: number, site: string, at: string, more: Partial<EarlyAdopterReport> = {}): Story => [
    [
      at,
      {
        event: 'reported',
        site,
        digest: digestOf(number),
        report: {
          kind: 'EarlyAdopterReport',
          release: '',
          digest: digestOf(number),
          site,
          outcome: 'success',
          targets: [{ platform: 'debian12', arch: 'amd64' }],
          effort_hours: 2,
          ...more,
        },
      },
      people[site] ?? joao,
    ],
  ],
  closed: (number: number, outcome: 'success' | 'warning' | 'reject', summary: string, at: string): Story => [
    [at, { event: 'closed', outcome, summary, head: digestOf(number).slice(0, 40) }, joao],
  ],
  production: (number: number, at: string): Story => [
    [at, { event: 'merged', commit: 'c'.repeat(40) }],
    ...placed(number, 'production', at),
  ],
};

const placed = (number: number, shelf: Channel, at: string): Story => [
  [at, { event: 'moved', shelf, digest: digestOf(number), pull: number + 200, commit: 'd'.repeat(40) }],
  [at, { event: 'published', shelf, digest: digestOf(number), number: number + 2, url: `${base}/${shelf}` }],
];
