import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Output } from '../../app/storage/output.ts';
import { verifyChannel, type Verification } from '../../app/publish/verification/verify.ts';
import { ChannelWorld, sampleDeb, sampleRpm } from './channel-world.ts';
import { serveFolder } from './web-folder.ts';

const first = new Date(Math.floor(Date.now() / 1000) * 1000 - 60_000);
const second = new Date(first.getTime() + 30_000);
const now = new Date(first.getTime() + 40_000);
const roots = { deb: 'umd/5/debian12/amd64', rpm: 'umd/5/el9/x86_64', tar: 'umd/5/src/noarch' };

/** An output that is killed before it replaces pointer number `last`, counted from 0. */
class Killed extends Error {}
function killedAt(output: Output, last: number): Output {
  let done = 0;
  const step = (): void => {
    if (done === last) throw new Killed();
    done += 1;
  };
  return {
    read: (path) => output.read(path),
    digest: (path) => output.digest(path),
    list: (folder) => output.list(folder),
    content: (path) => output.content(path),
    put: (files) => output.put(files),
    holds: (file) => output.holds(file),
    place: (files) => output.place(files),
    remove: (paths) => output.remove(paths),
    point: async (pointers) => {
      for (const pointer of pointers) {
        step();
        await output.point([pointer]);
      }
    },
    pointIf: async (pointer, seen) => {
      step();
      await output.pointIf(pointer, seen);
    },
  };
}

const release = async (world: ChannelWorld, version: string): Promise<void> => {
  const id = (format: string) => ({ id: `voms-${format}-${version}`, component: 'voms' });
  await world.adds(id('deb'), { [`voms_${version}_amd64.deb`]: sampleDeb({ name: 'voms', version }) });
  const rpm = sampleRpm({ name: 'voms', version });
  const el9 = { platform: 'el9', arch: 'x86_64', format: 'rpm' } as const;
  await world.adds({ ...id('rpm'), ...el9 }, { [`voms-${version}-1.x86_64.rpm`]: rpm });
  const src = { platform: 'src', arch: 'noarch', format: 'tar' } as const;
  await world.adds({ ...id('tar'), ...src }, { [`voms-${version}.tar.gz`]: Buffer.from(version) });
};

let world: ChannelWorld;
/** The whole place of channels as it stands after so many pointers of the second publication; the last is the finished one. */
const states: string[] = [];
let before: string;

beforeAll(async () => {
  world = await ChannelWorld.create();
  await release(world, '1.0');
  await world.publishes({ now: first });
  before = join(world.dir, 'before');
  await cp(world.out, before, { recursive: true });
  // The new release takes the place of the old one, so that a client in the middle of an update needs what is superseded.
  world.manifests = [];
  await release(world, '1.1');
  for (let last = 0; ; last += 1) {
    const folder = join(world.dir, `state-${String(last)}`);
    await cp(before, folder, { recursive: true });
    states.push(folder);
    const outcome = await world
      .publishes({ now: second, output: killedAt(world.outputAt(folder), last) })
      .then(
        () => 'done',
        (error: unknown) => error,
      );
    if (outcome === 'done') break;
    if (!(outcome instanceof Killed)) throw outcome;
  }
}, 60_000);
afterAll(async () => {
  await rm(world.dir, { recursive: true });
});

const verify = (folder: string): Promise<Verification> =>
  verifyChannel({ source: join(folder, 'production'), keyring: world.publicKey(), now });
const told = (found: Verification['problems']): string[] =>
  found.map(({ where, what }) => `${where} ${what}`);

const switched = new Map<string, string>();

/** The first state in which the switches of these formats are thrown. */
async function stateWith(...formats: readonly (keyof typeof roots)[]): Promise<string> {
  for (const state of switched.size === 0 ? states : []) {
    const { remarks } = await verify(state);
    const key = remarks.map(({ where }) => where).join(' ');
    if (!switched.has(key)) switched.set(key, state);
  }
  const found = switched.get(formats.map((format) => roots[format]).join(' '));
  if (found === undefined) throw new Error(`there is no state with ${formats.join(' and ')}`);
  return found;
}

