import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as z from 'zod';
import { explainCommand } from '../../app/commands/explain.ts';
import { type Control, startControl } from '../../app/demo/control.ts';
import { Trial } from '../world/trial.ts';

let trial: Trial;
let control: Control;
let scratch: string;
let settings: string;
let number = 0;

beforeAll(async () => {
  trial = await Trial.begin();
  control = await startControl(trial.world);
  scratch = await mkdtemp(join(tmpdir(), 'explain-'));
  const { forge, repository, store, channels, keys } = trial.world;
  settings = join(scratch, 'settings.env');
  await writeFile(join(scratch, 'app.pem'), forge.app.privateKey, { mode: 0o600 });
  const lines = [
    `ROLLOUT_REPOSITORY=${repository}`,
    `GITHUB_API_URL=${forge.url}/api/v3`,
    `GITHUB_APP_ID=${String(forge.app.id)}`,
    `GITHUB_PRIVATE_KEY_FILE=${join(scratch, 'app.pem')}`,
    `GITHUB_WEBHOOK_SECRET=${forge.app.webhookSecret}`,
    `ROLLOUT_STORE=${pathToFileURL(store).href}`,
    `ROLLOUT_CHANNELS=${pathToFileURL(channels).href}`,
    `ROLLOUT_KEYS=${keys}`,
    `ROLLOUT_STATE=${join(scratch, 'state')}`,
    `ROLLOUT_DEMO_CLOCK=${control.url}/clock`,
  ];
  await writeFile(settings, lines.join('\n'));
  number = await trial.opens({
    stack: 'glite',
    component: 'gfal2',
    provider: 'cern',
    version: '2.21.4',
    class: 'revision',
    packages: ['gfal2-util'],
  });
  await trial.world.reaches(number, 'unverified');
  await trial.world.settled();
}, 60_000);

afterAll(async () => {
  await control.stop();
  await trial.end();
  await rm(scratch, { recursive: true, force: true });
});

async function explained(more: { readonly by?: string; readonly json?: true } = {}): Promise<string> {
  let printed = '';
  expect(await explainCommand(number, { settings, ...more }, (text) => (printed += text))).toBe(0);
  return printed;
}

/** What every place says of the ticket now. */
async function everywhere(): Promise<Readonly<Record<string, string>>> {
  const { world } = trial;
  const { service, repository } = world;
  const { octokit } = world.as('outsider-otto');
  const [owner = '', repo = ''] = repository.split('/');
  const comments = await octokit.rest.issues.listComments({ owner, repo, issue_number: number });
  const bodies = comments.data.map(({ body }) => body ?? '');
  const pull = await octokit.rest.pulls.get({ owner, repo, pull_number: number });
  const checks = await octokit.rest.checks.listForRef({ owner, repo, ref: pull.data.head.sha });
  const page: unknown = await (await fetch(`${service.url}/api/tickets/${String(number)}.json`)).json();
  return {
    comment: bodies.find((body) => body.startsWith('<!-- rollout status -->')) ?? '',
    answer: bodies.findLast((body) => body.startsWith('<!-- rollout answer:')) ?? '',
    check: checks.data.check_runs.find(({ name }) => name === 'rollout')?.output.summary ?? '',
    command: await explained(),
    page: z.object({ explanation: z.string() }).parse(page).explanation,
    json: z.object({ explanation: z.string() }).parse(JSON.parse(await explained({ json: true })))
      .explanation,
  };
}

describe('Why a ticket is not further', () => {
  test('is said in the same words by check run, comment, answer, command, page and JSON, in every state (R-2.4-F2)', async () => {
    const { world } = trial;
    const steps = [
      async () => undefined,
      async () => {
        await world.as('tu-vera').verifies(number);
        await world.reaches(number, 'verified');
      },
      async () => {
        await world.as('ea-grif-a').comments(number, '/accept GRIF\n/deployed GRIF');
        await world.reaches(number, 'rolling-out');
      },
      async () => {
        await world.as('sr-mario').comments(number, '/freeze The mirror is full.');
        await world.settled();
      },
    ];
    for (const step of steps) {
      await step();
      await world.as('outsider-otto').comments(number, '/explain');
      await world.settled();
      const { page = '', ...places } = await everywhere();
      expect(page).toContain('**What comes next**');
      for (const [place, text] of Object.entries(places))
        expect([place, text]).toEqual([place, expect.stringContaining(page)]);
    }
  }, 120_000);

  test('and what would have to happen by a date, also when that is too soon', async () => {
    expect(await explained({ by: '2027-06-30' })).toMatch(/^In production by 2027-06-30T23:59:59Z\? Yes\./);
    const late = await explained({ by: '2026-10-02' });
    expect(late).toMatch(/^In production by 2026-10-02T23:59:59Z\? No\. The soonest is/);
    expect(late).toContain('(over)');
    expect(JSON.parse(await explained({ by: '2027-06-30', json: true }))).toMatchObject({
      by: { possible: true },
    });
  }, 60_000);
});
