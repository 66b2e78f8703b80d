import * as fc from 'fast-check';
import type { Facts, Input } from '../../app/model/facts.ts';
import type { Person } from '../../app/model/journal.ts';
import type { State } from '../../app/model/state.ts';
import { configuration, people } from './people.ts';
import { comment, mark, report, review, verification } from './said.ts';
import { another } from './settings.ts';
import { digest, digestOf, release } from './story.ts';
import type { SimulatedWorld } from './world.ts';

const times = <T>(many: number, what: T): readonly T[] => Array.from({ length: many }, () => what);

/** What a person may do next, chosen blindly: most acts are not allowed to most people at most times. */
const kinds = [
  ...times(14, 'helps' as const),
  'verifies',
  'rejects early',
  'accepts',
  'accepts',
  'declines',
  'leaves',
  'deploys',
  'reports',
  'reports',
  'reports',
  'closes',
  'closes',
  'closes',
  'calls',
  'excuses',
  'waits for the provider',
  'waits for the provider',
  'says ready',
  'says ready',
  'waives',
  'waives',
  'waives',
  'approves',
  'supports',
  'supports',
  'supports',
  'skips',
  'skips',
  'skips',
  'closes together',
  'closes together',
  'closes together',
  'freezes',
  'unfreezes',
  'rolls back',
  'rolls back',
  'rolls back',
  'pilots',
  'advises',
  'edits',
  'deletes',
  'dismisses',
  'pushes',
  'pushes the same',
  'pushes back',
  'pushes nonsense',
  'merges by hand',
  'closes by hand',
  'withdraws',
  'relabels',
  'packages fail',
  'channels fail',
  'retries',
  'takes',
  'changes roles',
  'another release',
  'reviews',
  'waits',
  'waits',
] as const;
const logins = Object.keys(people) as (keyof typeof people)[];
const sites = configuration.earlyAdopters.sites.map(({ site }) => site);
const outcomes = ['success', 'success', 'warning', 'reject'] as const;
const minutes = (least: number, most: number) => fc.integer({ min: least, max: most });

const act = fc.record({
  kind: fc.constantFrom(...kinds),
  by: fc.constantFrom(...logins),
  site: fc.constantFrom(...sites),
  outcome: fc.constantFrom(...outcomes),
  /** Minutes that pass before it: mostly a few, now and then hours, days, or weeks. */
  after: fc.oneof(
    { weight: 12, arbitrary: minutes(1, 150) },
    { weight: 3, arbitrary: minutes(150, 3000) },
    { weight: 1, arbitrary: minutes(3000, 40_000) },
  ),
  which: fc.nat(59),
  /** Is the system awake, does it see this only together with what comes next, or does it happen while it merges? */
  seen: fc.constantFrom('at once', 'at once', 'later', 'later', 'later', 'amid a merge'),
});
export type AnyAct = typeof act extends fc.Arbitrary<infer T> ? T : never;
export const anyActs = fc.array(act, { minLength: 4, maxLength: 16 });

export const speaker: Readonly<Record<string, Person>> = {
  CESGA: people.carmen,
  SiGNET: people.jan,
  'UKI-MAN': people.alessandra,
  'NDGF-T1': people.niels,
};
const vos: Readonly<Record<string, string>> = { CESGA: 'atlas, ops', SiGNET: 'atlas' };
const chosen = { success: 'approved', warning: 'commented', reject: 'changes-requested' } as const;

