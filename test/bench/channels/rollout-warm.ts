import { join } from 'node:path';
import type { Arena, Contestant } from './contestant.ts';
import { next, staging } from './manifests.ts';
import { otherProcess } from './other-process.ts';
import type { Sample } from './sample.ts';
import type { WarmOrder, WarmStart } from './warm.ts';

/** Where a running service publishes to in its arena. */
export function warmOut(arena: Arena): string {
  return join(arena.folder, 'out');
}

/** The publisher in a running service that has published both channels once. `flags` are node's, to look into it. */
export async function rolloutWarm(arena: Arena, flags: readonly string[]): Promise<Contestant> {
  const { format, seed, list, contents, store, folder, keys } = arena;
  const service = otherProcess('./warm.js', flags);
  const start: WarmStart = {
    format,
    seed,
    list,
    contents,
    place: { store, keys, out: warmOut(arena), cache: join(folder, 'cache') },
  };
  const order = async (what: WarmOrder): Promise<Sample> => (await service.ask(what)) as Sample;
  await service.ask(start);
  await order({ publish: [staging, next] });
  return {
    tool: 'rollout',
    mode: 'warm',
    operations: {
      add: ({ release }) => order({ publish: [staging], comes: { release, into: staging } }),
      promote: ({ release }) => order({ publish: [next], comes: { release, into: next } }),
      // As in life: the release that was promoted leaves the channel that it came from, and both are published.
      move: async ({ release }) => {
        await order({ publish: [staging], comes: { release, into: staging } });
        return order({
          publish: [staging, next],
          comes: { release, into: next },
          goes: { release, from: staging },
        });
      },
    },
    end: () => {
      service.end();
      return Promise.resolve();
    },
  };
}
