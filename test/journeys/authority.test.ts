import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Release, Trial } from '../world/trial.ts';

const bdii: Release = {
  stack: 'glite',
  component: 'bdii',
  provider: 'cern',
  version: '6.0.1',
  class: 'revision',
  packages: ['bdii'],
};

let trial: Trial;
let number: number;
/** Acts that were refused: they are answered once, now and for ever. */
const refused: number[] = [];

beforeAll(async () => {
  trial = await Trial.begin();
  // Viktor has two hats: he verifies releases, and he works for this provider.
  trial.world.forge.setTeam('provider-cern', ['p-cern', 'tu-viktor']);
  number = await trial.opens(bdii);
  await trial.world.reaches(number, 'unverified');
}, 60_000);
afterAll(() => trial.end(), 60_000);

const fenced = (form: string): string => `\`\`\`yaml\n${form}\n\`\`\``;

/** What the one who did it was answered; the act must not be in the journal. */
async function answered(id: number): Promise<string> {
  refused.push(id);
  expect((await trial.journal(bdii)).map(({ source }) => source?.id)).not.toContain(id);
  const answers = await trial.page(number).answersTo(id);
  expect(answers).toHaveLength(1);
  return answers.join('\n');
}

test('the author cannot approve its own release: the forge does not let it', async () => {
  const form = await trial.world.as('p-cern').formIn(number, 'VerificationReport');
  await expect(trial.world.as('p-cern').reviews(number, 'APPROVE', fenced(form))).rejects.toMatchObject({
    status: 422,
  });
}, 60_000);

test('a verifier who works for the provider cannot approve it either', async () => {
  const form = await trial.world.as('tu-viktor').formIn(number, 'VerificationReport');
  const review = await trial.reviews('tu-viktor', number, 'APPROVE', fenced(form));
  expect(await answered(review)).toContain('roles are exclusive per ticket');
  expect(await trial.page(number).labels()).toContain('state: unverified');
}, 60_000);

test('an outsider’s reviews get a kind no, once each', async () => {
  const form = await trial.world.as('outsider-otto').formIn(number, 'VerificationReport');
  const plain = await trial.reviews('outsider-otto', number, 'APPROVE', 'Looks good to me!');
  const reported = await trial.reviews('outsider-otto', number, 'APPROVE', fenced(form));
  expect(await answered(plain)).toContain('@outsider-otto Thank you for looking.');
  expect(await answered(reported)).toContain('Thank you for looking all the same.');
  expect(await trial.page(number).labels()).toEqual(['state: unverified', 'waiting: technology-unit']);
}, 60_000);

test('an approving review without the report, with a report of another content or without a critical result, verifies nothing (R-2.4-11.1a)', async () => {
  const form = await trial.world.as('tu-vera').formIn(number, 'VerificationReport');
  const bare = await trial.reviews('tu-vera', number, 'APPROVE', 'LGTM');
  const other = await trial.reviews(
    'tu-vera',
    number,
    'APPROVE',
    fenced(form.replace(/^digest: .*$/m, `digest: ${'0'.repeat(64)}`)),
  );
  const untested = await trial.reviews(
    'tu-vera',
    number,
    'APPROVE',
    fenced(form.replace(/^ {2}- \{id: QC_SEC_5, .*\n/m, '')),
  );
  expect(await answered(untested)).toContain('  - {id: QC_SEC_5, result: NOT_TESTED}');
  expect(await answered(bare)).toContain('A verification needs its report');
  expect(await answered(other)).toContain('What it describes is not what is here now.');
}, 60_000);

test('nobody but an early adopter site takes part, for itself, and only once it is verified (R-3-1)', async () => {
  const early = await trial.says('ea-cesga-a', number, '/accept CESGA');
  expect(await answered(early)).toContain('it can be accepted once it is verified');
  await trial.world.as('tu-vera').verifies(number);
  await trial.world.reaches(number, 'verified');
  const stranger = await trial.says('outsider-otto', number, '/accept CESGA');
  const neighbour = await trial.says('ea-grif-a', number, '/accept CESGA');
  expect(await answered(stranger)).toContain('Only the people of an early adopter site');
  expect(await answered(neighbour)).toContain('Your sites: `GRIF`.');
  await trial.says('ea-cesga-a', number, '/accept CESGA');
  await trial.says('ea-grif-a', number, '/accept GRIF');
  expect(await trial.page(number).labels()).toContain('state: rolling-out');
}, 60_000);

test('a close before the reports is refused, and one by somebody else too (R-2.4-12.7a, R-6-1)', async () => {
  const early = await trial.says('sr-mario', number, '/close success I am sure that it works.');
  const stranger = await trial.says('tu-vera', number, '/close success');
  expect(await answered(early)).toContain('CESGA accepted and has not reported yet');
  expect(await answered(stranger)).toContain('only members of the team staged-rollout');
}, 60_000);

test('a report on another content than what is here is refused', async () => {
  const form = await trial.world.as('ea-cesga-a').formIn(number, 'EarlyAdopterReport', 'CESGA');
  const report = await trial.reviews(
    'ea-cesga-a',
    number,
    'APPROVE',
    fenced(form.replace(/^digest: .*$/m, `digest: ${'0'.repeat(64)}`)),
  );
  expect(await answered(report)).toContain('this release is `');
}, 60_000);

test('a Reject that was deleted after it was read still counts, whatever the site reports later', async () => {
  const form = await trial.world.as('ea-grif-a').formIn(number, 'EarlyAdopterReport', 'GRIF');
  const reject = form
    .replace(/^outcome: .*$/m, 'outcome: reject')
    .replace(/^issues: .*$/m, 'issues: [{severity: critical, summary: "The index is empty."}]');
  const comment = await trial.says('ea-grif-a', number, fenced(reject));
  await trial.deletes('ea-grif-a', comment);
  await trial.world.as('ea-grif-a').reports(number, 'GRIF', 'success');
  await trial.world.as('ea-cesga-a').reports(number, 'CESGA', 'success');
  await trial.world.reaches(number, 'done');
  const reports = (await trial.journal(bdii)).flatMap((entry) =>
    entry.event === 'reported' ? [`${entry.site} ${entry.report.outcome}`] : [],
  );
  expect(reports).toEqual(['GRIF reject', 'GRIF success', 'CESGA success']);
}, 60_000);

test('the close that came too early does not take effect by itself when the reports and the grace period are there, and one over a Reject not by one person (A-12, I10)', async () => {
  await trial.world.advance('5wd');
  await trial.world.service.sweep();
  expect(await trial.page(number).labels()).toEqual(['late', 'state: done', 'waiting: staged-rollout']);
  await trial.says('sr-mario', number, '/close success Everybody is happy now.');
  // Over the Reject that was there once it only asks: a second manager has to agree.
  expect((await trial.journal(bdii)).at(-1)).toMatchObject({ event: 'asked', rules: ['override-reject'] });
  expect(await trial.page(number).labels()).toContain('needs-approval');
  expect((await trial.page(number).pull()).merged).toBe(false);
  expect(await trial.channel('production')).toEqual({});
}, 60_000);

test('every no was said once, and is not said again', async () => {
  const before = (await trial.page(number).comments()).length;
  await trial.world.service.sweep();
  await trial.world.service.sweep();
  expect(await trial.page(number).comments()).toHaveLength(before);
  for (const id of refused) expect(await trial.page(number).answersTo(id)).toHaveLength(1);
}, 60_000);
