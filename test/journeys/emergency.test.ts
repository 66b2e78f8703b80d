import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Release, Trial } from '../world/trial.ts';

const emergency = (component: string, version: string, more: Release['more']): Release => ({
  stack: 'glite',
  component,
  provider: 'cern',
  version,
  class: 'emergency',
  packages: [component],
  more: more ?? {},
});
const security = { reason: 'security', security: { advisory: 'https://advisories.example/2026-17' } };
const hole = emergency('gfal2', '2.21.6', security);
const file = 'gfal2_2.21.6_amd64.deb';

let trial: Trial;
let number: number;
beforeAll(async () => {
  trial = await Trial.begin();
}, 60_000);
afterAll(() => trial.end(), 60_000);

test('nobody skips a stage of a revision, whoever asks (R-2.2-10)', async () => {
  const revision: Release = {
    stack: 'glite',
    component: 'voms-clients',
    provider: 'infn',
    version: '3.3.5',
    class: 'revision',
    packages: ['voms-clients'],
  };
  const other = await trial.isPulled(revision);
  expect(await trial.answer('sr-mario', other, '/waive verification,staged-rollout It is urgent.')).toContain(
    'Only an emergency release may skip verification (R-2.2-10); this one is `revision`.',
  );
  await trial.says('p-infn', other, '/withdraw It was a try.');
  await trial.isSettled(other);
}, 60_000);

test('an emergency moves no faster by itself, and not by the word of one: neither who asked, nor the provider, nor a stranger approves (A-22, I16)', async () => {
  number = await trial.isPulled(hole);
  expect(await trial.answer('sr-mario', number, '/close success It cannot wait.')).toContain(
    'the Technology Unit has not verified these packages',
  );
  await trial.says('sr-mario', number, '/waive verification,staged-rollout The hole is being used.');
  const page = trial.page(number);
  expect(await page.labels()).toEqual(['needs-approval', 'state: unverified', 'waiting: technology-unit']);
  expect(await trial.answer('sr-mario', number, '/approve E1')).toContain('You stand behind E1 already');
  expect(await trial.answer('p-cern', number, '/approve E1')).toContain('Who provided a release cannot');
  expect(await trial.answer('outsider-otto', number, '/approve E1')).toContain('your account is in none');
  expect(await trial.answer('sr-mila', number, '/approve E1')).toContain('E1 needs somebody else of');
  expect(await trial.answer('sr-mario', number, '/close success It cannot wait.')).toContain(
    'the Technology Unit has not verified these packages',
  );
}, 60_000);

test('where the reason is security, the Software Vulnerability Group has to agree too (A-22)', async () => {
  const page = trial.page(number);
  await trial.says('tu-vera', number, '/approve E1');
  expect(await page.labels()).toContain('needs-approval');
  expect(await trial.answer('sr-mario', number, '/close success It cannot wait.')).toContain(
    'the Technology Unit has not verified these packages',
  );
  await trial.says('svg-sven', number, '/approve E1');
  expect(await page.labels()).not.toContain('needs-approval');
  expect((await page.marked('approved:E1')).map(({ body }) => body)).toEqual([
    expect.stringContaining('is approved by sr-mario and tu-vera and svg-sven'),
  ]);
  expect(await trial.channel('production')).toEqual({});
}, 60_000);

test('then it is closed, and its packages pass through every channel on the way to production (R-2.4-E1, R-2.2-10)', async () => {
  await trial.world.reaches(number, 'verified');
  await trial.world.settled();
  await trial.world.as('sr-mario').comments(number, '/close success\n\nThe hole is closed.');
  await trial.world.reaches(number, 'success');
  await trial.world.settled();
  const events = await trial.events(hole);
  expect(events.filter((event) => /^(moved|published|closed|merged|review)/.test(event))).toEqual([
    'moved unverified',
    'published unverified',
    'moved staged-rollout',
    'published staged-rollout',
    'closed',
    'merged',
    'moved production',
    'published production',
    'review-opened',
  ]);
  expect(events).not.toContain('verified');
  expect(Object.keys(await trial.channel('production'))).toEqual([file]);
  expect(await trial.channel('staged-rollout')).toEqual({});
  expect(await trial.channel('unverified')).toEqual({});
}, 60_000);

test('and it is looked at again: an issue is opened, is told of when it is late, and closing it is the record of it (A-22)', async () => {
  const review = await trial.issueOf(number, 'after-review');
  expect(review?.body).toContain('The hole is being used.');
  expect(review?.state).toBe('open');
  await trial.world.advance('6wd');
  expect((await trial.page(number).marked('clock:review:')).map(({ body }) => body)).toEqual([
    expect.stringMatching(/^<!-- .* -->\n@grid\/staged-rollout The review is a working day late/),
  ]);
  expect(await trial.events(hole)).not.toContain('reviewed');
  await trial.world.as('sr-mila').octokit.rest.issues.update({
    owner: 'grid',
    repo: 'releases',
    issue_number: review?.number ?? 0,
    state: 'closed',
  });
  await trial.world.settled();
  await trial.world.service.sweep();
  expect((await trial.events(hole)).filter((event) => event === 'reviewed')).toEqual(['reviewed']);
}, 60_000);

test('packages that are not what the ticket says are never pulled, whatever is waived (R-2.4-E1, A-22)', async () => {
  const wrong = emergency('bdii', '6.0.3', { reason: 'critical-functionality' });
  const draft = await trial.drafts(wrong);
  const targets = draft.targets.map((target) => ({
    ...target,
    packages: target.packages.map((one) => ({ ...one, sha256: 'f'.repeat(64) })),
  }));
  const broken = await trial.world.as('p-cern').opensTicket({ ...draft, targets });
  await trial.sees(broken, (await trial.page(broken).pull()).head.sha);
  expect(await trial.answer('sr-mario', broken, '/waive checksum It is the right file.')).toContain(
    'Checksums and signatures are never skipped (A-22).',
  );
  await trial.says('sr-mario', broken, '/waive verification,staged-rollout Sites are down.');
  await trial.says('tu-viktor', broken, '/approve E1');
  expect(await trial.answer('sr-mario', broken, '/close success Sites are down.')).toContain(
    'the ticket is `certified`, and closing comes after the staged rollout',
  );
  for (const step of ['1m', '5m', '30m']) await trial.world.advance(step);
  expect(await trial.page(broken).labels()).toEqual(['pull-failed', 'state: certified', 'waiting: provider']);
  expect(Object.keys(await trial.channel('production'))).toEqual([file]);
  expect(await trial.channel('unverified')).toEqual({});
}, 60_000);

test('a ticket under embargo has no place in a repository that everybody can read (R-2.4-E2, A-24)', async () => {
  const embargoed: Release = {
    ...emergency('cream', '1.16.7', {
      ...security,
      security: { ...security.security, tlp: 'AMBER', embargo_until: '2026-11-30T12:00:00Z' },
    }),
    provider: 'infn',
  };
  const secret = await trial.opens(embargoed);
  await trial.sees(secret, (await trial.page(secret).pull()).head.sha);
  expect(await trial.page(secret).labels()).toEqual(['state: draft', 'waiting: provider']);
  expect(await trial.page(secret).check('ticket')).toContain('everybody can read this repository');
  expect(await trial.journal(embargoed)).toEqual([]);
  expect(await trial.channel('unverified')).toEqual({});
}, 60_000);
