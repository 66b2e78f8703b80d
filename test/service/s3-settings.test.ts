import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readS3Access, readSettings } from '../../app/service/settings.ts';

const key = { ROLLOUT_S3_KEY_ID: 'AKID', ROLLOUT_S3_SECRET: 'the-secret' };

describe('The settings of buckets', () => {
  test('are not needed', async () => {
    expect(await readS3Access({})).toBeUndefined();
    expect(await readS3Access({ ROLLOUT_S3_REGION: 'eu-central-1' })).toBeUndefined();
  });

  test('come from files, and lead to Amazon unless another service is named', async () => {
    const dir = await mkdtemp(join(tmpdir(), 's3-settings-'));
    await writeFile(join(dir, 'secret'), 'from a file\n');
    const files = { ROLLOUT_S3_KEY_ID: 'AKID', ROLLOUT_S3_SECRET_FILE: join(dir, 'secret') };
    expect(await readS3Access({ ...files, ROLLOUT_S3_REGION: 'eu-central-1' })).toEqual({
      endpoint: 'https://s3.eu-central-1.amazonaws.com',
      region: 'eu-central-1',
      keyId: 'AKID',
      secret: 'from a file',
    });
    await rm(dir, { recursive: true });
  });

  test.each([
    [{ ROLLOUT_S3_KEY_ID: 'AKID' }, 'ROLLOUT_S3_SECRET is missing'],
    [{ ROLLOUT_S3_SECRET: 'the-secret' }, 'ROLLOUT_S3_KEY_ID is missing'],
    [{ ...key, ROLLOUT_S3_KEY_ID: 'a/b' }, 'ROLLOUT_S3_KEY_ID is not usable'],
    [{ ...key, ROLLOUT_S3_REGION: 'eu/1' }, 'ROLLOUT_S3_REGION is not usable'],
    [{ ...key, ROLLOUT_S3_ENDPOINT: 'http://s3.example.org' }, 'plain http on loopback only'],
    [{ ...key, ROLLOUT_S3_ENDPOINT: 'http://127.0.0.1.example.org' }, 'plain http on loopback only'],
    [
      { ...key, ROLLOUT_S3_ENDPOINT: 'https://user:pass@s3.example.org' },
      'ROLLOUT_S3_ENDPOINT is not usable',
    ],
    [{ ...key, ROLLOUT_S3_ENDPOINT: 'https://s3.example.org/path' }, 'without a path'],
    [
      { ROLLOUT_S3_KEY_ID: 'AKID', ROLLOUT_S3_SECRET_FILE: '/none' },
      'ROLLOUT_S3_SECRET_FILE names a file that cannot be read',
    ],
  ])('%j are a start-up error that says what is wrong and never the secret', async (environment, message) => {
    await expect(readS3Access(environment)).rejects.toThrow(message);
    await expect(readS3Access(environment)).rejects.toHaveProperty('name', 'SettingsError');
    await expect(readS3Access(environment)).rejects.not.toThrow('the-secret');
  });

  test.each([
    'http://127.0.0.1:9000',
    'http://localhost:9000/',
    'https://s3.example.org:8443',
    'http://[::1]:1',
  ])('may be at %s', async (endpoint) => {
    expect(await readS3Access({ ...key, ROLLOUT_S3_ENDPOINT: endpoint })).toMatchObject({ endpoint });
  });
});

describe('The settings of a service with buckets', () => {
  const all = {
    ROLLOUT_REPOSITORY: 'example/releases',
    GITHUB_APP_ID: '1',
    GITHUB_PRIVATE_KEY: 'PRIVATE KEY',
    GITHUB_WEBHOOK_SECRET: randomBytes(32).toString('hex'),
    ROLLOUT_STORE: 's3://private/store',
    ROLLOUT_CHANNELS: 's3://public/channels',
    ROLLOUT_KEYS: '/etc/rollout/keys',
    ROLLOUT_STATE: '/var/lib/rollout',
    ...key,
  };

  test('are read with the rest', async () => {
    expect(await readSettings(all)).toMatchObject({
      store: 's3://private/store',
      channels: 's3://public/channels',
      s3: { keyId: 'AKID', secret: 'the-secret' },
    });
  });

  test.each([
    ['a store', { ...all, ROLLOUT_CHANNELS: 'file:///srv/channels' }],
    ['channels', { ...all, ROLLOUT_STORE: 'file:///srv/store' }],
  ])('need a key for %s in a bucket', async (_what, settings) => {
    const { ROLLOUT_S3_KEY_ID: _key, ROLLOUT_S3_SECRET: _secret, ...without } = settings;
    await expect(readSettings(without)).rejects.toThrow('a bucket needs a key');
    await expect(readSettings(settings)).resolves.toBeDefined();
  });

  test('do not let the service serve what is in a bucket', async () => {
    await expect(readSettings({ ...all, ROLLOUT_SERVE_CHANNELS: 'true' })).rejects.toThrow(
      'what is in a bucket is served by the bucket',
    );
  });
});
