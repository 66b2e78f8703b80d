import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { chmod, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sha256 } from '../publish/channel-world.ts';
import { Trial } from '../world/trial.ts';

let trial: Trial;
const release = {
  stack: 'glite',
  component: 'gfal2',
  provider: 'cern',
  version: '2.21.4',
  class: 'revision',
  packages: ['gfal2-util'],
} as const;

beforeAll(async () => {
  trial = await Trial.begin({ scrubHour: 0 });
}, 60_000);
afterAll(async () => {
  await trial.end();
});

test('a damaged package is found at night, served to nobody, and its channel waits until it is back (R15, I17)', async () => {
  await trial.isPulled(release);
  await trial.world.settled();
  const file = 'gfal2-util_2.21.4_amd64.deb';
  const published = join(trial.world.channels, 'unverified/umd/5/debian12/amd64/pool/g/gfal2', file);
  const right = await readFile(published);
  const digest = sha256(right);
  const stored = join(trial.world.store, digest.slice(0, 2), digest);
  const wrong = Buffer.from(right);
  wrong[100] = (wrong[100] ?? 0) ^ 4;
  await chmod(stored, 0o644);
  await writeFile(stored, wrong);
  // The last scrub was long ago.
  const memory = { began: '2026-01-01T00:00:00.000Z', ok: true };
  await writeFile(join(trial.dir, 'service/scrub.json'), JSON.stringify(memory));

  await trial.world.service.sweep();
  await trial.world.service.idle();
  expect(trial.failures).toEqual(
    expect.arrayContaining([
      expect.stringContaining('the scrub found a damaged package'),
      expect.stringContaining(`${file} of glite-gfal2-2.21.4 was found damaged`),
    ]),
  );
  await expect(stat(published)).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(stat(stored)).rejects.toMatchObject({ code: 'ENOENT' });

  await writeFile(stored, right);
  await trial.world.service.sweep();
  await trial.world.settled();
  expect(sha256(await readFile(published))).toBe(digest);
  trial.failures.splice(0);
  await rm(join(trial.world.store, 'quarantine'), { recursive: true });
}, 60_000);
