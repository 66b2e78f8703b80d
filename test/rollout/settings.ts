import * as fc from 'fast-check';
import type { ComponentRelease } from '../../app/model/component-release.ts';
import type { Decision } from '../../app/model/decision.ts';
import type { Facts } from '../../app/model/facts.ts';
import { decide } from '../../app/rollout/decide.ts';
import { factsAt } from './facts.ts';
import { configuration, people } from './people.ts';
import { comment, review, verification } from './said.ts';
import { newWorld } from './world.ts';

/** Another release of the same component, in production unless told otherwise. */
export const another = (version: string, changes: Partial<ComponentRelease> = {}): ComponentRelease => ({
  id: `arc-arc-ce-${version}`,
  pull: 6,
  provider: 'nordugrid',
  version,
  class: 'revision',
  distribution: 'umd/5',
  targets: [{ platform: 'debian12', arch: 'amd64' }],
  issues: [],
  state: 'production',
  certifiedAt: '2025-11-03T09:00:00Z',
  productionAt: '2025-11-20T09:00:00Z',
  ...changes,
});

/** What kind of release it is, in what surroundings, and how far it came already. */
export const anySetting = fc.record({
  releaseClass: fc.constantFrom('emergency', 'revision'),
  security: fc.constantFrom('no', 'no', 'security', 'embargo'),
  lastRelease: fc.constantFrom('long ago', 'long ago', 'last week'),
  expert: fc.nat(3).map((chance) => chance === 0),
  start: fc.constantFrom('none', 'unverified', 'unverified', 'verified', 'rolling-out'),
} as const);
export type Setting = typeof anySetting extends fc.Arbitrary<infer T> ? T : never;

export const embargoUntil = '2026-03-04T12:00:00Z';
const debian12 = { title: 'Debian 12', format: 'deb' as const, architectures: ['amd64'] };
const settled: Facts['configuration'] = {
  ...configuration,
  policy: { ...configuration.policy, experts: { arc: 'experts-arc' } },
  distributions: {
    ...configuration.distributions,
    distributions: { 'umd/5': { title: 'UMD 5', platforms: { debian12 }, version_exceptions: true } },
  },
};

function before({ releaseClass, security, lastRelease, expert }: Setting): Facts {
  const facts = factsAt('none', { now: '2026-03-02T08:00:00Z' }, releaseClass);
  const { value } = facts.ticket;
  const advisory = 'https://advisories.example/1';
  const spec = value && {
    ...value.spec,
    ...(security === 'no' ? {} : { reason: 'security' as const }),
    ...(security === 'embargo' ? { security: { advisory, embargo_until: embargoUntil } } : {}),
  };
  const productionAt = lastRelease === 'last week' ? '2026-02-24T09:00:00Z' : '2025-11-20T09:00:00Z';
  return {
    ...facts,
    isPublic: security !== 'embargo',
    configuration: settled,
    ticket: { ...facts.ticket, value: value && spec && { ...value, spec } },
    history: [another('7.0.0', { productionAt })],
    teams: { ...facts.teams, experts: expert ? [people.joao] : [] },
  };
}

export interface Beginning {
  readonly facts: Facts;
  readonly decision: Decision;
}
const known = new Map<string, Beginning>();

/** Facts of a release in that setting. */
export function beginningOf(setting: Setting): Beginning {
  const key = JSON.stringify(setting);
  const there = known.get(key) ?? begun(setting);
  known.set(key, there);
  return there;
}

function begun(setting: Setting): Beginning {
  const world = newWorld(before(setting));
  const { start } = setting;
  if (start !== 'none') world.settle();
  if (start === 'verified' || start === 'rolling-out') {
    world.moment('2026-03-02T09:00:00Z');
    world.says(review(people.tiziana, 'approved', verification('accept'), world.facts.now));
    world.settle();
  }
  if (start === 'rolling-out') {
    world.moment('2026-03-02T10:00:00Z');
    world.says(comment(people.carmen, '/accept CESGA\n/deployed CESGA', world.facts.now));
    world.settle();
  }
  return { facts: world.facts, decision: decide(world.facts) };
}
