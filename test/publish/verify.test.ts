import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { SourceUnreachable, type FetchFile } from '../../app/publish/verification/channel-source.ts';
import {
  verifyChannel,
  type Verification,
  type VerifyOptions,
} from '../../app/publish/verification/verify.ts';
import { ChannelWorld, sampleDeb, sampleRpm, sha256 } from './channel-world.ts';
import { serveFolder } from './web-folder.ts';

const day = 86_400_000;
const published = new Date(Math.floor(Date.now() / 1000) * 1000);
const now = new Date(published.getTime() + 60_000);
const voms = (version: string) => ({ [`voms_${version}_amd64.deb`]: sampleDeb({ name: 'voms', version }) });

let world: ChannelWorld;
/** A copy without hard links, so that a byte changed in it changes nothing else. */
let copy: string;

beforeAll(async () => {
  world = await ChannelWorld.create();
  await world.adds({ id: 'a', component: 'voms' }, voms('1.0'));
  await world.publishes({ now: published });
  await world.adds(
    { id: 'b', component: 'libvoms' },
    { 'libvoms_1_all.deb': sampleDeb({ name: 'libvoms', version: '1', architecture: 'all' }) },
  );
  const el9 = { component: 'voms', platform: 'el9', arch: 'x86_64', format: 'rpm' } as const;
  await world.adds(
    { id: 'c', ...el9 },
    { 'voms-1.0-1.x86_64.rpm': sampleRpm({ name: 'voms', version: '1.0' }) },
  );
  const any = { component: 'voms', platform: 'any', arch: 'noarch', format: 'tar' } as const;
  await world.adds({ id: 'd', ...any }, { 'voms-1.0.tar.gz': Buffer.from('a tarball') });
  await world.publishes({ now: published });
  copy = await mkdtemp(join(tmpdir(), 'channel-copy-'));
  await cp(world.out, copy, { recursive: true });
});
afterAll(async () => {
  await Promise.all([world.dir, copy].map((dir) => rm(dir, { recursive: true })));
});

const verify = (options: Partial<VerifyOptions> = {}): Promise<Verification> =>
  verifyChannel({ source: join(copy, 'production'), keyring: world.publicKey(), now, ...options });
const problems = async (options: Partial<VerifyOptions> = {}): Promise<string[]> =>
  (await verify(options)).problems.map(({ where, what }) => `${where} ${what}`);

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .toSorted();
}

async function changing<T>(
  path: string,
  change: (bytes: Buffer) => Buffer,
  act: () => Promise<T>,
): Promise<T> {
  const file = join(copy, 'production', path);
  const before = await readFile(file);
  await writeFile(file, change(Buffer.from(before)));
  try {
    return await act();
  } finally {
    await writeFile(file, before);
  }
}

const failing: FetchFile = async () => new Response('oops', { status: 503 });

const flip = (at: number) => (bytes: Buffer) => {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
};

