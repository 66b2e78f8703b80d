import { type Channel, channels } from '../../app/model/channel.ts';
import type { Board, ChannelView } from '../../app/web/board.ts';
import { base, configuration, noEntry, now, oxana } from './configuration.ts';
import { type Story, type TicketSketch, digestOf, viewOf } from './sample-ticket.ts';
import { told } from './story.ts';

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
        {
          event: 'pull-failed',
          head: digestOf(29).slice(0, 40),
          reason: 'digest',
          message: 'canl_2.1.9-1_amd64.deb: the sha256 is not the one of the ticket',
        },
      ]),
    ],
  },
  {
    number: 28,
    component: 'gfal2',
    version: '2.23.1',
    story: told.unverified(28, '2026-03-04T09:00:00Z'),
    in: 'unverified',
  },
  {
    number: 27,
    component: 'voms',
    version: '2.1.2',
    class: 'major',
    story: told.unverified(27, '2026-03-09T09:00:00Z'),
    in: 'unverified',
  },
  {
    number: 26,
    component: 'lcmaps',
    version: '1.6.10',
    story: told.verified(26, '2026-03-11T08:40:00Z'),
    in: 'staged-rollout',
  },
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
    story: [
      ...tried(23),
      ...told.closed(23, 'success', 'One site, eight days, no problem.', '2026-03-11T09:30:00Z'),
    ],
    facts: ({ pull }) => ({
      pull: {
        ...pull,
        merge: {
          commit: 'c'.repeat(40),
          at: '2026-03-11T09:31:00Z',
          onlyTheTicket: false,
          digest: digestOf(23),
        },
      },
    }),
    in: 'staged-rollout',
  },
  {
    number: 22,
    component: 'apel',
    version: '2.1.0',
    class: 'minor',
    story: [
      ...tried(22),
      ...told.closed(22, 'success', 'All well.', '2026-03-05T09:30:00Z'),
      ...told.production(22, '2026-03-05T09:35:00Z'),
    ],
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
      ...told.reported(20, 'CESGA', '2026-02-26T09:00:00Z', {
        outcome: 'reject',
        issues: [{ severity: 'critical', summary: 'pepd loses its policies after a restart' }],
      }),
      ...told.closed(
        20,
        'reject',
        'Policies are lost after a restart, see the report of CESGA.',
        '2026-02-27T09:00:00Z',
      ),
    ],
    facts: ({ pull }) => ({ pull: { ...pull, open: false } }),
  },
  {
    number: 19,
    component: 'gridftp',
    version: '1.2.3',
    story: [
      ...told.unverified(19),
      ['2026-02-26T09:00:00Z', { event: 'withdrawn', reason: 'A newer version is under way.' }, oxana],
    ],
    facts: ({ pull }) => ({ pull: { ...pull, open: false } }),
  },
];

/** The same board with every channel changed in some respect. */
export function withChannels(board: Board, change: (view: ChannelView) => Partial<ChannelView>): Board {
  const changed = (view: ChannelView): ChannelView => ({ ...view, ...change(view) });
  return { ...board, channels: () => board.channels().map(changed) };
}

/** A board as the service would hold it: the tickets of the sketches, and channels with what is in them and what came before. */
export function sampleBoard(those: readonly TicketSketch[] = sketches, at = now): Board {
  const views = those.map(viewOf);
  return {
    tickets: () => views,
    ticket: (number) => views.find(({ facts }) => facts.pull.number === number),
    channels: () => channels.map((channel) => channelView(channel, those)),
    registry: () => configuration,
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
      ...Array.from({ length: before }, (_, place) => ({
        id: `arc-older-1.0.${String(place)}`,
        digest: noEntry,
      })),
      ...those
        .filter((sketch) => sketch.in === channel)
        .map(({ number, component, version, stack = 'arc' }) => ({
          id: `${stack}-${component}-${version}`,
          digest: digestOf(number),
        })),
    ],
    aptLines: ['debian12', 'debian13'].map((platform) => ({
      platform,
      arch: 'amd64',
      distribution: 'umd/5',
      line: `deb [signed-by=/etc/apt/keyrings/${channel}.gpg] ${base}/${channel}/umd/5/${platform}/amd64 ${channel} main`,
    })),
    sources: (
      [
        ['debian12', 'amd64', 'deb', 'sources'],
        ['debian13', 'amd64', 'deb', 'sources'],
        ['al9', 'x86_64', 'rpm', 'repo'],
      ] as const
    ).map(([platform, arch, format, ending]) => ({
      distribution: 'umd/5',
      platform,
      arch,
      format,
      address: `${base}/${channel}/umd/5/${platform}/${arch}/`,
      setup: {
        url: `${base}/setup/${channel}-umd-5-${platform}-${arch}.${ending}`,
        file: `/etc/${format === 'deb' ? 'apt/sources.list.d' : 'yum.repos.d'}/${channel}-umd-5-${platform}-${arch}.${ending}`,
      },
    })),
  };
}
