import { type Channel, channels } from '../../app/model/channel.ts';
import type { Configuration, Facts } from '../../app/model/facts.ts';
import type { Entry, Event, NewEntry, Person } from '../../app/model/journal.ts';
import type { Policy } from '../../app/model/policy.ts';
import type { ReleaseClass } from '../../app/model/release-class.ts';
import type { EarlyAdopterReport } from '../../app/model/report.ts';
import type { Ticket } from '../../app/model/ticket.ts';
import { decide } from '../../app/rollout/decide.ts';
import type { Board, ChannelView, TicketView } from '../../app/web/board.ts';

/** Wednesday; the working day in Amsterdam ends at 16:00 UTC. */
export const now = '2026-03-11T10:00:00Z';

const base = 'https://repository.example.org/channels';
const noEntry = '0'.repeat(64);

const week = Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, ['09:00-17:00']]));
const classPolicy = { step1: '4h', step2: '2wd', accept: '1wd', step3: '2wd', grace: '5wd', grace_minimum: '1wd' };
const policy: Policy = {
  apiVersion: 'rollout/v1',
  kind: 'Policy',
  roles: {
    'repository-managers': 'repository-managers',
    'technology-unit': 'technology-unit',
    'staged-rollout': 'staged-rollout',
    svg: 'svg',
  },
  early_adopters: { arc: 'early-adopters-arc' },
  classes: {
    emergency: { ...classPolicy, step2: '2.5h', step3: '2.5h', grace: '0h', grace_minimum: '0h', clock: 'wall', minimum_reports: 1 },
    revision: { ...classPolicy, clock: 'working', minimum_reports: 1 },
    minor: { ...classPolicy, step2: '3wd', step3: '3wd', clock: 'working', minimum_reports: 1 },
    major: { ...classPolicy, step2: '10wd', step3: '7wd', clock: 'working', minimum_reports: 2 },
  },
  calendar: { tz: 'Europe/Amsterdam', week, holidays: [] },
  intake: { tries: 3, backoff: ['1m', '5m'], http_hosts: [], maximum_bytes: 4_294_967_296 },
};

const configuration: Configuration = {
  policy,
  catalogue: {
    apiVersion: 'rollout/v1',
    kind: 'Catalogue',
    stacks: { arc: { title: 'ARC' } },
    providers: {
      nordugrid: { title: 'NorduGrid', team: 'provider-nordugrid' },
      cern: { title: 'CERN', team: 'provider-cern' },
    },
    components: { 'arc-ce': { title: 'ARC CE', stack: 'arc', provider: 'nordugrid' } },
  },
  distributions: { apiVersion: 'rollout/v1', kind: 'Distributions', distributions: {} },
  earlyAdopters: {
    apiVersion: 'rollout/v1',
    kind: 'EarlyAdopters',
    sites: [
      { site: 'CESGA', github: ['carmen'], vos: ['atlas'], commitments: [{ stack: 'arc', component: 'arc-ce' }] },
      { site: 'SiGNET', github: ['jan'], vos: ['atlas'], commitments: [{ stack: 'arc', component: 'arc-ce' }] },
      { site: 'UKI-NORTHGRID-MAN-HEP', github: ['alessandra'], commitments: [] },
    ],
  },
  channelsFile: {
    apiVersion: 'rollout/v1',
    kind: 'Channels',
    url: base,
    origin: 'Staged Rollout',
    layout: '{channel}/{distribution}/{major}/{platform}/{arch}',
    valid_days: 7,
  },
};

const person = (login: string, id: number): Person => ({ login, id });
const oxana = person('oxana', 11);
const tiziana = person('tiziana', 21);
const joao = person('joao', 31);
const people: Readonly<Record<string, Person>> = {
  CESGA: person('carmen', 41),
  SiGNET: person('jan', 42),
  'UKI-NORTHGRID-MAN-HEP': person('alessandra', 43),
};

