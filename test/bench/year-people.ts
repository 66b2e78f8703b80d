import type { Decision, SiteStanding } from '../../app/model/decision.ts';
import type { Input } from '../../app/model/facts.ts';
import type { Person } from '../../app/model/journal.ts';
import { comment, report, review, verification } from '../rollout/said.ts';
import { people } from '../rollout/people.ts';
import { digestOf, digest, release } from '../rollout/story.ts';
import type { SimulatedWorld } from '../rollout/world.ts';

/** Numbers from 0 to 1 that come the same for the same seed (mulberry32). */
export function chances(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const hour = 3_600_000;
export const speakerOf = (site: string): Person => ({
  login: site.toLowerCase(),
  id: 1000 + Number(site.slice(5)),
});

/** Something that somebody will do, so many hours of work from now; `once` keeps it from being planned twice. */
interface Intention {
  readonly once: string;
  readonly hours: number;
  readonly does: () => void;
}

export interface Release {
  readonly id: string;
  readonly world: SimulatedWorld;
  readonly isEmergency: boolean;
  readonly chance: () => number;
}

/** What people make of where a release stands: each acts once on it, after a while, or not at all. */
export function intentions(
  { id, world, isEmergency, chance }: Release,
  decision: Decision,
): readonly Intention[] {
  const { facts } = world;
  const content = facts.ticket.digest ?? digest;
  const round = String(facts.journal.findLast(({ event }) => event === 'certified')?.n ?? 0);
  const plans: Intention[] = [];
  const will = (once: string, mean: number, does: () => void): void => {
    plans.push({
      once: `${once} ${round}`,
      hours: 0.2 - Math.log(1 - chance()) * (isEmergency ? mean / 12 : mean),
      does,
    });
  };
  const says = (by: Person, body: string): void => {
    world.says(comment(by, body, world.facts.now));
  };
  const submits = (by: Person, chosen: NonNullable<Input['review']>, body: string): void => {
    world.says(review(by, chosen, body.replaceAll(release, id), world.facts.now));
  };
  const verifies = (outcome: string): void => {
    const body = verification(outcome, 'notes: Seen.', 'countermeasure: Mend it.').replace(digest, content);
    submits(people.tiziana, outcome === 'accept' ? 'approved' : 'changes-requested', body);
  };

  if (decision.state !== 'draft' && chance() < 0.003)
    will('push', 30, () => {
      if (world.facts.pull.open) world.pushes(digestOf(1 + Math.floor(chance() * 50)));
    });
  if (decision.state !== 'draft' && chance() < 0.001)
    will('withdraw', 20, () => {
      says(people.oxana, '/withdraw A better one comes.');
    });
  const waits = (decision.waiting === 'provider' && decision.state === 'unverified') || false;
  if (decision.state === 'certified' && decision.waiting === 'provider')
    will('retry', 6, () => {
      world.packagesAreRight = true;
      says(people.oxana, '/retry');
    });
  if (waits)
    will(`ready ${String(facts.journal.length)}`, 24, () => {
      says(people.oxana, '/ready Built again.');
    });
  if (decision.state === 'unverified' && !waits) {
    if (isEmergency && chance() < 0.3)
      will('skip', 6, () => {
        says(people.joao, '/waive verification,staged-rollout It is exploited.');
        says(people.tiziana, '/approve');
        says(people.svea, '/approve');
        says(people.joao, '/close success It cannot wait.');
      });
    const fate = chance();
    will(`verify ${String(facts.journal.filter(({ event }) => event === 'verified').length)}`, 9, () => {
      verifies(fate < 0.03 ? 'reject' : fate < 0.12 ? 'wait-for-provider' : 'accept');
    });
  }
  if (decision.state === 'verified' || decision.state === 'rolling-out' || decision.state === 'done')
    for (const site of decision.sites) plans.push(...ofSite(site));
  if (decision.state === 'verified') {
    will('call', 40, () => {
      says(people.joao, '/call early-adopters-arc');
    });
    will('volunteer', 60, () => {
      says(speakerOf('site-29'), '/accept site-29');
    });
  }
  const isStuck =
    decision.state === 'verified' || decision.awaiting.some(({ who }) => who === 'early adopters');
  if (isStuck && decision.state !== 'done')
    will('give up', 250, () => {
      says(people.joao, '/close reject Nobody tries it.');
      says(people.tiziana, '/approve');
    });
  if (decision.state === 'rolling-out')
    for (const { who, late } of decision.awaiting)
      if (late)
        will(`excuse ${who}`, 16, () => {
          says(people.sofia, `/excuse ${who} Nobody answers.`);
        });
  const tries = String(facts.inputs.filter(({ body }) => body.startsWith('/close')).length);
  if (decision.state === 'done' || (decision.state === 'closing' && decision.held))
    will(`close ${tries}`, 24, () => {
      says(
        people.joao,
        `/close ${decision.suggestion ?? 'success'} All is told.\nknown_issue: Restart it.\nworkaround_because: It is easy.`,
      );
    });
  return plans;

  function ofSite({ site, participation, tainted }: SiteStanding): readonly Intention[] {
    const before = plans.length;
    const by = speakerOf(site);
    const fate = chance();
    if (participation === 'invited' || participation === 'no-answer') {
      if (fate < 0.6)
        will(`answer ${site}`, 8, () => {
          says(by, `/accept ${site}`);
        });
      else if (fate < 0.75)
        will(`answer ${site}`, 8, () => {
          says(by, `/decline ${site} No hands.`);
        });
      else will(`answer ${site}`, 9000, () => undefined);
    }
    if (participation === 'accepted')
      will(`deploy ${site}`, 6, () => {
        says(by, fate < 0.03 ? `/leave ${site} A power cut.` : `/deployed ${site}`);
      });
    if (participation === 'deployed' || tainted) {
      const [outcome, chosen] =
        fate < 0.04
          ? (['reject', 'changes-requested'] as const)
          : fate < 0.18
            ? (['warning', 'commented'] as const)
            : (['success', 'approved'] as const);
      if (fate < 0.95 || tainted)
        will(`report ${site}`, 11, () => {
          submits(by, chosen, report(site, outcome, content));
        });
    }
    return plans.splice(before);
  }
}

/** The next instant at which somebody works, so many hours of work after another: Monday to Friday, eight to sixteen (UTC). */
export function atWork(from: number, hours: number): number {
  let at = from;
  let left = hours * hour;
  for (;;) {
    const midnight = Math.floor(at / (24 * hour)) * 24 * hour;
    const weekday = (midnight / (24 * hour) + 4) % 7;
    const [opens, closes] = [midnight + 8 * hour, midnight + 16 * hour];
    if (weekday !== 0 && weekday !== 6 && at < closes) {
      const begins = Math.max(at, opens);
      if (begins + left <= closes) return begins + left;
      left -= closes - begins;
    }
    at = midnight + 24 * hour;
  }
}
