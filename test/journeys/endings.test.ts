import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Release, Trial } from '../world/trial.ts';

const arc: Release = {
  stack: 'arc',
  component: 'nordugrid-arc',
  provider: 'nordugrid',
  version: '6.18.0',
  class: 'minor',
  packages: ['nordugrid-arc-arex', 'nordugrid-arc-client'],
  more: { new_functionality: ['new options of the information provider'] },
};
const revision = (component: string, provider: string, version: string): Release => ({
  stack: 'glite',
  component,
  provider,
  version,
  class: 'revision',
  packages: [`${component}-tools`],
});

/** A release that ended without production: nothing of it in any channel, a tombstone with the reason, and a closed, unmerged ticket. */
async function leftNothingBehind(number: number, release: Release, reason: string): Promise<void> {
  const { stack, component, version, packages } = release;
  const files = new Set(packages.map((name) => `${name}_${version}_amd64.deb`));
  const offered = await Promise.all(
    (['unverified', 'staged-rollout', 'production'] as const).map((channel) => trial.channel(channel)),
  );
  expect(offered.flatMap((channel) => Object.keys(channel)).filter((file) => files.has(file))).toEqual([]);
  const id = `${stack}-${component}-${version}`;
  expect(await trial.file(`repos-manifest/withdrawn/${id}.yml`)).toContain(reason);
  expect(await trial.file(`repos-manifest/withdrawn/${id}.yml.asc`)).toContain('BEGIN PGP SIGNATURE');
  for (const channel of ['unverified', 'staged-rollout', 'production']) {
    expect(await trial.file(`repos-manifest/${channel}/${id}.yml`)).toBeUndefined();
  }
  expect(await trial.file(`releases/${stack}/${component}/${version}.yml`)).toBeUndefined();
  const pull = await trial.page(number).pull();
  expect([pull.state, pull.merged]).toEqual(['closed', false]);
}

let trial: Trial;
beforeAll(async () => {
  trial = await Trial.begin();
}, 60_000);
afterAll(() => trial.end(), 60_000);

test('a minor release, a draft at first, ends with Warning: in production, with what the site asked for told to the provider (R-2.4-12.5, R-2.4-12.7.1, R-2.4-12.9a, R-2.2-14, A-14)', async () => {
  const number = await trial.opens(arc, true);
  const page = trial.page(number);
  await trial.world.reaches(number, 'draft');
  expect(await page.labels()).toEqual(['state: draft', 'waiting: provider']);
  await trial.world.as('p-nordugrid').marksReady(number);
  await trial.world.reaches(number, 'unverified');
  await trial.world.as('tu-vera').verifies(number);
  await trial.world.reaches(number, 'verified');
  await trial.says('ea-ndgf-a', number, '/accept NDGF-T1');
  await trial.says('ea-signet-a', number, '/accept');
  await trial.world.as('ea-ndgf-a').reports(number, 'NDGF-T1', 'success');
  await trial.world
    .as('ea-signet-a')
    .reports(number, 'SiGNET', 'warning', 'Restart a-rex by hand. @grid/everybody');
  await trial.world.reaches(number, 'done');
  const [told] = await page.marked('report:SiGNET');
  expect(told?.body).toContain('@p-nordugrid SiGNET reported **warning**');
  // What a stranger writes is quoted, so that it mentions nobody.
  expect(told?.body).toContain('`Restart a-rex by hand. @grid/everybody`');
  await trial.world.advance('1wd');
  await trial.world.as('sr-mila').comments(number, '/close warning Restart a-rex by hand after the update.');
  await trial.world.reaches(number, 'warning');
  expect((await trial.journal(arc)).find(({ event }) => event === 'closed')).toMatchObject({
    notes: { known_issues: ['Restart a-rex by hand. @grid/everybody'] },
  });
  expect(await page.labels()).toEqual(['state: warning']);
  expect((await page.checks())['rollout']?.conclusion).toBe('success');
  expect(Object.keys(await trial.channel('production'))).toEqual(
    expect.arrayContaining(['nordugrid-arc-arex_6.18.0_amd64.deb', 'nordugrid-arc-client_6.18.0_amd64.deb']),
  );
  expect((await page.pull()).merged).toBe(true);
}, 60_000);

test('a release that an early adopter rejects leaves no package behind, only a tombstone (R-2.4-12.7.1, A-04)', async () => {
  const release = revision('gfal2', 'cern', '2.21.4');
  const number = await trial.opens(release);
  await trial.world.reaches(number, 'unverified');
  await trial.world.as('tu-viktor').verifies(number);
  await trial.world.reaches(number, 'verified');
  await trial.says('ea-grif-a', number, '/accept GRIF');
  await trial.world.as('ea-grif-a').reports(number, 'GRIF', 'reject', 'Truncated files over 2 GiB.');
  await trial.world.reaches(number, 'done');
  const success = await trial.says('sr-mario', number, '/close success It is only one site.');
  expect(await trial.page(number).answersTo(success)).toEqual([
    expect.stringContaining('the worst report is `reject` (A-12): close it so'),
  ]);
  await trial.world.as('sr-mario').comments(number, '/close reject\n\nGRIF found truncated transfers.');
  await trial.isSettled(number);
  expect(await trial.page(number).labels()).toEqual(['state: rejected']);
  await leftNothingBehind(number, release, 'GRIF found truncated transfers.');
  expect((await trial.page(number).marked('state:rejected')).map(({ body }) => body)).toEqual([
    expect.stringContaining('@ea-grif-a please roll back'),
  ]);
  expect((await trial.page(number).call())?.state).toBe('closed');
}, 60_000);

