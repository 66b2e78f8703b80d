import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { explainCommand } from '../../app/commands/explain.ts';
import { keysCreate } from '../../app/commands/keys.ts';
import { WrongUse } from '../../app/commands/wrong-use.ts';
import { publishCommand } from '../../app/commands/publish.ts';
import { Trial } from '../world/trial.ts';
import { operatorSettings } from '../world/operator-settings.ts';

let trial: Trial;
let scratch: string;
let printed = '';
const print = (text: string): void => {
  printed += text;
};

beforeAll(async () => {
  trial = await Trial.begin();
  scratch = await mkdtemp(join(tmpdir(), 'commands-'));
  const number = await trial.opens({
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
  await trial.end();
  await rm(scratch, { recursive: true, force: true });
});

describe('rollout explain', () => {
  test('answers no when there is no such pull request', async () => {
    const settings = await operatorSettings(trial.world, scratch);
    printed = '';
    expect(await explainCommand(99, { settings }, print)).toBe(1);
    expect(printed).toBe(`#99 is no pull request of ${trial.world.repository}.\n`);
  }, 60_000);
});

describe('rollout publish', () => {
  test('writes nothing beside the folder it is told, but for what it keeps in the state folder, when there is one', async () => {
    const place = join(scratch, 'place');
    const options = {
      repo: trial.world.clone,
      store: pathToFileURL(trial.world.store).href,
      out: pathToFileURL(join(place, 'channels')).href,
      keys: trial.world.keys,
    };
    printed = '';
    expect(await publishCommand(options, print)).toBe(0);
    expect(printed.match(/written/g)).toHaveLength(3);
    printed = '';
    expect(await publishCommand(options, print)).toBe(0);
    expect(printed.match(/unchanged/g)).toHaveLength(3);
    expect(await readdir(place)).toEqual(['channels']);
    process.env['ROLLOUT_STATE'] = join(scratch, 'state');
    try {
      for (const cloned of ['anew', 'again']) {
        printed = '';
        expect([cloned, await publishCommand(options, print)]).toEqual([cloned, 0]);
        expect(printed.match(/unchanged/g)).toHaveLength(3);
      }
    } finally {
      delete process.env['ROLLOUT_STATE'];
    }
    expect(await readdir(place)).toEqual(['channels']);
    expect(await readdir(join(scratch, 'state/publish-command'))).toContain('believed-shelves');
  }, 60_000);
});

describe('rollout keys create', () => {
  test('says that a file is no folder for keys', async () => {
    const file = join(scratch, 'a-file');
    await writeFile(file, '');
    const refused = await keysCreate(file, {}, print).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(WrongUse);
  });
});
