import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { Channel } from '../../app/model/channel.ts';
import { verifyChannel } from '../../app/publish/verification/verify.ts';
import { type S3Server, startS3Server } from '../storage/s3-server.ts';
import { type Release, Trial } from '../world/trial.ts';

const bdii: Release = {
  stack: 'glite',
  component: 'bdii',
  provider: 'cern',
  version: '6.0.1',
  class: 'revision',
  packages: ['bdii'],
};

let server: S3Server;
let trial: Trial;
beforeAll(async () => {
  server = await startS3Server(['private', 'public'], { open: 'public/channels/' });
  const channels = await readFile('repos-manifest/channels.yml', 'utf8');
  trial = await Trial.begin({
    places: { store: 's3://private/store', channels: 's3://public/channels', s3: server.access },
    files: {
      'repos-manifest/channels.yml': channels.replace(/^url: .*$/m, `url: ${server.url}/public/channels`),
    },
  });
}, 60_000);
afterAll(async () => {
  await trial.end();
  await server.close();
}, 60_000);

/** What a site finds in a channel: file name to sha256. */
async function offered(channel: Channel): Promise<Readonly<Record<string, string>>> {
  const root = `${server.url}/public/channels/${channel}/umd/5/debian12/amd64`;
  const answer = await fetch(`${root}/dists/${channel}/main/binary-amd64/Packages.gz`);
  const text = gunzipSync(await answer.arrayBuffer()).toString();
  return Object.fromEntries(
    [...text.matchAll(/^Filename: .*\/(.+)\n(?:.+\n)*?SHA256: (.*)$/gm)].map(([, file = '', digest = '']) => [
      file,
      digest,
    ]),
  );
}

test('a release goes all its way with the store and the channels in buckets, also over a restart, and leaves no folder behind', async () => {
  const number = await trial.opens(bdii);
  await trial.world.reaches(number, 'unverified');
  const file = 'bdii_6.0.1_amd64.deb';
  const { [file]: digest = '' } = await offered('unverified');
  expect(server.objects.has(`private/store/${digest.slice(0, 2)}/${digest}`)).toBe(true);
  await trial.world.as('tu-vera').verifies(number);
  await trial.world.reaches(number, 'verified');
  expect(await offered('unverified')).toEqual({});
  expect(await offered('staged-rollout')).toEqual({ [file]: digest });

  await trial.restarts();
  await trial.world.as('ea-cesga-a').comments(number, '/accept CESGA');
  await trial.world.reaches(number, 'rolling-out');
  await trial.says('ea-cesga-a', number, '/deployed CESGA');
  await trial.world.as('ea-cesga-a').reports(number, 'CESGA', 'success');
  await trial.world.reaches(number, 'done');
  await trial.world.advance('1wd');
  await trial.world.as('sr-mario').comments(number, '/close success\n\nCESGA ran it for a day.');
  await trial.world.reaches(number, 'success');
  expect(await offered('production')).toEqual({ [file]: digest });

  for (const channel of ['unverified', 'staged-rollout', 'production'] as const) {
    const answer = await fetch(`${server.url}/public/channels/keys/${channel}.asc`);
    const { problems } = await verifyChannel({
      source: `${server.url}/public/channels/${channel}/`,
      keyring: await answer.text(),
      now: new Date(),
    });
    expect(problems).toEqual([]);
  }
  for (const folder of [trial.world.store, trial.world.channels])
    await expect(readFile(folder)).rejects.toHaveProperty('code', 'ENOENT');
  expect(server.uploads.size).toBe(0);
}, 120_000);
