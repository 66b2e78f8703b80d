import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { verifyCommand, type VerifyCommandOptions } from '../../app/commands/verify.ts';
import { ChannelWorld, sampleDeb, sha256 } from '../publish/channel-world.ts';

let world: ChannelWorld;
let memory: string;

beforeEach(async () => {
  world = await ChannelWorld.create();
  memory = join(world.dir, 'seen.json');
  await world.adds(
    { id: 'a', component: 'voms' },
    { 'voms_1.0_amd64.deb': sampleDeb({ name: 'voms', version: '1.0' }) },
  );
  await world.publishes();
});
afterEach(async () => {
  await rm(world.dir, { recursive: true });
});

const run = (options: Partial<VerifyCommandOptions> = {}) =>
  verifyCommand({
    source: join(world.out, 'production'),
    keyring: join(world.out, 'keys/production.asc'),
    now: new Date(),
    ...options,
  });

describe('rollout verify', () => {
  test('prints what was verified, with either form of the keyring, and ends with 0', async () => {
    const { lines, status } = await run();
    expect(status).toBe(0);
    expect(lines[0]).toMatch(/^channel production, publication 1, issued .*Z, valid until .*Z$/);
    expect(lines.at(-1)).toBe('verified');
    expect(await run({ keyring: join(world.out, 'keys/production.gpg') })).toMatchObject({ status: 0 });
  });

  test('prints one line of JSON when asked', async () => {
    const { lines, status } = await run({ json: true });
    expect(status).toBe(0);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { ok: true, channel: 'production', number: 1, problems: [], checked: { packages: 1 } },
    ]);
  });

  test('names the file that is wrong, and ends with 1', async () => {
    const path = 'umd/5/debian12/amd64/pool/v/voms/voms_1.0_amd64.deb';
    await rm(join(world.out, 'production', path));
    expect(await run()).toMatchObject({
      status: 1,
      lines: expect.arrayContaining([`${path}: is missing`, 'NOT VERIFIED']),
    });
  });

  test('proves that a package is in the channel, and says what it cannot prove', async () => {
    const path = 'umd/5/debian12/amd64/pool/v/voms/voms_1.0_amd64.deb';
    const file = join(world.dir, 'mine.deb');
    await cp(join(world.out, 'production', path), file);
    const { lines, status } = await run({ package: file });
    expect(status).toBe(0);
    expect(lines).toContain(
      `channel.json of production, publication 1 -> index of umd/5/debian12/amd64 -> ${path}`,
    );
    expect(lines).toContainEqual(expect.stringMatching(/^not proven here: which release brought it/));
    expect(lines.at(-1)).toBe('verified');
    await writeFile(file, 'x', { flag: 'a' });
    expect(await run({ package: file })).toMatchObject({
      status: 1,
      lines: expect.arrayContaining([`${file}: is in no index of the channel`, 'NOT VERIFIED']),
    });
    expect(await run({ package: join(world.dir, 'none') })).toMatchObject({ status: 2 });
  });

  test('ends with 2 for files that cannot be used', async () => {
    expect(await run({ keyring: join(world.dir, 'none') })).toMatchObject({
      status: 2,
      lines: [expect.stringContaining('the keyring cannot be read')],
    });
    await writeFile(memory, '{}');
    expect(await run({ keyring: memory })).toMatchObject({
      status: 2,
      lines: [expect.stringContaining('not a keyring')],
    });
    expect(await run({ lastSeen: memory })).toMatchObject({
      status: 2,
      lines: [expect.stringContaining('damaged')],
    });
    await writeFile(memory, '{');
    expect(await run({ lastSeen: memory })).toMatchObject({ status: 2 });
  });

  test('ends with 3 when the server does not answer', async () => {
    expect(await run({ source: 'http://127.0.0.1:9/production/' })).toMatchObject({
      status: 3,
      lines: [expect.stringContaining('does not answer')],
    });
  });

  test('remembers what it saw, and refuses a rollback without forgetting', async () => {
    const old = join(world.dir, 'old');
    await cp(world.out, old, { recursive: true });
    await world.adds(
      { id: 'b', component: 'voms' },
      { 'voms_1.1_amd64.deb': sampleDeb({ name: 'voms', version: '1.1' }) },
    );
    expect(await run({ lastSeen: memory })).toMatchObject({ status: 0 });
    await world.publishes();
    expect(await run({ lastSeen: memory })).toMatchObject({ status: 0 });
    const seen = await readFile(memory, 'utf8');
    expect(JSON.parse(seen)).toEqual({
      channel: 'production',
      number: 2,
      sha256: sha256(await readFile(join(world.out, 'production/channel.json'))),
    });
    expect(await run({ lastSeen: memory, source: join(old, 'production') })).toMatchObject({
      status: 1,
      lines: expect.arrayContaining([expect.stringContaining('a rollback')]),
    });
    expect(await readFile(memory, 'utf8')).toBe(seen);
  });
});