export interface TicketSketch {
  readonly number: number;
  readonly component: string;
  readonly version: string;
  readonly stack?: string;
  readonly provider?: string;
  readonly class?: ReleaseClass;
  /** What happened, oldest first: when, what, and who did it unless the system. */
  readonly story?: readonly (readonly [at: string, event: Event, by?: Person])[];
  readonly facts?: (facts: Facts) => Partial<Facts>;
  /** The channel that holds the release. */
  readonly in?: Channel;
}

const digestOf = (number: number): string => String(number).padStart(2, '0').repeat(32);

function ticketOf({ component, version, stack = 'arc', provider = 'nordugrid', class: releaseClass = 'revision', number }: TicketSketch): Ticket {
  const file = (name: string, size: number) => ({
    file: `${name}_${version}-1_amd64.deb`,
    url: `https://download.example.org/${name}_${version}-1_amd64.deb`,
    size,
    sha256: digestOf(number + 40),
  });
  return {
    apiVersion: 'rollout/v1',
    kind: 'Release',
    metadata: { id: `${stack}-${component}-${version}`, component, stack, provider },
    spec: {
      version,
      class: releaseClass,
      backward_compatible: true,
      distribution: 'umd/5',
      release_notes: `https://www.nordugrid.org/${component}/${version}/notes`,
      changelog: `https://www.nordugrid.org/${component}/${version}/changes`,
      certification_reports: ['https://www.nordugrid.org/certification'],
      documentation: { updated: true },
      issues: [],
      no_issues_because: 'housekeeping',
      targets: [{ platform: 'debian12', arch: 'amd64', packages: [file(component, 1_482_310), file(`lib${component}3`, 48_200)] }],
    },
  };
}

/** Facts of one ticket, complete and consistent, with the given story as its journal. */
export function factsOf(sketch: TicketSketch): Facts {
  const { number, component, version, stack = 'arc', story = [] } = sketch;
  const value = ticketOf(sketch);
  const digest = digestOf(number);
  const path = `releases/${stack}/${component}/${version}.yml`;
  const facts: Facts = {
    now,
    organisation: 'example-infrastructure',
    repository: 'staged-rollout',
    pull: {
      number,
      author: oxana,
      title: `${component} ${version}`,
      url: `https://github.example.org/example-infrastructure/staged-rollout/pull/${String(number)}`,
      draft: false,
      open: true,
      createdAt: '2026-03-02T08:00:00Z',
      base: 'main',
      head: digestOf(number).slice(0, 40),
      closedBy: undefined,
      committers: [],
      labels: [],
      assignees: [],
      requestedTeams: [],
      requestedUsers: [],
      merge: undefined,
    },
    changes: [{ path, status: 'added', mode: '100644' }],
    ticket: { path, id: value.metadata.id, text: '', value, digest, problems: [] },
    configuration,
    teams: { provider: [oxana], 'repository-managers': [], 'technology-unit': [tiziana], 'staged-rollout': [joao] },
    journal: story.map(([at, event, by], place): Entry => {
      const entry: NewEntry = { ...event, at, by: by ?? 'rollout' };
      return { ...entry, n: place + 1, prev: noEntry };
    }),
    otherTicket: undefined,
    inputs: [],
    ownComments: [],
    checks: [],
    shelf: undefined,
    promotion: undefined,
    call: undefined,
    readBack: {},
    pulled: undefined,
    onMain: false,
  };
  return { ...facts, ...sketch.facts?.(facts) };
}

export function viewOf(sketch: TicketSketch): TicketView {
  const facts = factsOf(sketch);
  return { facts, decision: decide(facts) };
}

type Story = NonNullable<TicketSketch['story']>;

