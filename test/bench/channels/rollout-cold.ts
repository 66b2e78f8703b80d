import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Channel } from '../../../app/model/channel.ts';
import { openKeys } from '../../../app/publish/signing/keys.ts';
import { documentSigner } from '../../../app/service/system-key.ts';
import type { Arena, Contestant, Delivery } from './contestant.ts';
import { manifestIn, next, staging } from './manifests.ts';
import { Record } from './record.ts';
import { measured, run, type Command, type Sample } from './sample.ts';

const cli = fileURLToPath(new URL('../../../app/cli.js', import.meta.url));

/**
 * `rollout publish` as a command, on a repository with the manifests, with what earlier runs kept in its state folder. `root` is a
 * checkout with a configuration.
 */
export async function rolloutCold(arena: Arena, root: string): Promise<Contestant> {
  const { folder, contents, store, keys } = arena;
  const repository = join(folder, 'record.git');
  const signer = await documentSigner((await openKeys(keys)).system);
  const manifests = [
    ...contents.staging.map((release) => manifestIn(staging, arena, release)),
    ...contents.next.map((release) => manifestIn(next, arena, release)),
  ];
  const record = await Record.create(repository, root, manifests, signer);
  const publish = (channel: Channel): Command => {
    const out = pathToFileURL(join(folder, 'out')).href;
    const places = ['--repo', repository, '--store', pathToFileURL(store).href, '--out', out, '--keys', keys];
    return {
      program: process.execPath,
      args: [cli, 'publish', '--channel', channel, ...places],
      env: { ROLLOUT_STATE: join(folder, 'state') },
    };
  };
  const into =
    (channel: Channel) =>
    async ({ release }: Delivery): Promise<Sample> => {
      await record.add([manifestIn(channel, arena, release)]);
      return measured(publish(channel));
    };
  for (const channel of [staging, next]) await run(publish(channel));
  return {
    tool: 'rollout',
    mode: 'cold',
    operations: { add: into(staging), promote: into(next) },
    end: () => Promise.resolve(),
  };
}
