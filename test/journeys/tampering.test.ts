import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { buildDeb } from '../../app/demo/build-deb.ts';
import type { TicketDraft } from '../../app/demo/actor.ts';
import { asApp } from '../world/app-itself.ts';
import { type Release, Trial } from '../world/trial.ts';

const gfal: Release = {
  stack: 'glite',
  component: 'gfal2',
  provider: 'cern',
  version: '2.21.4',
  class: 'revision',
  packages: ['gfal2-util'],
};
const file = 'gfal2-util_2.21.4_amd64.deb';
const at = { owner: 'grid', repo: 'releases' };

let trial: Trial;
let number: number;
let draft: TicketDraft;
let oldForm: string;

beforeAll(async () => {
  trial = await Trial.begin();
  draft = await trial.drafts(gfal);
  number = await trial.opens(gfal);
  await trial.world.reaches(number, 'unverified');
  oldForm = await trial.world.as('tu-vera').formIn(number, 'VerificationReport');
  await trial.world.as('tu-vera').verifies(number);
  await trial.world.reaches(number, 'verified');
}, 60_000);
afterAll(() => trial.end(), 60_000);

/** The same name and version with other bytes in it, as the provider's server would then serve them. */
async function otherBytes(): Promise<{ readonly draft: TicketDraft; readonly sha256: string }> {
  const bytes = buildDeb({
    name: 'gfal2-util',
    version: '2.21.4',
    architecture: 'amd64',
    maintainer: 'Sample Provider <releases@provider.example>',
    description: 'sample package\n Built again, with other bytes.',
    files: { 'usr/share/doc/gfal2-util/release.txt': 'another build\n' },
  });
  await writeFile(join(trial.world.provider.dir, file), bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const targets = draft.targets.map((target) => ({
    ...target,
    packages: target.packages.map((one) => ({ ...one, size: bytes.length, sha256 })),
  }));
  return { draft: { ...draft, targets }, sha256 };
}

/** Every label that was ever put on the ticket, in order, as the webhooks tell it. */
function labelsGiven(): readonly string[] {
  return trial.world.forge
    .deliveries()
    .filter(({ event, action }) => event === 'pull_request' && action === 'labeled')
    .map(({ body }) => (JSON.parse(body) as { label: { name: string } }).label.name);
}

test('a push after verification voids everything: the packages leave the channels and the ticket starts over (A-35)', async () => {
  expect(Object.keys(await trial.channel('staged-rollout'))).toEqual([file]);
  await trial.says('ea-grif-a', number, '/accept GRIF');
  const page = trial.page(number);
  const pushed = await otherBytes();
  const toldBefore = labelsGiven().length;
  await trial.pushes(number, pushed.draft);
  await trial.world.reaches(number, 'unverified');
  await trial.world.settled();
  expect(
    labelsGiven()
      .slice(toldBefore)
      .filter((label) => label.startsWith('state:')),
  ).toEqual(['state: certified', 'state: unverified']);
  expect(await page.labels()).toEqual(['state: unverified', 'waiting: technology-unit']);
  expect(await trial.channel('staged-rollout')).toEqual({});
  expect(await trial.channel('unverified')).toEqual({ [file]: pushed.sha256 });
  const events = (await trial.journal(gfal)).map((entry) =>
    'shelf' in entry ? `${entry.event} ${entry.shelf}` : entry.event,
  );
  expect(events.slice(events.indexOf('voided'))).toEqual([
    'voided',
    'certified',
    'moved withdrawn',
    'published withdrawn',
    'pulled',
    'moved unverified',
    'published unverified',
  ]);
  expect((await page.marked('voided:')).map(({ body }) => body)).toEqual([
    expect.stringMatching(/@p-cern @tu-vera @ea-grif-a .*changed/),
  ]);
  expect(await page.check('verification')).toMatch(/^in_progress: Waits for the Technology Unit/);
}, 60_000);

test('what was said of the old content does not count any more, and cannot be said again', async () => {
  const again = await trial.reviews('tu-vera', number, 'APPROVE', `\`\`\`yaml\n${oldForm}\n\`\`\``);
  expect(await trial.page(number).answersTo(again)).toEqual([
    expect.stringContaining('What it describes is not what is here now.'),
  ]);
  await trial.world.service.sweep();
  expect(await trial.page(number).labels()).toEqual(['state: unverified', 'waiting: technology-unit']);
}, 60_000);

test('labels that somebody changes by hand are restored, and move nothing', async () => {
  const { rest } = trial.world.as('sr-mario').octokit;
  await rest.issues.setLabels({ ...at, issue_number: number, labels: ['state: success', 'urgent'] });
  await trial.world.settled();
  expect(await trial.page(number).labels()).toEqual([
    'state: unverified',
    'urgent',
    'waiting: technology-unit',
  ]);
  expect(await trial.channel('production')).toEqual({});
}, 60_000);

test('a status of the gate’s name is no gate: nobody merges with it, by button or by push', async () => {
  const mario = trial.world.as('sr-mario');
  const { head } = await trial.page(number).pull();
  await mario.octokit.rest.repos.createCommitStatus({
    ...at,
    sha: head.sha,
    state: 'success',
    context: 'rollout',
  });
  await trial.world.service.sweep();
  expect((await trial.page(number).checks())['rollout']?.status).toBe('in_progress');
  await expect(mario.octokit.rest.pulls.merge({ ...at, pull_number: number })).rejects.toMatchObject({
    status: 405,
  });
  const { forge } = trial.world;
  const address = `${forge.url.replace('http://', `http://sr-mario:${forge.tokens['sr-mario'] ?? ''}@`)}/grid/releases.git`;
  const git = (...args: readonly string[]) =>
    promisify(execFile)('git', ['-C', trial.dir, ...args], {
      env: { PATH: process.env['PATH'], HOME: trial.dir },
    });
  await git('clone', '--quiet', '--bare', address, 'mario.git');
  await git('--git-dir=mario.git', 'fetch', '--quiet', address, `refs/pull/${String(number)}/head`);
  await expect(
    git('--git-dir=mario.git', 'push', address, 'FETCH_HEAD:refs/heads/main', '--force'),
  ).rejects.toThrow(/main/);
  expect((await trial.page(number).pull()).merged).toBe(false);
}, 60_000);

test('a ticket that is merged past the gate all the same is held: loudly, and nothing moves', async () => {
  const app = await asApp(trial.world.forge);
  await app.rest.pulls.merge({ ...at, pull_number: number });
  // Webhooks of what our own account does may be passed over as echoes: then the sweep finds it.
  await trial.world.service.sweep();
  await trial.world.reaches(number, 'closing');
  const page = trial.page(number);
  expect(await page.labels()).toEqual(['held', 'state: closing', 'urgent', 'waiting: staged-rollout']);
  expect((await page.marked('held:')).map(({ body }) => body)).toEqual([
    expect.stringContaining('merged by hand before it was closed'),
  ]);
  expect((await page.checks())['close']?.conclusion).toBe('failure');
  const close = await trial.says('sr-mario', number, '/close success It is merged anyway.');
  expect(await page.answersTo(close)).toEqual([
    expect.stringContaining('the Technology Unit has not verified these packages'),
  ]);
  expect(await trial.channel('production')).toEqual({});
  expect(await trial.channel('staged-rollout')).toEqual({});
}, 60_000);

test('out of it leads a reject: ticket and manifest leave the main branch’s channels, a tombstone stays', async () => {
  await trial.world.as('sr-mario').comments(number, '/close reject It was merged by mistake.');
  await trial.isSettled(number);
  expect(await trial.page(number).labels()).toEqual(['state: rejected', 'urgent']);
  expect(await trial.file('releases/glite/gfal2/2.21.4.yml')).toBeUndefined();
  expect(await trial.file('repos-manifest/unverified/glite-gfal2-2.21.4.yml')).toBeUndefined();
  expect(await trial.file('repos-manifest/withdrawn/glite-gfal2-2.21.4.yml')).toContain(
    'It was merged by mistake.',
  );
  expect(await trial.channel('unverified')).toEqual({});
}, 60_000);
