import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arena, Contestant } from '../contestant.ts';
import { linkPackages, packagesOf } from '../made-packages.ts';
import { setRelease } from '../package-set.ts';
import { measured, run, type Command } from '../sample.ts';

/** How many packages are named in one command while it is set up; the kernel limits the length of one. */
const batch = 1000;

/** reprepro: `includedeb`, and `copy` to the next distribution, each with the export of its indexes, signed by gpg. */
export async function reprepro(arena: Arena): Promise<Contestant> {
  const { folder, store, made, contents, seed, gpg } = arena;
  await mkdir(join(folder, 'conf'), { recursive: true });
  const distribution = (name: string): string =>
    `Codename: ${name}\nArchitectures: amd64\nComponents: main\nSignWith: ${gpg.fingerprint}\n`;
  await writeFile(join(folder, 'conf/distributions'), ['staging', 'next'].map(distribution).join('\n'));
  const command = (...args: readonly string[]): Command => ({
    program: 'reprepro',
    args: ['--basedir', folder, '--silent', ...args],
    env: { GNUPGHOME: gpg.home },
  });
  const fill = async (args: readonly string[], items: readonly string[]): Promise<void> => {
    for (let at = 0; at < items.length; at += batch)
      await run(command('--export=never', ...args, ...items.slice(at, at + batch)));
  };
  const linked = async (releases: readonly number[], name: string): Promise<readonly string[]> =>
    linkPackages(
      store,
      releases.flatMap((release) => packagesOf(made, release)),
      join(folder, name),
    );
  const staging = new Set(contents.staging);
  const shared = contents.next.filter((release) => staging.has(release));
  const others = contents.next.filter((release) => !staging.has(release));
  await fill(['includedeb', 'staging'], await linked(contents.staging, 'input-staging'));
  await fill(
    ['copy', 'next', 'staging'],
    shared.flatMap((release) => setRelease(seed, release).packages.map(({ name }) => name)),
  );
  await fill(['includedeb', 'next'], await linked(others, 'input-next'));
  await run(command('export'));
  return {
    tool: 'reprepro',
    mode: 'cold',
    operations: {
      add: async (delivery) => {
        const input = join(folder, `input-${String(delivery.release)}`);
        return measured(
          command('includedeb', 'staging', ...(await linkPackages(store, delivery.made, input))),
        );
      },
      promote: ({ named }) => measured(command('copy', 'next', 'staging', ...named.map(({ name }) => name))),
    },
    end: () => Promise.resolve(),
  };
}
