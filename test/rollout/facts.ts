import type { Shelf } from '../../app/model/channel.ts';
import type { Configuration, Facts, ShelfFacts } from '../../app/model/facts.ts';
import type { Entry, Event, NewEntry, Person } from '../../app/model/journal.ts';
import type { Manifest } from '../../app/model/manifest.ts';
import type { Policy } from '../../app/model/policy.ts';
import type { ReleaseClass } from '../../app/model/release-class.ts';
import type { EarlyAdopterReport } from '../../app/model/report.ts';
import type { Ticket } from '../../app/model/ticket.ts';

/*
 * Values for tests of the decision: one release of one component, its people and sites, and how far it came. All times are UTC; the
 * working day of the calendar is 08:00Z to 16:00Z in winter (Amsterdam), and 2 March 2026 is a Monday.
 */

const person = (login: string, id: number): Person => ({ login, id });
export const people = {
  /** Author of the ticket, in the provider's team. */
  oxana: person('oxana', 11),
  /** In the provider's team, and in every other one too. */
  pavel: person('pavel', 12),
  /** In the Technology Unit, and committed to the pull request. */
  kim: person('kim', 13),
  tiziana: person('tiziana', 21),
  teo: person('teo', 22),
  joao: person('joao', 31),
  sofia: person('sofia', 32),
  rita: person('rita', 41),
  /** CESGA and SiGNET committed themselves; Manchester volunteers; NDGF is run by the provider's organisation. */
  carmen: person('carmen', 51),
  jan: person('jan', 52),
  alessandra: person('alessandra', 53),
  niels: person('niels', 54),
  /** Speaks for two sites. */
  vera: person('vera', 55),
  otto: person('otto', 91),
} as const;

const workdays = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, ['09:00-17:00']]));
const working = {
  step1: '4h',
  accept: '1wd',
  grace: '5wd',
  grace_minimum: '1wd',
  clock: 'working',
  minimum_reports: 1,
} as const;
const policy: Policy = {
  apiVersion: 'rollout/v1',
  kind: 'Policy',
  roles: {
    'repository-managers': 'managers',
    'technology-unit': 'unit',
    'staged-rollout': 'rollout-managers',
    svg: 'svg',
  },
  early_adopters: { arc: 'early-adopters-arc' },
  classes: {
    emergency: {
      ...{ step1: '3h', step2: '2.5h', accept: '1h', step3: '2.5h', grace: '4h', grace_minimum: '1h' },
      ...{ clock: 'wall', minimum_reports: 1 },
    },
    revision: { ...working, step2: '2wd', step3: '2wd' },
    minor: { ...working, step2: '3wd', step3: '3wd' },
    major: { ...working, step2: '10wd', step3: '7wd', minimum_reports: 2 },
  },
  calendar: { tz: 'Europe/Amsterdam', week: workdays, holidays: [] },
  intake: { tries: 3, backoff: ['1m', '5m'], http_hosts: [], maximum_bytes: 4_294_967_296 },
};

const committed = [{ stack: 'arc', component: 'arc-ce' }];
export const configuration: Configuration = {
  policy,
  catalogue: {
    apiVersion: 'rollout/v1',
    kind: 'Catalogue',
    stacks: { arc: { title: 'ARC' } },
    providers: { nordugrid: { title: 'NorduGrid', team: 'provider-nordugrid', organisation: 'NeIC' } },
    components: { 'arc-ce': { title: 'ARC CE', stack: 'arc', provider: 'nordugrid' } },
  },
  distributions: { apiVersion: 'rollout/v1', kind: 'Distributions', distributions: {} },
  earlyAdopters: {
    apiVersion: 'rollout/v1',
    kind: 'EarlyAdopters',
    sites: [
      { site: 'CESGA', github: ['carmen'], vos: ['atlas', 'ops'], commitments: committed },
      { site: 'SiGNET', github: ['jan', 'vera'], vos: ['atlas'], commitments: committed },
      { site: 'UKI-MAN', github: ['alessandra', 'vera'], commitments: [] },
      { site: 'NDGF-T1', github: ['niels'], organisation: 'NeIC', commitments: committed },
    ],
  },
  channelsFile: {
    apiVersion: 'rollout/v1',
    kind: 'Channels',
    url: 'https://repository.example.org/channels',
    origin: 'Staged Rollout',
    layout: '{distribution}/{major}/{platform}/{arch}/{channel}',
    valid_days: 7,
  },
};

export const release = 'arc-arc-ce-7.0.1';
export const ticketFile = 'releases/arc/arc-ce/7.0.1.yml';
/** The release digest of the nth content of the ticket. */
export const digestOf = (content: number): string => (content + 0xa1).toString(16).repeat(32);
export const digest = digestOf(0);
export const headOf = (commit: number): string => (commit + 0x10).toString(16).repeat(20);

