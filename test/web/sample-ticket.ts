import type { Channel } from '../../app/model/channel.ts';
import type { Facts } from '../../app/model/facts.ts';
import type { Entry, Event, NewEntry, Person } from '../../app/model/journal.ts';
import type { ReleaseClass } from '../../app/model/release-class.ts';
import type { Ticket } from '../../app/model/ticket.ts';
import { decide } from '../../app/rollout/decide.ts';
import type { TicketView } from '../../app/web/board.ts';
import { configuration, joao, noEntry, now, oxana, tiziana } from './configuration.ts';

/** What makes a ticket of a test different from the others. */
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

export const digestOf = (number: number): string => String(number).padStart(2, '0').repeat(32);

function ticketOf({
  component,
  version,
  stack = 'arc',
  provider = 'nordugrid',
  class: releaseClass = 'revision',
  number,
}: TicketSketch): Ticket {
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
      targets: [
        {
          platform: 'debian12',
          arch: 'amd64',
          packages: [file(component, 1_482_310), file(`lib${component}3`, 48_200)],
        },
      ],
    },
  };
}

function entryOf([at, event, by]: Story[number], place: number): Entry {
  const entry: NewEntry = { ...event, at, by: by ?? 'rollout' };
  return { ...entry, n: place + 1, prev: noEntry };
}

/** Facts of one ticket, complete and consistent, with the given story as its journal. */
function factsOf(sketch: TicketSketch): Facts {
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
    teams: {
      provider: [oxana],
      'repository-managers': [],
      'technology-unit': [tiziana],
      'staged-rollout': [joao],
      svg: [],
      experts: [],
    },
    journal: story.map(entryOf),
    history: [],
    otherTicket: undefined,
    inputs: [],
    ownComments: [],
    checks: [],
    shelf: undefined,
    promotion: undefined,
    call: undefined,
    readBack: {},
    review: undefined,
    isPublic: true,
    gocdb: new Map(),
    pulled: undefined,
    closure: undefined,
    onMain: false,
  };
  return { ...facts, ...sketch.facts?.(facts) };
}

export function viewOf(sketch: TicketSketch): TicketView {
  const facts = factsOf(sketch);
  return { facts, decision: decide(facts) };
}

export type Story = NonNullable<TicketSketch['story']>;
