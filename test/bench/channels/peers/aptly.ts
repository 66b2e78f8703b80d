import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arena, Contestant } from '../contestant.ts';
import { linkPackages, packagesOf } from '../made-packages.ts';
import { measured, run, type Command, type Sample } from '../sample.ts';

/** aptly: `repo add`, and `repo copy` to the next one, each with `publish update`; without bz2 and contents, signed by gpg. */
export async function aptly(arena: Arena): Promise<Contestant> {
  const { folder, store, made, contents, gpg } = arena;
  const configuration = join(folder, 'aptly.conf');
  await writeFile(configuration, JSON.stringify({ rootDir: join(folder, 'aptly'), gpgProvider: 'gpg' }));
  const command = (args: readonly string[]): Command => ({
    program: 'aptly',
    args: [`-config=${configuration}`, ...args],
    env: { GNUPGHOME: gpg.home },
  });
  const lean = ['-skip-bz2', '-skip-contents', `-gpg-key=${gpg.fingerprint}`, '-batch'];
  for (const channel of ['staging', 'next'] as const) {
    const input = join(folder, `input-${channel}`);
    const packages = contents[channel].flatMap((release) => packagesOf(made, release));
    await linkPackages(store, packages, input);
    await run(command(['repo', 'create', `-distribution=${channel}`, channel]));
    await run(command(['repo', 'add', channel, input]));
    await run(command(['publish', 'repo', '-architectures=amd64', ...lean, channel]));
  }
  const inTurn = async (...commands: readonly (readonly string[])[]): Promise<Sample> => {
    let sum: Sample = { ms: 0, cpu: 0, rss: 0 };
    for (const args of commands) {
      const { ms, cpu, rss } = await measured(command(args));
      sum = { ms: sum.ms + ms, cpu: sum.cpu + cpu, rss: Math.max(sum.rss, rss) };
    }
    return sum;
  };
  return {
    tool: 'aptly',
    mode: 'cold',
    operations: {
      add: async (delivery) => {
        const input = join(folder, `input-${String(delivery.release)}`);
        await linkPackages(store, delivery.made, input);
        return inTurn(['repo', 'add', 'staging', input], ['publish', 'update', ...lean, 'staging']);
      },
      promote: ({ named }) =>
        inTurn(
          ['repo', 'copy', 'staging', 'next', ...named.map(({ name, version }) => `${name} (= ${version})`)],
          ['publish', 'update', ...lean, 'next'],
        ),
    },
    end: () => Promise.resolve(),
  };
}
