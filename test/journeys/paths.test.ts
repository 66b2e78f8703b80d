import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Release, Trial } from '../world/trial.ts';

const distributions = 'releases/distributions.yml';
const nagios: Release = {
  stack: 'opstools',
  component: 'sam-nagios',
  provider: 'jra1',
  version: '23.1.0',
  class: 'minor',
  distribution: 'opstools/1',
  packages: ['sam-nagios'],
  more: { new_functionality: ['new probes'], deployment: 'regionalised' },
};
const gfal: Release = {
  stack: 'glite',
  component: 'gfal2',
  provider: 'cern',
  version: '2.21.4',
  class: 'revision',
  packages: ['gfal2-util'],
  architectures: ['amd64', 'arm64'],
};
const fenced = (form: string): string => `\`\`\`yaml\n${form}\n\`\`\``;

let trial: Trial;
beforeAll(async () => {
  const text = await readFile(new URL(`../../${distributions}`, import.meta.url), 'utf8');
  // Debian 12 of UMD 5 comes first in the file; the others keep their one architecture.
  const files = { [distributions]: text.replace('architectures: [amd64]', 'architectures: [amd64, arm64]') };
  trial = await Trial.begin({ files });
}, 60_000);
afterAll(() => trial.end(), 60_000);

const status = async (number: number): Promise<string> =>
  (await trial.page(number).marked('status')).map(({ body }) => body).join('');

describe('an operational tool', () => {
  let number: number;

  test('with one central instance has nobody to try it first, and is refused with the reason (R-2.6-4)', async () => {
    const central = await trial.opens({ ...nagios, component: 'accounting-portal', packages: ['portal'] });
    await trial.sees(central, (await trial.page(central).pull()).head.sha);
    expect(await trial.page(central).labels()).toEqual(['state: draft', 'waiting: provider']);
    expect(await trial.page(central).check('ticket')).toContain(
      'accounting-portal is a central tool with a single instance, which does not go through staged rollout.',
    );
  }, 60_000);

  test('has a pilot before its staged rollout, recorded with stages and result beside the process (R-2.5-3, R-2.5-13, R-2.5-14, A-23)', async () => {
    number = await trial.isPulled(nagios);
    expect(await trial.answer('outsider-otto', number, '/pilot')).toContain(
      'Pilots are recorded by the provider',
    );
    const answer = await trial.answer('p-jra1', number, '/pilot');
    const form = (/```yaml\n([^]*?)\n```/.exec(answer)?.[1] ?? '').replaceAll('"…"', '"CESGA"');
    const began = await trial.says('p-jra1', number, `/pilot\n\n${fenced(form)}`);
    expect(await trial.page(number).answersTo(began)).toEqual([]);
    expect(await status(number)).toMatch(
      /sam-nagios-pilot-1\*\*, integration: .*client.* from 2026-01-31, then .*server.* from 2026-02-07/,
    );
    const result = `${form}\nresult: {outcome: good, text: "All probes answer."}`;
    await trial.says('ea-cesga-a', number, `/pilot\n\n${fenced(result)}`);
    expect(await status(number)).toContain('All probes answer.');
    expect(await trial.page(number).labels()).toContain('state: unverified');
  }, 60_000);

  test('a good pilot is no verification and no report: the whole way is gone all the same (A-23, R-2.6-1, R-2.6-3)', async () => {
    expect(await trial.answer('sr-mario', number, '/close success The pilot was good.')).toContain(
      'the Technology Unit has not verified these packages',
    );
    await trial.world.as('tu-vera').verifies(number);
    await trial.world.reaches(number, 'verified');
    expect(await trial.answer('sr-mario', number, '/close success The pilot was good.')).toContain(
      'no early adopter has accepted it',
    );
    expect((await trial.page(number).call())?.body).toContain('@grid/early-adopters-opstools');
    await trial.triesIt('ea-cesga-a', number, 'CESGA');
    await trial.world.advance('5wd');
    await trial.world.as('sr-mario').comments(number, '/close success The probes are right.');
    await trial.world.reaches(number, 'success');
    const production = await trial.channel('production', 'amd64', 'opstools/1');
    expect(Object.keys(production)).toEqual(['sam-nagios_23.1.0_amd64.deb']);
    expect(await trial.channel('production')).toEqual({});
  }, 60_000);
});

