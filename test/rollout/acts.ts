import * as fc from 'fast-check';
import type { Input } from '../../app/model/facts.ts';
import type { Person } from '../../app/model/journal.ts';
import type { State } from '../../app/model/state.ts';
import { configuration, people } from './people.ts';
import { comment, mark, report, review, verification } from './said.ts';
import { digest, digestOf } from './story.ts';
import type { SimulatedWorld } from './world.ts';

/** What a person may do next, chosen blindly: most acts are not allowed to most people at most times. */
const kinds = [
  'helps',
  'helps',
  'helps',
  'helps',
  'helps',
  'helps',
  'helps',
  'helps',
  'verifies',
  'rejects early',
  'accepts',
  'deploys',
  'reports',
  'reports',
  'closes',
  'closes',
  'edits',
  'deletes',
  'dismisses',
  'pushes',
  'pushes the same',
  'pushes back',
  'merges by hand',
  'closes by hand',
  'withdraws',
  'relabels',
  'packages fail',
  'channels fail',
  'retries',
  'takes',
  'changes roles',
  'waits',
] as const;
const logins = Object.keys(people) as (keyof typeof people)[];
const sites = configuration.earlyAdopters.sites.map(({ site }) => site);
const outcomes = ['success', 'success', 'warning', 'reject'] as const;

const act = fc.record({
  kind: fc.constantFrom(...kinds),
  by: fc.constantFrom(...logins),
  site: fc.constantFrom(...sites),
  outcome: fc.constantFrom(...outcomes),
  /** Minutes that pass before it. */
  after: fc.integer({ min: 1, max: 150 }),
  which: fc.nat(50),
  /** Is the system awake, or does it see this only together with what comes next? */
  seen: fc.nat(2).map((chance) => chance === 0),
});
export type AnyAct = typeof act extends fc.Arbitrary<infer T> ? T : never;
export const anyActs = fc.array(act, { minLength: 4, maxLength: 12 });

const speaker: Readonly<Record<string, Person>> = {
  CESGA: people.carmen,
  SiGNET: people.jan,
  'UKI-MAN': people.alessandra,
  'NDGF-T1': people.niels,
};
const chosen = { success: 'approved', warning: 'commented', reject: 'changes-requested' } as const;

/** The world's clock runs on by minutes. */
export function passes(world: SimulatedWorld, minutes: number): void {
  const later = Date.parse(world.facts.now) + minutes * 60_000;
  world.moment(new Date(later).toISOString().replace('.000Z', 'Z'));
}

const said = (world: SimulatedWorld, by: Person, body: string): Input =>
  world.says(comment(by, body, world.facts.now));
const current = (world: SimulatedWorld): string => world.facts.ticket.digest ?? digest;

export function reports(
  world: SimulatedWorld,
  by: Person,
  site: string,
  outcome: (typeof outcomes)[number],
): Input {
  return world.says(review(by, chosen[outcome], report(site, outcome, current(world)), world.facts.now));
}

const verifies = (world: SimulatedWorld, by: Person, outcome = 'accept'): Input =>
  world.says(
    review(
      by,
      outcome === 'accept' ? 'approved' : 'changes-requested',
      verification(outcome, 'notes: Seen.', 'countermeasure: Mend it.').replace(digest, current(world)),
      world.facts.now,
    ),
  );

/** What somebody who may would do next to bring the release on. */
export function helps(
  world: SimulatedWorld,
  state: State,
  sitesWaiting: readonly string[],
  outcome: 'success' | 'warning',
): void {
  switch (state) {
    case 'draft':
    case 'certified':
      world.packagesAreRight = true;
      said(world, people.rita, '/retry');
      return;
    case 'unverified':
      verifies(world, people.tiziana);
      return;
    case 'verified':
      said(world, people.carmen, '/accept CESGA\n/deployed CESGA');
      return;
    case 'rolling-out':
      for (const site of sitesWaiting) reports(world, speaker[site] ?? people.carmen, site, 'success');
      if (sitesWaiting.length === 0) said(world, people.jan, '/accept SiGNET');
      return;
    case 'done':
    case 'closing':
      passes(world, 300);
      said(
        world,
        people.joao,
        `/close ${outcome} All well.\nknown_issue: Restart it.\nbetter_because: It is rare.`,
      );
      return;
    case 'success':
    case 'warning':
    case 'rejected':
    case 'withdrawn':
      return;
  }
}

/** Somebody does something. */
export function happens(world: SimulatedWorld, what: AnyAct, state: State, waiting: readonly string[]): void {
  const by = people[what.by];
  const { facts } = world;
  const any = facts.inputs[what.which % Math.max(1, facts.inputs.length)];
  switch (what.kind) {
    case 'helps':
      helps(world, state, waiting, what.outcome === 'warning' ? 'warning' : 'success');
      return;
    case 'verifies':
      verifies(world, by, what.outcome === 'warning' ? 'wait-for-provider' : 'accept');
      return;
    case 'rejects early':
      if (what.which % 4 === 0) verifies(world, by, 'reject');
      else said(world, by, '/reject It does not build.');
      return;
    case 'accepts':
      said(world, what.which % 3 === 0 ? by : (speaker[what.site] ?? by), `/accept ${what.site}`);
      return;
    case 'deploys':
      said(world, what.which % 3 === 0 ? by : (speaker[what.site] ?? by), `/deployed ${what.site}`);
      return;
    case 'reports':
      reports(world, what.which % 3 === 0 ? by : (speaker[what.site] ?? by), what.site, what.outcome);
      return;
    case 'closes':
      said(
        world,
        what.which % 2 === 0 ? by : people.sofia,
        `/close ${what.outcome} So it is.\nknown_issue: Restart it.`,
      );
      return;
    case 'edits':
      if (any) {
        const body =
          what.which % 2 === 0
            ? any.body.replace('outcome: success', 'outcome: reject\nissues: [{severity: major, summary: x}]')
            : `${any.body}\nPS`;
        world.edits(any.id, { body, bodySha256: mark(body), edited: true });
      }
      return;
    case 'deletes':
      if (any?.kind === 'comment') world.deletes(any.id);
      return;
    case 'dismisses':
      if (any?.kind === 'review') world.edits(any.id, { review: 'dismissed' });
      return;
    case 'pushes':
      if (facts.pull.open) world.pushes(digestOf(1 + (what.which % 3)));
      return;
    case 'pushes the same':
      if (facts.pull.open) world.pushes(current(world));
      return;
    case 'pushes back':
      if (facts.pull.open) world.pushes(digest);
      return;
    case 'merges by hand':
      if (facts.pull.open && what.which % 5 === 0) world.mergesTicket(what.which % 2 === 0);
      return;
    case 'closes by hand':
      if (facts.pull.open) world.changePull({ open: false, closedBy: by });
      return;
    case 'withdraws':
      said(world, by, '/withdraw It is not good enough.');
      return;
    case 'relabels':
      world.changePull({ labels: ['state: success', 'theirs'] });
      return;
    case 'packages fail':
      world.packagesAreRight = !world.packagesAreRight;
      return;
    case 'channels fail':
      world.channelsAnswer = !world.channelsAnswer;
      return;
    case 'retries':
      said(world, by, '/retry');
      return;
    case 'takes':
      said(world, by, '/take');
      return;
    case 'changes roles':
      world.changeTeam(what.which % 2 === 0 ? 'technology-unit' : 'staged-rollout', by);
      return;
    case 'waits':
      passes(world, 600);
      return;
  }
}
