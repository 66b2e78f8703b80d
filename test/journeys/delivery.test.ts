import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Release, Trial } from '../world/trial.ts';

const fetchCrl: Release = {
  stack: 'community',
  component: 'fetch-crl',
  provider: 'nikhef',
  version: '3.0.23',
  class: 'revision',
  packages: ['fetch-crl'],
};
const file = 'fetch-crl_3.0.23_amd64.deb';
const at = { owner: 'grid', repo: 'releases' };
const site = 'ICM';
const adopter = 'ea-icm-a';

let trial: Trial;
let number: number;

beforeAll(async () => {
  trial = await Trial.begin();
}, 60_000);
afterAll(() => trial.end(), 60_000);

const fenced = (form: string): string => `\`\`\`yaml\n${form}\n\`\`\``;

/** Does something of which no webhook tells. */
async function unheard<T>(act: () => Promise<T>): Promise<T> {
  const { forge } = trial.world;
  await trial.world.settled();
  forge.losing(true);
  const done = await act();
  await forge.quiet();
  forge.losing(false);
  return done;
}

/** Lets a few seconds of the process pass: an edit within the second of the writing cannot be told from none. */
function later(): void {
  trial.world.clock.moveTo(new Date(trial.world.clock.now().getTime() + 5000));
}

test('a ticket of which no webhook told is found by the sweep', async () => {
  number = await unheard(() => trial.opens(fetchCrl));
  await trial.world.settled();
  expect(await trial.page(number).comments()).toEqual([]);
  await trial.world.service.sweep();
  await trial.world.reaches(number, 'unverified');
  expect(await trial.page(number).labels()).toEqual(['state: unverified', 'waiting: technology-unit']);
}, 60_000);

test('an approval that was edited before it was read does not count', async () => {
  const form = await trial.world.as('tu-vera').formIn(number, 'VerificationReport');
  const review = await unheard(async () => {
    const id = await trial.world.as('tu-vera').reviews(number, 'APPROVE', fenced(form));
    later();
    const body = fenced(form.replace(/^notes: .*$/m, 'notes: tried on one machine only'));
    await trial.world
      .as('tu-vera')
      .octokit.rest.pulls.updateReview({ ...at, pull_number: number, review_id: id, body });
    return id;
  });
  await trial.world.service.sweep();
  expect(await trial.page(number).answersTo(review)).toEqual([
    expect.stringContaining('This was edited before it was read'),
  ]);
  expect(await trial.page(number).labels()).toEqual(['state: unverified', 'waiting: technology-unit']);
}, 60_000);

test('everything that is stopped in the middle of a move goes on where it was', async () => {
  await trial.world.as('tu-vera').verifies(number);
  await trial.restarts();
  await trial.world.reaches(number, 'verified');
  await trial.world.settled();
  expect(await trial.channel('staged-rollout')).toHaveProperty([file]);
  expect(await trial.channel('unverified')).toEqual({});
}, 60_000);

test('the same webhook ten times has no second effect', async () => {
  await trial.says(adopter, number, `/accept ${site}`);
  await trial.world.settled();
  const { forge, service } = trial.world;
  const delivered = forge
    .deliveries()
    .findLast(({ event, body }) => event === 'issue_comment' && body.includes(`/accept ${site}`));
  const [effects, main, comments] = [
    trial.effects.length,
    await trial.main(),
    await trial.page(number).comments(),
  ];
  for (let times = 0; times < 10; times += 1) {
    expect(await forge.redeliver(({ id }) => id === delivered?.id)).toBe(1);
    await service.idle();
  }
  expect(
    forge.deliveries().filter(({ guid, statusCode }) => guid === delivered?.guid && statusCode < 300),
  ).toHaveLength(11);
  expect(trial.effects.slice(effects)).toEqual([]);
  expect(await trial.main()).toBe(main);
  expect(await trial.page(number).comments()).toEqual(comments);
}, 60_000);

test('a command that was edited before it was read does not count', async () => {
  const comment = await unheard(async () => {
    const id = await trial.world.as(adopter).comments(number, 'We will run it tomorrow.');
    later();
    await trial.world
      .as(adopter)
      .octokit.rest.issues.updateComment({ ...at, comment_id: id, body: `/deployed ${site}` });
    return id;
  });
  await trial.world.service.sweep();
  expect(await trial.page(number).answersTo(comment)).toEqual([
    expect.stringContaining('This was edited before it was read'),
  ]);
  expect((await trial.journal(fetchCrl)).map(({ event }) => event)).not.toContain('deployed');
}, 60_000);

test('a report that is edited after it was read holds the release back until the site reports again', async () => {
  const page = trial.page(number);
  const report = fenced(await trial.world.as(adopter).formIn(number, 'EarlyAdopterReport', site));
  const review = await trial.reviews(adopter, number, 'APPROVE', report);
  expect(await page.labels()).toContain('state: done');
  later();
  await trial.world.as(adopter).octokit.rest.pulls.updateReview({
    ...at,
    pull_number: number,
    review_id: review,
    body: `Well…\n\n${report}`,
  });
  await trial.world.settled();
  expect(await page.labels()).toContain('state: rolling-out');
  expect(await page.check('staged rollout')).toContain('was edited after it was read');
  await trial.reviews(adopter, number, 'APPROVE', report);
  expect(await page.labels()).toContain('state: done');
}, 60_000);

test('a close that is cut off by a restart ends in production all the same, once', async () => {
  await trial.world.advance('5wd');
  await trial.world.as('sr-mila').comments(number, '/close success It runs.');
  await trial.restarts();
  await trial.world.reaches(number, 'success');
  await trial.isSettled(number);
  expect(Object.keys(await trial.channel('production'))).toEqual([file]);
  expect(await trial.channel('staged-rollout')).toEqual({});
  const events = (await trial.journal(fetchCrl)).map(({ event }) => event);
  expect(events.filter((event) => ['closed', 'merged'].includes(event))).toEqual(['closed', 'merged']);
  expect((await trial.page(number).pull()).merged).toBe(true);
}, 60_000);

test('a service that starts on a finished record has nothing to do', async () => {
  const [effects, main] = [trial.effects.length, await trial.main()];
  await trial.restarts();
  await trial.world.settled();
  await trial.world.service.sweep();
  expect(trial.world.service.board.ticket(number)?.decision.state).toBe('success');
  expect(trial.effects.slice(effects)).toEqual([]);
  expect(await trial.main()).toBe(main);
}, 60_000);

test('a word about a release that has ended, of which no webhook told, is found by the sweep (A-34)', async () => {
  later();
  await unheard(() => trial.world.as('sr-mila').comments(number, '/rollback It forgets the lists.'));
  expect((await trial.journal(fetchCrl)).at(-1)?.event).toBe('published');
  await trial.world.service.sweep();
  await trial.world.settled();
  expect((await trial.journal(fetchCrl)).at(-1)).toMatchObject({ event: 'asked', rules: ['rollback'] });
  expect(await trial.page(number).labels()).toContain('needs-approval');
}, 60_000);
