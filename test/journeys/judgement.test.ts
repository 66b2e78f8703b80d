import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Release, Trial } from '../world/trial.ts';

const arc: Release = {
  stack: 'arc',
  component: 'nordugrid-arc',
  provider: 'nordugrid',
  version: '6.18.0',
  class: 'minor',
  packages: ['nordugrid-arc-arex'],
  more: { new_functionality: ['new options of the information provider'] },
};
const gfal = (version: string, more: Release['more'] = {}): Release => ({
  stack: 'glite',
  component: 'gfal2',
  provider: 'cern',
  version,
  class: 'revision',
  packages: ['gfal2-util'],
  more,
});
/** A second site of ea-grif-a, who then speaks for two. */
const secondSite = `  - site: GRIF-IRFU
    ngi: NGI_FRANCE
    country: FR
    organisation: GRIF
    team: ea-grif
    github: [ea-grif-a]
    mail: grid@irfu.example
    tz: Europe/Paris
    vos: [atlas]
    commitments:
      - { stack: glite, component: gfal2, os: debian12, arch: amd64 }
`;
const registry = 'releases/early-adopters.yml';

let trial: Trial;
beforeAll(async () => {
  const sites = await readFile(new URL(`../../${registry}`, import.meta.url), 'utf8');
  trial = await Trial.begin({ files: { [registry]: `${sites}${secondSite}` } });
}, 60_000);
afterAll(() => trial.end(), 60_000);

describe('when reports disagree', () => {
  let number: number;
  const status = async (): Promise<string> =>
    (await trial.page(number).marked('status')).map(({ body }) => body).join('');

  test('the worst of those that stand is suggested, and a site’s newest report is its word, whoever of it writes (A-12, A-13)', async () => {
    number = await trial.isVerified(arc);
    await trial.triesIt('ea-ndgf-a', number, 'NDGF-T1');
    await trial.triesIt('ea-signet-a', number, 'SiGNET', 'warning', 'Say that a-rex restarts.');
    expect(await status()).toContain('the worst report is `warning`');
    await trial.triesIt('ea-grif-a', number, 'GRIF', 'reject', 'Jobs are lost.');
    expect(await status()).toContain('the worst report is `reject`');
    await trial.world.advance('5wd');
    // Another person of the same site speaks for it as well, and what it says now is its report.
    await trial.reports('ea-grif-b', number, 'GRIF', 'success');
    expect(await status()).toMatch(/\| GRIF \| done \(volunteer\) \| success \|.* ea-grif-a, ea-grif-b \|/);
  }, 60_000);

  test('a better close says why, and over a Reject a second manager has to agree: neither the same one nor a verifier, also when its site took the Reject back (A-12, I10)', async () => {
    expect(await trial.answer('sr-mila', number, '/close success It runs.')).toContain(
      'the worst report is `warning` (A-12)',
    );
    await trial.says(
      'sr-mila',
      number,
      '/close success It runs.\n\nbetter_because: GRIF had filled its disk, and the note is written.',
    );
    expect(await trial.page(number).labels()).toEqual([
      'late',
      'needs-approval',
      'state: done',
      'waiting: staged-rollout',
    ]);
    expect(await trial.answer('sr-mila', number, '/approve E1')).toContain('You stand behind E1 already');
    expect(await trial.answer('tu-vera', number, '/approve E1')).toContain('E1 needs somebody else of');
    expect(await trial.channel('production')).toEqual({});
    await trial.world.as('sr-marta').comments(number, '/approve E1');
    await trial.world.reaches(number, 'success');
    await trial.world.settled();
    expect(Object.keys(await trial.channel('production'))).toEqual(['nordugrid-arc-arex_6.18.0_amd64.deb']);
    expect((await trial.issueOf(number, 'after-review'))?.body).toContain('GRIF had filled its disk');
  }, 60_000);
});

describe('when one site finds a show stopper', () => {
  const first = gfal('2.21.4');
  let number: number;

  test('a manager alone does not end the rollout before the others have reported; a second person’s word does (A-05, R-2.4-12.7a)', async () => {
    number = await trial.isVerified(first);
    expect(await trial.answer('ea-grif-a', number, '/accept')).toContain(
      'Please say for which of your sites: `GRIF`, `GRIF-IRFU`.',
    );
    await trial.says('ea-grif-a', number, '/accept GRIF\n/accept GRIF-IRFU');
    await trial.says('ea-cesga-a', number, '/accept CESGA');
    await trial.reports('ea-grif-a', number, 'GRIF', 'reject', 'Truncated files over 2 GiB.');
    expect(await trial.answer('sr-marta', number, '/close reject Files are truncated.')).toContain(
      'The expert of this stack closes it (R-6-4)',
    );
    await trial.says('sr-mario', number, '/close reject Files are truncated.');
    expect(await trial.page(number).labels()).toEqual([
      'needs-approval',
      'state: rolling-out',
      'waiting: staged-rollout',
    ]);
    expect(await trial.answer('sr-mario', number, '/approve E1')).toContain('You stand behind E1 already');
    expect(await trial.answer('ea-cesga-a', number, '/approve E1')).toContain('your account is in none');
    expect(Object.keys(await trial.channel('staged-rollout'))).toEqual(['gfal2-util_2.21.4_amd64.deb']);
    await trial.says('tu-vera', number, '/approve E1');
    await trial.isSettled(number);
    expect(await trial.page(number).labels()).toEqual(['state: rejected']);
    expect(await trial.channel('staged-rollout')).toEqual({});
    expect((await trial.page(number).marked('state:rejected')).map(({ body }) => body)).toEqual([
      expect.stringMatching(/@ea-grif-a @ea-cesga-a please roll back/),
    ]);
  }, 60_000);

  test('the next attempt names the one before it and takes over its issues and at least its class (A-04, A-42)', async () => {
    const supersedes = 'glite-gfal2-2.21.4';
    const next = gfal('2.21.5', { supersedes });
    const draft = await trial.drafts(next);
    const ticket = await trial.opens(next);
    await trial.sees(ticket, (await trial.page(ticket).pull()).head.sha);
    expect(await trial.page(ticket).check('ticket')).toContain(
      'Issues of glite-gfal2-2.21.4, which this release supersedes, are missing.',
    );
    expect(await trial.page(ticket).labels()).toEqual(['state: draft', 'waiting: provider']);
    const issues = ['https://cern.example/gfal2/2.21.4/issues', 'https://cern.example/gfal2/2.21.5/issues'];
    await trial.pushes(ticket, { ...draft, more: { supersedes, issues } });
    await trial.world.reaches(ticket, 'unverified');

    const third = gfal('2.21.6', { issues });
    const second = await trial.opens(third);
    await trial.sees(second, (await trial.page(second).pull()).head.sha);
    expect(await trial.page(second).check('ticket')).toContain('is still under way');
    const more = { supersedes: 'glite-gfal2-2.21.5', issues };
    await trial.pushes(second, { ...(await trial.drafts(third)), more });
    await trial.world.reaches(second, 'unverified');
    await trial.world.service.sweep();
    await trial.isSettled(ticket);
    expect(await trial.page(ticket).labels()).toEqual(['state: withdrawn']);
    expect((await trial.page(ticket).marked('state:withdrawn')).map(({ body }) => body)).toEqual([
      expect.stringContaining('superseded by glite-gfal2-2.21.6'),
    ]);
    expect(Object.keys(await trial.channel('unverified'))).toEqual(['gfal2-util_2.21.6_amd64.deb']);
  }, 60_000);
});
