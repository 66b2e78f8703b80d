import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { importPackages } from '../../app/commands/import-packages.ts';
import { readJournal } from '../../app/record/journal-file.ts';
import { sampleDeb } from '../publish/channel-world.ts';
import { Trial } from '../world/trial.ts';
import { operatorSettings } from '../world/operator-settings.ts';

let trial: Trial;
beforeAll(async () => {
  trial = await Trial.begin();
}, 60_000);
afterAll(async () => {
  await trial.end();
});

const release = {
  stack: 'glite',
  component: 'gfal2',
  provider: 'cern',
  version: '2.21.4',
  class: 'revision',
  packages: ['gfal2-util'],
} as const;

test('what an operator imports while the service runs is published, and no ticket of the same release takes it over', async () => {
  const tree = join(trial.dir, 'tree');
  await mkdir(tree);
  await writeFile(
    join(tree, 'gfal2-util_2.21.4_amd64.deb'),
    sampleDeb({ name: 'gfal2-util', version: '2.21.4' }),
  );
  const settings = await operatorSettings(trial.world, trial.dir);
  const options = {
    release: 'glite-gfal2-2.21.4',
    channel: 'production',
    target: ['umd/5/debian12/amd64'],
    reason: 'UMD 4 moves in',
    by: 'Olga Operator',
    settings,
  } as const;
  let printed = '';
  const print = (text: string): void => {
    printed += text;
  };
  expect(await importPackages(tree, options, print)).toBe(0);
  expect(printed).toMatch(/^glite-gfal2-2.21.4 went into production: 1 packages, /);
  await trial.world.service.sweep();
  await trial.world.settled();
  const production = trial.world.service.board.channels().find(({ channel }) => channel === 'production');
  expect(production?.releases.map(({ id }) => id)).toContain('glite-gfal2-2.21.4');
  printed = '';
  expect(await importPackages(tree, options, print)).toBe(0);
  expect(printed).toMatch(/is in production already, with the same 1 packages/);

  // Somebody opens a ticket of the very same release.
  const number = await trial.opens(release);
  await trial.world.settled();
  const seen = trial.world.service.board.ticket(number);
  expect(seen?.decision.state).toBe('draft');
  expect(seen?.facts.otherTicket).toBe('import');
  const journal = await trial.file('releases/glite/gfal2/2.21.4.journal.yml');
  expect(readJournal(journal ?? '', 'glite-gfal2-2.21.4').map(({ event }) => event)).toEqual(['imported']);
  await trial.world.service.sweep();
  await trial.world.settled();
  expect(
    trial.world.service.board
      .channels()
      .find(({ channel }) => channel === 'production')
      ?.releases.map(({ id }) => id),
  ).toContain('glite-gfal2-2.21.4');
}, 60_000);
