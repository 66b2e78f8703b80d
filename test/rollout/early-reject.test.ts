import { expect, test } from '@jest/globals';
import { after, factsAt } from './facts.ts';
import { people } from './people.ts';
import { comment, gains, heard } from './said.ts';
import { told } from './story.ts';

const asked = '2026-03-02T13:00:00Z';
const accepted = factsAt('deployed');
const rejects = (at: string) => comment(people.joao, '/close reject It loses files.', at);
const waiting = after(accepted, [
  asked,
  {
    event: 'asked',
    exception: 'E1',
    rules: ['early-reject'],
    reason: 'It loses files.',
    as: ['staged-rollout'],
    close: { outcome: 'reject', summary: 'It loses files.' },
  },
  people.sofia,
]);

test.each([
  ['while it waits for a second person is not asked for again', waiting, '2026-03-02T14:00:00Z', []],
  ['that has expired is asked for anew', waiting, '2026-03-20T14:00:00Z', ['asked E2 early-reject']],
  [
    'needs nobody else once every site has reported',
    after(waiting, told.reported()),
    '2026-03-03T11:00:00Z',
    ['closed reject'],
  ],
])('An early Reject %s (A-05)', (_, facts, at, entries) => {
  expect(gains(heard({ ...facts, now: at }, rejects(at)))).toEqual(entries);
});