describe('a release for two architectures', () => {
  let number: number;

  test('has its packages in the root of each, and a report says on which it ran (R-2.4-10.4a, A-11, A-28)', async () => {
    number = await trial.isVerified(gfal);
    expect(Object.keys(await trial.channel('staged-rollout'))).toEqual(['gfal2-util_2.21.4_amd64.deb']);
    expect(Object.keys(await trial.channel('staged-rollout', 'arm64'))).toEqual([
      'gfal2-util_2.21.4_arm64.deb',
    ]);
    await trial.says('ea-grif-a', number, '/accept GRIF');
    const form = await trial.world.as('ea-grif-a').formIn(number, 'EarlyAdopterReport', 'GRIF');
    expect(form).toContain('arch: arm64');
    const other = form.replace(/arch: arm64/, 'arch: riscv64');
    const strange = await trial.reviews('ea-grif-a', number, 'APPROVE', fenced(other));
    expect(await trial.page(number).answersTo(strange)).toEqual([
      expect.stringContaining('This release has no target `debian12 riscv64`'),
    ]);
    await trial.reviews('ea-grif-a', number, 'APPROVE', fenced(form.replace(/^.*arm64.*\n/m, '')));
    expect(await trial.page(number).labels()).toContain('state: done');
  }, 60_000);

  test('a site that comes late, before the close, is waited for as well (R-2.4-12.7a)', async () => {
    await trial.says('ea-cesga-a', number, '/accept CESGA');
    expect(await trial.page(number).labels()).toContain('state: rolling-out');
    expect(await trial.answer('sr-mario', number, '/close success It runs.')).toContain(
      'CESGA accepted and has not reported yet',
    );
    const form = await trial.world.as('ea-cesga-a').formIn(number, 'EarlyAdopterReport', 'CESGA');
    await trial.reviews('ea-cesga-a', number, 'APPROVE', fenced(form.replace(/^.*arm64.*\n/m, '')));
    expect(await trial.page(number).labels()).toContain('state: done');
  }, 60_000);

  test('a target that nobody tried is acknowledged by name before it enters production (A-11)', async () => {
    await trial.world.advance('5wd');
    expect(await trial.answer('sr-mario', number, '/close success It runs.')).toContain(
      'no site reported on debian12 arm64 (A-11): add a line `acknowledge_uncovered: debian12 arm64`',
    );
    expect(
      await trial.answer('sr-mario', number, '/close success It runs.\nacknowledge_uncovered: debian12 mips'),
    ).toContain('no site reported on debian12 arm64 (A-11)');
    await trial.world
      .as('sr-mario')
      .comments(
        number,
        '/close success It runs.\n\nacknowledge_uncovered: debian12 arm64, built from the same source',
      );
    await trial.world.reaches(number, 'success');
    expect(Object.keys(await trial.channel('production', 'arm64'))).toEqual(['gfal2-util_2.21.4_arm64.deb']);
  }, 60_000);
});

describe('what people write', () => {
  let number: number;

  test('and delete after it was read stands in the journal, and that is said (process.md 1.2)', async () => {
    number = await trial.isVerified({
      ...gfal,
      component: 'bdii',
      version: '6.0.1',
      packages: ['bdii'],
      architectures: ['amd64'],
    });
    const accepted = await trial.says('ea-cesga-a', number, '/accept CESGA');
    await trial.deletes('ea-cesga-a', accepted);
    await trial.world.settled();
    await trial.world.service.sweep();
    expect(await status(number)).toContain(
      'A comment of `ea-cesga-a` was deleted after it was read (accepted): it stands in the journal and counts.',
    );
    expect(await trial.page(number).labels()).toContain('state: rolling-out');
  }, 60_000);

  test('as a command that there is not is answered once, with those that there are', async () => {
    const comment = await trial.says('outsider-otto', number, 'I wonder:\n\n/promote now\n\n> /help');
    const answers = await trial.page(number).answersTo(comment);
    expect(answers).toEqual([
      expect.stringMatching(/There is no command `\/promote`.*`\/explain`, `\/help`/),
    ]);
    await trial.world.service.sweep();
    await trial.world.service.sweep();
    expect(await trial.page(number).answersTo(comment)).toEqual(answers);
  }, 60_000);
});
