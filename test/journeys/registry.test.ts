import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readAs } from '../../app/model/yaml.ts';
import { EarlyAdoptersSchema, type Site } from '../../app/model/early-adopters.ts';
import { filled } from '../registry/forms.ts';
import { eventually } from '../world/eventually.ts';
import { Trial } from '../world/trial.ts';

const path = 'releases/early-adopters.yml';
let trial: Trial;

beforeAll(async () => {
  trial = await Trial.begin();
}, 60_000);
afterAll(() => trial.end(), 60_000);

const at = () => {
  const [owner = '', repo = ''] = trial.world.repository.split('/');
  return { owner, repo };
};
const rest = (login: string) => trial.world.as(login).octokit.rest;

const form = (answers: Readonly<Record<string, string>>): string =>
  filled('become-an-early-adopter', {
    wish: 'join: the site becomes an early adopter',
    site: 'PIC',
    ngi: 'NGI_IBERGRID',
    country: 'es',
    organisation: 'Port d’Informació Científica: PIC',
    logins: '@outsider-otto',
    mailbox: 'grid-admin@pic.example',
    zone: 'Europe/Madrid',
    vos: 'atlas, cms',
    commitments: 'bdii debian12 amd64\nnordugrid-arc debian12 amd64 until=2027-06-30 versions=">=6.0 <7"',
    ...answers,
  });

/** Time goes on by more than a second: to GitHub's clock, what follows is later. */
function later(): void {
  const { clock } = trial.world;
  clock.moveTo(new Date(clock.now().getTime() + 5000));
}

async function asks(login: string, body: string): Promise<number> {
  const { data } = await rest(login).issues.create({ ...at(), title: 'Early adopter: PIC', body });
  await trial.world.settled();
  return data.number;
}

async function edits(login: string, number: number, body: string): Promise<void> {
  await rest(login).issues.update({ ...at(), issue_number: number, body });
  await trial.world.settled();
}

async function says(login: string, number: number, body: string): Promise<number> {
  const id = await trial.world.as(login).comments(number, body);
  await trial.world.settled();
  return id;
}

const issue = async (number: number) =>
  (await rest('outsider-otto').issues.get({ ...at(), issue_number: number })).data;

async function labelsOf(number: number): Promise<readonly string[]> {
  const { labels } = await issue(number);
  return labels.map((label) => (typeof label === 'string' ? label : (label.name ?? ''))).toSorted();
}

/** The one comment of the system with this marker. */
async function told(number: number, marker: string): Promise<string> {
  const found = await trial.page(number).marked(marker);
  expect(found.length).toBeLessThan(2);
  return found[0]?.body ?? '';
}

async function site(name: string): Promise<Site | undefined> {
  const read = readAs(EarlyAdoptersSchema, (await trial.file(path)) ?? '', path);
  return read.ok ? read.value.sites.find((one) => one.site === name) : undefined;
}

async function newestCommit() {
  const { data } = await rest('outsider-otto').repos.listCommits({ ...at(), path, per_page: 1 });
  return data[0];
}

let number: number;

test('a form with mistakes is told all of them at once, in one comment that goes away with them (R-3.1-4)', async () => {
  number = await asks(
    'outsider-otto',
    form({
      logins: 'outsider-otto, nobody-here',
      zone: 'Europe/Madird',
      commitments: 'bdi debian12 amd64\nbdii debian21 amd64\nbdii debian12 amd64 until=2027-02-30',
    }),
  );
  const status = await told(number, 'registry:status');
  expect(status).toContain('Write bdii');
  expect(status).toContain('Write debian12');
  expect(status).toContain('2027-02-30');
  expect(status).toContain('nobody-here');
  expect(status).toContain('**Time zone**');
  expect(await labelsOf(number)).toEqual(['early-adopter']);
  const early = await says('sr-mario', number, '/approve');
  expect((await trial.page(number).answersTo(early)).join()).toContain('has mistakes');
  later();
  await edits('outsider-otto', number, form({}));
  expect(await told(number, 'registry:status')).toContain('**`PIC` joins.** It waits for');
  expect(await labelsOf(number)).toEqual(['early-adopter', 'waiting: staged-rollout']);
  expect(await site('PIC')).toBeUndefined();
}, 60_000);

