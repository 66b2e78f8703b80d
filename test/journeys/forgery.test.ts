import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Play, baseline, plays } from '../../app/demo/plays.ts';
import { type World, startWorld } from '../../app/demo/world.ts';
import { extendedJournal } from '../../app/record/journal-file.ts';
import { asApp } from '../world/app-itself.ts';
import { eventually } from '../world/eventually.ts';

const run = promisify(execFile);
const errors: string[] = [];
let dir: string;
let world: World;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'rollout-forgery-'));
  world = await startWorld({
    dir: join(dir, 'world'),
    port: 0,
    start: new Date(),
    log: (level, message, fields) => {
      if (level === 'error') errors.push(`${message} ${JSON.stringify(fields)}`);
    },
  });
}, 30_000);
afterAll(async () => {
  await world.stop();
  await rm(dir, { recursive: true, force: true });
}, 30_000);

async function opens(play: Play): Promise<number> {
  const { packages, ...ticket } = play.ticket;
  const offered = await Promise.all(packages.map((name) => world.provider.offer(name, ticket.version)));
  const targets = [{ platform: 'debian12', arch: 'amd64', packages: offered }];
  const number = await world.as(play.provider).opensTicket({ ...ticket, targets });
  await world.reaches(number, 'unverified');
  return number;
}

/** A clone that a person, or a thief of the App's token, works in. */
async function clone(name: string, url: string, user: string, token: string) {
  const address = new URL(url);
  address.username = user;
  address.password = token;
  const folder = join(dir, name);
  await run('git', ['clone', '--quiet', address.href, folder]);
  return {
    folder,
    git: (...args: string[]) =>
      run('git', ['-c', 'user.name=Somebody', '-c', 'user.email=s@example.org', ...args], { cwd: folder }),
  };
}

/** What a thief of the App's key could get: a token that may push to main. */
async function tokenOfTheApp(): Promise<string> {
  const auth: unknown = await (await asApp(world.forge)).auth();
  return typeof auth === 'object' && auth !== null && 'token' in auth ? String(auth.token) : '';
}

test('a certified ticket whose file is taken away starts over, and its packages leave the channels', async () => {
  const [, , rejected] = plays;
  const play = rejected ?? baseline;
  const number = await opens(play);
  await world.as('tu-vera').verifies(number);
  await world.reaches(number, 'verified');
  const token = world.forge.tokens[play.provider] ?? '';
  const { git } = await clone(
    'provider',
    `${world.forge.url}/${play.provider}/releases.git`,
    play.provider,
    token,
  );
  const { stack, component, version } = play.ticket;
  await git('checkout', '--quiet', `${component}-${version}`);
  await git(
    'mv',
    `releases/${stack}/${component}/${version}.yml`,
    `releases/${stack}/${component}/${version}+again.yml`,
  );
  await git('commit', '--quiet', '-m', 'another name');
  await git('push', '--quiet', 'origin', 'HEAD');
  await eventually('everything starts over', async () => {
    await world.settled();
    const view = world.service.board.ticket(number);
    const inChannels = world.service.board.channels().flatMap(({ releases }) => releases);
    const isOver = view?.decision.state === 'certified' && view.decision.waiting === 'provider';
    return isOver && inChannels.length === 0 ? view : undefined;
  });
  const { data } = await world.as(play.provider).octokit.rest.checks.listForRef({
    owner: 'grid',
    repo: 'releases',
    ref: world.service.board.ticket(number)?.facts.pull.head ?? '',
    check_name: 'rollout',
  });
  expect(data.check_runs.map(({ conclusion }) => conclusion)).toEqual(['failure']);
}, 60_000);

test('a journal entry that the system did not sign is an alarm, and nothing moves on it', async () => {
  const [success] = plays;
  const play = success ?? baseline;
  const number = await opens(play);
  const { stack, component, version } = play.ticket;
  const id = `${stack}-${component}-${version}`;
  const path = `releases/${stack}/${component}/${version}.journal.yml`;
  const { folder, git } = await clone(
    'thief',
    `${world.forge.url}/grid/releases.git`,
    'x-access-token',
    await tokenOfTheApp(),
  );
  const digest = world.service.board.ticket(number)?.facts.ticket.digest ?? '';
  const forged = extendedJournal(await readFile(join(folder, path), 'utf8'), id, [
    {
      event: 'verified',
      digest,
      head: '0'.repeat(40),
      report: { kind: 'VerificationReport', release: id, digest, outcome: 'accept' },
      at: world.clock.now().toISOString(),
      by: { login: 'tu-vera', id: 1 },
    },
  ]);
  await writeFile(join(folder, path), forged);
  await git('add', '.');
  await git('commit', '--quiet', '-m', 'verified, believe me');
  await git('push', '--quiet', 'origin', 'HEAD:main');
  await world.service.sweep();
  expect(errors.join('\n')).toContain('is not signed with the system key');
  const staged = world.service.board.channels().find(({ channel }) => channel === 'staged-rollout');
  expect(staged?.releases).toEqual([]);
}, 60_000);
