import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Release, Trial } from '../world/trial.ts';

const myproxy = (version: string, rest: Pick<Release, 'class' | 'more'>): Release => ({
  stack: 'globus',
  component: 'myproxy',
  provider: 'gridcf',
  version,
  packages: ['myproxy'],
  ...rest,
});
const service = myproxy('6.2.0', { class: 'major', more: { new_service: true } });
const features = { new_functionality: ['proxies are renewed by themselves'] };
const minor = myproxy('6.3.0', { class: 'minor', more: features });
const fetchCrl: Release = {
  stack: 'community',
  component: 'fetch-crl',
  provider: 'nikhef',
  version: '3.0.22',
  class: 'revision',
  packages: ['fetch-crl'],
};

let trial: Trial;
let first: number;
let next: number;
beforeAll(async () => {
  trial = await Trial.begin();
}, 60_000);
afterAll(() => trial.end(), 60_000);

/** Opens a ticket that is not complete, and gives its number and what the check of the ticket says. */
async function refused(release: Release): Promise<readonly [number, string]> {
  const number = await trial.opens(release);
  await trial.sees(number, (await trial.page(number).pull()).head.sha);
  expect(await trial.page(number).labels()).toEqual(['state: draft', 'waiting: provider']);
  return [number, await trial.page(number).check('ticket')];
}

/** Pushes the ticket again as this release says, and takes it to where its reports are wanted. */
async function mended(number: number, release: Release): Promise<void> {
  await trial.pushes(number, await trial.drafts(release));
  await trial.world.reaches(number, 'unverified');
  await trial.world.as('tu-vera').verifies(number);
  await trial.world.reaches(number, 'verified');
}

const inProduction = async (): Promise<readonly string[]> =>
  Object.keys(await trial.channel('production')).toSorted();

test('a service that sites never had is a major release, and a major links its roadmap (R-2.2-4, R-2.2-6)', async () => {
  const [number, said] = await refused(myproxy('6.2.0', { class: 'minor', more: features }));
  first = number;
  expect(said).toContain('myproxy was never released here: it is a new service');
  await trial.pushes(number, await trial.drafts(myproxy('6.2.0', { class: 'major' })));
  expect(await trial.page(number).check('ticket')).toContain('A major release has to link the roadmap');
  await mended(number, service);
}, 60_000);

test('a major waits for the reports of two sites (A-10, R-2.2-4)', async () => {
  const number = first;
  await trial.triesIt('ea-nikhef-a', number, 'NIKHEF-ELPROD');
  expect(await trial.page(number).labels()).toContain('state: rolling-out');
  expect(await trial.page(number).check('staged rollout')).toContain('1 of at least 2 reports came in');
  await trial.triesIt('ea-lrz-a', number, 'LRZ-LMU');
  expect(await trial.page(number).labels()).toContain('state: done');
  expect(await trial.answer('sr-marta', number, '/close success It runs.')).toContain(
    'the grace period runs until',
  );
  await trial.world.advance('5wd');
  await trial.world.as('sr-marta').comments(number, '/close success It runs.');
  await trial.world.reaches(number, 'success');
}, 60_000);

test('the class says what the version shows, and what comes too soon is told at submission and held at the close (R-2.2-2, R-2.2-3, A-20, A-21)', async () => {
  const [number, said] = await refused(myproxy('6.3.0', { class: 'revision' }));
  next = number;
  expect(said).toContain('From 6.2.0 to 6.3.0 is a minor change, and the class is revision.');
  await mended(number, minor);
  expect(await trial.page(number).check('ticket')).toContain('A minor release comes at most every 30 days');
  await trial.triesIt('ea-nikhef-a', number, 'NIKHEF-ELPROD');
  await trial.world.advance('6wd');
  expect(await trial.answer('sr-marta', number, '/close success It runs.')).toMatch(
    /It cannot be closed.*30 days|It cannot be closed.*2026-11-/,
  );
  expect(await trial.answer('sr-marta', number, '/waive cadence Sites want it.')).toContain(
    'allows no exceptions of this kind (A-46)',
  );
  expect(await inProduction()).toEqual(['myproxy_6.2.0_amd64.deb']);
}, 60_000);