test('nobody but a staged-rollout manager approves, and an edit after the approval voids it', async () => {
  later();
  const otto = await says('outsider-otto', number, '/approve');
  const other = await says('tu-vera', number, '/approve');
  for (const id of [otto, other])
    expect((await trial.page(number).answersTo(id)).join()).toContain('Only members of the team');
  const wrong = await says('sr-mario', number, `/approve ${'0'.repeat(12)}`);
  expect((await trial.page(number).answersTo(wrong)).join()).toContain('Read it again');
  // The edit and the approval both lie there when the service looks.
  trial.world.forge.losing(true);
  const stale = await trial.world.as('sr-mario').comments(number, '/approve');
  later();
  await rest('outsider-otto').issues.update({ ...at(), issue_number: number, body: form({ vos: 'atlas' }) });
  trial.world.forge.losing(false);
  await trial.world.service.sweep();
  await trial.world.settled();
  expect((await trial.page(number).answersTo(stale)).join()).toContain('edited after this was written');
  expect(await site('PIC')).toBeUndefined();
}, 60_000);

test('an approved site stands in the registry by one signed commit, everything else of the file as it was (R-3.1-3, R-3.2-1)', async () => {
  later();
  const before = (await trial.file(path)) ?? '';
  const digest = /\/approve ([0-9a-f]{12})/.exec(await told(number, 'registry:status'))?.[1] ?? '';
  await says('sr-mario', number, `Welcome!\n\n/approve ${digest}`);
  await eventually('the end of the request', async () =>
    (await issue(number)).state === 'closed' ? true : undefined,
  );
  const after = (await trial.file(path)) ?? '';
  expect(after.startsWith(before.trimEnd())).toBe(true);
  expect(await site('PIC')).toEqual({
    site: 'PIC',
    ngi: 'NGI_IBERGRID',
    country: 'ES',
    organisation: 'Port d’Informació Científica: PIC',
    github: ['outsider-otto'],
    mail: 'grid-admin@pic.example',
    tz: 'Europe/Madrid',
    vos: ['atlas'],
    commitments: [
      { stack: 'glite', component: 'bdii', os: 'debian12', arch: 'amd64' },
      {
        stack: 'arc',
        component: 'nordugrid-arc',
        os: 'debian12',
        arch: 'amd64',
        until: '2027-06-30',
        only_versions: '>=6.0 <7',
      },
    ],
  });
  const commit = await newestCommit();
  expect(commit?.commit.message).toContain(`Request: #${String(number)}`);
  expect(commit?.commit.message).toContain('Approved-By: sr-mario');
  expect(commit?.commit.verification?.signature).toContain('BEGIN PGP SIGNATURE');
  const done = await told(number, 'registry:done');
  expect(done).toContain(commit?.sha ?? 'a commit');
  expect(done).toContain('from this moment on the site is called');
}, 60_000);

test('the manager is told whom to add to which team, when the system may not (R-3.1-5)', async () => {
  const done = await told(number, 'registry:done');
  expect(done).toContain('@sr-mario');
  expect(done).toContain('- to `early-adopters-glite`: `outsider-otto`');
  expect(done).toContain('- to `early-adopters-arc`: `outsider-otto`');
}, 60_000);