/** The story of a release up to a point, at plausible times. */
export const told = {
  certified: (number: number, at = '2026-03-04T09:00:00Z'): Story => [
    [at, { event: 'certified', pull: number, head: digestOf(number).slice(0, 40), digest: digestOf(number), path: 'releases/arc/arc-ce/7.0.1.yml', ticket: '' }],
  ],
  unverified: (number: number, at = '2026-03-04T09:00:00Z'): Story => [
    ...told.certified(number, at),
    [at, { event: 'pulled', digest: digestOf(number), packages: [{ file: 'a.deb', sha256: digestOf(number), size: 1 }, { file: 'b.deb', sha256: digestOf(number), size: 1 }] }],
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
        report: { kind: 'VerificationReport', release: '', digest: digestOf(number), outcome: 'accept-with-notes', notes: 'Upgrade restarts the job service once.' },
      },
      tiziana,
    ],
    ...placed(number, 'staged-rollout', at),
    [at, { event: 'called', issue: number + 100 }],
  ],
  accepted: (site: string, at: string): Story => [[at, { event: 'accepted', site, committed: site !== 'UKI-NORTHGRID-MAN-HEP' }, people[site] ?? joao]],
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

const tried = (number: number): Story => [
  ...told.verified(number, '2026-02-24T10:00:00Z'),
  ...told.accepted('CESGA', '2026-02-24T11:00:00Z'),
  ...told.deployed('CESGA', '2026-02-24T15:00:00Z'),
  ...told.reported(number, 'CESGA', '2026-02-26T09:00:00Z'),
];

/** One ticket per state, and some more, as a busy week would have them. */
export const sketches: readonly TicketSketch[] = [
  {
    number: 31,
    component: 'arc-ce',
    version: '7.1.0',
    class: 'minor',
    facts: ({ pull }) => ({ pull: { ...pull, draft: true } }),
  },
  {
    number: 30,
    component: 'xrootd',
    stack: 'community',
    version: '5.7.2',
    provider: 'cern',
    facts: ({ ticket }) => ({
      ticket: {
        ...ticket,
        value: undefined,
        digest: undefined,
        problems: [
          {
            rule: 'digest-missing',
            severity: 'error',
            file: 'releases/community/xrootd/5.7.2.yml',
            line: 31,
            column: 9,
            message: 'The package [xrootd-client] has no sha256.',
            mend: 'Add the SHA-256 of the file that the address gives.',
          },
        ],
      },
    }),
  },
  {
    number: 29,
    component: 'canl',
    version: '2.1.9',
    story: [
      ...told.certified(29, '2026-03-11T08:30:00Z'),
      ...(['08:31', '08:32', '08:37'] as const).map((time): Story[number] => [
        `2026-03-11T${time}:00Z`,
        { event: 'pull-failed', head: digestOf(29).slice(0, 40), reason: 'digest', message: 'canl_2.1.9-1_amd64.deb: the sha256 is not the one of the ticket' },
      ]),
    ],
  },
  { number: 28, component: 'gfal2', version: '2.23.1', story: told.unverified(28, '2026-03-04T09:00:00Z'), in: 'unverified' },
  { number: 27, component: 'voms', version: '2.1.2', class: 'major', story: told.unverified(27, '2026-03-09T09:00:00Z'), in: 'unverified' },
  { number: 26, component: 'lcmaps', version: '1.6.10', story: told.verified(26, '2026-03-11T08:40:00Z'), in: 'staged-rollout' },
  {
    number: 25,
    component: 'arc-ce',
    version: '7.0.1',
    class: 'emergency',
    story: [
      ...told.verified(25, '2026-03-11T06:00:00Z'),
      ...told.accepted('CESGA', '2026-03-11T06:10:00Z'),
      ...told.accepted('SiGNET', '2026-03-11T06:20:00Z'),
      ...told.accepted('UKI-NORTHGRID-MAN-HEP', '2026-03-11T07:50:00Z'),
      ...told.deployed('CESGA', '2026-03-11T06:40:00Z'),
      ...told.reported(25, 'CESGA', '2026-03-11T08:00:00Z', {
        outcome: 'warning',
        changes_requested: [{ kind: 'release-notes', text: 'Say that arex has to be restarted.' }],
      }),
    ],
    in: 'staged-rollout',
  },
  {
    number: 24,
    component: 'dcache',
    version: '9.2.30',
    class: 'minor',
    story: [
      ...told.verified(24, '2026-03-09T08:00:00Z'),
      ...told.accepted('SiGNET', '2026-03-09T09:00:00Z'),
      ...told.deployed('SiGNET', '2026-03-09T12:00:00Z'),
      ...told.reported(24, 'SiGNET', '2026-03-10T15:00:00Z'),
    ],
    in: 'staged-rollout',
  },
  {
    number: 23,
    component: 'bdii',
    version: '6.0.3',
    story: [...tried(23), ...told.closed(23, 'success', 'One site, eight days, no problem.', '2026-03-11T09:30:00Z')],
    facts: ({ pull }) => ({
      pull: { ...pull, merge: { commit: 'c'.repeat(40), at: '2026-03-11T09:31:00Z', onlyTheTicket: false, digest: digestOf(23) } },
    }),
    in: 'staged-rollout',
  },
  {
    number: 22,
    component: 'apel',
    version: '2.1.0',
    class: 'minor',
    story: [...tried(22), ...told.closed(22, 'success', 'All well.', '2026-03-05T09:30:00Z'), ...told.production(22, '2026-03-05T09:35:00Z')],
    in: 'production',
  },
  {
    number: 21,
    component: 'cvmfs',
    version: '2.11.5',
    story: [
      ...tried(21),
      ...told.closed(21, 'warning', 'Read the notes on the cache directory first.', '2026-03-03T09:30:00Z'),
      ...told.production(21, '2026-03-03T09:35:00Z'),
    ],
    in: 'production',
  },
  {
    number: 20,
    component: 'argus',
    version: '1.7.5',
    story: [
      ...told.verified(20, '2026-02-24T10:00:00Z'),
      ...told.accepted('CESGA', '2026-02-24T11:00:00Z'),
      ...told.reported(20, 'CESGA', '2026-02-26T09:00:00Z', { outcome: 'reject', issues: [{ severity: 'critical', summary: 'pepd loses its policies after a restart' }] }),
      ...told.closed(20, 'reject', 'Policies are lost after a restart, see the report of CESGA.', '2026-02-27T09:00:00Z'),
    ],
    facts: ({ pull }) => ({ pull: { ...pull, open: false } }),
  },
  {
    number: 19,
    component: 'gridftp',
    version: '1.2.3',
    story: [...told.unverified(19), ['2026-02-26T09:00:00Z', { event: 'withdrawn', reason: 'A newer version is under way.' }, oxana]],
    facts: ({ pull }) => ({ pull: { ...pull, open: false } }),
  },
];

