import { join } from 'node:path';
import type { Arena, Contestant, Delivery } from '../contestant.ts';
import { linkPackages, packagesOf } from '../made-packages.ts';
import { measured, run, type Command, type Sample } from '../sample.ts';

const script = `
createrepo_c --quiet --update --no-database .
gpg --batch --yes --local-user $KEY --armor --detach-sign repodata/repomd.xml
`;

/** createrepo_c, which takes over what it knew before, and gpg. A release comes into a channel when its files are in the folder. */
export async function createrepo(arena: Arena): Promise<Contestant> {
  const { folder, store, made, contents, gpg } = arena;
  const publish = (channel: string): Command => ({
    program: 'sh',
    args: ['-ec', script],
    cwd: join(folder, channel),
    env: { GNUPGHOME: gpg.home, KEY: gpg.fingerprint },
  });
  for (const channel of ['staging', 'next'] as const) {
    const packages = contents[channel].flatMap((release) => packagesOf(made, release));
    await linkPackages(store, packages, join(folder, channel));
    await run(publish(channel));
  }
  const into =
    (channel: string) =>
    async (delivery: Delivery): Promise<Sample> => {
      await linkPackages(store, delivery.made, join(folder, channel));
      return measured(publish(channel));
    };
  return {
    tool: 'createrepo_c',
    mode: 'cold',
    operations: { add: into('staging'), promote: into('next') },
    end: () => Promise.resolve(),
  };
}