test('a frozen release stays where it is until somebody ends the freeze (process.md, odd ends)', async () => {
  const number = next;
  await trial.world.advance(new Date('2026-11-16T09:00:00Z'));
  expect(await trial.answer('p-gridcf', number, '/freeze Not yet.')).toContain(
    'Only staged-rollout managers',
  );
  await trial.says('sr-mila', number, '/freeze The network moves this week.');
  expect(await trial.page(number).labels()).toContain('frozen');
  expect(await trial.answer('sr-marta', number, '/close success It runs.')).toContain(
    'are frozen by sr-mila',
  );
  await trial.says('sr-mila', number, '/unfreeze');
  expect(await trial.page(number).labels()).not.toContain('frozen');
  await trial.world.as('sr-marta').comments(number, '/close success It runs.');
  await trial.world.reaches(number, 'success');
  expect(await inProduction()).toEqual(['myproxy_6.2.0_amd64.deb', 'myproxy_6.3.0_amd64.deb']);
}, 60_000);

test('what two persons roll back leaves production, the release before it stays, and the sites are told (A-34)', async () => {
  const number = next;
  expect(await trial.answer('p-gridcf', number, '/rollback It was not ready.')).toContain(
    'Rolling back is for',
  );
  await trial.says('sr-marta', number, '/rollback Proxies are lost.');
  expect(await trial.answer('sr-marta', number, '/approve E1')).toContain('You stand behind E1 already');
  expect(await inProduction()).toHaveLength(2);
  await trial.says('tu-vera', number, '/approve E1');
  await trial.world.settled();
  expect(await inProduction()).toEqual(['myproxy_6.2.0_amd64.deb']);
  expect(await trial.page(number).labels()).toEqual(['rolled-back', 'state: success']);
  expect((await trial.page(number).marked('rolled-back:')).map(({ body }) => body)).toEqual([
    expect.stringMatching(/@p-gridcf @ea-nikhef-a .*rolled back[^]*Proxies are lost/),
  ]);
  expect(await trial.file('repos-manifest/withdrawn/globus-myproxy-6.3.0.yml')).toContain(
    'Proxies are lost.',
  );
  expect(await trial.file('releases/globus/myproxy/6.3.0.yml')).toContain('version: ');
}, 60_000);

test('in a freeze of the calendar nothing enters production, and afterwards nobody is blamed for it; a provider’s own site alone is no rollout (R-2.4-T3-5, A-16, A-27)', async () => {
  await trial.world.advance(new Date('2026-12-14T09:00:00Z'));
  const number = await trial.isVerified(fetchCrl);
  await trial.triesIt('ea-nikhef-a', number, 'NIKHEF-ELPROD');
  // The provider's own site is not enough.
  expect(await trial.page(number).check('staged rollout')).toContain('not counting the provider’s own sites');
  await trial.triesIt('ea-cesga-a', number, 'CESGA');
  await trial.world.advance(new Date('2026-12-28T09:00:00Z'));
  expect(await trial.page(number).labels()).toEqual(['frozen', 'state: done', 'waiting: staged-rollout']);
  expect(await trial.answer('sr-mario', number, '/close success It runs.')).toContain(
    'there is a freeze until 2027-01-03T23:00:00Z',
  );
  await trial.world.advance(new Date('2027-01-04T09:00:00Z'));
  await trial.world.as('sr-mario').comments(number, '/close success It runs.');
  await trial.world.reaches(number, 'success');
  expect(await inProduction()).toEqual(['fetch-crl_3.0.22_amd64.deb', 'myproxy_6.2.0_amd64.deb']);
}, 60_000);