/** The world's clock runs on by minutes. */
export function passes(world: SimulatedWorld, many: number): void {
  const later = Date.parse(world.facts.now) + many * 60_000;
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
  ...more: readonly string[]
): Input {
  const body = report(site, outcome, current(world), ...more);
  return world.says(review(by, chosen[outcome], body, world.facts.now));
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

/** Managers who did not provide the release, at this moment. */
const managersOf = ({ teams }: Facts): readonly Person[] =>
  teams['staged-rollout'].filter(({ id }) => id !== people.pavel.id);

/** What somebody who may would do next to bring the release on. */
export function helps(
  world: SimulatedWorld,
  state: State,
  sitesWaiting: readonly string[],
  outcome: 'success' | 'warning',
  which = 1,
): void {
  const isEmergency = world.facts.ticket.value?.spec.class === 'emergency';
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
      said(world, people.carmen, which % 3 === 0 ? '/accept CESGA' : '/accept CESGA\n/deployed CESGA');
      return;
    case 'rolling-out':
      if (which % 3 === 0) said(world, people.carmen, '/deployed CESGA');
      for (const site of sitesWaiting) reports(world, speaker[site] ?? people.carmen, site, 'success');
      if (sitesWaiting.length === 0) said(world, people.jan, '/accept SiGNET');
      return;
    case 'done':
    case 'closing': {
      passes(world, which % 4 === 0 ? 30 : isEmergency ? 300 : 12_000);
      const by = managersOf(world.facts)[0] ?? people.sofia;
      said(world, people.svea, '/advisory https://advisories.example/1');
      said(
        world,
        by,
        `/unfreeze\n/take For the expert.\n/close ${outcome} All well.\nknown_issue: Restart it.\nbetter_because: It is rare.`,
      );
      return;
    }
    case 'success':
    case 'warning':
    case 'rejected':
    case 'withdrawn':
      return;
  }
}

const waivable = [
  'verification',
  'staged-rollout',
  'verification,staged-rollout',
  'verification,staged-rollout',
  'freeze',
  'cadence',
] as const;
const otherReleases = [
  another('7.0.2', { supersedes: release, state: 'open' }),
  another('7.0.2', { supersedes: release, state: 'open', provider: 'somebody-else' }),
  another('6.9.9'),
  another('7.0.5'),
] as const;

/** What managers say besides `/close`; which of it is needed depends. */
const notes = ['better_because: It is rare.', 'early_because: It is urgent.', 'known_issue: Restart it.'];

