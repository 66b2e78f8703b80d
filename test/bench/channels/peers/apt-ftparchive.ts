import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arena, Contestant, Delivery } from '../contestant.ts';
import { linkPackages, packagesOf } from '../made-packages.ts';
import { measured, run, type Command, type Sample } from '../sample.ts';

/* What a careful administrator has in a script: the index from the pool, packed, Release over it, and both kinds of signatures. */
const script = `
index=dists/$CHANNEL/main/binary-amd64
apt-ftparchive --db cache.db packages pool >$index/Packages.new
mv $index/Packages.new $index/Packages
gzip --keep --force $index/Packages
rm -f dists/$CHANNEL/InRelease dists/$CHANNEL/Release.gpg dists/$CHANNEL/Release
apt-ftparchive -o APT::FTPArchive::Release::Codename=$CHANNEL -o APT::FTPArchive::Release::Suite=$CHANNEL release dists/$CHANNEL >Release.new
mv Release.new dists/$CHANNEL/Release
gpg --batch --yes --local-user $KEY --armor --detach-sign --output dists/$CHANNEL/Release.gpg dists/$CHANNEL/Release
gpg --batch --yes --local-user $KEY --clearsign --output dists/$CHANNEL/InRelease dists/$CHANNEL/Release
`;

/** apt-ftparchive with its database of what it read before, gzip and gpg. A release comes into a channel when its files are in the pool. */
export async function aptFtparchive(arena: Arena): Promise<Contestant> {
  const { folder, store, made, contents, gpg } = arena;
  const publish = (channel: string): Command => ({
    program: 'sh',
    args: ['-ec', script],
    cwd: join(folder, channel),
    env: { GNUPGHOME: gpg.home, KEY: gpg.fingerprint, CHANNEL: channel },
  });
  for (const channel of ['staging', 'next'] as const) {
    await mkdir(join(folder, channel, 'dists', channel, 'main/binary-amd64'), { recursive: true });
    const packages = contents[channel].flatMap((release) => packagesOf(made, release));
    await linkPackages(store, packages, join(folder, channel, 'pool'));
    await run(publish(channel));
  }
  const into =
    (channel: string) =>
    async (delivery: Delivery): Promise<Sample> => {
      await linkPackages(store, delivery.made, join(folder, channel, 'pool'));
      return measured(publish(channel));
    };
  return {
    tool: 'apt-ftparchive',
    mode: 'cold',
    operations: { add: into('staging'), promote: into('next') },
    end: () => Promise.resolve(),
  };
}
