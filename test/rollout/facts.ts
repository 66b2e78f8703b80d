import type { Shelf } from '../../app/model/channel.ts';
import type { Facts, ShelfFacts } from '../../app/model/facts.ts';
import type { Site } from '../../app/model/early-adopters.ts';
import type { Manifest } from '../../app/model/manifest.ts';
import type { Policy } from '../../app/model/policy.ts';
import type { ReleaseClass } from '../../app/model/release-class.ts';
import type { Ticket } from '../../app/model/ticket.ts';
import { configuration, people } from './people.ts';
import {
  type Happening,
  digest,
  digestOf,
  headOf,
  journalOf,
  release,
  stories,
  ticketFile,
  told,
} from './story.ts';

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

type Point = keyof typeof stories;
const shelfAt: Readonly<Partial<Record<Point, Shelf>>> = {
  unverified: 'unverified',
  verified: 'staged-rollout',
  accepted: 'staged-rollout',
  deployed: 'staged-rollout',
  done: 'staged-rollout',
  closing: 'staged-rollout',
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
      number: 7,
      author: people.oxana,
      title: 'arc-ce 7.0.1',
      url: 'https://forge.example/7',
      draft: false,
      open: true,
      createdAt: '2026-03-02T07:00:00Z',
      base: 'main',
      head: headOf(1),
      closedBy: undefined,
      committers: ['oxana', 'kim'],
      labels: [],
      assignees: [],
      requestedTeams: [],
      requestedUsers: [],
      merge: undefined,
    },
    changes: [{ path: ticketFile, status: 'added', mode: '100644' }],
    ticket: {
      path: ticketFile,
      id: release,
      text: 'kind: Release\n',
      digest,
      problems: [],
      value: ticketOf(releaseClass),
    },
    configuration,
    teams: {
      provider: [people.oxana, people.pavel],
      'repository-managers': [people.rita, people.pavel],
      'technology-unit': [people.tiziana, people.teo, people.kim, people.pavel],
      'staged-rollout': [people.joao, people.sofia, people.pavel],
      svg: [people.svea],
      experts: [],
    },
    journal: journalOf(stories[point]),
    history: [],
    otherTicket: undefined,
    inputs: [],
    ownComments: [],
    checks: [],
    shelf: shelf && standing(shelf),
    promotion: undefined,
    call:
      shelf === 'staged-rollout' ? { number: 500, open: true, url: 'https://forge.example/500' } : undefined,
    readBack: {},
    review: undefined,
    isPublic: true,
    gocdb: new Map(),
    pulled: undefined,
    closure: undefined,
    onMain: false,
    ...changes,
  };
}

/** The facts with other words in the ticket, of the same digest. */
export function withSpec(facts: Facts, spec: Partial<Ticket['spec']>): Facts {
  const { value } = facts.ticket;
  return value
    ? { ...facts, ticket: { ...facts.ticket, value: { ...value, spec: { ...value.spec, ...spec } } } }
    : facts;
}

export const withConfiguration = (facts: Facts, changes: Partial<Facts['configuration']>): Facts => ({
  ...facts,
  configuration: { ...facts.configuration, ...changes },
});
export const withPolicy = (facts: Facts, changes: Partial<Policy>): Facts =>
  withConfiguration(facts, { policy: { ...facts.configuration.policy, ...changes } });

/** The facts with something else about one site in the registry. */
export const withSite = (facts: Facts, name: string, changes: Partial<Site>): Facts =>
  withConfiguration(facts, {
    earlyAdopters: {
      ...facts.configuration.earlyAdopters,
      sites: facts.configuration.earlyAdopters.sites.map((site) =>
        site.site === name ? { ...site, ...changes } : site,
      ),
    },
  });

export const withTeams = (facts: Facts, teams: Partial<Facts['teams']>): Facts => ({
  ...facts,
  teams: { ...facts.teams, ...teams },
});

/** The facts after more has happened. */
export const after = (facts: Facts, ...happenings: readonly Happening[]): Facts => ({
  ...facts,
  journal: journalOf([
    ...facts.journal.map(
      (entry) => [entry.at, entry, entry.by === 'rollout' ? undefined : entry.by, entry.source] as const,
    ),
    ...happenings,
  ]),
});

/** A release that was closed, merged and is in production, two minutes later; with what happened before and after that. */
export const inProduction = (
  before: readonly Happening[] = [],
  later: readonly Happening[] = [],
  releaseClass: ReleaseClass = 'revision',
  outcome: 'success' | 'warning' = 'success',
): Facts => {
  const facts = factsAt('closing', {}, releaseClass);
  return {
    ...facts,
    now: later.at(-1)?.[0] ?? '2026-03-09T13:06:00Z',
    onMain: true,
    pull: {
      ...facts.pull,
      open: false,
      merge: { commit: headOf(70), at: '2026-03-09T13:01:30Z', onlyTheTicket: true, digest },
    },
    shelf: standing('production'),
    journal: journalOf([
      ...stories.done,
      ...before,
      told.closed(outcome),
      told.merged(),
      told.moved('production', '2026-03-09T13:04:00Z'),
      told.published('production', '2026-03-09T13:05:00Z'),
      ...later,
    ]),
  };
};
