import type { ComponentRelease } from '../../app/model/component-release.ts';
import type { Facts } from '../../app/model/facts.ts';
import { factsAt, ticketOf } from '../rollout/facts.ts';
import { configuration, people } from '../rollout/people.ts';
import { comment, report, review, verification } from '../rollout/said.ts';
import { newWorld } from '../rollout/world.ts';

const debian12 = { title: 'Debian 12', format: 'deb' as const, architectures: ['amd64'] };
const past = (minor: number): ComponentRelease => ({
  id: `arc-arc-ce-6.${String(minor)}.0`,
  pull: minor + 1,
  provider: 'nordugrid',
  version: `6.${String(minor)}.0`,
  class: 'minor',
  distribution: 'umd/5',
  targets: [{ platform: 'debian12', arch: 'amd64' }],
  issues: [],
  state: 'production',
  certifiedAt: `2025-0${String(minor + 1)}-02T08:00:00Z`,
  productionAt: `2025-0${String(minor + 1)}-20T08:00:00Z`,
});

const talk = (nth: number): string =>
  [
    `I looked at the log of the ${String(nth)}th node: nothing unusual since the update.`,
    '',
    '```text',
    'arched[4711]: submitted 1204 jobs, 3 failed',
    '```',
    '',
    `> did you restart it?`,
    '',
    `Yes, at ${String(nth)} o'clock, and again on Tuesday; the queue went down to \`${String(nth * 7)}\` at once.`,
  ].join('\n');

/**
 * A typical ticket: rolling out at two sites, one of which has reported; 12 entries in the journal, 15 things that people wrote, nine
 * earlier releases, and everything that the system has to say is posted.
 */
export function typical(): Facts {
  const ticket = ticketOf('minor');
  const start = factsAt('none', { now: '2026-03-02T08:00:00Z' }, 'minor');
  const world = newWorld({
    ...start,
    history: Array.from({ length: 9 }, (_, minor) => past(minor)),
    ticket: { ...start.ticket, value: { ...ticket, spec: { ...ticket.spec, version: '6.9.0' } } },
    configuration: {
      ...configuration,
      distributions: {
        ...configuration.distributions,
        distributions: { 'umd/5': { title: 'UMD 5', platforms: { debian12 } } },
      },
    },
  });
  let said = 0;
  const at = (now: string): string => {
    world.moment(now);
    world.settle();
    return now;
  };
  const chats = (many: number): void => {
    for (let n = 0; n < many; n += 1) world.says(comment(people.otto, talk((said += 1)), world.facts.now));
  };
  world.settle();
  chats(2);
  world.says(review(people.tiziana, 'approved', verification('accept'), at('2026-03-02T09:00:00Z')));
  world.settle();
  world.says(comment(people.carmen, '/accept CESGA', at('2026-03-02T10:00:00Z')));
  chats(3);
  world.says(comment(people.jan, 'We try it, too.\n\n/accept SiGNET', at('2026-03-02T11:00:00Z')));
  world.says(comment(people.carmen, '/deployed', at('2026-03-02T12:00:00Z')));
  chats(5);
  world.says(review(people.carmen, 'approved', report('CESGA', 'success'), at('2026-03-02T14:00:00Z')));
  world.settle();
  return world.facts;
}