test('a verifier who requests changes with the outcome reject ends the release (R-2.4-11.2c, R-2.4-11.2d)', async () => {
  const release = revision('gfal2', 'cern', '2.21.5');
  const number = await trial.opens(release);
  await trial.world.reaches(number, 'unverified');
  const form = await trial.world.as('tu-vera').formIn(number, 'VerificationReport');
  const rejecting = form.replace(/^outcome: .*$/m, 'outcome: reject');
  const unfounded = await trial.reviews(
    'tu-vera',
    number,
    'REQUEST_CHANGES',
    `\`\`\`yaml\n${rejecting}\n\`\`\``,
  );
  expect(await trial.page(number).answersTo(unfounded)).toEqual([
    expect.stringContaining('A reject needs `notes`'),
  ]);
  const founded = rejecting.replace(
    /^notes: .*$/m,
    'notes: The packages do not install; no countermeasure is possible.',
  );
  const approving = await trial.reviews('tu-vera', number, 'APPROVE', `\`\`\`yaml\n${founded}\n\`\`\``);
  expect(await trial.page(number).answersTo(approving)).toEqual([
    expect.stringContaining('goes with a review that requests changes'),
  ]);
  await trial.world.as('tu-vera').reviews(number, 'REQUEST_CHANGES', `\`\`\`yaml\n${founded}\n\`\`\``);
  await trial.isSettled(number);
  expect(await trial.page(number).labels()).toEqual(['state: rejected']);
  await leftNothingBehind(number, release, 'The packages do not install');
}, 60_000);

test('a /reject with its reason counts, although its comment is deleted later (R-2.4-11.2d)', async () => {
  const release = revision('bdii', 'cern', '6.0.2');
  const number = await trial.opens(release);
  await trial.world.reaches(number, 'unverified');
  const empty = await trial.says('tu-viktor', number, '/reject');
  expect(await trial.page(number).answersTo(empty)).toEqual([
    expect.stringContaining('A reject needs a reason'),
  ]);
  const comment = await trial.says(
    'tu-viktor',
    number,
    '/reject Breaks the top-level index; the provider sees no way round.',
  );
  await trial.deletes('tu-viktor', comment);
  await trial.isSettled(number);
  await trial.world.service.sweep();
  expect(await trial.page(number).labels()).toEqual(['state: rejected']);
  await leftNothingBehind(number, release, 'Breaks the top-level index');
}, 60_000);

test('a release waits for its provider, is accepted all the same, and is withdrawn by its provider in the end (R-2.4-11.2b, R-2.4-11.2c, A-37)', async () => {
  const release = revision('voms-clients', 'infn', '3.3.6');
  const number = await trial.opens(release);
  const page = trial.page(number);
  await trial.world.reaches(number, 'unverified');
  const form = await trial.world.as('tu-vera').formIn(number, 'VerificationReport');
  const waiting = form.replace(/^outcome: .*$/m, 'outcome: wait-for-provider');
  const silent = await trial.reviews('tu-vera', number, 'REQUEST_CHANGES', `\`\`\`yaml\n${waiting}\n\`\`\``);
  expect(await page.answersTo(silent)).toEqual([expect.stringContaining('needs a `countermeasure`')]);
  await trial.reviews(
    'tu-vera',
    number,
    'REQUEST_CHANGES',
    `\`\`\`yaml\n${waiting}\ncountermeasure: The manual page will be mended by Friday.\n\`\`\``,
  );
  expect(await page.labels()).toEqual(['state: unverified', 'waiting: provider']);
  expect((await page.marked('countermeasure:')).map(({ body }) => body)).toEqual([
    expect.stringContaining('@p-infn'),
  ]);
  await trial.world.as('tu-vera').verifies(number);
  await trial.world.reaches(number, 'verified');
  expect(Object.keys(await trial.channel('staged-rollout'))).toContain('voms-clients-tools_3.3.6_amd64.deb');

  const other = await trial.says('p-cern', number, '/withdraw It is not mine, but still.');
  expect(await page.answersTo(other)).toEqual([expect.stringContaining('Only the provider')]);
  await trial.world.as('p-infn').comments(number, '/withdraw A better one comes tomorrow.');
  await trial.isSettled(number);
  expect(await page.labels()).toEqual(['state: withdrawn']);
  await leftNothingBehind(number, release, 'A better one comes tomorrow.');
}, 60_000);

test('a second ticket of a component is refused while the first is open, and goes on when that has ended (A-42)', async () => {
  const first = await trial.opens(revision('gfal2', 'cern', '2.21.8'));
  await trial.world.reaches(first, 'unverified');
  const second = await trial.opens(revision('gfal2', 'cern', '2.21.9'));
  await trial.sees(second, (await trial.page(second).pull()).head.sha);
  expect(await trial.page(second).labels()).toEqual(['state: draft', 'waiting: provider']);
  const said = await trial.page(second).check('ticket');
  expect(said).toContain(`glite-gfal2-2.21.8 (pull request #\u2060${String(first)}) is still under way`);
  expect(said).toContain('(second-open-ticket)');
  await trial.world.as('p-cern').comments(first, '/withdraw 2.21.9 has it all.');
  await trial.isSettled(first);
  await trial.world.advance('1m');
  await trial.world.reaches(second, 'unverified');
}, 60_000);