describe('a publication cut off between two of its pointers', () => {
  test('leaves a channel that is right for those who come through HTTP, whatever the step', async () => {
    expect(states.length).toBe(16);
    for (const state of states) {
      const web = await serveFolder(state);
      const result = await verifyChannel({
        source: `${web.url}/production/`,
        keyring: world.publicKey(),
        now,
      });
      expect({ state, told: told(result.problems) }).toEqual({ state, told: [] });
      await web.close();
    }
  });

  test('is told by a remark as soon as one root has switched, until channel.json follows', async () => {
    const seen: string[] = [];
    for (const state of states) {
      const { number, remarks } = await verify(state);
      seen.push(`${String(number)}:${remarks.map(({ where }) => where.split('/')[2]).join('+')}`);
      for (const { what } of remarks) expect(what).toBe('is being published: newer than channel.json');
    }
    expect([...new Set(seen)]).toEqual(['1:', '1:debian12', '1:debian12+el9', '1:debian12+el9+src', '2:']);
  });

  test('leaves a folder that is right, but for packages in it that nothing vouches for before the first switch', async () => {
    for (const [at, state] of states.entries()) {
      const { problems } = await verify(state);
      const unvouched = problems.filter(({ what }) => what === 'is vouched for by nothing');
      expect(told(problems)).toEqual(told(unvouched));
      expect({ at, some: unvouched.length > 0 }).toEqual({ at, some: at === 0 });
    }
  });

  test('is brought to its end by the next run, also when that is cut off too', async () => {
    const state = join(world.dir, 'again');
    await cp(states[6] ?? '', state, { recursive: true });
    const later = new Date(second.getTime() + 1000);
    const error: unknown = await world
      .publishes({ now: later, output: killedAt(world.outputAt(state), 1) })
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Killed);
    await world.publishes({ now: later, output: world.outputAt(state) });
    expect(await verify(state)).toMatchObject({ ok: true, number: 2, remarks: [] });
  });
});