test('from the commit on the site is called: it takes part as a committed site (R-3.1-6)', async () => {
  const ticket = await trial.opens({
    stack: 'glite',
    component: 'bdii',
    provider: 'cern',
    version: '6.0.1',
    class: 'revision',
    packages: ['bdii'],
  });
  await trial.world.reaches(ticket, 'unverified');
  await trial.world.as('tu-vera').verifies(ticket);
  await trial.world.reaches(ticket, 'verified');
  await trial.says('outsider-otto', ticket, '/accept PIC');
  const seen = trial.world.service.board.ticket(ticket)?.decision.sites.find((one) => one.site === 'PIC');
  expect(seen).toMatchObject({ participation: 'accepted', committed: true });
}, 60_000);

test('nothing more happens to a finished request, whatever is written there', async () => {
  const before = await trial.page(number).comments();
  const main = await trial.main();
  later();
  await edits('outsider-otto', number, form({ site: 'PIC-2' }));
  await trial.world.as('sr-mila').comments(number, '/approve');
  await trial.world.service.sweep();
  await trial.world.settled();
  expect(await trial.page(number).comments()).toHaveLength(before.length + 1);
  expect(await trial.main()).toBe(main);
}, 60_000);

test('nobody approves the own site, and labels that were taken off come back', async () => {
  const mine = await asks('sr-mila', form({ site: 'MILA', logins: 'sr-mila' }));
  later();
  const own = await says('sr-mila', mine, '/approve');
  expect((await trial.page(mine).answersTo(own)).join()).toContain('Nobody approves a request of their own');
  await rest('sr-mario').issues.removeLabel({ ...at(), issue_number: mine, name: 'early-adopter' });
  await trial.world.settled();
  expect(await labelsOf(mine)).toEqual(['early-adopter', 'waiting: staged-rollout']);
  await says('sr-mario', mine, '/decline Managers have enough to do.');
  expect((await issue(mine)).state_reason).toBe('not_planned');
  expect(await trial.page(mine).marked('registry:declined:')).toHaveLength(1);
  expect(await site('MILA')).toBeUndefined();
}, 60_000);

test('two requests that are approved at once are both recorded, a commit each, and a second look finds nothing to do', async () => {
  const sites = ['SITE-A', 'SITE-B', 'SITE-C'];
  const asked: number[] = [];
  for (const name of sites) asked.push(await asks('outsider-otto', form({ site: name })));
  later();
  trial.world.forge.losing(true);
  for (const one of asked) await trial.world.as('sr-mario').comments(one, '/approve');
  trial.world.forge.losing(false);
  await trial.world.service.sweep();
  await trial.world.settled();
  for (const one of asked) expect((await issue(one)).state).toBe('closed');
  for (const name of sites) expect(await site(name)).toMatchObject({ site: name });
  const { data } = await rest('outsider-otto').repos.listCommits({ ...at(), path, per_page: 3 });
  expect(data.map(({ commit }) => commit.message.split('\n', 1).join('')).toSorted()).toEqual(
    sites.map((name) => `Registry: ${name} joins`),
  );
  const main = await trial.main();
  await trial.world.service.sweep();
  await trial.world.settled();
  expect(await trial.main()).toBe(main);
  for (const one of asked) expect(await trial.page(one).marked('registry:done')).toHaveLength(1);
}, 60_000);

test('a merge that only says that it is a request is none: the system did not sign it', async () => {
  const forged = await asks('outsider-otto', form({ site: 'FORGED' }));
  const text = (await trial.file(path)) ?? '';
  await trial.world.as('sr-mario').writes('forged', path, `${text}# a remark\n`, 'A remark');
  const pull = await trial.world.as('sr-mario').opens('forged', 'A remark');
  await trial.world.settled();
  await rest('sr-mario').pulls.merge({
    ...at(),
    pull_number: pull,
    merge_method: 'merge',
    commit_title: 'Registry: FORGED joins',
    commit_message: `Request: #${String(forged)}\nSite: FORGED\nWish: join\nApproved-By: sr-mila`,
  });
  const { data: merge } = await rest('sr-mario').repos.getCommit({ ...at(), ref: await trial.main() });
  expect(merge.commit.message).toContain('Approved-By: sr-mila');
  await trial.world.service.sweep();
  await trial.world.settled();
  expect((await issue(forged)).state).toBe('open');
  expect(await labelsOf(forged)).toContain('waiting: staged-rollout');
}, 60_000);