/** A board as the service would hold it: the tickets of the sketches, and channels with what is in them and what came before. */
export function sampleBoard(those: readonly TicketSketch[] = sketches, at = now): Board {
  const views = those.map(viewOf);
  return {
    tickets: () => views,
    ticket: (number) => views.find(({ facts }) => facts.pull.number === number),
    channels: () => channels.map((channel) => channelView(channel, those)),
    now: () => at,
    repository: 'example-infrastructure/staged-rollout',
    repositoryUrl: 'https://github.example.org/example-infrastructure/staged-rollout',
  };
}

function channelView(channel: Channel, those: readonly TicketSketch[]): ChannelView {
  const before = channel === 'production' ? 36 : 0;
  return {
    channel,
    url: `${base}/${channel}`,
    number: 41,
    published: '2026-03-11T08:41:12Z',
    releases: [
      ...Array.from({ length: before }, (_, place) => ({ id: `arc-older-1.0.${String(place)}`, digest: noEntry })),
      ...those
        .filter((sketch) => sketch.in === channel)
        .map(({ number, component, version, stack = 'arc' }) => ({ id: `${stack}-${component}-${version}`, digest: digestOf(number) })),
    ],
    aptLines: ['debian12', 'debian13'].map((platform) => ({
      platform,
      arch: 'amd64',
      distribution: 'umd/5',
      line: `deb [signed-by=/etc/apt/keyrings/${channel}.gpg] ${base}/${channel}/umd/5/${platform}/amd64 ${channel} main`,
    })),
  };
}