export const ticketOf = (releaseClass: ReleaseClass): Ticket => ({
  apiVersion: 'rollout/v1',
  kind: 'Release',
  metadata: { id: release, component: 'arc-ce', stack: 'arc', provider: 'nordugrid' },
  spec: {
    version: '7.0.1',
    class: releaseClass,
    backward_compatible: true,
    distribution: 'umd/5',
    release_notes: 'https://www.nordugrid.org/notes',
    changelog: 'https://www.nordugrid.org/changes',
    certification_reports: ['https://www.nordugrid.org/tests'],
    documentation: { updated: true },
    issues: [],
    no_issues_because: 'only housekeeping',
    targets: [
      {
        platform: 'debian12',
        arch: 'amd64',
        packages: [
          { file: 'arc.deb', url: 'https://nordugrid.example/arc.deb', size: 9, sha256: digestOf(9) },
        ],
      },
    ],
  },
});

/** The manifest of a content, where it stands on the main branch. */
export const standing = (shelf: Shelf, content = digest): ShelfFacts => ({
  shelf,
  commit: headOf(90),
  pull: 900,
  manifest: {
    apiVersion: 'rollout/v1',
    kind: 'Manifest',
    release,
    channel: shelf,
    digest: content,
    component: 'arc-ce',
    stack: 'arc',
    provider: 'nordugrid',
    version: '7.0.1',
    class: 'revision',
    distribution: 'umd/5',
    evidence: { ticket: 7, journal: ticketFile, entry: 1, hash: digest },
    targets: [
      {
        platform: 'debian12',
        arch: 'amd64',
        format: 'deb',
        packages: [{ file: 'arc.deb', size: 9, sha256: digestOf(9) }],
      },
    ],
  } satisfies Manifest,
});

/** When, what, by whom unless the system, and read where. */
export type Happening = readonly [at: string, event: Event, by?: Person, source?: NewEntry['source']];

export const journalOf = (happenings: readonly Happening[]): readonly Entry[] =>
  happenings.map(([at, event, by, source], place) => ({
    ...event,
    ...{ at, by: by ?? 'rollout', n: place + 1, prev: '0'.repeat(64) },
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
      ...{ digest: content, head: headOf(1) },
      report: { kind: 'VerificationReport', release, digest: content, outcome, notes: 'Looked at.' },
    },
    people.tiziana,
  ],
  called: (at = '2026-03-02T09:20:00Z'): Happening => [at, { event: 'called', issue: 500 }],
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
        ...{ kind: 'EarlyAdopterReport', release, digest, site: 'CESGA', outcome: 'success' },
        ...{ targets: [{ platform: 'debian12', arch: 'amd64' }], effort_hours: 1 },
        ...more,
      },
    },
    by,
    source,
  ],
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
type Point = keyof typeof stories;

const shelfAt: Readonly<Partial<Record<Point, Shelf>>> = {
  unverified: 'unverified',
  ...{ verified: 'staged-rollout', accepted: 'staged-rollout', deployed: 'staged-rollout' },
  ...{ done: 'staged-rollout', closing: 'staged-rollout' },
};
/** Some working time after the last happening of each story. */
const nowAt: Readonly<Record<Point, string>> = {
  none: '2026-03-02T07:59:00Z',
  certified: '2026-03-02T08:01:00Z',
  unverified: '2026-03-02T08:30:00Z',
  verified: '2026-03-02T09:30:00Z',
  accepted: '2026-03-02T10:30:00Z',
  deployed: '2026-03-02T13:00:00Z',
  done: '2026-03-03T11:00:00Z',
  closing: '2026-03-09T13:01:00Z',
};

/** Complete, consistent facts of a release that came so far, with the changes given. */
export function factsAt(
  point: Point,
  changes: Partial<Facts> = {},
  releaseClass: ReleaseClass = 'revision',
): Facts {
  const shelf = shelfAt[point];
  return {
    now: nowAt[point],
    organisation: 'grid',
    repository: 'releases',
    pull: {
      ...{ number: 7, author: people.oxana, title: 'arc-ce 7.0.1', url: 'https://forge.example/7' },
      ...{ draft: false, open: true, createdAt: '2026-03-02T07:00:00Z', base: 'main', head: headOf(1) },
      ...{ closedBy: undefined, committers: ['oxana', 'kim'], labels: [], assignees: [] },
      ...{ requestedTeams: [], requestedUsers: [], merge: undefined },
    },
    changes: [{ path: ticketFile, status: 'added', mode: '100644' }],
    ticket: {
      ...{ path: ticketFile, id: release, text: 'kind: Release\n', digest, problems: [] },
      value: ticketOf(releaseClass),
    },
    configuration,
    teams: {
      provider: [people.oxana, people.pavel],
      'repository-managers': [people.rita, people.pavel],
      'technology-unit': [people.tiziana, people.teo, people.kim, people.pavel],
      'staged-rollout': [people.joao, people.sofia, people.pavel],
    },
    journal: journalOf(stories[point]),
    otherTicket: undefined,
    inputs: [],
    ownComments: [],
    checks: [],
    shelf: shelf && standing(shelf),
    promotion: undefined,
    call:
      shelf === 'staged-rollout' ? { number: 500, open: true, url: 'https://forge.example/500' } : undefined,
    readBack: {},
    pulled: undefined,
    onMain: false,
    ...changes,
  };
}
