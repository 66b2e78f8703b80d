import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Release, Trial } from '../world/trial.ts';

const revision = (component: string, provider: string, version: string): Release => ({
  stack: 'glite',
  component,
  provider,
  version,
  class: 'revision',
  packages: [component],
});
const bdii = revision('bdii', 'cern', '6.0.1');
const voms = revision('voms-clients', 'infn', '3.3.5');

let trial: Trial;
let number: number;
beforeAll(async () => {
  trial = await Trial.begin();
  number = await trial.isVerified(bdii);
}, 60_000);
afterAll(() => trial.end(), 60_000);

/** What the clocks told of a release, in order: which, for whom, at which mark. */
const told = async (release: Release): Promise<readonly string[]> =>
  (await trial.journal(release)).flatMap((entry) =>
    entry.event === 'reminded' ? [`${entry.clock} ${entry.who}: ${entry.mark} ${String(entry.day)}`] : [],
  );
/** What the clock of acceptance wrote into the call of a release, without markers. */
async function inCall(ticket: number): Promise<readonly string[]> {
  const call = (await trial.page(ticket).call())?.number ?? 0;
  const comments = await trial.page(ticket).comments(call);
  return comments
    .filter(({ body }) => body.startsWith('<!-- rollout clock:accept:'))
    .map(({ body }) => body.slice(body.indexOf('\n') + 1));
}

test('when nobody accepts, sites are reminded at half and when it is due, and then the managers hear of it (R-2.4-12.2, R-2.4-12.3a, A-10)', async () => {
  await trial.world.advance('4h');
  expect(await told(bdii)).toEqual(['accept early adopters: half 0']);
  expect(await inCall(number)).toEqual([expect.stringMatching(/^@ea-cesga-a half of the time to accept/)]);
  expect(await trial.page(number).marked('clock:')).toEqual([]);
  await trial.world.advance('0.6wd');
  expect(await told(bdii)).toEqual(['accept early adopters: half 0', 'accept early adopters: due 0']);
  expect((await trial.page(number).marked('clock:')).map(({ body }) => body)).toEqual([
    expect.stringContaining('@grid/staged-rollout nobody has accepted `glite-bdii-6.0.1` yet (R-2.4-12.3a)'),
  ]);
  expect(await trial.page(number).labels()).toContain('late');
}, 60_000);

test('a working day later new sites are called for, and nothing moves on because everybody is silent (R-2.4-12.3b, A-10)', async () => {
  await trial.world.advance('1wd');
  expect((await told(bdii)).slice(2)).toEqual(['accept early adopters: call 1']);
  expect(await inCall(number)).toContainEqual(
    expect.stringMatching(/@grid\/early-adopters-arc .*this is a call for new early adopters/),
  );
  expect(await trial.answer('sr-mario', number, '/close success Nobody complains.')).toContain(
    'no early adopter has accepted it',
  );
  const before = await told(bdii);
  await trial.world.service.sweep();
  await trial.world.service.sweep();
  expect(await told(bdii)).toEqual(before);
}, 60_000);

test('after an outage of a week only what is true now is told, each once (R-2.4-12.3a, R-2.4-T3-5)', async () => {
  const other = await trial.isVerified(voms);
  await trial.world.advance('6wd');
  expect(await told(voms)).toEqual(['accept early adopters: call 5']);
  expect(await inCall(other)).toHaveLength(1);
  await trial.world.service.sweep();
  expect(await told(voms)).toHaveLength(1);
}, 60_000);

test('a site says no with its reason, another volunteers, and the clock of acceptance stops (R-2.4-12.2, A-26)', async () => {
  expect(await trial.answer('ea-cesga-a', number, '/decline CESGA')).toContain('Please say why');
  await trial.says('ea-cesga-a', number, '/decline CESGA No hands until Christmas.');
  await trial.says('ea-grif-b', number, '/accept GRIF');
  const status = (await trial.page(number).marked('status')).map(({ body }) => body).join('');
  expect(status).toMatch(/\| CESGA \| declined \| .*No hands until Christmas/);
  expect(status).toContain('| GRIF | accepted (volunteer) |');
  expect((await trial.journal(bdii)).find(({ event }) => event === 'accepted')).toMatchObject({
    committed: false,
  });
  expect(await trial.page(number).labels()).toEqual(['state: rolling-out', 'waiting: staged-rollout']);
  const before = (await told(bdii)).length;
  await trial.world.advance('1h');
  expect(await told(bdii)).toHaveLength(before);
}, 60_000);

test('a site that does not report is reminded, and is excused only once it is overdue (R-2.4-T3-2, R-2.4-T3-5, A-09)', async () => {
  const before = (await told(bdii)).length;
  await trial.world.advance('1wd');
  expect(await trial.answer('sr-mario', number, '/excuse GRIF It never answers.')).toContain(
    'GRIF is not overdue: it has time until',
  );
  await trial.world.advance('1wd');
  await trial.world.advance('1wd');
  expect((await told(bdii)).slice(before)).toEqual([
    'step3 GRIF: half 0',
    'step3 GRIF: due 0',
    'step3 GRIF: late 1',
  ]);
  expect((await trial.page(number).marked('clock:step3:')).map(({ body }) => body)).toEqual([
    expect.stringContaining('@ea-grif-b GRIF: half of the time'),
    expect.stringContaining('@ea-grif-b GRIF: @grid/staged-rollout Step 3, the report is due now'),
    expect.stringContaining('is a working day late'),
  ]);
  expect(await trial.page(number).labels()).toContain('late');
  expect(await trial.answer('sr-mario', number, '/excuse GRIF')).toContain('Please say why');
  await trial.says('sr-mario', number, '/excuse GRIF It never answers.');
  expect((await trial.journal(bdii)).at(-1)).toMatchObject({ event: 'excused', site: 'GRIF' });
  // Nobody is waited for now, and that is not enough to go on.
  expect(await trial.page(number).labels()).toContain('state: rolling-out');
}, 60_000);

test('a site that leaves is waited for no more, and the next one’s report is enough (R-2.4-12.6c, A-09, A-26)', async () => {
  await trial.says('ea-lip-a', number, '/accept LIP-Lisbon');
  expect(await trial.answer('ea-lip-b', number, '/leave')).toContain('Please say why');
  await trial.says('ea-lip-b', number, '/leave LIP-Lisbon The cluster moves house.');
  await trial.triesIt('ea-cesga-a', number, 'CESGA');
  const page = trial.page(number);
  expect(await page.labels()).toContain('state: done');
  const status = (await page.marked('status')).map(({ body }) => body).join('');
  expect(status).toMatch(/\| LIP-Lisbon \| withdrawn \(volunteer\) \|/);
  expect(status).toMatch(/\| GRIF \| excused \(volunteer\) \|/);
  expect(status).toContain('| CESGA | done | success |');
}, 60_000);