describe('a published channel', () => {
  test('is verified in its folder, and says what it is', async () => {
    const result = await verify();
    expect(result).toMatchObject({
      ok: true,
      channel: 'production',
      number: 2,
      problems: [],
      remarks: [],
      checked: { packages: 4 },
    });
    expect(result.releases.map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
    expect(result.checked.bytes).toBeGreaterThan(3000);
  });

  test('is verified through HTTP too', async () => {
    const web = await serveFolder(world.out);
    expect(await verify({ source: `${web.url}/production/` })).toMatchObject({
      ok: true,
      number: 2,
      checked: { packages: 4 },
    });
    expect(await verify({ source: `${web.url}/production` })).toMatchObject({ ok: true });
    await web.close();
  });

  test('with one byte changed in any of its files is not, and the file is named', async () => {
    const files = await filesBelow(join(copy, 'production'));
    expect(files.length).toBe(30);
    for (const path of files) {
      const { length } = await readFile(join(copy, 'production', path));
      for (const at of [0, Math.floor(length / 2), length - 1]) {
        const result = await changing(path, flip(at), () => verify());
        expect({ path, at, ok: result.ok }).toEqual({ path, at, ok: false });
        expect(result.problems.map(({ where }) => where)).toContain(path);
      }
    }
  }, 60_000);

  test.each(['channel.json.asc', 'channel.json'])(
    'with bytes all over %s changed is not, and the file is named',
    async (path) => {
      const { length } = await readFile(join(copy, 'production', path));
      for (let at = 0; at < length; at += path.endsWith('.asc') ? 3 : 97) {
        const result = await changing(path, flip(at), () => verify());
        expect({ at, where: result.problems[0]?.where }).toEqual({ at, where: path });
      }
    },
  );

  test('with any file missing is not, and the file is named', async () => {
    for (const path of await filesBelow(join(copy, 'production'))) {
      const file = join(copy, 'production', path);
      const bytes = await readFile(file);
      await rm(file);
      expect((await verify()).problems.map(({ where }) => where)).toContain(path);
      await writeFile(file, bytes);
    }
  });

  test('with a file that nothing vouches for is not', async () => {
    for (const path of [
      'production/evil.deb',
      'production/umd/5/debian12/amd64/pool/v/voms/evil.deb',
      `production/umd/5/debian12/amd64/dists/production/main/binary-amd64/by-hash/SHA256/${sha256(Buffer.from('x'))}`,
      'production/umd/5/el9/x86_64/pool/v/voms/evil.rpm',
      'production/umd/5/el9/x86_64.0123456789abcdef/repodata/repomd.xml',
      'production/umd/5/any/noarch/voms/1.0/evil.tar.gz',
    ]) {
      await mkdir(dirname(join(copy, path)), { recursive: true });
      await writeFile(join(copy, path), 'x');
      expect(await problems()).toEqual([`${path.slice('production/'.length)} is vouched for by nothing`]);
      await rm(join(copy, path));
    }
  });

  test('signed by the key of another channel is not', async () => {
    expect(await problems({ keyring: world.publicKey('unverified') })).toEqual([
      expect.stringContaining('channel.json the signature is by a key that is not in the keyring'),
    ]);
    expect((await verify({ keyring: world.publicKey('unverified') })).channel).toBeNull();
  });

  test('that expired, or comes from the future, is not', async () => {
    expect(await problems({ now: new Date(published.getTime() + 7 * day - 1000) })).toEqual([]);
    expect(await problems({ now: new Date(published.getTime() + 7 * day) })).toContainEqual(
      expect.stringContaining('channel.json expired'),
    );
    expect((await verify({ now: new Date(published.getTime() - day) })).ok).toBe(false);
  });

  test('is compared with what was seen last: no rollback, no second truth, no broken line', async () => {
    const own = await readFile(join(copy, 'production/channel.json'));
    const previous = (JSON.parse(own.toString()) as { previous: string }).previous;
    const seen = (number: number, digest: string) =>
      problems({ lastSeen: { channel: 'production', number, sha256: digest } });
    expect(await seen(2, sha256(own))).toEqual([]);
    expect(await seen(1, previous)).toEqual([]);
    expect(await seen(3, sha256(own))).toEqual([expect.stringContaining('a rollback')]);
    expect(await seen(2, previous)).toEqual([expect.stringContaining('another publication 2')]);
    expect(await seen(1, sha256(own))).toEqual([
      expect.stringContaining('does not name the publication seen last'),
    ]);
    expect(await problems({ lastSeen: { channel: 'unverified', number: 1, sha256: previous } })).toEqual([
      expect.stringContaining('seen last was channel unverified'),
    ]);
  });

  test('assembled from two publications is not', async () => {
    const other = await ChannelWorld.create();
    await cp(join(world.dir, 'keys'), join(other.dir, 'keys'), { recursive: true });
    const suite = 'umd/5/debian12/amd64/dists/production';
    const changedOn = new Date(published.getTime() + 1000);
    await world.publishes({
      now: new Date(changedOn.getTime() + day),
      output: world.outputAt(join(other.dir, 'later')),
    });
    for (const file of ['InRelease', 'Release', 'Release.gpg']) {
      const later = await readFile(join(other.dir, 'later/production', suite, file));
      expect(
        await changing(
          `${suite}/${file}`,
          () => later,
          () => problems(),
        ),
      ).toEqual([expect.stringContaining(`${suite}/${file} has not the sha256`)]);
    }
    await rm(other.dir, { recursive: true });
  });

  test('that cannot be reached is an outage, not a verdict', async () => {
    await expect(verify({ source: 'http://127.0.0.1:9/production/' })).rejects.toThrow(SourceUnreachable);
    await expect(verify({ source: 'http://mirror.example/production/', fetch: failing })).rejects.toThrow(
      'status 503',
    );
  });

  test('that never ends is cut at its declared length', async () => {
    let sent = 0;
    const endless: FetchFile = async ({ pathname: path }) => {
      if (!/\.(deb|rpm|tar\.gz)$/.test(path)) return new Response(await readFile(join(copy, path)));
      return new Response(
        new ReadableStream<Uint8Array>({
          pull: (controller) => {
            sent += 65_536;
            controller.enqueue(new Uint8Array(65_536));
          },
        }),
      );
    };
    expect(await problems({ source: 'http://mirror.example/production/', fetch: endless })).toEqual([
      expect.stringMatching(/voms-1\.0\.tar\.gz is not \d+ bytes long/),
      expect.stringMatching(/libvoms_1_all\.deb is not \d+ bytes long/),
      expect.stringMatching(/voms_1\.0_amd64\.deb is not \d+ bytes long/),
      expect.stringMatching(/voms-1\.0-1\.x86_64\.rpm is not \d+ bytes long/),
    ]);
    expect(sent).toBeLessThan(20 * 65_536);
  });

  test('that is published anew while it is read is read again', async () => {
    const moving = await ChannelWorld.create();
    await moving.adds({ id: 'a', component: 'voms' }, voms('1.0'));
    await moving.publishes();
    let isMoved = false;
    const through: FetchFile = async ({ pathname: path }) => {
      if (path.endsWith('/InRelease') && !isMoved) {
        isMoved = true;
        await moving.adds({ id: 'b', component: 'voms' }, voms('1.1'));
        await moving.publishes();
      }
      return new Response(await readFile(join(moving.out, path)));
    };
    expect(
      await verifyChannel({
        source: 'http://mirror.example/production/',
        keyring: moving.publicKey(),
        now: new Date(),
        fetch: through,
      }),
    ).toMatchObject({ ok: true, number: 2, checked: { packages: 2 } });
    await rm(moving.dir, { recursive: true });
  });
});