describe('while a publication is put in place, verify', () => {
  /** What is found of a copy of a state with something done to it. */
  async function spoiled(
    state: string,
    spoil: (folder: string) => Promise<void>,
  ): Promise<readonly string[]> {
    const folder = await mkdtemp(join(tmpdir(), 'state-'));
    await cp(join(state, 'production'), join(folder, 'production'), { recursive: true });
    await spoil(join(folder, 'production'));
    const { problems } = await verify(folder);
    await rm(folder, { recursive: true });
    return told(problems);
  }

  const below = async (folder: string): Promise<readonly string[]> =>
    (await readdir(folder, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));

  test.each(['deb', 'rpm', 'tar'] as const)(
    'finds a byte changed in any file of a root of %s, and any that is missing, and names it',
    async (format) => {
      const all = { deb: ['deb'], rpm: ['deb', 'rpm'], tar: ['deb', 'rpm', 'tar'] } as const;
      const state = await stateWith(...all[format]);
      const root = join(state, 'production', roots[format]);
      const files = (await below(dirname(root))).filter((path) =>
        path.startsWith(root.split('/').at(-1) ?? '?'),
      );
      expect(files.length).toBeGreaterThan(5);
      const copy = join(world.dir, `spoiled-${format}`);
      await cp(state, copy, { recursive: true });
      for (const file of files) {
        const path = join(dirname(roots[format]), file);
        const inCopy = join(copy, 'production', path);
        const bytes = await readFile(inCopy);
        for (const change of ['flip', 'remove'] as const) {
          await rm(inCopy);
          const middle = Math.floor(bytes.length / 2);
          const flipped = Buffer.from(bytes.map((byte, at) => (at === middle ? byte ^ 1 : byte)));
          if (change === 'flip') await writeFile(inCopy, flipped);
          const found = told((await verify(copy)).problems);
          await writeFile(inCopy, bytes);
          const named = found.filter((line) => line.startsWith(`${path} `));
          // When what is newer cannot be read, the root is judged by the statement: then the switch is what is wrong.
          const switches = found.filter((line) =>
            /^\S*(InRelease|mirrorlist|SHA256SUMS) has not the sha256|^\S*(InRelease|mirrorlist|SHA256SUMS) is not \d+ bytes/.test(
              line,
            ),
          );
          expect({ path, change, is: named.length + switches.length > 0 }).toEqual({
            path,
            change,
            is: true,
          });
        }
      }
    },
    60_000,
  );

  test.each<[string, keyof typeof roots, readonly string[]]>([
    [
      'the other pointers of apt thrown, and InRelease not',
      'deb',
      ['dists/production/Release', 'dists/production/Release.gpg'],
    ],
    [
      'the live metadata of yum thrown, and mirrorlist not',
      'rpm',
      ['repodata/repomd.xml', 'repodata/repomd.xml.asc'],
    ],
    [
      'the signature and index of tarballs thrown, and SHA256SUMS not',
      'tar',
      ['SHA256SUMS.asc', 'index.json'],
    ],
  ])('refuses %s', async (_, format, names) => {
    const done = states.at(-1) ?? '';
    for (const name of names) {
      const path = `${roots[format]}/${name}`;
      const found = await spoiled(before, async (folder) => {
        await writeFile(join(folder, path), await readFile(join(done, 'production', path)));
      });
      expect(found.filter((line) => line.startsWith(`${path} `))).not.toEqual([]);
    }
  });

  test.each<[keyof typeof roots, string]>([
    ['deb', 'dists/production/InRelease'],
    ['rpm', 'mirrorlist'],
    ['tar', 'SHA256SUMS'],
  ])('refuses a switch of %s that leads back to the publication before', async (format, name) => {
    const path = `${roots[format]}/${name}`;
    const found = await spoiled(states.at(-1) ?? '', async (folder) => {
      await writeFile(join(folder, path), await readFile(join(before, 'production', path)));
    });
    expect(found).toContainEqual(
      expect.stringMatching(new RegExp(`^${path} (has not the sha256|is not \\d+ bytes)`)),
    );
  });

  test('refuses a mirror list that leads to the new snapshot at another place', async () => {
    const path = join(roots.rpm, 'mirrorlist');
    const found = await spoiled(await stateWith('deb', 'rpm'), async (folder) => {
      const text = await readFile(join(folder, path), 'utf8');
      await writeFile(join(folder, path), text.replace('repository.example.org', 'repository.example.com'));
    });
    expect(found).toContainEqual(expect.stringMatching(/^\S*mirrorlist (has not|is not)/));
  });

  test('refuses a root of another platform in the place of one, although the channel signed it later', async () => {
    const other = await ChannelWorld.create();
    await rm(join(other.dir, 'keys'), { recursive: true });
    const swapped = new ChannelWorld(other.dir, world.keys, other.store);
    for (const [version, date] of [
      ['2', first],
      ['3', second],
    ] as const) {
      const id = { id: `voms-${version}`, component: 'voms' };
      await swapped.adds(
        { ...id, platform: 'debian11' },
        { [`voms_${version}_amd64.deb`]: sampleDeb({ name: 'voms', version }) },
      );
      await swapped.adds(
        { ...id, platform: 'el8', arch: 'x86_64', format: 'rpm' },
        { [`voms-${version}-1.x86_64.rpm`]: sampleRpm({ name: 'voms', version }) },
      );
      await swapped.publishes({ now: date });
    }
    for (const [platform, root, name] of [
      ['debian11', roots.deb, 'dists/production/InRelease'],
      ['el8', roots.rpm, 'mirrorlist'],
    ] as const) {
      const found = await spoiled(before, async (folder) => {
        const from = join(swapped.out, 'production', dirname(dirname(root)), platform);
        await mkdir(join(folder, dirname(root)), { recursive: true });
        await cp(from, join(folder, dirname(root)), { recursive: true });
        const list = join(folder, root, 'mirrorlist');
        if (name === 'mirrorlist')
          await writeFile(list, (await readFile(list, 'utf8')).replace(platform, 'el9'));
      });
      expect(found).toContainEqual(expect.stringMatching(new RegExp(`^${root}/${name} (has not|is not)`)));
    }
    await rm(other.dir, { recursive: true });
  });

  test('finds files that belong to no publication', async () => {
    const state = await stateWith('deb', 'rpm');
    for (const path of [
      'evil.deb',
      'umd/5/debian12/amd64/evil.deb',
      'umd/5/debian12/amd64/dists/evil/Release',
      'umd/5/el9/x86_64/evil',
    ])
      expect(
        await spoiled(state, async (folder) => {
          await mkdir(dirname(join(folder, path)), { recursive: true });
          await writeFile(join(folder, path), 'x');
        }),
      ).toEqual([`${path} is vouched for by nothing`]);
  });
});