/** Somebody does something. */
export function happens(world: SimulatedWorld, what: AnyAct, state: State, waiting: readonly string[]): void {
  const by = people[what.by];
  const { facts } = world;
  const any = facts.inputs[what.which % Math.max(1, facts.inputs.length)];
  const ofSite = what.which % 3 === 0 ? by : (speaker[what.site] ?? by);
  const manager = what.which % 3 === 0 ? by : (managersOf(facts)[what.which % 2] ?? people.sofia);
  const others = [people.tiziana, people.teo, ...managersOf(facts), people.svea];
  const backer = others[what.which % others.length] ?? people.sofia;
  const isEmergency = facts.ticket.value?.spec.class === 'emergency';
  const says = (who: Person, body: string): void => {
    said(world, who, body);
  };
  switch (what.kind) {
    case 'helps':
      helps(world, state, waiting, what.outcome === 'warning' ? 'warning' : 'success', what.which);
      return;
    case 'verifies':
      verifies(world, by, what.outcome === 'warning' ? 'wait-for-provider' : 'accept');
      return;
    case 'rejects early':
      if (what.which % 4 === 0) verifies(world, by, 'reject');
      else says(by, '/reject It does not build.');
      return;
    case 'accepts':
      says(what.which % 5 === 0 ? people.vera : ofSite, `/accept ${what.site}`);
      return;
    case 'declines':
      says(ofSite, `/decline ${what.site} No hardware.`);
      return;
    case 'leaves':
      says(ofSite, `/leave ${what.site} A power cut.`);
      return;
    case 'deploys':
      says(ofSite, `/deployed ${what.site}`);
      return;
    case 'reports': {
      const exposed = what.which % 2 === 0 ? [`exposure: {vos: [${vos[what.site] ?? ''}]}`] : [];
      reports(world, ofSite, what.site, what.outcome, ...exposed);
      return;
    }
    case 'closes': {
      const told = notes.filter((_, place) => ((what.which >> place) & 1) === 1);
      says(manager, [`/close ${what.outcome} So it is.`, ...told].join('\n'));
      return;
    }
    case 'calls':
      says(manager, `/call ${what.which % 2 === 0 ? what.site : 'early-adopters-arc'}`);
      return;
    case 'excuses':
      says(manager, `/excuse ${waiting[0] ?? what.site} It is silent.`);
      return;
    case 'waits for the provider':
      verifies(world, people.tiziana, 'wait-for-provider');
      return;
    case 'says ready':
      says(what.which % 4 === 0 ? by : people.oxana, '/ready Built again.');
      return;
    case 'waives':
      says(
        what.which % 4 === 0 ? by : (managersOf(facts)[0] ?? people.joao),
        `/waive ${waivable[what.which % waivable.length] ?? ''} It cannot wait.`,
      );
      return;
    case 'approves': {
      const id = what.which % 3 === 0 ? `E${String(1 + (what.which % 2))}` : '';
      const team = what.which % 4 === 0 ? by : what.which % 2 === 0 ? people.tiziana : people.sofia;
      says(team, `/approve ${id}`);
      if (what.which % 5 === 0) says(people.svea, `/approve ${id}`);
      return;
    }
    case 'supports':
      says(backer, '/approve');
      return;
    case 'skips':
      says(people.joao, `/waive ${waivable[what.which % 4] ?? ''} It cannot wait.`);
      says(people.tiziana, '/approve');
      says(people.svea, '/approve');
      passes(world, what.which % 5 === 0 ? 5000 : 10);
      says(people.joao, '/take It is urgent.\n/close success It is needed.');
      return;
    case 'closes together':
      passes(world, isEmergency ? 300 : 12_000);
      says(people.joao, '/take So be it.\n/close success Good enough.\nbetter_because: It is rare.');
      passes(world, 10);
      says(backer, '/approve');
      return;
    case 'freezes':
      says(manager, '/freeze Something is odd.');
      return;
    case 'unfreezes':
      says(manager, '/unfreeze');
      return;
    case 'rolls back':
      says(manager, '/rollback It loses data.');
      says(backer, '/approve');
      return;
    case 'pilots':
      says(by, '/pilot');
      return;
    case 'advises':
      says(what.which % 2 === 0 ? by : people.svea, '/advisory https://advisories.example/1');
      return;
    case 'edits':
      if (any) {
        const body =
          what.which % 2 === 0
            ? any.body.replace('outcome: success', 'outcome: reject\nissues: [{severity: major, summary: x}]')
            : what.which % 3 === 0
              ? any.body.replace('outcome: reject', 'outcome: success')
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
      if (facts.pull.open) world.pushes(facts.ticket.digest);
      return;
    case 'pushes back':
      if (facts.pull.open) world.pushes(digest);
      return;
    case 'pushes nonsense':
      if (facts.pull.open) world.pushes(undefined);
      return;
    case 'merges by hand':
      if (facts.pull.open && what.which % 5 === 0) world.mergesTicket(what.which % 2 === 0);
      return;
    case 'closes by hand':
      if (facts.pull.open) world.changePull({ open: false, closedBy: by });
      return;
    case 'withdraws':
      says(by, '/withdraw It is not good enough.');
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
      says(by, '/retry');
      return;
    case 'takes':
      says(what.which % 2 === 0 ? by : manager, what.which % 3 === 0 ? '/take' : '/take The expert is away.');
      return;
    case 'changes roles': {
      const teams = ['technology-unit', 'staged-rollout', 'experts'] as const;
      world.changeTeam(teams[what.which % 3] ?? 'experts', by);
      return;
    }
    case 'another release': {
      const other = otherReleases[what.which % otherReleases.length] ?? another('6.9.9');
      const published = other.state === 'production' ? { productionAt: facts.now } : {};
      world.remembers({ ...other, certifiedAt: facts.now, ...published });
      return;
    }
    case 'reviews':
      world.reviews();
      return;
    case 'waits':
      passes(world, what.which * 60);
      return;
  }
}
