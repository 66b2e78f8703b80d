import type { Shelf } from '../../app/model/channel.ts';
import type { Closing, ExceptionRole, ExceptionRule } from '../../app/model/exception.ts';
import type { Entry, Event, NewEntry, Person } from '../../app/model/journal.ts';
import type { EarlyAdopterReport } from '../../app/model/report.ts';
import { people } from './people.ts';

export const release = 'arc-arc-ce-7.0.1';
export const ticketFile = 'releases/arc/arc-ce/7.0.1.yml';
interface Asked {
  readonly at?: string;
  readonly exception?: string;
  readonly close?: Closing;
}

/** The release digest of the nth content of the ticket. */
export const digestOf = (content: number): string => (content + 0xa1).toString(16).repeat(32);
export const digest = digestOf(0);
export const headOf = (commit: number): string => (commit + 0x10).toString(16).repeat(20);

/** When, what, by whom unless the system, and read where. */
export type Happening = readonly [
  at: string,
  event: Event,
  by?: Person | undefined,
  source?: NewEntry['source'],
];

export const journalOf = (happenings: readonly Happening[]): readonly Entry[] =>
  happenings.map(([at, event, by, source], place) => ({
    ...event,
    at,
    by: by ?? 'rollout',
    n: place + 1,
    prev: '0'.repeat(64),
    ...(source ? { source } : {}),
  }));

/** What happened to the release, one line each; the times are those of the standard story. */
export const told = {
  certified: (at = '2026-03-02T08:00:00Z', content = digest): Happening => [
    at,
    { event: 'certified', pull: 7, head: headOf(1), digest: content, path: ticketFile, ticket: '' },
  ],
  pulled: (at = '2026-03-02T08:05:00Z', content = digest): Happening => [
    at,
    { event: 'pulled', digest: content, packages: [{ file: 'arc.deb', sha256: digestOf(9), size: 9 }] },
  ],
  moved: (shelf: Shelf, at: string, content = digest): Happening => [
    at,
    { event: 'moved', shelf, digest: content, pull: 900, commit: headOf(90) },
  ],
  published: (shelf: Shelf, at: string, content = digest): Happening => [
    at,
    { event: 'published', shelf, digest: content, number: 3, url: `https://repository.example.org/${shelf}` },
  ],
  verified: (
    outcome: 'accept' | 'accept-with-notes' | 'wait-for-provider' | 'reject' = 'accept',
    at = '2026-03-02T09:00:00Z',
    content = digest,
  ): Happening => [
    at,
    {
      event: 'verified',
      digest: content,
      head: headOf(1),
      report: { kind: 'VerificationReport', release, digest: content, outcome, notes: 'Looked at.' },
    },
    people.tiziana,
  ],
  called: (at = '2026-03-02T09:20:00Z', invited?: readonly string[]): Happening => [
    at,
    { event: 'called', issue: 500, ...(invited ? { invited } : {}) },
  ],
  accepted: (site = 'CESGA', at = '2026-03-02T10:00:00Z', by: Person = people.carmen): Happening => [
    at,
    { event: 'accepted', site, committed: true },
    by,
  ],
  deployed: (site = 'CESGA', at = '2026-03-02T12:00:00Z', by: Person = people.carmen): Happening => [
    at,
    { event: 'deployed', site },
    by,
  ],
  reported: (
    more: Partial<EarlyAdopterReport> = {},
    at = '2026-03-03T10:00:00Z',
    by: Person = people.carmen,
    source?: NewEntry['source'],
  ): Happening => [
    at,
    {
      event: 'reported',
      site: more.site ?? 'CESGA',
      digest: more.digest ?? digest,
      report: {
        kind: 'EarlyAdopterReport',
        release,
        digest,
        site: 'CESGA',
        outcome: 'success',
        targets: [{ platform: 'debian12', arch: 'amd64' }],
        effort_hours: 1,
        ...more,
      },
    },
    by,
    source,
  ],
  declined: (site = 'CESGA', at = '2026-03-02T09:40:00Z', by: Person = people.carmen): Happening => [
    at,
    { event: 'declined', site, reason: 'We are moving.' },
    by,
  ],
  left: (site = 'CESGA', at = '2026-03-02T14:00:00Z', by: Person = people.carmen): Happening => [
    at,
    { event: 'left', site, reason: 'The disk is full.' },
    by,
  ],
  excused: (site = 'CESGA', at = '2026-03-05T10:00:00Z'): Happening => [
    at,
    { event: 'excused', site, reason: 'On holiday.' },
    people.joao,
  ],
  asked: (
    rules: readonly ExceptionRule[],
    by: Person,
    as: readonly ExceptionRole[],
    { at = '2026-03-02T09:00:00Z', exception = 'E1', close }: Asked = {},
  ): Happening => [
    at,
    { event: 'asked', exception, rules, reason: 'It cannot wait.', as, ...(close ? { close } : {}) },
    by,
  ],
  approved: (
    by: Person,
    as: readonly ExceptionRole[],
    at = '2026-03-02T09:30:00Z',
    exception = 'E1',
  ): Happening => [at, { event: 'approved', exception, as }, by],
  taken: (by: Person, reason?: string, at = '2026-03-02T12:00:00Z'): Happening => [
    at,
    { event: 'taken', ...(reason === undefined ? {} : { reason }) },
    by,
  ],
  frozen: (at = '2026-03-03T12:00:00Z', by: Person = people.joao): Happening => [
    at,
    { event: 'frozen', reason: 'A conference.' },
    by,
  ],
  unfrozen: (at: string): Happening => [at, { event: 'unfrozen' }, people.joao],
  advised: (link = 'https://advisories.egi.eu/1', at = '2026-03-02T12:00:00Z'): Happening => [
    at,
    { event: 'advised', link },
    people.svea,
  ],
  merged: (at = '2026-03-09T13:02:00Z'): Happening => [at, { event: 'merged', commit: headOf(70) }],
  closed: (
    outcome: 'success' | 'warning' | 'reject' = 'success',
    at = '2026-03-09T13:00:00Z',
    by: Person = people.joao,
  ): Happening => [at, { event: 'closed', outcome, summary: 'All well.', head: headOf(1) }, by],
} as const;

const unverified: readonly Happening[] = [
  told.certified(),
  told.pulled(),
  told.moved('unverified', '2026-03-02T08:08:00Z'),
  told.published('unverified', '2026-03-02T08:10:00Z'),
];
const verified: readonly Happening[] = [
  ...unverified,
  told.verified(),
  told.moved('staged-rollout', '2026-03-02T09:08:00Z'),
  told.published('staged-rollout', '2026-03-02T09:10:00Z'),
  told.called(),
];

/** The standard story of a release, up to where it came. */
export const stories = {
  none: [],
  certified: [told.certified()],
  unverified,
  verified,
  accepted: [...verified, told.accepted()],
  deployed: [...verified, told.accepted(), told.deployed()],
  done: [...verified, told.accepted(), told.deployed(), told.reported()],
  closing: [...verified, told.accepted(), told.deployed(), told.reported(), told.closed()],
} as const satisfies Readonly<Record<string, readonly Happening[]>>;