test('what a stop of the service cut off is done after its start', async () => {
  const cut = await asks('outsider-otto', form({ site: 'CUT-OFF' }));
  later();
  trial.world.forge.losing(true);
  await trial.world.as('sr-mario').comments(cut, '/approve');
  await trial.restarts();
  await eventually('the end of it', async () => ((await issue(cut)).state === 'closed' ? true : undefined));
  expect(await site('CUT-OFF')).toMatchObject({ site: 'CUT-OFF' });
}, 60_000);

test('a site ends a commitment by itself, at once and without approval (R-3.2-4)', async () => {
  const ends = await asks(
    'ea-cesga-a',
    filled('become-an-early-adopter', {
      wish: 'end: commitments of the site',
      site: 'cesga',
      commitments: 'voms-clients\nbdii debian12 until=2027-01-31',
    }),
  );
  await eventually('the end of it', async () => ((await issue(ends)).state === 'closed' ? true : undefined));
  const cesga = await site('CESGA');
  expect(cesga?.commitments).toEqual([
    { stack: 'glite', component: 'bdii', os: 'debian12', arch: 'amd64', until: '2027-01-31' },
    { stack: 'glite', component: 'bdii', os: 'al9', arch: 'x86_64' },
    { stack: 'opstools', component: 'sam-nagios', os: 'sl6', arch: 'x86_64' },
  ]);
  expect((await newestCommit())?.commit.message).not.toContain('Approved-By');
  expect((await trial.file(path)) ?? '').toContain('# The sites that try releases first');
}, 60_000);

test('words that somebody else wrote into a site’s ending need an approval', async () => {
  trial.world.forge.losing(true);
  const body = filled('become-an-early-adopter', {
    wish: 'end: commitments',
    site: 'GRIF',
    commitments: 'wms',
  });
  const { data } = await rest('ea-grif-a').issues.create({ ...at(), title: 'End', body });
  await rest('sr-mario').issues.update({
    ...at(),
    issue_number: data.number,
    body: body.replace('\nwms', '\nall'),
  });
  trial.world.forge.losing(false);
  await trial.world.service.sweep();
  await trial.world.settled();
  expect((await site('GRIF'))?.commitments).toHaveLength(3);
  expect(await labelsOf(data.number)).toContain('waiting: staged-rollout');
}, 60_000);

test('a stranger changes nothing of a site', async () => {
  const change = await asks(
    'outsider-otto',
    filled('become-an-early-adopter', { wish: 'change: …', site: 'GRIF', logins: 'outsider-otto' }),
  );
  expect(await told(change, 'registry:status')).toContain('You are not one of the administrators');
}, 60_000);

test('a problem in production is linked to the ticket of its release, once (R-5-4)', async () => {
  const problem = filled('problem-in-production', {
    release: 'glite-bdii-6.0.2',
    channel: 'production',
    symptom: 'It does not start.\n\n### Release\n\nis a heading of mine',
  });
  const { data } = await rest('outsider-otto').issues.create({ ...at(), title: 'Broken', body: problem });
  await trial.world.settled();
  expect(await told(data.number, 'problem:status')).toContain('Write glite-bdii-6.0.1.');
  await edits('outsider-otto', data.number, problem.replace('6.0.2', '6.0.1'));
  const status = await told(data.number, 'problem:status');
  expect(status).toMatch(
    /`glite-bdii-6.0.1` came by ticket #\d+\. The channel production does not hold it now/,
  );
  expect(status).toContain('@p-cern');
  expect(status).toContain('helpdesk');
  expect(status).toMatch(/`\/rollback <reason>` in #\d+/);
  expect(await labelsOf(data.number)).toEqual(['production-problem']);
}, 60_000);
