import { type Tell, playClose, playToUnverified, releaseOf } from './plays.ts';
import type { World } from './world.ts';

/** A hole that cannot wait, in a component that no site tries on this platform: the exception of R-2.2-10 by three persons. */
export const emergency = {
  title: 'an emergency that no site can try',
  ticket: {
    stack: 'unicore',
    component: 'unicorex',
    provider: 'unicore-forum',
    version: '8.3.2',
    previous: '8.3.1',
    class: 'emergency',
    packages: ['unicore-unicorex'],
    more: {
      reason: 'security',
      security: { advisory: 'https://advisories.example/svg-2026-17', tlp: 'CLEAR' },
    },
  },
  provider: 'p-unicore-forum',
  close: {
    outcome: 'success',
    summary:
      'Closes the hole of the advisory; the packages were checked, and are looked at again afterwards.',
  },
  ends: 'success',
} as const;

const reason = 'The hole is being used, and no early adopter runs UNICORE/X on Debian 12.';

/** From the pull request into production, past verification and staged rollout; gives the ticket's number. */
export async function playEmergency(world: World, tell: Tell): Promise<number> {
  const number = await playToUnverified(world, emergency, tell);
  const say = (text: string): void => {
    tell(releaseOf(emergency), text);
  };
  await world.as('sr-marta').comments(number, `/waive verification,staged-rollout ${reason}`);
  say('sr-marta: /waive verification,staged-rollout …');
  await world.as('tu-viktor').comments(number, '/approve E1');
  say('tu-viktor supports it: /approve E1');
  await world.as('svg-sven').comments(number, '/approve E1');
  say('svg-sven supports it: /approve E1');
  await playClose(world, emergency, number, tell);
  return number;
}

/** A manager looks at it again and closes the issue that was opened for this. */
export async function playReview(world: World, number: number, tell: Tell): Promise<void> {
  const issue = world.service.board.ticket(number)?.facts.review?.number;
  if (issue === undefined) throw new Error(`no review was opened after the exception of #${String(number)}`);
  await world
    .as('sr-mila')
    .closes(issue, 'It was right. ICM takes the platform debian12 into its commitment.');
  tell(releaseOf(emergency), `sr-mila looks at it again and closes issue #${String(issue)}`);
  await world.settled();
}
